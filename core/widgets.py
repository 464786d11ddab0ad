"""Form controls beyond Django's own. `c-field` lays them out like any other."""

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString


class ComboBox(forms.Select):
    """A long list of choices in which one types to find (USWDS combo box); without script a plain select.

    For staff pages: its spoken hints are English. In what htmx brings it stays a plain select.
    """

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        # The script empties the select; only what is said here stays chosen when the page comes back.
        chosen = next(iter(self.format_value(value)), "")
        control = super().render(name, value, attrs, renderer)
        return format_html('<div class="usa-combo-box" data-default-value="{}">{}</div>', chosen, control)


class Money(forms.NumberInput):
    """An amount in dollars and cents."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"step": "0.01", "inputmode": "decimal", **(attrs or {})})

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        control = super().render(name, value, attrs, renderer)
        return format_html('<div class="kp-money"><span aria-hidden="true">$</span>{}</div>', control)
