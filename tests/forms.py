"""What a browser sends back of a page without anybody typing it."""

from typing import Any


def seen(client: Any, page: str, form: str = "form") -> dict[str, str]:
    """The hidden field in which a page says what it showed (`core.edits`), as `page` shows it now."""
    field = client.get(page).context[form]["seen"]
    return {field.html_name: field.value()}
