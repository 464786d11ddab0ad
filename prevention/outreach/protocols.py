"""Which orders may go out for a gap: under a protocol that is signed, by whom, and never to those it leaves out."""

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from clinical.models import CodingRole, Condition, Observation, Procedure
from core.models import User
from members.models import Member
from network.models import RoleAssignment
from network.permissions import roles_in_force
from prevention.engine.codes import CPT, SNOMED, ValueSet
from prevention.engine.measure import WayOut
from prevention.measures import value_sets as vs
from prevention.models import CareGap, FollowUp, StandingOrder
from prevention.outreach.kinds import kind_of, order_ways
from prevention.rules import value_sets as own
from prevention.rules.findings import POSITIVE
from prevention.rules.positives import STOOL, WAITING
from prevention.rules.waiting import Positive

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PHYSICIAN = RoleAssignment.Role.PHYSICIAN
HCPCS = "http://www.nlm.nih.gov/research/umls/hcpcs"
ICD10PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
# A pregnancy that nobody closed in the chart ends after ten months by itself.
PREGNANCY = timedelta(days=300)
# Results of a finding, read as everywhere, and nothing done since that answers them.
EVER_POSITIVE = f"""
SELECT o.member_id FROM core_valueset v JOIN core_valuesetmember s ON s.value_set_id = v.id
JOIN clinical_observationcoding k ON k.concept_id = s.concept_id AND k.role = 1
JOIN clinical_observation o ON o.id = k.fact_id AND o.member_id = k.member_id
WHERE v.url = ANY (%s) AND o.status IN ('final', 'amended', 'corrected') AND NOT o.is_negated
    AND lower(o.effective) < %s AND {{says}} = {POSITIVE} AND NOT EXISTS (
        SELECT FROM core_valueset w JOIN core_valuesetmember t ON t.value_set_id = w.id
        JOIN clinical_procedurecoding c ON c.concept_id = t.concept_id AND c.role = 1 AND c.member_id = o.member_id
        JOIN clinical_procedure p ON p.id = c.fact_id AND p.member_id = c.member_id
        WHERE w.url = ANY (%s) AND p.status = 'completed' AND NOT p.is_negated
            AND (lower(p.effective) AT TIME ZONE %s)::date >= (lower(o.effective) AT TIME ZONE %s)::date)
"""


# The ids of the members to whom something applies on a day.
Among = Callable[[date], QuerySet[Any, Any]]


@dataclass(frozen=True)
class Exclusion:
    """Whom a protocol is not for: `members` gives the ids of all to whom `words` apply on a day."""

    words: "str | StrPromise"
    members: Among


def diagnosed(*sets: ValueSet, within: timedelta | None = None) -> Among:
    """With such a diagnosis that has not ended; with `within`, one that began no longer ago, or nobody says when."""

    def members(today: date) -> QuerySet[Any, Any]:
        found = Condition.objects.filter(
            Q(effective__isnull=True) | Q(effective__endswith__isnull=True) | Q(effective__endswith__date__gt=today),
            status__in=("", "active", "recurrence", "relapse"),
            codings__role=CodingRole.CODE,
            codings__concept__valuesetmember__value_set__url__in=[one.url for one in sets],
        ).exclude(verification__in=("refuted", "entered-in-error"))
        if within is not None:
            # Whose beginning nobody wrote down may have begun lately.
            undated = Q(effective__isnull=True) | Q(effective__startswith__isnull=True)
            found = found.filter(undated | Q(effective__startswith__date__gte=today - within))
        return found.values_list("member_id", flat=True)

    return members


def ever_diagnosed(*sets: ValueSet) -> Among:
    """With such a diagnosis, ended or not: a history is one."""

    def members(today: date) -> QuerySet[Any, Any]:
        return (
            Condition.objects.filter(
                codings__role=CodingRole.CODE,
                codings__concept__valuesetmember__value_set__url__in=[one.url for one in sets],
            )
            .exclude(verification__in=("refuted", "entered-in-error"))
            .values_list("member_id", flat=True)
        )

    return members


def done(codes: dict[str, tuple[str, ...]], *, within: timedelta) -> Among:
    """To whom one of these was done, or is being done, no longer ago; codes by system."""

    def members(today: date) -> QuerySet[Any, Any]:
        coded = Q()
        for system, among in codes.items():
            coded |= Q(codings__concept__system__uri=system, codings__concept__code__in=among)
        return Procedure.objects.filter(
            coded,
            Q(effective__isnull=True)
            | Q(effective__endswith__isnull=True)
            | Q(effective__endswith__date__gte=today - within),
            codings__role=CodingRole.CODE,
            status__in=("completed", "in-progress"),
            is_negated=False,
        ).values_list("member_id", flat=True)

    return members


def expecting(today: date) -> QuerySet[Any, Any]:
    """With a due date that lies ahead."""
    return Observation.objects.filter(
        status__in=("final", "amended", "corrected"),
        is_negated=False,
        codings__role=CodingRole.CODE,
        codings__concept__valuesetmember__value_set__url=own.DELIVERY_DUE.url,
        value_time__date__range=(today, today + timedelta(days=280)),
    ).values_list("member_id", flat=True)


def unanswered(rule: str) -> Among:
    """With an abnormal result that still waits for what answers it."""
    return lambda today: FollowUp.objects.filter(rule=rule, status=FollowUp.Status.OPEN).values_list(
        "member_id", flat=True
    )


def ever_positive(positive: Positive) -> Among:
    """Who had such a result, however long ago, and nothing since its day that answers it.

    A later negative one does not answer it (US Multi-Society Task Force on Colorectal Cancer, 2017).
    """
    answers = [one.url for one in positive.answers if isinstance(one, ValueSet)]

    def members(today: date) -> QuerySet[Any, Any]:
        zone, found = settings.TIME_ZONE, Q()
        for finding in positive.findings:
            results = [one.url for one in finding.codes if isinstance(one, ValueSet)]
            sql = EVER_POSITIVE.format(says=finding.sql("id").format(row="o").replace("%", "%%"))
            until = datetime.combine(today + timedelta(days=1), time(), ZoneInfo(zone))
            found |= Q(pk__in=RawSQL(sql, (results, until, answers, zone, zone)))  # noqa: S611 (values are parameters)
        return Member.objects.filter(found).values_list("pk", flat=True)

    return members


def outside_ages(lowest: int, highest: int) -> Among:
    """Younger than `lowest` or older than `highest` in whole years, or of no known age."""

    def members(today: date) -> QuerySet[Any, Any]:
        youngest, oldest = today - relativedelta(years=lowest), today - relativedelta(years=highest + 1)
        outside = Q(birth_date__isnull=True) | Q(birth_date__gt=youngest) | Q(birth_date__lte=oldest)
        return Member.objects.filter(outside).values_list("pk", flat=True)

    return members


_not_in_pregnancy = _("Not in pregnancy.")
_pregnant = (
    Exclusion(_not_in_pregnancy, diagnosed(vs.PREGNANCY, own.PREGNANT, within=PREGNANCY)),
    Exclusion(_not_in_pregnancy, expecting),
)
# Red cells live four months; the protocols' text says three (American Diabetes Association, Standards of Care, 6.2).
QUARTER = timedelta(days=92)
TRANSFUSION = {
    SNOMED: ("5447007", "116859006", "71493000"),
    CPT: ("36430", "36440", "36450", "36455", "36460"),
    HCPCS: ("P9010", "P9016", "P9021", "P9022", "P9038", "P9039", "P9040"),
}
DIALYSIS = {
    SNOMED: ("302497006", "265764009", "108241001", "71192002"),
    CPT: ("90935", "90937", "90945", "90947", *(str(code) for code in range(90951, 90971)), "90999"),
    ICD10PCS: ("5A1D70Z", "5A1D80Z", "5A1D90Z"),
}
_transfused = Exclusion(
    _("Not within three months of a transfusion: the result would mislead."), done(TRANSFUSION, within=QUARTER)
)
_misleading = _("A finger prick misleads with anaemia or on dialysis: a blood test is taken instead.")

# Protocol → whom it is not for. The signed text says the same; what the chart cannot show is asked of the person.
NOT_FOR: dict[str, tuple[Exclusion, ...]] = {
    "fit_home_kit": (
        Exclusion(
            _("A positive stool test still waits for its colonoscopy: a clinician arranges that."),
            unanswered("positive_stool_test"),
        ),
        Exclusion(_("An abnormal result is being followed."), unanswered("positive_ct_colonography")),
        # A watch ends after a while, and history has none: the result stands all the same.
        Exclusion(
            _("A positive stool test still waits for its colonoscopy: a clinician arranges that."),
            ever_positive(STOOL),
        ),
        Exclusion(
            _("After polyps a colonoscopy is due, no stool test."),
            ever_diagnosed(own.COLON_ADENOMA, own.COLON_ADENOMA_HISTORY),
        ),
    ),
    "hba1c_in_diabetes": (*_pregnant, _transfused),
    "hba1c_home_kit": (
        *_pregnant,
        _transfused,
        Exclusion(_misleading, diagnosed(own.HBA1C_MISLEADS)),
        Exclusion(_misleading, done(DIALYSIS, within=QUARTER)),
    ),
    "hpv_self_collection": (
        Exclusion(_("A sample taken by oneself is for people of 30 to 65."), outside_ages(30, 65)),
        Exclusion(
            _("After changes of the cervix the sample is taken at a visit."), ever_diagnosed(own.CERVICAL_HIGH_GRADE)
        ),
        *_pregnant,
        Exclusion(_("An abnormal result is being followed."), unanswered("positive_hpv_test")),
        Exclusion(_("An abnormal result is being followed."), unanswered("abnormal_pap_test")),
        Exclusion(_("An abnormal result is being followed."), unanswered("undetermined_pap_test")),
    ),
}

_ASKED_PREGNANT = ("pregnant", _("I am pregnant, or may be"))
_ASKED_TRANSFUSED = ("transfusion", _("I had a blood transfusion in the last three months"))
# Protocol → what a member who orders for themselves is asked first, since no chart shows all of it: id and words.
# Where one of them applies, it is not for them.
QUESTIONS: "dict[str, tuple[tuple[str, str | StrPromise], ...]]" = {
    "fit_home_kit": (
        ("bleeding", _("I see blood in my stool")),
        ("positive", _("A stool test of mine was positive, and I had no colonoscopy since")),
    ),
    "hba1c_in_diabetes": (_ASKED_PREGNANT, _ASKED_TRANSFUSED),
    "hba1c_home_kit": (
        _ASKED_PREGNANT,
        ("anaemia", _("I have anaemia (too little blood)")),
        ("dialysis", _("I am on dialysis")),
        _ASKED_TRANSFUSED,
    ),
    "hpv_self_collection": (
        _ASKED_PREGNANT,
        ("followed", _("My last Pap or HPV test was not normal")),
    ),
}


def left_out(protocol: str, members: Collection[uuid.UUID], today: date) -> "dict[uuid.UUID, str | StrPromise]":
    """Those of `members` whom the protocol is not for, each with the reason. A few queries, however many members."""
    found: dict[uuid.UUID, str | StrPromise] = {}
    for exclusion in NOT_FOR.get(protocol, ()):
        of_these = Member.objects.filter(pk__in=members).filter(pk__in=exclusion.members(today))
        for member in of_these.values_list("pk", flat=True):
            found.setdefault(member, exclusion.words)
    return found


def suitable(gaps: QuerySet[CareGap], protocol: str, today: date) -> QuerySet[CareGap]:
    """Those of the gaps whose members the protocol is for, and that wait for no answer to a result."""
    gaps = gaps.exclude(last_done_what__in=WAITING)
    for exclusion in NOT_FOR.get(protocol, ()):
        gaps = gaps.exclude(member_id__in=exclusion.members(today))
    return gaps


def in_force(gap: CareGap, today: date) -> dict[str, StandingOrder]:
    """Protocols signed for this gap's rule at the member's system, by name."""
    found = StandingOrder.objects.filter(
        organization=gap.member.managing_organization_id, period__contains=today, rules__contains=[gap.rule]
    )
    return {one.protocol: one for one in found}


Ways = dict[uuid.UUID, list[WayOut]]


def ways_for_member(gaps: Collection[CareGap], today: date) -> Ways:
    """Gap → the orders that the member may place alone: under a signed protocol that says so and suits them.

    A handful of queries, however many gaps; they are gaps of one system.
    """
    return _under_protocol(gaps, today, lambda standing: standing.members_may)


def ways_for_staff(gaps: Collection[CareGap], by: User, today: date) -> Ways:
    """Gap → the orders that `by` may place: a physician any, in their own name; others what a protocol lets them."""
    roles = {held.role for held in roles_in_force(by)}
    if PHYSICIAN in roles:
        return {gap.pk: order_ways(kind_of(gap.rule)) for gap in gaps}
    return _under_protocol(gaps, today, lambda standing: bool(roles & set(standing.roles)))


def _under_protocol(gaps: Collection[CareGap], today: date, is_allowed: Callable[[StandingOrder], bool]) -> Ways:
    offered = {gap.pk: order_ways(kind_of(gap.rule)) for gap in gaps}
    wanted = {way.protocol for ways in offered.values() for way in ways}
    if not wanted:
        return offered
    signed = {
        (one.protocol, rule)
        for one in StandingOrder.objects.filter(
            organization__in=Member.objects.filter(pk__in=[gap.member_id for gap in gaps]).values(
                "managing_organization"
            ),
            period__contains=today,
            protocol__in=wanted,
        )
        if is_allowed(one)
        for rule in one.rules
    }
    members = {gap.member_id for gap in gaps}
    not_for = {protocol: left_out(protocol, members, today) for protocol in {name for name, _rule in signed}}
    return {
        gap.pk: [
            way
            for way in offered[gap.pk]
            if (way.protocol, gap.rule) in signed
            and gap.member_id not in not_for[way.protocol]
            # A physician judges what an open result asks for; no protocol does.
            and gap.last_done_what not in WAITING
        ]
        for gap in gaps
    }
