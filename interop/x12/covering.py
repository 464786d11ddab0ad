"""Coverage of one subject → versions closed and added; refused before any row is kept."""

import datetime
from typing import Any

from core.ids import uuid7
from core.models import User
from interop.x12.catalogue import Catalogue, Refused
from interop.x12.changes import Change, Changes
from interop.x12.codes import CANCEL, TERMINATE
from interop.x12.people import Subject
from interop.x12.standing import ContractRow, CoverageRow, Past, PeriodRow, Standing
from interop.x12.writing import Rows, period
from plans.timeline import Segment, Timeline, difference

VERSION = "plans.coverageperiod"


class Covering:
    """Works out and writes the coverage of a batch. `at` is the instant from which the changes are known."""

    def __init__(
        self, catalogue: Catalogue, standing: Standing, past: Past, at: datetime.datetime, *, by: User, source: str
    ) -> None:
        self.catalogue, self.standing, self.past = catalogue, standing, past
        self.known, self.by, self.source = f'["{at.isoformat()}",)', by, source

    def changes(self, subject: Subject) -> list[Change]:
        """What the loop does to the person's coverage. Raises `Refused`."""
        worked = Changes(
            subject,
            self.catalogue,
            self.standing.now(subject.coverage),
            lambda benefit: self.past.before(subject.coverage, benefit),
        )
        return worked.work_out(self._subscribers_coverage(subject))

    def _subscribers_coverage(self, subject: Subject) -> dict[str, Segment]:
        if subject.loop.is_subscriber or subject.contract is None:
            return {}
        own = next((c for c in subject.family if c.member is subject.contract.member), None)
        return {benefit: segments[-1] for benefit, segments in self.standing.now(own).items()}

    def apply(self, subject: Subject, changes: list[Change], rows: Rows) -> None:
        """The rows that make `changes` believed; raises `Refused` before any is kept."""
        self._open_contract(subject, changes, rows)
        if subject.coverage is None and changes:
            self._cover(subject, rows)
        for change in changes:
            assert subject.coverage is not None
            self._apply(subject, subject.coverage, change, rows)
        if subject.loop.is_subscriber and not subject.loop.lines:
            self._end_family(subject, rows)

    def _open_contract(self, subject: Subject, changes: list[Change], rows: Rows) -> None:
        if subject.contract is not None:
            return
        assert subject.member is not None
        group_class = next((c.group_class for c in changes if c.group_class), None)
        contract = ContractRow(uuid7(), subject.group.pk, subject.number, subject.member)
        subject.contract = contract
        rows.add(
            "plans.coveragecontract",
            id=contract.id,
            member_id=subject.member.id,
            group_id=subject.group.pk,
            group_class_id=group_class.pk if group_class else None,
            number=subject.number,
        )

    def _cover(self, subject: Subject, rows: Rows) -> None:
        assert subject.member is not None and subject.contract is not None
        loop = subject.loop
        subject.coverage = CoverageRow(uuid7(), subject.contract.id, subject.member)
        rows.add(
            "plans.coverage",
            id=subject.coverage.id,
            member_id=subject.member.id,
            contract_id=subject.contract.id,
            relationship=loop.relationship[:2],
            number=loop.own_number or loop.client_number,
            administrative_sex=loop.name.sex,
        )

    def _end_family(self, subject: Subject, rows: Rows) -> None:
        """A subscriber whose eligibility ends takes the dependants along (INS03 024 or 002 without HD)."""
        if subject.loop.maintenance not in (TERMINATE, CANCEL):
            return
        for coverage in subject.family:
            if coverage is subject.coverage:
                continue
            worked = Changes(subject, self.catalogue, self.standing.now(coverage), lambda benefit: ())
            for change in worked.work_out():
                self._apply(subject, coverage, change, rows)

    def _apply(self, subject: Subject, coverage: CoverageRow, change: Change, rows: Rows) -> None:
        now = self.standing.periods.get((coverage.id, change.benefit), {})
        closed, added = difference(tuple(now), change.after)
        if not closed and not added:
            return
        order = next((row.payer_order for row in now.values()), change.payer_order)
        self._require_place(subject, coverage, change.benefit, order, added)
        for segment in closed:
            row = now[segment]
            if row.values is None:
                rows.closed.append(row.id)
            else:
                # An earlier line of this loop said so, and nothing of it is written yet.
                rows.new[VERSION].remove(row.values)
        kept = {segment: row for segment, row in now.items() if segment not in closed}
        for segment in added:
            values = self._version(subject, coverage, change.benefit, order, segment)
            kept[segment] = PeriodRow(values["id"], coverage.id, order, segment, rows.add(VERSION, **values))
        if (end := lost_from(tuple(now), change.after)) is not None:
            rows.ends.append((coverage.member.id, end))
        # A second line of the same benefit in this loop starts from here.
        self.standing.periods[coverage.id, change.benefit] = kept

    def _version(
        self, subject: Subject, coverage: CoverageRow, benefit: str, order: int, segment: Segment
    ) -> dict[str, Any]:
        return {
            "id": uuid7(),
            "member_id": coverage.member.id,
            "coverage_id": coverage.id,
            "product_id": segment.product_id,
            "benefit": benefit,
            "payer_order": order,
            "tier": segment.tier,
            "valid": period(segment.start, segment.end),
            "known": self.known,
            "source": f"{self.source}, {subject.loop.position}"[:200],
            "reason": subject.loop.reason[:20],
            "recorded_by_id": self.by.pk,
        }

    def _require_place(
        self, subject: Subject, coverage: CoverageRow, benefit: str, order: int, added: list[Segment]
    ) -> None:
        for row in self.standing.places.get((coverage.member.id, benefit), ()):
            if row.coverage_id == coverage.id or row.payer_order != order:
                continue
            if any(overlap(row.segment, segment) for segment in added):
                raise Refused(
                    "overlap",
                    "Another coverage stands at this place of the payer order in that period. End that one, or "
                    "send COB01 to say which pays second.",
                    subject.loop.at("HD"),
                )


def overlap(one: Segment, two: Segment) -> bool:
    return (one.end is None or two.start < one.end) and (two.end is None or one.start < two.end)


def lost_from(before: Timeline, after: Timeline) -> datetime.date | None:
    """The first day on which somebody is no longer covered who was; None where nobody loses anything at the end."""
    if not before:
        return None
    if not after:
        return min(segment.start for segment in before)
    was, now = max(before).end, max(after).end
    return now if now is not None and (was is None or now < was) else None
