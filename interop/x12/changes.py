"""What a member loop does to the person's coverage: lines to timelines, pure but for reads of what was before."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from interop.x12.catalogue import Catalogue, Refused
from interop.x12.codes import (
    ADD,
    AUDIT,
    BENEFITS,
    CANCEL,
    CHANGE,
    CORRECT,
    NOT_APPLICABLE,
    REINSTATE,
    TERMINATE,
)
from interop.x12.enrolment import CoverageLine, MemberLoop
from interop.x12.people import Subject
from plans import timeline
from plans.models import GroupClass
from plans.timeline import CoverageError, Segment, Timeline

DAY = datetime.timedelta(days=1)
# DTP qualifiers in the order in which they are asked.
STARTS_LINE = ("348", "303")
STARTS_MEMBER = ("356", "303")
ENDS_LINE = ("349",)
ENDS_MEMBER = ("357", "303")

Past = Callable[[str], Timeline]


@dataclass(frozen=True)
class Change:
    """The timeline of one benefit that is to be believed from now on."""

    benefit: str
    after: Timeline
    payer_order: int = 1
    group_class: GroupClass | None = None


def first(dates: dict[str, datetime.date], qualifiers: tuple[str, ...]) -> datetime.date | None:
    return next((dates[q] for q in qualifiers if q in dates), None)


def start_of(loop: MemberLoop, line: CoverageLine | None) -> datetime.date | None:
    """First covered day: of the line (DTP*348, 303), else of the member (356, 303)."""
    own = first(line.dates, STARTS_LINE) if line else None
    return own or first(loop.dates, STARTS_MEMBER)


def end_of(loop: MemberLoop, line: CoverageLine | None) -> datetime.date | None:
    """First day without coverage: the day after DTP*349 of the line or 357 of the member."""
    last = (first(line.dates, ENDS_LINE) if line else None) or first(loop.dates, ENDS_MEMBER)
    return last + DAY if last else None


class Changes:
    """Works out the changes of one subject from what is believed now (`now`) and was before (`past`)."""

    def __init__(self, subject: Subject, catalogue: Catalogue, now: dict[str, Timeline], past: Past) -> None:
        self.subject, self.catalogue, self.now, self.past = subject, catalogue, now, past
        self.loop = subject.loop

    def work_out(self, family: dict[str, Segment] | None = None) -> list[Change]:
        """The changes, in the order of the lines. `family`: what the subscriber has, for a dependant without HD.

        Raises `Refused`.
        """
        try:
            if self.loop.lines:
                return self._lines()
            return self._whole(family or {})
        except CoverageError as error:
            raise Refused(error.code, str(error)) from error

    def _lines(self) -> list[Change]:
        """Each line from what the lines before it left: one may end a product and the next begin another."""
        changes: list[Change] = []
        for line in self.loop.lines:
            if line.maintenance != NOT_APPLICABLE:
                changes.append(self._line(line))
                self.now = {**self.now, changes[-1].benefit: changes[-1].after}
        return changes

    def _line(self, line: CoverageLine) -> Change:
        operation = line.maintenance
        if operation in (ADD, AUDIT, REINSTATE, CHANGE, CORRECT):
            return self._stands(line, operation)
        benefit = BENEFITS.get(line.line)
        if benefit is None:
            raise Refused("insurance_line", "HD03 is no health benefit of this plan.", line.at)
        before = self.now.get(benefit, ())
        if operation == CANCEL:
            start = start_of(self.loop, line) or (before[0].start if before else datetime.date.min)
            return Change(benefit, timeline.terminate(before, start))
        return Change(benefit, timeline.terminate(before, self._required_end(line)))

    def _stands(self, line: CoverageLine, operation: str) -> Change:
        """The line says that coverage stands: from when, by which product, at which tier."""
        product, benefit, group_class = self.catalogue.product(self.subject.group, line, self.loop.class_code)
        before, start = self.now.get(benefit, ()), start_of(self.loop, line)
        if start is None and operation == REINSTATE:
            after = timeline.reinstate(before, None, self.past(benefit))
            return Change(benefit, after, line.payer_order, group_class)
        if start is None:
            if before and operation in (CHANGE, CORRECT, AUDIT):
                return Change(benefit, before, line.payer_order, group_class)
            raise Refused(
                "no_start",
                "No start date: DTP*348 of the coverage or DTP*356 of the member is missing. Ask the sender for it.",
                line.at,
            )
        last = line.dates.get("349")
        segment = Segment(start, last + DAY if last else None, product.pk, line.tier[:3])
        return Change(benefit, timeline.enrol(before, segment), line.payer_order, group_class)

    def _whole(self, family: dict[str, Segment]) -> list[Change]:
        """No HD: what INS03 says counts for all coverage that the person has."""
        operation = self.loop.maintenance
        if operation in (CHANGE, CORRECT):
            return []
        if operation in (TERMINATE, CANCEL):
            return self.ended(self._required_end(None) if operation == TERMINATE else datetime.date.min)
        if operation == REINSTATE:
            return self._reinstated()
        if self.subject.loop.is_subscriber or not family:
            if self.now:
                return []
            raise Refused(
                "no_coverage",
                "The loop adds a person and no coverage: HD is missing. Ask the sender for it.",
                self.loop.at("INS"),
            )
        return [self._as_the_family(benefit, segment) for benefit, segment in family.items()]

    def _as_the_family(self, benefit: str, segment: Segment) -> Change:
        start = start_of(self.loop, None) or segment.start
        # From the subscriber's own start on: nobody is covered before the contract is.
        joined = Segment(max(start, segment.start), segment.end, segment.product_id, segment.tier)
        return Change(benefit, timeline.enrol(self.now.get(benefit, ()), joined))

    def ended(self, end: datetime.date) -> list[Change]:
        """Every benefit ends on `end`."""
        return [Change(benefit, timeline.terminate(before, end)) for benefit, before in self.now.items() if before]

    def _reinstated(self) -> list[Change]:
        start = start_of(self.loop, None)
        changes = []
        for benefit in ("medical", "pharmacy", "dental", "vision"):
            before, past = self.now.get(benefit, ()), self.past(benefit)
            if before or past:
                changes.append(Change(benefit, timeline.reinstate(before, start, past)))
        if not changes:
            raise CoverageError(
                "nothing_to_reinstate", "This person never had coverage here, so none can be reinstated."
            )
        return changes

    def _required_end(self, line: CoverageLine | None) -> datetime.date:
        end = end_of(self.loop, line)
        if end is None:
            raise Refused(
                "no_end",
                "No end date: DTP*349 of the coverage or DTP*357 of the member is missing. Ask the sender for it.",
                line.at if line else self.loop.at("INS"),
            )
        return end


def product_ids(changes: list[Change]) -> set[UUID]:
    return {segment.product_id for change in changes for segment in change.after}
