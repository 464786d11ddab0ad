"""Results that nobody can read in one record: a number without unit, range or word. One list, by test and sender.

Such a result keeps its gap open and makes no task: thousands of one sender's would hide the one that is positive. Who
knows how the sender writes says it once for all of them; readings to come are mended where they come in.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.models import CodingRole, Observation, ObservationCoding
from core import audit
from core.models import User
from core.permissions import require
from prevention.models import CareGap, FollowUp
from prevention.outreach.follow_up import READS, Concepts
from prevention.reach import in_reach
from prevention.rules.waiting import UNCLEAR_RESULT

# As many as are looked at together; the next ones come when these are settled.
MOST = 2000
BARE = Q(value_unit="", high=None, value_text="", interpretation="") & (
    Q(value_quantity__isnull=False) | Q(value_integer__isnull=False)
)


@dataclass
class Unread:
    """Results of one care rule from one sender that say a number and nothing else."""

    rule: str
    sender: str
    results: list[tuple[CareGap, Observation]] = field(default_factory=list)

    @property
    def people(self) -> int:
        return len({gap.member_id for gap, _result in self.results})

    @property
    def examples(self) -> list[str]:
        """Up to five of the numbers as they came."""
        numbers = (
            one.value_quantity if one.value_quantity is not None else one.value_integer for _gap, one in self.results
        )
        return sorted({f"{float(number):g}" for number in numbers if number is not None})[:5]


def unread(user: User) -> list[Unread]:
    """Those within the reader's reach, the most frequent first."""
    waiting = CareGap.objects.filter(
        status__in=[CareGap.Status.OPEN, CareGap.Status.DEFERRED], last_done_what=UNCLEAR_RESULT
    )
    gaps = list(in_reach(waiting.select_related("member"), user)[:MOST])
    named = {uuid.UUID(fact["id"]): gap for gap in gaps for fact in _facts(gap)}
    bare = Observation.objects.filter(BARE, pk__in=named, member_id__in={gap.member_id for gap in gaps})
    found: dict[tuple[str, str], Unread] = {}
    for one in bare.exclude(effective=None).select_related("source_system"):
        gap = named[one.pk]
        sender = one.performing_laboratory or (one.source_system.name if one.source_system else "")
        found.setdefault((gap.rule, sender), Unread(gap.rule, sender)).results.append((gap, one))
    return sorted(found.values(), key=lambda group: (-len(group.results), group.rule, group.sender))


def _facts(gap: CareGap) -> Iterable[dict[str, str]]:
    return (fact for fact in gap.evidence.get("facts", ()) if fact.get("model") == "clinical.observation")


@transaction.atomic
def settle_unread(*, by: User, rule: str, sender: str, reason: str) -> int:
    """A clinician says of all of them that nothing is to be followed, and why: their gaps are settled by the next
    evaluation. Returns of how many people. Raises `ValueError` without a reason, and where there are none."""
    if not reason.strip():
        raise ValueError(_("Say why."))
    require(by, "prevention.close_follow_up", None)
    group = next((one for one in unread(by) if (one.rule, one.sender) == (rule, sender)), None)
    if group is None:
        raise ValueError(_("There are none any more."))
    at = timezone.now()
    read = _readers([one for _gap, one in group.results])
    made = [
        FollowUp(
            member_id=one.member_id,
            rule=positive,
            observation=one,
            resulted_on=timezone.localdate(one.effective.lower),
            due_on=timezone.localdate(one.effective.lower),
            status=FollowUp.Status.CLOSED,
            reason=reason.strip()[:300],
            opened_at=at,
            closed_at=at,
            sensitivity=one.sensitivity,
        )
        for _gap, one in group.results
        if (positive := read.get(one.pk))
    ]
    FollowUp.objects.bulk_create(made, ignore_conflicts=True)
    for row in made:
        audit.record(by=by, action="update", verb="prevention.settle_unread", obj=row, member_id=row.member_id)
    return len({row.member_id for row in made})


def _readers(results: list[Observation]) -> dict[uuid.UUID, str]:
    """Which positive result each would have been: by the codes of the findings."""
    concepts = Concepts.read()
    rules = {concept: rule.id for rule, finding in READS for concept in concepts.of(finding.codes)}
    rows = ObservationCoding.objects.filter(fact__in=results, role=CodingRole.CODE, concept_id__in=rules)
    return {row.fact_id: rules[row.concept_id] for row in rows}
