"""Rows that are made one by one and written together."""

from typing import TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
AT_ONCE = 2_000


class Rows:
    """Holds rows of these models until `save`, which writes them model by model in this order.

    A row may refer to one that is not written yet, since their keys are made here.
    """

    def __init__(self, *models_: type[models.Model]) -> None:
        self.held: dict[type[models.Model], list[models.Model]] = {model: [] for model in models_}

    def add(self, row: Row) -> Row:
        self.held[type(row)].append(row)
        return row

    def save(self) -> None:
        for model, rows in self.held.items():
            model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
            rows.clear()
