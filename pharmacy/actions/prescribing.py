"""Prescribing: one order through the chart's checks, one prescription."""

from django.db import transaction

from clinical.actions.orders import place_order
from clinical.models import Encounter
from clinical.ports import OrderDraft
from core.models import User
from members.models import Member
from pharmacy.models import Prescription
from pharmacy.ordering import KIND, Terms


def draft_of(
    *, by: User, member: Member, terms: Terms, encounter: Encounter | None = None, reason_text: str = ""
) -> OrderDraft:
    """The order that the checks look at."""
    return OrderDraft(
        member=member,
        kind=KIND,
        concepts=(terms.drug.concept,),
        by=by,
        requester=getattr(by, "clinician", None),
        encounter=encounter,
        reason_text=reason_text,
        detail={"terms": terms},
    )


@transaction.atomic
def prescribe(
    *,
    by: User,
    member: Member,
    terms: Terms,
    encounter: Encounter | None = None,
    reason_text: str = "",
    override_reason: str = "",
    override_code: str = "",
) -> Prescription:
    """Order a medicine; the first fill stands in its pharmacy's queue.

    Raises `PermissionDenied`; `clinical.actions.orders.ReasonNeeded` where a check warns or stops and no reason was
    given; `IntegrityError` where a controlled drug is given more refills or time than the law allows.
    """
    draft = draft_of(by=by, member=member, terms=terms, encounter=encounter, reason_text=reason_text)
    order = place_order(by=by, draft=draft, override_reason=override_reason, override_code=override_code)
    return Prescription.objects.select_related("drug", "member").get(request=order.pk, member=member)
