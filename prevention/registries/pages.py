"""What the registry pages show, in words: rows, counts, trend."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.templatetags.kp import short_date
from members.models import PrimaryCareAssignment
from members.portal import age_on
from network.models import Clinician, Facility
from prevention.models import RegistryEntry, RegistryFollowUp, RegistrySummary
from prevention.registries.definition import Registry
from prevention.registries.forms import control_choices, tier_choices
from prevention.registries.readings import Reading

CONTROL_STATUS = {"at_goal": "good", "above": "due", "far": "due", "unknown": "info"}
TIER_STATUS = {1: "due", 2: "info", 3: "plain"}
ORDERS = {
    "risk": ("tier", "member_id"),
    "name": ("member__name_key", "member_id"),
    "since": ("control_since", "member_id"),
}


def narrowed(entries: QuerySet[RegistryEntry], chosen: dict[str, str], on: date) -> QuerySet[RegistryEntry]:
    """The entries that a filter leaves, in its order."""
    if control := chosen.get("control"):
        entries = entries.filter(control=control)
    if tier := chosen.get("tier"):
        entries = entries.filter(tier=tier)
    if missed := chosen.get("missed"):
        entries = entries.filter(missed__contains=[missed])
    if step := chosen.get("step"):
        entries = entries.filter(next_step=step)
    if language := chosen.get("language"):
        entries = entries.filter(member__language=language)
    if chosen.get("clinician") or chosen.get("facility"):
        cared_for = PrimaryCareAssignment.objects.filter(period__contains=on)
        if clinician := chosen.get("clinician"):
            cared_for = cared_for.filter(clinician_id=clinician)
        if facility := chosen.get("facility"):
            cared_for = cared_for.filter(department__facility__id=facility)
        entries = entries.filter(member__in=cared_for.values("member"))
    return entries.order_by(*ORDERS.get(chosen.get("sort", ""), ORDERS["risk"]))


def with_next_contact(entries: QuerySet[RegistryEntry]) -> QuerySet[RegistryEntry]:
    """Each with the day of the next contact, as last noted."""
    noted = RegistryFollowUp.objects.filter(entry=OuterRef("pk"), next_contact_on__isnull=False).order_by("-at")
    return entries.annotate(next_contact_on=Subquery(noted.values("next_contact_on")[:1]))


def row(entry: RegistryEntry, registry: Registry) -> dict[str, Any]:
    return {
        "entry": entry,
        "name": f"{entry.member.family}, {entry.member.name_used or entry.member.given}",
        "line": line(entry, registry),
        "control": control_badge(entry.control),
        "tier": tier_badge(entry.tier),
        "step": registry.words("steps", entry.next_step) if entry.next_step else "",
        "detail": reverse("prevention:registry_entry", args=[entry.pk]),
    }


def line(entry: RegistryEntry, registry: Registry) -> str:
    """`52 · HbA1c 9.4 %, 1 Oct 2026 · No visit in 6 months · contact 3 Dec`."""
    age = age_on(entry.member, timezone.localdate())
    parts = [str(age) if age is not None else "", *readings_in_words(entry, registry)]
    parts += [str(registry.words("missed", name)) for name in entry.missed]
    next_contact = getattr(entry, "next_contact_on", None)
    if next_contact:
        parts.append(_("contact %(day)s") % {"day": short_date(next_contact)})
    return " · ".join(part for part in parts if part)


def readings_in_words(entry: RegistryEntry, registry: Registry) -> list[str]:
    """`HbA1c 9.4 %, 1 Oct 2026`; the two numbers of a blood pressure of one day as one."""
    words, known = [], entry.readings
    for reading in registry.readings:
        found = known.get(reading.name)
        if not found or (reading.name == "diastolic" and _one_pressure(known)):
            continue
        if reading.name == "systolic" and _one_pressure(known):
            # A pressure is read in whole numbers, however it was stored.
            value = f"{found['value']:g}/{known['diastolic']['value']:g}"
            words.append(f"{_('Blood pressure')} {value}, {_day(found)}")
        else:
            words.append(f"{reading.label} {_number(found)}{_unit(reading)}, {_day(found)}")
    return words


def _one_pressure(known: dict[str, Any]) -> bool:
    both = known.get("systolic"), known.get("diastolic")
    return bool(both[0] and both[1] and both[0]["on"] == both[1]["on"])


def _number(found: dict[str, Any]) -> str:
    return number_format(found["value"], use_l10n=True)


def _unit(reading: Reading) -> str:
    unit = {"mL/min/{1.73_m2}": "mL/min", "mm[Hg]": "mmHg"}.get(reading.unit, reading.unit)
    return f" {unit}" if unit else ""


def _day(found: dict[str, Any]) -> str:
    return short_date(date.fromisoformat(found["on"]), "year")


def control_badge(control: str) -> dict[str, Any]:
    return {"status": CONTROL_STATUS[control], "words": dict(control_choices())[control]}


def tier_badge(tier: int) -> dict[str, Any]:
    words = {1: _("High risk"), 2: _("Rising risk"), 3: _("Stable")}
    return {"status": TIER_STATUS[tier], "words": words[tier]}


# --- Counts ---------------------------------------------------------------------------------------------


def latest_day() -> date | None:
    """The day of the last counts that the person who asks may see."""
    return RegistrySummary.objects.aggregate(day=Max("as_of"))["day"]


def counts_by_registry(day: date) -> dict[str, dict[str, int]]:
    """Registry → people, at goal, high risk, missed contacts."""
    found: dict[str, dict[str, int]] = {}
    for registry, control, tier, missed, people in (
        RegistrySummary.objects.filter(as_of=day, dimension="all")
        .values_list("registry", "control", "tier", "missed")
        .annotate(total=Sum("people"))
    ):
        _add(found.setdefault(registry, _nobody()), control, tier, missed, people)
    return found


def own_counts(entries: QuerySet[RegistryEntry]) -> dict[str, dict[str, int]]:
    """The same of the entries that a person's own list shows, by registry, in one question."""
    rows = (
        entries.order_by()
        .annotate(has_missed=ExpressionWrapper(~Q(missed=[]), output_field=BooleanField()))
        .values_list("registry", "control", "tier", "has_missed")
        .annotate(total=Count("pk"))
    )
    found: dict[str, dict[str, int]] = {}
    for registry, control, tier, missed, people in rows:
        _add(found.setdefault(registry, _nobody()), control, tier, missed, people)
    return found


def with_share(counts: dict[str, int] | None) -> dict[str, int | None]:
    """Counts with the per cent at goal; of nobody none."""
    kept = counts or _nobody()
    share = round(100 * kept["at_goal"] / kept["people"]) if kept["people"] else None
    return {**kept, "at_goal_percent": share}


def _nobody() -> dict[str, int]:
    return {"people": 0, "at_goal": 0, "far": 0, "high": 0, "missed": 0}


def _add(counts: dict[str, int], control: str, tier: int, missed: bool, people: int) -> None:
    counts["people"] += people
    counts["at_goal"] += people if control == "at_goal" else 0
    counts["far"] += people if control == "far" else 0
    counts["high"] += people if tier == RegistryEntry.Tier.HIGH else 0
    counts["missed"] += people if missed else 0


def place_of(chosen: dict[str, str]) -> tuple[str, str]:
    """The dimension whose counts stand on top: the one place that is chosen, or everybody."""
    places = [(name, chosen[name]) for name in ("facility", "clinician", "language") if chosen.get(name)]
    return places[0] if len(places) == 1 else ("all", "")


def summary_of(registry: Registry, day: date | None, place: tuple[str, str]) -> dict[str, Any]:
    """The counts of one registry: totals, and a table of control by risk."""
    totals = _nobody()
    table: dict[str, dict[int, int]] = {}
    rows = (
        RegistrySummary.objects.filter(as_of__in=[day], registry=registry.id, dimension=place[0], stratum=place[1])
        .values_list("control", "tier", "missed")
        .annotate(total=Sum("people"))
    )
    for control, tier, missed, people in rows if day else ():
        _add(totals, control, tier, missed, people)
        cell = table.setdefault(control, {})
        cell[tier] = cell.get(tier, 0) + people
    cells = [
        {
            "control": control_badge(control),
            "says": registry.level_words(control),
            "tiers": [table.get(control, {}).get(tier, 0) for tier, _label in tier_choices()],
            "people": sum(table.get(control, {}).values()),
        }
        for control, _label in control_choices()
    ]
    share = round(100 * totals["at_goal"] / totals["people"]) if totals["people"] else None
    return {"totals": totals, "cells": cells, "at_goal_percent": share, "day": day}


def trend_of(registry: Registry, place: tuple[str, str]) -> dict[str, Any]:
    """The share at goal by day, of the last year's runs; a day's last run counts."""
    days: dict[date, list[int]] = {}
    rows = (
        RegistrySummary.objects.filter(registry=registry.id, dimension=place[0], stratum=place[1])
        .values_list("as_of", "control")
        .annotate(total=Sum("people"))
        .order_by("as_of")
    )
    for day, control, people in rows:
        counts = days.setdefault(day, [0, 0])
        counts[0] += people if control == "at_goal" else 0
        counts[1] += people
    points = [
        {"date": day, "value": round(100 * at_goal / people, 1), "note": _("of %(n)s") % {"n": number_format(people)}}
        for day, (at_goal, people) in days.items()
        if people
    ]
    return {"label": _("At goal"), "unit": "%", "points": points[-60:], "low": None, "high": None, "goal": ""}


# --- What a list can be narrowed by ---------------------------------------------------------------------


def strata(registry: Registry, day: date | None, dimension: str) -> list[str]:
    if day is None:
        return []
    found = RegistrySummary.objects.filter(as_of=day, registry=registry.id, dimension=dimension).exclude(stratum="")
    return list(found.values_list("stratum", flat=True).distinct())


def clinicians(ids: Sequence[str]) -> list[tuple[str, str]]:
    rows = Clinician.objects.filter(pk__in=ids).order_by("family", "given")
    return [(str(one.pk), f"{one.family}, {one.given}") for one in rows]


def facilities(ids: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (str(pk), name) for pk, name in Facility.objects.filter(pk__in=ids).order_by("name").values_list("pk", "name")
    ]


def parts(of: Iterable[Any]) -> list[tuple[str, str]]:
    return [(part.id, str(part.says)) for part in of]
