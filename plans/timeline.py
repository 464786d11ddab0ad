"""What a change does to one benefit's coverage over time: pure functions over half-open segments.

A timeline is what is believed now about one covered person and one benefit: disjoint segments in order. An operation
gives the timeline that is to be believed from now on; `difference` says which versions that closes and which it adds.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

Date = datetime.date


@dataclass(frozen=True, order=True)
class Segment:
    """Coverage by one product at one tier over `[start, end)`; without end it is open."""

    start: Date
    end: Date | None
    product_id: UUID
    tier: str = ""

    def holds_on(self, day: Date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


Timeline = tuple[Segment, ...]


class CoverageError(ValueError):
    """The change cannot be made; `code` names the kind of fault."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _until(end: Date | None) -> Date:
    return end or Date.max


def without(timeline: Timeline, start: Date, end: Date | None = None) -> Timeline:
    """The timeline with nothing in `[start, end)`."""
    kept: list[Segment] = []
    for segment in timeline:
        if segment.start < start:
            kept.append(
                replace(segment, end=min(_until(segment.end), start)) if _until(segment.end) > start else segment
            )
        if end is not None and _until(segment.end) > end:
            kept.append(replace(segment, start=max(segment.start, end)))
    return normal(kept)


def normal(segments: Iterable[Segment]) -> Timeline:
    """In order, empty ones dropped, neighbours of one product and tier joined."""
    joined: list[Segment] = []
    for segment in sorted(segments, key=lambda s: s.start):
        if segment.end is not None and segment.end <= segment.start:
            continue
        last = joined[-1] if joined else None
        if last and last.end == segment.start and (last.product_id, last.tier) == (segment.product_id, segment.tier):
            joined[-1] = replace(last, end=segment.end)
        else:
            joined.append(segment)
    return tuple(joined)


def enrol(timeline: Timeline, segment: Segment) -> Timeline:
    """Coverage by `segment`; what stood there before gives way (a change of product or tier).

    Already covered so from an earlier day on, it changes nothing: an addition that is sent again is no news.
    """
    if segment.end is not None and segment.end <= segment.start:
        raise CoverageError("dates", "The coverage would end before it starts.")
    return normal([*without(timeline, segment.start, segment.end), segment])


def change(timeline: Timeline, on: Date, *, product_id: UUID | None = None, tier: str | None = None) -> Timeline:
    """Another product or tier from `on` to the end of what is covered; nothing where none is covered then."""
    changed: list[Segment] = []
    for segment in timeline:
        if _until(segment.end) <= on:
            changed.append(segment)
            continue
        if segment.start < on:
            changed.append(replace(segment, end=on))
        changed.append(
            replace(
                segment,
                start=max(segment.start, on),
                product_id=product_id or segment.product_id,
                tier=segment.tier if tier is None else tier,
            )
        )
    if not any(_until(segment.end) > on for segment in timeline):
        raise CoverageError("nothing_covered", "No coverage stands on that day, so there is none to change.")
    return normal(changed)


def terminate(timeline: Timeline, end: Date) -> Timeline:
    """No coverage from `end` on (the first day without)."""
    return without(timeline, end)


def reinstate(timeline: Timeline, start: Date | None, past: Timeline) -> Timeline:
    """Coverage again, by the product it had last.

    From `start`, or without one as if it had not ended. `past` is what was believed before the last termination,
    for coverage that was voided altogether. Raises `CoverageError` where none ever stood.
    """
    last = max(timeline or past, key=lambda s: s.start, default=None)
    if last is None:
        raise CoverageError("nothing_to_reinstate", "This person never had this coverage, so none can be reinstated.")
    if last.end is None and timeline:
        return timeline
    begin = start or (timeline and last.end) or last.start
    return normal([*without(timeline, begin), replace(last, start=begin, end=None)])


def difference(before: Timeline, after: Timeline) -> tuple[list[Segment], list[Segment]]:
    """Segments that are no longer believed, and segments that are new."""
    return [s for s in before if s not in after], [s for s in after if s not in before]
