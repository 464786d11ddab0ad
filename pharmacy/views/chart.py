"""Prescribing from the chart, and the chart's medicines."""

import datetime
import uuid
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinical.actions.orders import ReasonNeeded, check_order
from clinical.models import Encounter
from clinical.panels import counts_of
from clinical.ports import Panel, Since
from clinical.views.charting import frame, opens_chart
from core.http import AuthenticatedHttpRequest, once
from core.notices import notify
from core.permissions import may
from members.deaths import MemberDied
from members.models import Member
from pharmacy import medicines
from pharmacy.actions import prescribe as prescribe_action
from pharmacy.actions.prescribing import draft_of
from pharmacy.forms import PrescribeForm
from pharmacy.models import ClinicalDrug, FormularyEntry, Prescription
from pharmacy.ordering import Terms
from pharmacy.querysets import pharmacies_of

FOUND = 20
# A bag that lies at the counter for longer is worth a word to the physician.
LEFT_LYING = datetime.timedelta(days=3)


def prescribe_url(member: Member, encounter: Encounter | None = None) -> str:
    url = reverse("pharmacy:prescribe", args=[member.pk])
    return f"{url}?encounter={encounter.pk}" if encounter else url


@require_http_methods(["GET", "HEAD", "POST"])
@opens_chart("pharmacy.prescribe", "pharmacy.prescribe")
def prescribe(request: AuthenticatedHttpRequest, member: Member) -> HttpResponse:
    """Find the drug, write directions, see what the checks say, sign. With `?renew=` all is filled in."""
    renewed = _renewed(request, member)
    drug = _chosen(request, renewed)
    form = PrescribeForm(
        request.POST or None,
        initial=_initial(member, drug, renewed),
        pharmacies=pharmacies_of(member.managing_organization_id),
    )
    encounter = _asked(Encounter.objects.filter(member=member), request.GET.get("encounter"))
    alerts: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            made = prescribe_action(
                by=request.user,
                member=member,
                terms=form.terms(renewed),
                encounter=encounter,
                reason_text=form.cleaned_data["reason"],
                override_reason=form.cleaned_data["override"],
                override_code=form.cleaned_data["override_code"],
            )
        except ReasonNeeded as objection:
            alerts = objection.alerts
            form.objected()
        except MemberDied as refused:
            form.add_error(None, refused)
        except IntegrityError:
            form.add_error(None, _("This controlled drug cannot have so many refills or so long a time."))
        else:
            notify(request, _("Prescribed: %(drug)s.") % {"drug": made.drug.name})
            return redirect("clinical:chart_panel", member.pk, "medicines")
    elif drug is not None:
        alerts = _alerts(request, member, drug, renewed)
    asked = request.GET.get("q", "").strip()
    context = {
        **frame(request, member, "medicines"),
        "asked": asked,
        "drug": drug,
        "choices": _found(asked) if drug is None else [],
        "form": form,
        "alerts": alerts,
        "renewed": renewed,
        "must_explain": any(alert.needs_reason for alert in alerts),
        "query": request.GET.urlencode(),
    }
    return render(request, "pharmacy/staff/prescribe.html", context, status=422 if form.errors else 200)


def _alerts(
    request: AuthenticatedHttpRequest, member: Member, drug: ClinicalDrug, renewed: Prescription | None
) -> list[Any]:
    """What the checks say as soon as the drug is chosen, before a word is typed."""
    terms = Terms(drug=drug, directions="–", quantity=Decimal(1), days_supply=1, renews=renewed)
    return check_order(draft_of(by=request.user, member=member, terms=terms))


Row = TypeVar("Row", bound=Model)


def _asked(rows: QuerySet[Row], key: str | None) -> Row | None:
    """The row that an address or a form names; None where it names none of `rows`."""
    try:
        return rows.filter(pk=uuid.UUID(key or "")).first()
    except ValueError:
        return None


def _renewed(request: AuthenticatedHttpRequest, member: Member) -> Prescription | None:
    own = Prescription.objects.select_related("drug", "request").prefetch_related("drug__ingredients")
    return _asked(own.filter(member=member), request.GET.get("renew"))


def _chosen(request: AuthenticatedHttpRequest, renewed: Prescription | None) -> ClinicalDrug | None:
    if renewed is not None:
        return renewed.drug
    drugs = ClinicalDrug.objects.select_related("concept").prefetch_related("ingredients")
    return _asked(drugs, request.POST.get("drug") or request.GET.get("drug"))


def _initial(member: Member, drug: ClinicalDrug | None, renewed: Prescription | None) -> dict[str, Any]:
    if renewed is None:
        # Where the member picked up last.
        used = Prescription.objects.filter(member=member, pharmacy__isnull=False).order_by("-created_at")
        return {"drug": drug.pk if drug else None, "pharmacy": used.values_list("pharmacy", flat=True).first()}
    return {
        "drug": renewed.drug_id,
        "directions": renewed.directions,
        "directions_es": renewed.directions_es,
        "quantity": renewed.quantity.normalize(),
        "days_supply": renewed.days_supply,
        "refills": renewed.refills,
        "pharmacy": renewed.pharmacy_id,
        "reason": renewed.request.reason_text,
    }


def _found(asked: str) -> list[ClinicalDrug]:
    """Drugs by words of their name, those of a formulary first."""
    if len(asked) < 2:
        return []
    rows = ClinicalDrug.objects.all()
    for word in asked.split():
        rows = rows.filter(name__icontains=word)
    rows = rows.annotate(listed=Exists(FormularyEntry.objects.filter(drug=OuterRef("pk"))))
    return list(rows.order_by("-listed", "name")[:FOUND])


def _lines(request: AuthenticatedHttpRequest, member: Member) -> list[medicines.Line]:
    return once(request, ("medicine lines", member.pk), lambda: medicines.lines_of(member, request.user))


def medicines_since(request: AuthenticatedHttpRequest, member: Member, instant: datetime.datetime) -> list[Since]:
    """Medicines that wait at the counter or ran out since `instant`: what a prescription alone does not tell."""
    if not may(request.user, "pharmacy.view_medicines", member):
        return []
    now, found = timezone.now(), []
    for line in _lines(request, member):
        fill = line.open_fill
        if fill is not None and fill.filled_at is not None and instant < fill.filled_at < now - LEFT_LYING:
            found.append(Since(fill.filled_at, _("ready, and not collected"), strong=line.plain))
        elif line.days_left is not None and line.days_left < 0:
            out = now + datetime.timedelta(days=line.days_left)
            if out > instant:
                found.append(Since(out, _("ran out, and not filled since"), strong=line.plain))
    return found


def medicines_panel(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    lines = _lines(request, member)
    may_prescribe = bool(may(request.user, "pharmacy.prescribe", member))
    columns = [
        {"label": _("Medicine")},
        {"label": _("Last fill")},
        {"label": _("Days covered, 12 months"), "numeric": True},
        *([{"label": ""}] if may_prescribe else []),
    ]
    return Panel("pharmacy/panels/medicines.html", {"lines": lines, "may_prescribe": may_prescribe, "columns": columns})


def medicines_count(request: AuthenticatedHttpRequest, member: Member) -> int:
    return counts_of(request, member).get("medicines", 0)
