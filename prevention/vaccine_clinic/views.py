"""The vaccine clinic's pages: its day, one person, and the shelf."""

import datetime
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinical.views.charting import frame, led_to_the_glass, narrow_frame
from core import audit, questions
from core.asked import read_day
from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import may, requires
from members.models import Member
from members.portal import age_on
from members.querysets import parse_query, search
from network.models import Department
from pharmacy.actions.dispensing import Refused
from prevention.immunisation.birth_country import note_birth_country
from prevention.immunisation.outlook import given, outlook
from prevention.vaccine_clinic import VISIT_TYPE, stock
from prevention.vaccine_clinic.actions import DoseRefused, give_doses, walk_in
from prevention.vaccine_clinic.advice import advise
from prevention.vaccine_clinic.day import SOON, bounds, comers
from prevention.vaccine_clinic.forms import DeliveryForm, GiveForm, WasteForm
from prevention.vaccine_clinic.models import DoseGiven
from scheduling.actions import BookingRefused
from scheduling.models import Appointment
from scheduling.views.staff import BADGES, chosen_department, departments_of


def _page(name: str, department: Department) -> str:
    return f"{reverse(f'prevention:{name}')}?department={department.pk}"


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.run_vaccine_clinic", obj=chosen_department, only_asks=True)
def day(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Who comes, what each may have today, and what has been given; somebody without appointment is looked up here."""
    if request.method == "POST":
        return questions.ask(request, "q", beside=("department",))
    department: Department = request.record
    today = timezone.localdate(timezone=ZoneInfo(department.facility.time_zone))
    on = read_day(request.GET.get("day")) or today
    rows = comers(department, on)
    asked = questions.asked(request, "q").get("q", "")
    names_one = _names_one_person(asked)
    found = search(asked) if names_one and on == today else []
    shown = [row.visit.member_id for row in rows] + [member.pk for member in found]
    audit.record_read(
        request.user, verb="prevention.vaccine_clinic", obj=department, members=dict.fromkeys(shown), request=request
    )
    start, end = bounds(department, on)
    context = {
        "department": department,
        "departments": departments_of(request.user),
        "day": on,
        "is_today": on == today,
        "before": on - datetime.timedelta(days=1),
        "after": on + datetime.timedelta(days=1),
        "rows": [{"comer": row, "badge": BADGES[Appointment.Status(row.visit.status)]} for row in rows],
        "lots": stock.shelf(department.facility, start=start, end=end),
        "asked": asked,
        "found": found,
        "names_one": names_one,
        "may_walk_in": bool(may(request.user, "scheduling.book_for_member")),
        "here": request.get_full_path(),
        "columns": [
            {"label": _("Time"), "numeric": True},
            *({"label": label} for label in (_("Member"), _("Today"), _("State"), "")),
        ],
    }
    return render(request, "prevention/vaccine_clinic/day.html", context)


def _names_one_person(asked: str) -> bool:
    """Whether what was typed says who stands there: a record number, or a name and the whole birth date."""
    query = parse_query(asked[:200])
    return bool(query.mrn) or bool(query.names and query.born and not query.born_before)


@require_POST
@requires("prevention.run_vaccine_clinic", obj=chosen_department)
def take_walk_in(request: AuthenticatedHttpRequest) -> HttpResponse:
    department: Department = request.record
    try:
        member_id = uuid.UUID(request.POST.get("member", ""))
    except ValueError:
        raise Http404 from None
    member = get_object_or_404(Member, pk=member_id)
    try:
        visit = walk_in(by=request.user, member=member, department=department)
    except BookingRefused as refused:
        messages.error(request, refused.messages[0])
        return redirect(_page("vaccine_clinic", department))
    return redirect("prevention:vaccine_visit", visit.pk)


def a_visit(request: AuthenticatedHttpRequest, vaccine_visit_id: uuid.UUID) -> Appointment:
    return get_object_or_404(
        Appointment.objects.with_details().select_related("member", "department__facility__organization"),
        pk=vaccine_visit_id,
        visit_type__code=VISIT_TYPE,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.run_vaccine_clinic", obj=a_visit)
def visit(request: AuthenticatedHttpRequest, vaccine_visit_id: uuid.UUID) -> HttpResponse:
    """One person at the clinic: what is due with the lots at hand, and everything given recorded in one go.

    On another day than the visit's it opens to those alone who look after the member.
    """
    found: Appointment = request.record
    member = found.member
    decision = may(request.user, "prevention.vaccinate", found)
    if not decision:
        return led_to_the_glass(request, member, decision)
    audit.record_read(request.user, verb="prevention.vaccine_visit", obj=found, reason=decision.why, request=request)
    if request.method == "POST" and "birth_country" in request.POST:
        return _born(request, found)
    forms = _Forms(request, member, found)
    problem = ""
    if request.method == "POST" and forms.are_valid():
        problem = _give(request, found, forms)
        if not problem:
            return redirect(_page("vaccine_clinic", found.department))
    context = {
        **_frame(request, member),
        "visit": found,
        "groups": forms.groups,
        "missing": [row["due"].row.vaccine_group for row in forms.groups if row["form"] is None],
        "other": forms.other,
        "outlook": forms.outlook,
        "waits": [
            {"due": due, "against": forms.advice.against_group(due.row.vaccine_group)}
            for due in forms.outlook.coming
            if due.row.earliest_on is not None and due.row.earliest_on <= forms.advice.today + SOON
        ],
        "record": given(member, request.user),
        "asks": list(dict.fromkeys(due.row.vaccine_group for due in forms.outlook.asks)),
        "doses": DoseGiven.objects.filter(member=member, visit=found).select_related("lot__product__drug", "given_by"),
        "is_open": found.status in ("booked", "arrived", "roomed"),
        "problem": problem,
        "back_url": _page("vaccine_clinic", found.department),
    }
    status = 422 if problem or request.method == "POST" else 200
    return render(request, "prevention/vaccine_clinic/visit.html", context, status=status)


def _born(request: AuthenticatedHttpRequest, visit: Appointment) -> HttpResponse:
    """Where the person was born, asked before a vaccine that it may make needless."""
    try:
        note_birth_country(visit.member, by=request.user, country=request.POST["birth_country"])
    except ValueError:
        raise Http404 from None
    notify(request, _("Noted. What is due next is worked out within seconds."))
    return redirect("prevention:vaccine_visit", visit.pk)


def _frame(request: AuthenticatedHttpRequest, member: Member) -> dict[str, Any]:
    """The chart's frame for whoever may open the chart; for the others who it is, and allergies."""
    decision = may(request.user, "clinical.view_chart", member)
    if not decision:
        return narrow_frame(request, member, _("Vaccine visit"))
    request.decision = decision
    return frame(request, member, "vaccines")


class _Forms:
    """A form for each vaccine group that asks for a dose, with the lots at hand, and one for anything else."""

    def __init__(self, request: AuthenticatedHttpRequest, member: Member, visit: Appointment) -> None:
        facility = visit.department.facility
        today = timezone.localdate(timezone=ZoneInfo(facility.time_zone))
        self.advice, self.outlook = advise(member, today), outlook(member, request.user, today)
        data = request.POST or None
        lots = stock.usable(facility, today)
        age = age_on(member, today)
        self.groups: list[dict[str, Any]] = []
        sides = 0
        for number, due in enumerate((*self.outlook.now, *self.outlook.may)):
            fitting = [
                lot
                for lot in lots
                if due.row.vaccine_group in self.advice.groups_of(lot.product.vaccine.cvx)
                and not self.advice.against(lot.product.vaccine.cvx)
            ]
            form = GiveForm(data, prefix=f"dose{number}", lots=fitting, age=age, number=sides) if fitting else None
            sides += form is not None
            self.groups.append({"due": due, "form": form})
        self.other = GiveForm(data, prefix="other", lots=lots, age=age, number=sides, may_be_against=True)

    @property
    def all(self) -> list[GiveForm]:
        return [*(row["form"] for row in self.groups if row["form"]), self.other]

    def are_valid(self) -> bool:
        """Each is asked, so that each says what it misses."""
        return not [form for form in self.all if not form.is_valid()]


def _give(request: AuthenticatedHttpRequest, visit: Appointment, forms: _Forms) -> str:
    """What stands against it, in words; empty where everything was recorded."""
    chosen = {form.dose.lot_id: form for form in forms.all if form.dose}
    try:
        recorded = give_doses(visit, [form.dose for form in forms.all if form.dose], by=request.user)
    except DoseRefused as refused:
        form = chosen[refused.lot_id]
        fields = {"site": "site", "information": "information_on", "against": "despite"}
        name = fields.get(refused.code or "", "lot")
        form.add_error(name if name in form.fields else "lot", refused.messages[0])
        return refused.messages[0]
    except ValidationError as refused:
        return str(refused.messages[0])
    notify(
        request,
        _("%(name)s: %(doses)d recorded. The certificate shows it already.")
        % {"name": visit.member, "doses": len(recorded)},
    )
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@requires("prevention.run_vaccine_clinic", obj=chosen_department)
def shelf(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The vaccines of the place: what is left of each lot, a delivery booked in, what was thrown away."""
    department: Department = request.record
    facility = department.facility
    today = timezone.localdate(timezone=ZoneInfo(facility.time_zone))
    start, end = bounds(department, today)
    lots = list(stock.shelf(facility, start=start, end=end))
    wastes = request.POST.get("what") == "waste"
    delivery = DeliveryForm(request.POST if request.method == "POST" and not wastes else None, prefix="in")
    waste = WasteForm(request.POST if wastes else None, prefix="out", lots=lots, today=today)
    chosen = waste if wastes else delivery
    if request.method == "POST" and chosen.is_valid():
        try:
            if wastes:
                said = waste.cleaned_data
                stock.waste_doses(uuid.UUID(said["lot"]), by=request.user, doses=said["doses"], reason=said["reason"])
            else:
                stock.receive_doses(by=request.user, facility=facility, **delivery.cleaned_data)
        except Refused as refused:
            chosen.add_error(None, str(refused))
        except IntegrityError:
            delivery.add_error("source", _("This delivery was booked in before."))
        else:
            notify(request, _("Noted: out of stock.") if wastes else _("Booked in."))
            return redirect(_page("vaccine_stock", department))
    context = {
        "department": department,
        "departments": departments_of(request.user),
        "lots": lots,
        "today": today,
        "delivery": delivery,
        "waste": waste,
        "keeps": bool(may(request.user, "prevention.keep_vaccine_stock", facility)),
        "columns": [
            *({"label": label} for label in (_("Vaccine"), _("Lot"), _("Good until"))),
            *({"label": label, "numeric": True} for label in (_("Left"), _("Given today"), _("Thrown away today"))),
        ],
    }
    return render(request, "prevention/vaccine_clinic/stock.html", context, status=422 if chosen.errors else 200)
