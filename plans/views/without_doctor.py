"""Who is covered and has no primary care clinician: nobody near has room, or nobody knows where they live."""

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core import audit
from core.http import AuthenticatedHttpRequest
from core.permissions import requires
from members.models import Member, PrimaryCareAssignment
from members.panels import member_postal_codes
from members.views.staff import systems_of
from plans.models import CoveragePeriod

SHOWN = 100


@require_safe
@requires("members.change_primary_care")
def without_doctor(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Members of the user's systems with medical coverage today and no doctor today or later, longest here first."""
    today = timezone.localdate()
    covered = CoveragePeriod.objects.in_force(today).benefit(CoveragePeriod.BenefitKind.MEDICAL)
    assigned = PrimaryCareAssignment.objects.filter(member=OuterRef("pk"), period__overlap=(today, None))
    found = Member.objects.filter(
        Exists(covered.filter(member=OuterRef("pk"))),
        ~Exists(assigned),
        status=Member.Status.ACTIVE,
        deceased_at=None,
        managing_organization__in=systems_of(request.user),
    )
    shown = list(found.order_by("created_at", "id")[:SHOWN])
    audit.record_read(
        request.user, verb="plans.without_doctor", members=[member.pk for member in shown], request=request
    )
    codes = member_postal_codes([member.pk for member in shown])
    rows = [{"member": member, "postal_code": codes.get(member.pk, "")} for member in shown]
    return render(request, "plans/without_doctor.html", {"rows": rows, "count": found.count()})
