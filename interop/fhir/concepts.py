"""Codes → concept ids, looked up and made in bulk."""

from collections.abc import Iterable

from django.db import connection
from django.db.backends.utils import CursorWrapper

from core.db import as_job
from core.models import User
from core.terminology.concepts import SYSTEMS
from interop.fhir.mapping import Code

NAMES = dict(SYSTEMS.values())


class Concepts:
    """The concepts met so far. New ones are committed at once, apart from the records: words harm nobody,
    and two imports that meet the same new code must not wait for each other's bundle."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.ids: dict[tuple[str, str], int] = {}

    def __getitem__(self, code: Code) -> int:
        return self.ids[code.system, code.code]

    def ensure(self, codes: Iterable[Code]) -> None:
        """Make every code known. Call outside the records' transaction."""
        wanted = {(c.system, c.code): c for c in codes if (c.system, c.code) not in self.ids}
        if not wanted:
            return
        systems = sorted({system for system, _ in wanted})
        rows = sorted(wanted.values())
        columns = [[c.system for c in rows], [c.code for c in rows], [c.display[:500] for c in rows]]
        with as_job(self.user, reason="FHIR import: codes"), connection.cursor() as cursor:
            names = [NAMES.get(uri, uri[:60]) for uri in systems]
            cursor.execute(
                "INSERT INTO core_codesystem (uri, name) SELECT w.uri, w.name "
                "FROM unnest(%s::text[], %s::text[]) w(uri, name) "
                "WHERE NOT EXISTS (SELECT FROM core_codesystem s WHERE s.uri = w.uri) ON CONFLICT DO NOTHING",
                [systems, names],
            )
            # Named by its address until now; what is read out goes by the name.
            cursor.execute(
                "UPDATE core_codesystem s SET name = w.name FROM unnest(%s::text[], %s::text[]) w(uri, name) "
                "WHERE s.uri = w.uri AND s.name = left(s.uri, 60) AND s.name <> w.name",
                [systems, names],
            )
            find = (
                "SELECT w.system, w.code, c.id "
                "FROM unnest(%s::text[], %s::text[], %s::text[]) w(system, code, display) "
                "JOIN core_codesystem s ON s.uri = w.system "
                "JOIN core_concept c ON c.code = w.code AND c.system_id = s.id"
            )
            cursor.execute(find, columns)
            self._take(cursor)
            # Met before without words: these are the first to say what the code means.
            cursor.execute(
                "UPDATE core_concept c SET display = w.display "
                "FROM unnest(%s::text[], %s::text[], %s::text[]) w(system, code, display) "
                "JOIN core_codesystem s ON s.uri = w.system "
                "WHERE c.system_id = s.id AND c.code = w.code AND c.display = '' AND w.display <> ''",
                columns,
            )
            if missing := [c for c in rows if (c.system, c.code) not in self.ids]:
                columns = [[c.system for c in missing], [c.code for c in missing], [c.display[:500] for c in missing]]
                cursor.execute(
                    "INSERT INTO core_concept (system_id, code, display) SELECT s.id, w.code, w.display "
                    "FROM unnest(%s::text[], %s::text[], %s::text[]) w(system, code, display) "
                    "JOIN core_codesystem s ON s.uri = w.system ON CONFLICT DO NOTHING",
                    columns,
                )
                cursor.execute(find, columns)
                self._take(cursor)

    def _take(self, cursor: CursorWrapper) -> None:
        for system, code, key in cursor.fetchall():
            self.ids[system, code] = key
