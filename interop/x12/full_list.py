"""Full lists (834 BGN08 4, RX): who is covered and not on the list is proposed for termination, never ended here."""

import datetime
import io
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from core import db
from core.db import as_job
from core.models import User
from interop.models import ImportRun, TerminationProposal
from interop.x12.enrolment import MemberLoop
from interop.x12.taking import Outcome

ABSENT = """
INSERT INTO interop_terminationproposal (member_id, run_id, coverage_id, ends_on)
SELECT c.member_id, %(run)s, c.id, %(ends_on)s
FROM plans_coveragecontract k JOIN plans_coverage c ON c.contract_id = k.id
WHERE k.group_id = ANY (%(groups)s) AND k.number <> ALL (%(spared)s)
    AND NOT EXISTS (SELECT FROM full_list l WHERE l.coverage_id = c.id)
    AND EXISTS (
        SELECT FROM plans_coverageperiod p WHERE p.member_id = c.member_id AND p.coverage_id = c.id
            AND upper_inf(p.known) AND p.valid && daterange(%(ends_on)s, NULL)
    )
ON CONFLICT DO NOTHING
"""
LISTED_AGAIN = """
UPDATE interop_terminationproposal t SET status = 'withdrawn', decided_at = clock_timestamp(), decided_by_id = %(by)s
FROM full_list l WHERE l.coverage_id = t.coverage_id AND t.status = 'open'
"""


class FullList:
    """Whom one file lists. A million coverages are 16 MB here: ids are kept as bytes."""

    def __init__(self) -> None:
        self.coverages = bytearray()
        self.groups: set[UUID] = set()
        self.spared: set[str] = set()
        self.as_of: datetime.date | None = None
        self.is_whole = True

    def note(self, loops: Iterable[MemberLoop], outcome: Outcome) -> None:
        """One batch: whom it names, and whose contract is left alone because a loop of it was set aside."""
        header = next((loop.header for loop in loops if loop.header.is_full), None)
        if header is None:
            return
        self.as_of = header.as_of
        for coverage_id, group_id in outcome.listed:
            self.coverages += coverage_id.bytes
            self.groups.add(group_id)
        for loop, _ in outcome.refused:
            self.spared |= {number for number in (loop.subscriber_number, loop.own_number) if number}

    def propose(self, run: ImportRun, *, by: User) -> int:
        """Propose to end who is absent; how many. Nothing where the file may be cut off or lists nobody."""
        if not self.is_whole or not self.groups or self.as_of is None:
            return 0
        with as_job(by, reason=f"834 import {run.pk}"), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS pg_temp.full_list")
            cursor.execute("CREATE TEMP TABLE full_list (coverage_id uuid PRIMARY KEY) ON COMMIT DROP")
            db.copy("full_list", ["coverage_id"], self._lines())
            cursor.execute("ANALYZE full_list")
            cursor.execute(LISTED_AGAIN, {"by": by.pk})
            cursor.execute(
                ABSENT,
                {
                    "run": run.pk,
                    "ends_on": self.as_of,
                    "groups": list(self.groups),
                    "spared": list(self.spared),
                },
            )
            return cursor.rowcount

    def _lines(self) -> io.StringIO:
        ids = {bytes(self.coverages[at : at + 16]) for at in range(0, len(self.coverages), 16)}
        return io.StringIO("".join(f"{UUID(bytes=each)}\n" for each in ids))


def open_proposals(run: ImportRun) -> QuerySet[TerminationProposal]:
    """What waits for a decision, with people and groups."""
    return (
        run.termination_proposals.filter(status=TerminationProposal.Status.OPEN)
        .select_related("member", "coverage__contract__group")
        .order_by("member__name_key", "id")
    )
