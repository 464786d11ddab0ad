"""Links from what is due to what one can read about it."""

from django import template

from prevention.library import articles

register = template.Library()


@register.simple_tag
def article_about(rule: str) -> articles.Article | None:
    """The article on a care rule, in the page's language: `{% article_about gap.rule as reading %}`."""
    return articles.for_rule(rule)
