"""What waits for an answer: a positive result, or one that nobody can read, and what ends the wait."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import Codes
from prevention.engine.facts import Facts, Row, conditions, effective, medication_requests, service_requests
from prevention.engine.measure import Unanswered
from prevention.engine.moments import DAY, Duration, past, years
from prevention.engine.predicates import Predicate, Raw
from prevention.rules.common import believed, completed, final_results
from prevention.rules.findings import Finding

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

EVER = years(120)
# How gaps name a result that is neither positive nor negative in words known here.
UNCLEAR_RESULT = "result that is not clear"
UNCLEAR_TITLE = _("Result that is not clear: somebody reads it")
UNCLEAR_TASK = _("Screening result that is not clear: read it, then repeat the test or follow it")


@dataclass(frozen=True)
class Positive:
    """A positive result and what answers it: a task with an owner and a clock, and a gap that does not close.

    `what`: how gaps and states name it. On its day or after it is answered by what was done or found (`answers`), by a
    result of another kind that is known to be negative (`negatives`), a diagnosis (`diagnoses`), or an order (`plans`);
    from the day after on by what is of its own kind (`later`); `repeated`: by a negative result of its own kind.
    `known`: diagnoses by which the rule leaves somebody out for good, whenever they began. `lasts`: how old it may be.
    `everybodys`: followed at any age, whether a rule asks or not; otherwise the test is a screening in pregnancy alone.
    `holds_gap`: the gap stays open meanwhile; otherwise it is followed by its task alone.
    The task is due after `days`, urgent after `escalate`.

    A result that is not clear waits in the same way, and any clear one of its kind answers it as well.
    """

    id: str
    what: str
    title: "str | StrPromise"
    task: "str | StrPromise"
    findings: tuple[Finding, ...]
    source: str
    answers: tuple[Codes, ...] = ()
    negatives: tuple[Finding, ...] = ()
    diagnoses: tuple[Codes, ...] = ()
    plans: tuple[Codes, ...] = ()
    later: tuple[Codes, ...] = ()
    repeated: bool = False
    known: tuple[Codes, ...] = ()
    lasts: Duration = EVER
    everybodys: bool = True
    holds_gap: bool = True
    days: int = 90
    escalate: int = 45

    @property
    def codes(self) -> tuple[Codes, ...]:
        return tuple(dict.fromkeys(code for finding in self.findings for code in finding.codes))

    @property
    def readable(self) -> tuple[Finding, ...]:
        """The findings that read everything their tests say."""
        return tuple(one for one in self.findings if not one.narrow)

    def unanswered(self) -> tuple[Unanswered, ...]:
        """For a rule: the results that nothing answers, and that no clinician settled with a reason."""
        positive = self._open([(one, one.is_positive) for one in self.findings])
        answers = [*self._answers(), *_read([(one, one.is_negative) for one in self._negatives()])]
        waiting = [Unanswered(self.what, _without(positive, answers, self._later()))]
        if self.readable:
            unclear = self._open([(one, one.is_unclear) for one in self.readable])
            clear = _read([(one, one.is_clear) for one in self.readable])
            answers = [*self._answers(), *_read([(one, one.is_negative) for one in self.negatives]), *clear]
            waiting.append(Unanswered(UNCLEAR_RESULT, _without(unclear, answers, self._later())))
        return tuple(waiting)

    def _open(self, findings: list[tuple[Finding, Predicate]]) -> Facts:
        (found,) = _read(findings)
        return found.where(effective.latest.during(past(self.lasts))).where(Raw(OPEN_TO_CLINICIANS))

    def _negatives(self) -> tuple[Finding, ...]:
        return (*self.negatives, *(self.readable if self.repeated else ()))

    def _answers(self) -> list[Facts]:
        found = []
        if self.answers:
            found.append(completed(*self.answers).union(final_results(*self.answers)))
        if self.diagnoses:
            found.append(conditions(*self.diagnoses).where(believed))
        if self.plans:
            ordered = medication_requests(*self.plans).union(service_requests(*self.plans))
            found.append(ordered.with_status("active", "completed"))
        return found

    def _later(self) -> list[Facts]:
        return [completed(*self.later).union(final_results(*self.later))] if self.later else []


def _read(findings: list[tuple[Finding, Predicate]]) -> list[Facts]:
    """The results of these findings of which that holds, as one list; none where there is none."""
    if not findings:
        return []
    first, *others = (final_results(*finding.codes).where(says) for finding, says in findings)
    return [first.union(*others)]


def _without(found: Facts, answers: list[Facts], later: list[Facts]) -> Facts:
    for facts in answers:
        found = found.without(facts, _on_or_after)
    for facts in later:
        found = found.without(facts, _later)
    return found


def _on_or_after(result: Row, answer: Row) -> Predicate:
    return answer.effective.start.on_or_after(result.effective.start, of=DAY)


def _later(result: Row, answer: Row) -> Predicate:
    return answer.effective.start.after(result.effective.start, of=DAY)


# A clinician who closed the watch with a reason has answered.
OPEN_TO_CLINICIANS = (
    "NOT EXISTS (SELECT FROM prevention_followup w WHERE w.member_id = {row}.member_id "
    "AND w.observation_id = {row}.fact_id AND w.status = 'closed')"
)
