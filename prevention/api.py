"""/api/v1/care-gaps: what is due for a member, since when, what closed it, and the ways to answer it."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from clinical.api import ChartResource
from core.api.errors import Conflict
from core.api.fields import ById, Day, Filter, Input
from core.api.requests import ApiRequest
from core.api.resources import described, resource
from core.api.writing import step
from core.permissions import may
from prevention import actions
from prevention.engine.measure import WayOut
from prevention.models import CareGap
from prevention.outreach.elsewhere import report_elsewhere
from prevention.outreach.forms import NotNowForm
from prevention.outreach.kinds import is_known, kind_of
from prevention.outreach.orders import NotAsked, NotUnderProtocol, order_as_member, order_for_gap
from scheduling import actions as scheduling
from scheduling import offers
from scheduling.costs import visit_cost
from scheduling.models import Slot, VisitType
from scheduling.ports import tell_booked

EXAMPLE = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"
OWN = "members.portal_schedule"


class BookInput(Input):
    slot = ById(Slot.objects.select_related("session__department__facility__organization"))


class GapOrderInput(Input):
    applies = serializers.ListField(
        child=serializers.CharField(max_length=30),
        required=False,
        help_text="A member who orders for themselves: which of the protocol's questions apply, none of them if empty.",
    )


class ElsewhereInput(Input):
    when = serializers.CharField(max_length=60, help_text="A month and year is enough.")
    where = serializers.CharField(max_length=120)


class DeferInput(Input):
    until = Day(help_text="Within a year.")
    reason = serializers.CharField(max_length=200)


class CareGapApi(ChartResource):
    """What is due. A gap is closed by a fact of the record alone; these are the ways to answer it."""

    model = CareGap
    scope = "care-gaps"
    permissions = ("prevention.view_worklist", "clinical.view_chart", "members.portal_view")
    fields = (
        *("id", "member", "rule", "status", "due_on", "last_done_on", "last_done_what", "opened_at", "closed_at"),
        *("deferred_until", "defer_reason"),
    )
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status", "rule": "rule"}
    serializer_class = described(CareGap, fields)

    def way(self, gap: CareGap, kind: str) -> WayOut:
        """How the gap's rule offers to close it: `book` or `order`. Raises 409 where it does not."""
        found = kind_of(gap.rule) if is_known(gap.rule) else None
        way = next((way for way in found.ways if way.kind == kind), None) if found else None
        if way is None:
            raise Conflict("This is not closed so.", code=f"no_{kind}")
        return way

    def refusal(self, error: Exception) -> APIException | None:
        if isinstance(error, scheduling.BookingRefused):
            return Conflict([ErrorDetail(words, error.code or "refused") for words in error.messages])
        if isinstance(error, NotUnderProtocol):
            return Conflict(str(error), code="no_protocol")
        if isinstance(error, NotAsked):
            return Conflict(str(error), code="not_asked")
        if type(error) is ValueError:
            return Conflict(str(error), code="refused")
        return super().refusal(error)

    @step(BookInput, permissions=("scheduling.book_for_member", OWN), example={"slot": EXAMPLE})
    def book(self, request: ApiRequest, record: CareGap, given: dict[str, Any]) -> None:
        """Book the visit that closes it, at a free time; the gap closes by what is done there."""
        slot: Slot = given["slot"]
        way = self.way(record, "book")
        organization = slot.session.department.facility.organization
        visit_type = VisitType.objects.filter(
            code=way.visit_type, organization__in=[organization.pk, organization.system_id]
        ).first()
        if visit_type is None:
            raise Conflict("Such a visit is not held here.", code="no_visit_type")
        member = record.member
        made = scheduling.book(
            by=request.user,
            member=member,
            slot=slot,
            visit_type=visit_type,
            reason=str(kind_of(record.rule).member_title),
            expected_cost=visit_cost(member, visit_type, offers.local_day(slot)),
        )
        tell_booked(made, f"gap:{record.pk}", request.user)

    @step(GapOrderInput, permissions=("prevention.order_for_gap", OWN), example={"applies": []})
    def order(self, request: ApiRequest, record: CareGap, given: dict[str, Any]) -> None:
        """Order the kit or test that the rule offers, under its protocol; a member answers its questions with it."""
        self.way(record, "order")
        if may(request.user, "prevention.order_for_gap", record):
            order_for_gap(record, by=request.user)
        else:
            order_as_member(record, by=request.user, applies=given.get("applies"))

    @step(
        ElsewhereInput,
        permissions=("prevention.reach_out", OWN),
        example={"when": "May 2026", "where": "Dr. Ito, Reno"},
    )
    def report_elsewhere(self, request: ApiRequest, record: CareGap, given: dict[str, Any]) -> None:
        """It was done elsewhere: the care team asks for the record, and the gap stays until it is there."""
        report_elsewhere(record, by=request.user, when=given["when"], where=given["where"])

    @step(DeferInput, permissions=("prevention.reach_out", OWN))
    def defer(self, request: ApiRequest, record: CareGap, given: dict[str, Any]) -> None:
        """Not now, for a reason, until a day within a year."""
        form = NotNowForm({"until": given["until"], "reason": given["reason"]})
        if not form.is_valid():
            raise ValidationError({name: [str(one) for one in words] for name, words in form.errors.items()})
        actions.defer_gap(record, by=request.user, until=given["until"], reason=given["reason"])


api = [
    *resource("care-gaps", CareGapApi),
]
