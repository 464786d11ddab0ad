"""The declarative forms: an official measure, which reports, and a care rule, which says who is due.

A clinician reads them beside the official text: each names its source and version, and states its populations
in the words of the vocabulary.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from prevention.engine.codes import ValueSet
from prevention.engine.facts import Facts
from prevention.engine.members import Choice, Condition, Everyone, Never
from prevention.engine.moments import Duration, years

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

POPULATIONS = (
    "initial_population",
    "denominator",
    "denominator_exclusion",
    "denominator_exception",
    "numerator",
    "numerator_exclusion",
)


@dataclass(frozen=True)
class Stratum:
    """A part of a rate's members that is reported by itself."""

    name: str
    members: Condition


@dataclass(frozen=True)
class Group:
    """One rate of a measure. Populations not stated are empty, and the denominator is the initial population."""

    initial_population: Condition
    numerator: Condition
    denominator: Condition | None = None
    denominator_exclusion: Condition | None = None
    denominator_exception: Condition | None = None
    numerator_exclusion: Condition | None = None
    strata: tuple[Stratum, ...] = ()

    def condition(self, population: str) -> Condition:
        stated = getattr(self, population)
        if stated is not None:
            return stated
        return Everyone() if population == "denominator" else Never()


@dataclass(frozen=True)
class Episodes:
    """Episodes (visits) in a population: those of a list, where their member also satisfies a condition."""

    parts: tuple[tuple[Facts, Condition], ...]

    def __or__(self, other: "Episodes") -> "Episodes":
        return Episodes(self.parts + other.parts)

    @property
    def only(self) -> tuple[Facts, Condition]:
        """The one part. Raises `ValueError` where there are several."""
        (part,) = self.parts
        return part


def episodes(facts: Facts, when: Condition | None = None) -> Episodes:
    return Episodes(((facts, when or Everyone()),))


@dataclass(frozen=True)
class EpisodeGroup:
    """One rate of an episode-based measure: what is counted are the episodes of the initial population."""

    initial_population: Episodes
    numerator: Episodes
    denominator: Episodes | None = None
    denominator_exclusion: Episodes | None = None
    denominator_exception: Episodes | None = None
    numerator_exclusion: Episodes | None = None
    strata: tuple["Stratum", ...] = ()

    def stated(self, population: str) -> Episodes | None:
        return getattr(self, population)


@dataclass(frozen=True)
class Measure:
    """An official measure for one year: `name` and `version` as its publisher writes them."""

    id: str
    name: str
    version: str
    year: int
    title: str
    source: str
    groups: tuple[Group | EpisodeGroup, ...]
    improvement: str = "increase"
    steward: str = ""
    # What each rate says, where there are several.
    rates: "tuple[str | StrPromise, ...]" = ()

    @property
    def key(self) -> str:
        """What results are filed under: `CMS125/0.0.001`."""
        return f"{self.id}/{self.version}"

    def rate_label(self, group: int) -> "str | StrPromise":
        """What the rate of this number says; empty where the measure has one rate, whose name is the measure's."""
        return self.rates[group - 1] if self.rates else ""


# Settled for good, or as long as nobody says otherwise: no next day.
ONCE = years(1000)


@dataclass(frozen=True)
class Closer:
    """Facts that settle a rule for a time: a colonoscopy for ten years."""

    what: str
    facts: Facts
    every: Choice


@dataclass(frozen=True)
class Unanswered:
    """Results that ask for something more and that nothing answers: while there is one, the rule is not settled.

    `what`: how the gap names it, in place of what was done last.
    """

    what: str
    facts: Facts


@dataclass(frozen=True)
class Surveillance:
    """A shorter interval for whoever has a finding: polyps, an abnormal result. It never lengthens the general one.

    It counts from the last of `counts`, and from the first of `findings` where that is later: it was found when
    somebody looked. A `history`, which is written down long after, gives a day only where nothing else does. `what`
    names it in a gap, `words` say it to the member; it holds from `since`, the day its source appeared.
    """

    what: str
    words: "str | StrPromise"
    source: str
    since: date
    findings: Facts
    every: Duration
    counts: Facts | None = None
    history: bool = False
    # Which closers of the rule count here, by name; without any, all of them.
    closes: tuple[str, ...] = ()


@dataclass(frozen=True)
class WayOut:
    """What the member can do about a gap: `order` a kit or test under protocol, or `book` a visit."""

    kind: str
    label: "str | StrPromise"
    code: str = ""
    system: str = ""
    visit_type: str = ""
    protocol: str = ""


@dataclass(frozen=True)
class Asked:
    """Whom an earlier version of a rule asked: from a day on people from one age to another, both included.

    `born`: of these years alone. `when`: of them those of whom this holds today.
    """

    since: date
    from_age: int
    to_age: int | None = None
    born: tuple[int, int] | None = None
    when: Condition | None = None


@dataclass(frozen=True)
class CareRule:
    """Who is due for what, when next, and what would close it; over every enrolled person, visit or none.

    `confidential`: a service to which minors consent alone, of which their parents learn nothing from us. `since` and
    `until`: the days from which and before which the rule holds, `published` when the recommendation came
    out (`since` where they are one). `grade`: the publisher's. `at_visit`: a question or a talk at the next visit, of
    which the member is not reminded. `talk`: the code of ours under which somebody notes that it took place.

    Whoever never had it done, or had it so early that it had run out by then, is due from the day on which a version of
    the rule began to ask them, if all after it asked as well: `from_age` (and `from_months`) by this one, `earlier` by
    those before it, the latest first; `sooner` are the versions of a part of it that asks some from another age. Not
    before the first of the facts in `onset` (a disease), the last of those in `begins` (a pregnancy), and, for what is
    done anew at each practice (`ours`, and whatever is asked at a visit), not before they were first covered here.
    Whoever has a result that waits for its answer (`unanswered`) is due from that result on, whatever else was done.
    Whoever has a finding under `surveillance` is due again after its interval, where that ends before the general one;
    an interval that a physician set stands before both.

    Whoever has the disease that it looks for (`known`) is told why by `why_known`.
    """

    id: str
    title: "str | StrPromise"
    member_title: "str | StrPromise"
    why: "str | StrPromise"
    source: str
    since: date
    from_age: int
    applies: Condition
    closers: tuple[Closer, ...]
    excluded: Condition = field(default_factory=Never)
    ways: tuple[WayOut, ...] = ()
    remind: bool = True
    costs_nothing: bool = True
    grade: str = ""
    published: date | None = None
    until: date | None = None
    begins: Facts | None = None
    onset: Facts | None = None
    at_visit: bool = False
    talk: str = ""
    from_months: int = 0
    earlier: tuple[Asked, ...] = ()
    sooner: tuple[Asked, ...] = ()
    ours: bool = False
    confidential: bool = False
    unanswered: tuple[Unanswered, ...] = ()
    surveillance: tuple[Surveillance, ...] = ()
    known: ValueSet | None = None
    why_known: "str | StrPromise" = ""

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class NotComputable:
    """A recommendation that no rule decides, and why: what a chart lacks, or a code that nobody gives away."""

    id: str
    title: "str | StrPromise"
    source: str
    grade: str
    published: date
    why: "str | StrPromise"
