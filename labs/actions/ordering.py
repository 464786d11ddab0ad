"""From the chart's order to the laboratory's work, and back out of it."""

from django.db import models, transaction

from clinical.actions.orders import place_order
from clinical.models import Encounter, ServiceRequest
from clinical.ports import OrderDraft
from core import audit
from core.models import User
from core.permissions import require
from labs import checks, workflow
from labs.models import LabOrder, LabTest
from members.models import Member, PrimaryCareAssignment
from network.models import Clinician, Department

LABORATORY_TAXONOMY = "291U00000X"  # NUCC: Clinical Medical Laboratory


def draft_for(
    *,
    by: User,
    member: Member,
    test: LabTest,
    encounter: Encounter | None = None,
    priority: str = "routine",
    reason_text: str = "",
) -> OrderDraft:
    """The order of one test, before the checks have looked at it."""
    return OrderDraft(
        member=member,
        kind="laboratory",
        concepts=(test.loinc,),
        by=by,
        requester=Clinician.objects.filter(user=by).first(),
        encounter=encounter,
        priority=priority,
        reason_text=reason_text,
    )


@transaction.atomic
def order_test(*, by: User, draft: OrderDraft, override_reason: str = "", override_code: str = "") -> LabOrder:
    """Order the test of `draft` (see `draft_for`); raises what `place_order` raises."""
    request = place_order(by=by, draft=draft, override_reason=override_reason, override_code=override_code)
    return LabOrder.objects.select_related("member", "test").filter(request=request.pk).earliest("created_at")


def start_workflow(order: models.Model, draft: OrderDraft, *, by: User) -> None:
    """The laboratory's side of an order that was just placed, in the same transaction.

    Raises `ValueError` where the catalogue has none of the tests: an order nobody works on must not be placed.
    """
    tests = checks.tests_for(draft)
    if not tests or not isinstance(order, ServiceRequest):
        raise ValueError("Our laboratory does not offer this test.")
    department = laboratory_for(draft)
    for test in tests:
        made = LabOrder.objects.create(
            member=draft.member, request=order, test=test, department=department, sensitivity=order.sensitivity
        )
        audit.record(by=by, action="create", verb="labs.order_test", obj=made)


def laboratory_for(draft: OrderDraft) -> Department | None:
    """The laboratory at the place of the visit, else at the member's primary care facility."""
    facility = draft.encounter.facility_id if draft.encounter else None
    if facility is None:
        facility = (
            PrimaryCareAssignment.objects.filter(member=draft.member, period__endswith__isnull=True)
            .values_list("department__facility", flat=True)
            .first()
        )
    return Department.objects.filter(facility=facility, specialty=LABORATORY_TAXONOMY).order_by("code").first()


@transaction.atomic
def cancel_order(*, by: User, order: LabOrder, reason: str) -> LabOrder:
    """Cancel an order that has no result yet. Raises `WrongStage`, and `ValueError` without a reason."""
    require(by, "labs.cancel_order", order)
    reason = reason.strip()
    if not reason:
        raise ValueError("Say why the order is cancelled.")
    order = workflow.locked(order.pk)
    workflow.move(order, "cancel")
    close_request(order, "revoked")
    audit.record(by=by, action="update", verb="labs.cancel_order", obj=order, reason=reason)
    return order


def close_request(order: LabOrder, status: str) -> None:
    """The chart's order follows once none of its tests waits."""
    others = LabOrder.objects.waiting().filter(request=order.request_id).exclude(pk=order.pk)
    if not others.exists():
        ServiceRequest.objects.filter(pk=order.request_id).update(status=status)
