"""/api/v1/encounters, /conditions, /observations and /immunizations."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from clinical import actions, vitals
from clinical.api.base import (
    CODE,
    FACT,
    IN_VISIT,
    SINCE,
    FactResource,
    concepts_named,
    encounters,
    fact,
    of_member,
)
from clinical.coding import CVX
from clinical.models import Condition, Encounter, Immunization, Observation
from core.api.fields import ById, Code, Day, Filter, Input, Instant
from core.api.requests import ApiRequest
from core.api.writing import creation, step
from core.models import Concept
from scheduling.models import Appointment

WRITE = "clinical.write_chart"
MEMBER = "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55"


class VisitInput(Input):
    appointment = ById(Appointment.objects.all(), help_text="Of somebody who has been checked in.")


class EncounterApi(FactResource):
    """Visits, stays and contacts. A visit begins with the appointment of somebody who is here, and is finished."""

    model = Encounter
    scope = "encounters"
    fields = (*FACT, "department", "facility", "clinician", "appointment", "part_of", "reason_text", "version")
    filters: ClassVar[dict[str, str | Filter]] = {"status": "status", "since": SINCE, "code": CODE}
    serializer_class = fact(Encounter, *fields)

    @creation(VisitInput)
    def start(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Begin the visit of an appointment; one that was begun already is answered as it stands."""
        appointment: Appointment = given["appointment"]
        self.demand(request, appointment, (WRITE,))
        return actions.start_visit(appointment, by=request.user).pk

    @step(permissions=(WRITE,))
    def finish(self, request: ApiRequest, record: Encounter, given: dict[str, Any]) -> None:
        """End the visit: its period closes, its appointment counts as seen, its room is free."""
        actions.finish_visit(record, by=request.user)


class ConditionInput(Input):
    member = serializers.UUIDField()
    codes = Code(many=True, allow_empty=False, max_length=10)  # type: ignore[call-arg]  # the stubs do not know what many=True adds
    onset = Day(is_past=True, required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    encounter = ById(encounters(), required=False, help_text="The visit at which it was found.")


class ResolveInput(Input):
    on = Day(is_past=True, required=False, help_text="Its last day; today without it.")


class ConditionApi(FactResource):
    """Problems and diagnoses."""

    model = Condition
    scope = "conditions"
    fields = (*IN_VISIT, "verification", "is_problem", "note", "version")
    serializer_class = fact(Condition, *fields)

    @creation(
        ConditionInput,
        example={"member": MEMBER, "codes": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}]},
    )
    def add(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Put a problem on the list; one that stands there already is answered, and tied to the visit."""
        member = self.member_for(request, given["member"], WRITE)
        return actions.add_problem(
            by=request.user,
            member=member,
            concepts=concepts_named(given["codes"]),
            encounter=of_member(given.get("encounter"), member, "encounter"),
            onset=given.get("onset"),
            note=given.get("note", ""),
        ).pk

    @step(ResolveInput, permissions=(WRITE,))
    def resolve(self, request: ApiRequest, record: Condition, given: dict[str, Any]) -> None:
        """Take it off the problem list as resolved; it stays in the record with its end."""
        actions.resolve_problem(record, by=request.user, on=given.get("on"))


class ObservationInput(Input):
    """Vital signs of one moment of a visit; what was not measured is left out."""

    encounter = ById(encounters())
    at = Instant(is_past=True, required=False, help_text="When they were taken; now without it.")

    def get_fields(self) -> dict[str, serializers.Field]:
        found = super().get_fields()
        for vital in vitals.ALL:
            found[vital.name] = serializers.DecimalField(
                max_digits=6, decimal_places=1, required=False, help_text=f"{vital.label} ({vital.unit})"
            )
        return found


class ObservationApi(FactResource):
    """Measurements. Vital signs are written here; results of our laboratories come from /results/."""

    model = Observation
    scope = "observations"
    fields = (
        *IN_VISIT,
        *("part_of", "value_quantity", "value_unit", "value_comparator", "value_integer", "value_boolean"),
        *("value_time", "value_text", "low", "high", "interpretation", "performing_laboratory", "corrects", "version"),
    )
    serializer_class = fact(Observation, *fields)

    @creation(ObservationInput, is_many=True, example={"encounter": MEMBER, "systolic": "128", "diastolic": "82"})
    def record_vitals(self, request: ApiRequest, given: dict[str, Any]) -> list[UUID]:
        """Record vital signs. Blood pressure is one observation with two components; weight with height adds BMI."""
        encounter = given["encounter"]
        self.demand(request, encounter, (WRITE,))
        taken = given.get("at")
        if taken is not None and encounter.effective and taken < encounter.effective.lower:
            raise ValidationError({"at": ["Before the visit began."]})
        values = {vital.name: given[vital.name] for vital in vitals.ALL if vital.name in given}
        return [one.pk for one in actions.record_vitals(encounter, by=request.user, values=values, when=taken)]


class ImmunizationInput(Input):
    member = serializers.UUIDField()
    cvx = serializers.CharField(max_length=10, help_text="CDC's code of the vaccine.")
    on = Day(is_past=True)
    encounter = ById(encounters(), required=False, help_text="Where it was given here; without it, elsewhere.")
    lot_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    manufacturer = serializers.CharField(max_length=10, required=False, allow_blank=True, help_text="MVX.")
    expires_on = Day(required=False)
    dose_quantity = serializers.DecimalField(max_digits=8, decimal_places=3, required=False, min_value=Decimal(0))
    dose_unit = serializers.CharField(max_length=20, required=False, allow_blank=True)


class ImmunizationApi(FactResource):
    """Vaccinations, given here or elsewhere."""

    model = Immunization
    scope = "immunizations"
    fields = (*IN_VISIT, "lot_number", "manufacturer", "dose_quantity", "dose_unit", "is_primary_source", "version")
    serializer_class = fact(Immunization, *fields)

    @creation(ImmunizationInput, example={"member": MEMBER, "cvx": "140", "on": "2026-10-05"})
    def record_dose(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """Record a dose, given at a visit or elsewhere. The same vaccine of the same day stays one dose."""
        member = self.member_for(request, given.pop("member"), WRITE)
        vaccine = Concept.objects.filter(system__uri=CVX, code=given.pop("cvx")).first()
        if vaccine is None:
            raise ValidationError({"cvx": ["This code is not known."]})
        of_member(given.get("encounter"), member, "encounter")
        return actions.record_immunization(by=request.user, member=member, vaccine=vaccine, **given).pk
