"""The few marks that articles use, to HTML: headings, lists, paragraphs, bold. All else is text.

A subset of Markdown by hand, since everything is escaped first and nothing can be let through: no links, images, HTML.
"""

import re

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

_BOLD = re.compile(r"\*\*(.+?)\*\*")


def _inline(text: str) -> SafeString:
    # Escaped before the only tag is put in.
    return mark_safe(_BOLD.sub(r"<strong>\1</strong>", escape(text)))  # noqa: S308


def render(text: str) -> SafeString:
    """`## heading`, `- item`, blank lines between paragraphs, `**bold**`."""
    return format_html_join("\n", "{}", ((part,) for block in text.split("\n\n") for part in _block(block)))


def _block(block: str) -> list[SafeString]:
    """One block, which may begin with a heading or end in a list."""
    found: list[SafeString] = []
    paragraph: list[str] = []
    items: list[str] = []
    for line in block.strip().splitlines():
        if line.startswith("## "):
            found.append(format_html("<h2>{}</h2>", _inline(line[3:])))
        elif line.startswith("- "):
            items.append(line[2:])
        elif line.strip():
            paragraph.append(line.strip())
    if paragraph:
        found.append(format_html("<p>{}</p>", _inline(" ".join(paragraph))))
    if items:
        rows = format_html_join("", "<li>{}</li>", ((_inline(item),) for item in items))
        found.append(format_html("<ul>{}</ul>", rows))
    return found
