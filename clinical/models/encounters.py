from django.db import models

from clinical.models.facts import Fact, FactCoding, fact_key
from core.constraints import MemberForeignKey
from core.history import track
from core.triggers import note_changes
from members.models import MemberOwned, member_key
from network.models import Clinician, Department, Facility
from scheduling.models import Appointment


@track()
class Encounter(Fact):
    """A visit, stay, call or outside episode (FHIR Encounter). `effective` is its period."""

    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    clinician = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="encounters")
    appointment = member_key(Appointment, null=True, blank=True, related_name="encounters", db_index=False)
    part_of = member_key("self", null=True, blank=True, related_name="parts", db_index=False)
    reason_text = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            MemberForeignKey("appointment"),
            MemberForeignKey("part_of"),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(appointment__isnull=False),
                name="clinical_encounter_appointment",
                violation_error_message="This appointment already has its visit.",
            ),
        ]


@track()
class EncounterCoding(FactCoding):
    fact = fact_key(Encounter)


@track()
class EncounterDiagnosis(MemberOwned):
    """A condition treated in an encounter, with its use and rank; risk scoring and billing read it."""

    encounter = member_key(Encounter, on_delete=models.CASCADE, related_name="diagnoses")
    condition = member_key("clinical.Condition", related_name="+")
    use = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="FHIR diagnosis-role: AD, DD, CC, billing …"
    )
    rank = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("encounter"),
            MemberForeignKey("condition"),
            models.UniqueConstraint(fields=["encounter", "condition", "use"], name="clinical_encounterdiagnosis_once"),
        ]
        triggers = note_changes()
