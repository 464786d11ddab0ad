"""What stands for the arguments in the addresses of pages: rows of the demo world, those of the demo member first."""

from collections.abc import Callable

from django.db.models import Model
from django.utils import timezone

from core.models import User

TRIED = 4
Values = dict[str, list[str]]


def newest(model: type[Model], **conditions) -> list[str]:
    return [str(pk) for pk in model.objects.filter(**conditions).order_by("-pk").values_list("pk", flat=True)[:TRIED]]


def of_people() -> Values:
    from clinical.models import BreakTheGlass
    from members.models import MatchReview, Member, MemberMerge, MemberTelecom, Proxy, ProxyRequest
    from network.models import RoleAssignment, RoleOffer

    maria = Member.objects.get(user__email="maria@demo.example")
    return {
        "member_id": [str(maria.pk)],
        "other_id": newest(Member),
        "telecom_id": newest(MemberTelecom, member=maria),
        "proxy_id": newest(Proxy),
        "review_id": newest(MatchReview),
        "merge_id": newest(MemberMerge),
        "access_id": newest(BreakTheGlass),
        "user_id": newest(User, email="nurse@demo.example"),
        "assignment_id": newest(RoleAssignment),
        "request_id": newest(ProxyRequest),
        "offer_id": newest(RoleOffer),
    }


def of_charts() -> Values:
    from clinical.models import Condition, Encounter, MessageThread, Note, Referral, Task
    from clinical.ports import chart_panels, order_kinds
    from hospitals.models import Handoff, Stay
    from network.models import Bed
    from scheduling.models import Appointment

    own = {"member__user__email": "maria@demo.example"}
    return {
        "vaccine_visit_id": newest(Appointment, visit_type__code="VACCINE"),
        "appointment_id": newest(Appointment, **own) + newest(Appointment, status="booked"),
        "encounter_id": newest(Encounter, **own),
        "condition_id": newest(Condition, **own),
        "note_id": newest(Note, **own),
        "referral_id": newest(Referral),
        "task_id": newest(Task),
        "thread_id": newest(MessageThread),
        "stay_id": newest(Stay),
        "bed_id": newest(Bed, assignments__isnull=True, room__department__facility__region__code="NCA"),
        "handoff_id": newest(Handoff),
        "kind": [kind.name for kind in order_kinds()],
        "name": [panel.name for panel in chart_panels()],
        "step": ["none"],
    }


def of_laboratory_and_pharmacy() -> Values:
    from labs.models import LabOrder, LabResult, ResultMismatch
    from pharmacy.models import Fill, Prescription, StockLot

    own = {"member__user__email": "maria@demo.example"}
    return {
        "result_id": newest(LabResult, **own) + newest(LabResult),
        "order_id": newest(LabOrder),
        "mismatch_id": newest(ResultMismatch),
        "prescription_id": newest(Prescription, **own),
        "fill_id": newest(Fill, status="requested") + newest(Fill),
        "lot_id": newest(StockLot),
        "vaccine_lot_id": newest(StockLot, product__vaccine__isnull=False),
    }


def of_prevention() -> Values:
    from prevention.library import articles
    from prevention.models import (
        CareGap,
        Cohort,
        CohortExport,
        Guideline,
        ImmunisationPolicy,
        ImprovementProject,
        ProjectCycle,
        RegistryBatch,
        RegistryEntry,
        SurveillanceInterval,
    )
    from prevention.registries import BY_ID as REGISTRIES
    from prevention.rules import BY_ID

    exports = CohortExport.objects.filter(status="ready").order_by("-pk")
    return {
        "gap_id": newest(CareGap, status="open", member__user__email="maria@demo.example"),
        "rule": list(BY_ID)[:TRIED],
        "interval_id": newest(SurveillanceInterval),
        "policy_id": newest(ImmunisationPolicy),
        "registration_id": newest(RegistryEntry, left_on=None),
        "registry": list(REGISTRIES),
        "bulk_id": newest(RegistryBatch),
        "cohort_id": newest(Cohort),
        "cohort_export_id": [str(one.pk) for one in exports],
        "file_name": [str(file["name"]) for one in exports for file in one.files][:1],
        "slug": [one.slug for one in articles.articles("en")[:TRIED]],
        "measure": ["CMS130"],
        "group": ["1"],
        "project_id": newest(ImprovementProject),
        "cycle_id": newest(ProjectCycle),
        "guideline_id": newest(Guideline),
    }


def of_outreach() -> Values:
    from prevention.models import (
        BatchOrder,
        Campaign,
        ElsewhereReport,
        FollowUp,
        HomeKit,
        LetterPile,
        OneTapLink,
        OutreachEpisode,
        OutreachPolicy,
        Reminder,
        StandingOrder,
    )
    from prevention.outreach.one_tap import token_for

    wanted = OutreachEpisode.objects.filter(stop_reason="undeliverable").values_list("member_id", flat=True)[:1]
    links = OneTapLink.objects.filter(used_at=None, failures=0, expires_at__gt=timezone.now()).order_by("-pk")[:1]
    return {
        "terms_id": newest(OutreachPolicy),
        "campaign_id": newest(Campaign, code="preventive-care"),
        "reminder_id": newest(Reminder, channel="call"),
        "wanted_member_id": [str(one) for one in wanted],
        "report_id": newest(ElsewhereReport),
        "protocol_id": newest(StandingOrder),
        "batch_id": newest(BatchOrder),
        "kit_id": newest(HomeKit),
        "follow_up_id": newest(FollowUp),
        "token": [token_for(link.pk) for link in links],
        "pile_id": newest(LetterPile),
    }


def of_money() -> Values:
    from billing.models import CapitationLine, CapitationRun, FeeScheduleLine, LedgerEntry, OutsideClaim
    from core.models import JobRun
    from interop.models import ImportRun, SetAside

    run = CapitationRun.objects.order_by("-pk").first()
    return {
        "run_id": newest(JobRun) + newest(JobRun, kind="prevention") + newest(CapitationRun) + newest(ImportRun),
        "line_id": newest(CapitationLine, run=run),
        "claim_id": newest(OutsideClaim),
        "entry_id": newest(LedgerEntry),
        "fee_id": newest(FeeScheduleLine),
        "row_id": newest(SetAside),
    }


ROOMS: tuple[Callable[[], Values], ...] = (
    of_people,
    of_charts,
    of_laboratory_and_pharmacy,
    of_prevention,
    of_outreach,
    of_money,
)


def values() -> Values:
    """For each argument in an address a few values of the demo world."""
    found: Values = {}
    for room in ROOMS:
        found |= room()
    return found
