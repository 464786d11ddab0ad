"""A question compiled once and asked often: for the requests that are many, Django's compiler costs more than Postgres.

The SQL is Django's own for the queryset that is given; only the values in it change from call to call.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Prepared:
    """`build(*examples)` makes the queryset, from as many examples as there are values to be given.

    Each example stands for its value: none may occur in the queryset otherwise, nor have the shape of a list.
    """

    def __init__(self, build: Callable[..., QuerySet], examples: Sequence[Any]) -> None:
        self.build, self.examples = build, tuple(examples)
        self.sql = ""
        self.places: list[Any] = []
        self.converters: dict[int, Any] = {}
        self.names: list[str] = []
        self.model: Any = None

    def compile(self) -> None:
        rows = self.build(*self.examples)
        compiler = rows.query.get_compiler("default")
        self.sql, parameters = compiler.as_sql()
        values_of = {example: number for number, example in enumerate(self.examples)}
        # A place holds the number of the value that goes there, or a one-tuple with what always stands there.
        self.places = [values_of[p] if _among(p, values_of) else (p,) for p in parameters]
        columns = compiler.select[: compiler.col_count]
        self.converters = compiler.get_converters([expression for expression, _, _ in columns])
        if rows.query.values_select:
            self.names = list(rows.query.values_select)
        else:
            self.model = rows.model
            self.names = [expression.target.attname for expression, _, _ in columns]

    def rows(self, *values: Any) -> list[dict[str, Any]]:
        """The rows, by name."""
        if not self.sql:
            self.compile()
        parameters = [place[0] if isinstance(place, tuple) else values[place] for place in self.places]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = [list(row) for row in cursor.fetchall()]
        for place, (functions, expression) in self.converters.items():
            for row in found:
                for convert in functions:
                    row[place] = convert(row[place], expression, connection)
        return [dict(zip(self.names, row, strict=True)) for row in found]

    def records(self, *values: Any) -> list[Any]:
        """The rows, as instances of the queryset's model."""
        found = self.rows(*values)
        return [self.model.from_db("default", self.names, list(row.values())) for row in found]


def _among(value: Any, known: dict[Any, int]) -> bool:
    try:
        return value in known
    except TypeError:
        return False


# Stands for an id while a question is compiled.
SOME_ID = uuid.UUID("7e570000-0000-4000-8000-000000000001")
