"""What can happen to somebody, as a test writes it: each is a function that writes it into a member's chart."""

from collections.abc import Callable
from datetime import UTC, datetime

from clinical import models as clinical
from clinical.models import CodingRole as Role
from prevention.engine.codes import CONDITION_CATEGORY, Code
from prevention.measures import value_sets as vs
from tests.prevention import charts

Entry = Callable[[object], object]


# --- What can happen to somebody ------------------------------------------------------------------------


def at(written: str) -> datetime:
    """A day (its noon) or a time, UTC."""
    if len(written) == 10:
        written += "T12:00"
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def visit(
    kind, on: str, *, until: str = "", status: str = "finished", visit_class: str = "AMB", diagnosis=None, place=None
):
    def write(member):
        discharged = isinstance(diagnosis, Code)
        more = [(Role.DISCHARGE_DISPOSITION, diagnosis)] if discharged else []
        more += [(Role.PLACE, place)] if place else []
        made = charts.visit(
            member,
            kind,
            at(on),
            ends=at(until) if until else None,
            status=status,
            visit_class=visit_class,
            more_codes=more,
        )
        if diagnosis and not discharged:
            problem = charts.condition(member, diagnosis, at(on))
            clinical.EncounterDiagnosis.objects.create(
                member=member, encounter=made, condition=problem, use="billing", rank=1
            )

    return write


def diagnosis(kind, on: str, *, abated: str = "", status: str = "active", listed: bool = True, severity=None, **fields):
    def write(member):
        more = [(Role.CATEGORY, Code("problem-list-item", CONDITION_CATEGORY))] if listed else []
        more += [(Role.SEVERITY, severity)] if severity else []
        charts.condition(
            member,
            kind,
            at(on) if on else None,
            abated=at(abated) if abated else None,
            status=status,
            recorded_at=None,
            more_codes=more,
            **fields,
        )

    return write


def result(kind, on: str, *, value=None, unit: str = "", says=None, category: str = "laboratory", **fields):
    """An observation: a number with a unit, a whole number, or a coded answer."""

    def write(member):
        given = dict(fields)
        if isinstance(value, int) and not unit:
            given["value_integer"] = value
        elif value is not None:
            given |= {"value_quantity": value, "value_unit": unit}
        if says is not None:
            given["more_codes"] = [*given.get("more_codes", []), (Role.VALUE, says)]
        charts.observation(member, kind, at(on), category=category, **given)

    return write


def answer(kind, on: str, **fields):
    return result(kind, on, category="survey", **fields)


def pressure(on: str, systolic: int, diastolic: int):
    return lambda member: charts.blood_pressure(member, at(on), systolic, diastolic)


def pressure_at_visit(on: str, systolic: int, diastolic: int, visit_class: str = "AMB"):
    """Measured at a visit, an ambulatory one unless said otherwise."""

    def write(member):
        seen = charts.visit(member, vs.OFFICE_VISIT, at(on), visit_class=visit_class)
        charts.blood_pressure(member, at(on), systolic, diastolic, encounter=seen)

    return write


def done(kind, on: str, *, status: str = "completed", reason=None, until: str = "", **fields):
    def write(member):
        more = [(Role.REASON, reason)] if reason else []
        charts.procedure(
            member, kind, at(on), status=status, more_codes=more, ends=at(until) if until else None, **fields
        )

    return write


def _request(model, kind, on: str, *, status: str = "active", reason=None, refused=None, **fields):
    def write(member):
        given = dict(fields)
        more_codes = given.pop("more", []) + ([(Role.REASON, reason)] if reason else [])
        more_codes += [(Role.STATUS_REASON, refused)] if refused else []
        charts.fact(
            model,
            member,
            kind,
            at(on),
            status=status,
            recorded_at=at(on),
            intent="order",
            more_codes=more_codes,
            **given,
        )

    return write


def order(kind, on: str, **fields):
    return _request(clinical.ServiceRequest, kind, on, **fields)


def medicine(kind, on: str, *, days: int | None = None, **fields):
    return _request(clinical.MedicationRequest, kind, on, days_supply=days, **fields)


def fill(kind, on: str, days: int):
    return lambda member: charts.fact(
        clinical.MedicationDispense, member, kind, at(on), status="completed", days_supply=days
    )


def shot(kind, on: str):
    return lambda member: charts.fact(clinical.Immunization, member, kind, at(on), status="completed")


def allergy(kind, on: str, *, last: str = ""):
    """`on` empty: nobody says since when. `last`: when it was last felt."""

    def write(member):
        made = clinical.AllergyIntolerance.objects.create(
            member=member,
            effective=(at(on), None) if on else None,
            status="active",
            verification="confirmed",
            reactions=[{"last_occurrence": at(last).isoformat()}] if last else [],
        )
        clinical.AllergyCoding.objects.create(member=member, fact=made, role=Role.CODE, concept=charts.coded(kind))

    return write


def harm(kind, on: str):
    return lambda member: charts.fact(clinical.AdverseEvent, member, kind, at(on), status="actual", recorded_at=at(on))


def message(kind, on: str, *, status: str = "completed", reason=None):
    more = [(Role.STATUS_REASON, reason)] if reason else []
    return lambda member: charts.fact(
        clinical.Communication, member, kind, at(on), role=Role.REASON, status=status, more_codes=more
    )


def referral_and_report(on: str, reported: str):
    def write(member):
        asked = charts.fact(
            clinical.ServiceRequest, member, vs.REFERRAL, at(on), status="active", recorded_at=at(on), intent="order"
        )
        if reported:
            charts.fact(
                clinical.Task, member, vs.CONSULTANT_REPORT, at(reported), status="completed", focus_id=asked.pk
            )

    return write
