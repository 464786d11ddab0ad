"""Headings of tables, in the form that the component `table` takes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A heading over numbers, which stand to the right."""

    label: object


def columns(*labels: object) -> list[dict[str, object]]:
    """One column for each label; an empty label heads a column of actions."""
    return [
        {"label": label.label, "numeric": True} if isinstance(label, Number) else {"label": label, "numeric": False}
        for label in labels
    ]
