import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce, Now

from core.models import Identified, User
from network.models.organizations import Bed, Department, Facility, Organization, Room

# A role at a whole organisation has no facility and no department; as a value it can be compared.
NOWHERE = models.Value(uuid.UUID(int=0), output_field=models.UUIDField())


class Clinician(Identified):
    """A person who gives care (FHIR Practitioner), ours or an outside one."""

    user = models.OneToOneField(User, models.PROTECT, null=True, blank=True, related_name="clinician")
    npi = models.CharField("NPI", max_length=10, blank=True, default="")
    family = models.CharField(max_length=100)
    given = models.CharField(max_length=100, blank=True, default="")
    prefix = models.CharField(max_length=20, blank=True, default="")
    credential = models.CharField(max_length=20, blank=True, default="", help_text="Like MD, NP, PharmD.")
    specialty = models.CharField(max_length=10, blank=True, default="", help_text="NUCC taxonomy code.")
    languages = ArrayField(models.CharField(max_length=10), default=list, blank=True, help_text="BCP 47.")
    panel_limit = models.PositiveIntegerField(default=0, help_text="Members they can be the primary care clinician of.")
    is_accepting = models.BooleanField(default=False, help_text="Takes new members on the panel.")
    source_system = models.CharField(max_length=200, blank=True, default="", db_default="")
    source_id = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["npi"],
                condition=~models.Q(npi=""),
                name="network_clinician_npi",
                violation_error_message="A clinician with this NPI already exists.",
            ),
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~models.Q(source_id=""),
                name="network_clinician_source",
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.prefix, self.given, self.family) if part)


class Employment(Identified):
    """A clinician's salaried place: department, share of full time, period."""

    clinician = models.ForeignKey(Clinician, models.PROTECT, related_name="employments")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, related_name="employments")
    fte = models.DecimalField("share of full time", max_digits=4, decimal_places=3)
    period = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(fte__gt=0, fte__lte=1), name="network_employment_fte"),
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="network_employment_period"),
            ExclusionConstraint(
                name="network_employment_once",
                expressions=[
                    ("clinician", RangeOperators.EQUAL),
                    ("department", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class RoleAssignment(Identified):
    """A role that a user holds at an organisation, or narrower at a facility or department, for a period."""

    class Role(models.TextChoices):
        PHYSICIAN = "physician"
        NURSE = "nurse"
        MEDICAL_ASSISTANT = "medical_assistant"
        PHARMACIST = "pharmacist"
        LABORATORY_TECHNOLOGIST = "laboratory_technologist"
        FRONT_DESK = "front_desk"
        CARE_COORDINATOR = "care_coordinator"
        PLAN_ADMINISTRATOR = "plan_administrator"
        ADMINISTRATOR = "administrator", "administrator of access"
        FINANCE = "finance"
        AUDITOR = "auditor"
        QUALITY = "quality", "quality and population health"
        INTEGRATION = "integration", "integration client"

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments")
    role = models.CharField(max_length=25, choices=Role)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    period = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="network_roleassignment_period"),
            ExclusionConstraint(
                name="network_roleassignment_once",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("organization", RangeOperators.EQUAL),
                    (Coalesce("facility", NOWHERE), RangeOperators.EQUAL),
                    (Coalesce("department", NOWHERE), RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message="This person already holds this role at this place in that period.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} at {self.department or self.facility or self.organization}"


class RoleOffer(Identified):
    """A role offered to somebody whose account stands already. No reader of roles looks here: it opens nothing."""

    class Status(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    user = models.ForeignKey(User, models.PROTECT, related_name="role_offers")
    role = models.CharField(max_length=25, choices=RoleAssignment.Role)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    period = DateRangeField(help_text="As asked for; accepted later, the role begins later.")
    offered_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(db_default=Now(), editable=False)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_default=Status.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="network_roleoffer_period"),
            models.CheckConstraint(
                condition=~models.Q(offered_by=models.F("user")),
                name="network_roleoffer_by_another",
                violation_error_message="Nobody offers a role to themselves.",
            ),
            models.CheckConstraint(
                condition=models.Q(status="open", answered_at__isnull=True)
                | (~models.Q(status="open") & models.Q(answered_at__isnull=False)),
                name="network_roleoffer_answered",
            ),
            models.UniqueConstraint(
                "user",
                "role",
                "organization",
                Coalesce("facility", NOWHERE),
                Coalesce("department", NOWHERE),
                condition=models.Q(status="open"),
                name="network_roleoffer_once",
                violation_error_message="This role is offered to this person already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} at {self.department or self.facility or self.organization}"


class Resource(Identified):
    """What a booking holds: exactly one clinician, room or bed."""

    clinician = models.OneToOneField(Clinician, models.CASCADE, null=True, blank=True, related_name="resource")
    room = models.OneToOneField(Room, models.CASCADE, null=True, blank=True, related_name="resource")
    bed = models.OneToOneField(Bed, models.CASCADE, null=True, blank=True, related_name="resource")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    models.Q(clinician__isnull=False, room__isnull=True, bed__isnull=True)
                    | models.Q(clinician__isnull=True, room__isnull=False, bed__isnull=True)
                    | models.Q(clinician__isnull=True, room__isnull=True, bed__isnull=False)
                ),
                name="network_resource_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.clinician or self.room or self.bed)
