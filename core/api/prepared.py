"""A question compiled once and asked often: for the requests that are many, Django's compiler costs more than Postgres.

The SQL is Django's own for the queryset that is given; only the values in it change from call to call. Postgres keeps
its plan, too, where the connection is ours alone.
"""

import hashlib
import re
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import QuerySet

from core import audit
from core.db import ask, is_pooled, keep


class Prepared:
    """`build(*examples)` makes the queryset, from as many examples as there are values to be given.

    Each example stands for its value: none may occur in the queryset otherwise, nor have the shape of a list.
    """

    def __init__(self, build: Callable[..., QuerySet], examples: Sequence[Any]) -> None:
        self.build, self.examples = build, tuple(examples)
        self.sql = self.name = ""
        self.places: list[Any] = []
        self.converters: list[tuple[int, list[Callable], Any]] = []
        self.names: list[str] = []
        self.model: Any = None

    def compile(self) -> None:
        rows = self.build(*self.examples)
        compiler = rows.query.get_compiler("default")
        sql, parameters = compiler.as_sql()
        values_of = {example: number for number, example in enumerate(self.examples)}
        # A place holds the number of the value that goes there, or a one-tuple with what always stands there.
        places = [values_of[p] if _among(p, values_of) else (p,) for p in parameters]
        columns = compiler.select[: compiler.col_count]
        converters = compiler.get_converters([expression for expression, _, _ in columns])
        self.converters = [(place, functions, of) for place, (functions, of) in converters.items()]
        if rows.query.values_select:
            self.names = list(rows.query.values_select)
        else:
            self.model = rows.model
            self.names = [expression.target.attname for expression, _, _ in columns]
        sql, self.places = self.whole(sql, places)
        self.name = f"kp_{hashlib.sha256(sql.encode()).hexdigest()[:24]}"
        self.sql = sql  # last: whoever sees it finds the rest

    def whole(self, sql: str, places: list[Any]) -> tuple[str, list[Any]]:
        """The statement that is asked, around the queryset's own, with its places."""
        return sql, places

    def tuples(self, *values: Any) -> list[tuple[Any, ...]]:
        """The rows as the driver gives them."""
        if not self.sql:
            self.compile()
        own = connections[DEFAULT_DB_ALIAS]
        if is_pooled(own):
            return ask(self.sql, [place[0] if isinstance(place, tuple) else values[place] for place in self.places])
        keep(own, self.name, self.written)
        return ask(
            f"EXECUTE {self.name} ({', '.join(['%s'] * len(values))})" if values else f"EXECUTE {self.name}", values
        )

    def written(self, cursor: Any) -> str:
        """The statement, with $1 for the first value."""
        places = iter(self.places)

        def put(found: re.Match) -> str:
            if found.group() == "%%":
                return "%"
            place = next(places)
            # What always stands there is written out: an index for active members alone would not do otherwise.
            return cursor.mogrify("%s", place).decode() if isinstance(place, tuple) else f"${place + 1}"

        return re.sub("%[s%]", put, self.sql)

    def rows(self, *values: Any) -> list[dict[str, Any]]:
        """The rows, by name."""
        found: Sequence[Sequence[Any]] = self.tuples(*values)
        if self.converters:
            found = [list(row) for row in found]
            for place, functions, expression in self.converters:
                for row in found:
                    for convert in functions:
                        row[place] = convert(row[place], expression, connection)  # type: ignore[index]
        return [dict(zip(self.names, row, strict=True)) for row in found]

    def records(self, *values: Any) -> list[Any]:
        """The rows, as instances of the queryset's model."""
        found = self.rows(*values)
        return [self.model.from_db("default", self.names, list(row.values())) for row in found]


class Recorded(Prepared):
    """A question whose answer is entered in the access log by the statement that asks it.

    Asked where no transaction is open (`core.db.is_alone`) it is one: read, recorded and committed, or nothing.
    `order` is SQL that follows `FROM found`, the queryset's rows. `shown` is how many of them the reader gets: the
    entry names those, in one detail; None: the one row is the record that the entry is about.
    `asked` is SQL of a query beside it, called `asked`, with placeholders for the first values of a call.
    """

    def __init__(
        self,
        build: Callable[..., QuerySet],
        examples: Sequence[Any],
        *,
        order: str = "",
        shown: int | None = None,
        asked: str = "",
    ) -> None:
        super().__init__(build, examples)
        self.order, self.shown, self.asked = order, shown, asked

    def whole(self, sql: str, places: list[Any]) -> tuple[str, list[Any]]:
        if self.shown is None:
            noted = audit.recording(source="FROM found", member_id="found.id", object_id="found.id::text")
        else:
            ids = f"SELECT found.id FROM found {self.order} LIMIT {self.shown}"
            members = f"coalesce((SELECT jsonb_agg(shown.id) FROM ({ids}) shown), '[]')"
            noted = audit.recording(more=f"jsonb_build_object('members', {members})")
        first = self.asked.count("%s")
        last = first + len(self.examples)
        moved = [place if isinstance(place, tuple) else place + first for place in places]
        beside = f"asked AS MATERIALIZED ({self.asked}), " if self.asked else ""
        statement = (
            f"WITH {beside}found AS MATERIALIZED ({sql}), noted AS ({noted}) SELECT found.* FROM found {self.order}"
        )
        return statement, [*range(first), *moved, *range(last, last + noted.count("%s"))]


def _among(value: Any, known: dict[Any, int]) -> bool:
    try:
        return value in known
    except TypeError:
        return False


# Stand for ids while a question is compiled.
SOME_ID, ANOTHER_ID = (uuid.UUID(f"7e570000-0000-4000-8000-00000000000{number}") for number in (1, 2))
