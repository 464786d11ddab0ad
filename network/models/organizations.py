from django.db import models

from core.models import Identified


class Organization(Identified):
    """A health plan, medical group, hospital, pharmacy, laboratory, partner, payer or outside provider.

    `system` is the integrated organisation at the top; members belong to one. A division (`is_legal_entity`
    false) keeps its books in its nearest parent that is a legal entity.
    """

    class Kind(models.TextChoices):
        SYSTEM = "system", "integrated system"
        HEALTH_PLAN = "health_plan"
        MEDICAL_GROUP = "medical_group"
        HOSPITAL = "hospital"
        PHARMACY = "pharmacy"
        LABORATORY = "laboratory"
        COMMUNITY = "community", "community partner"
        PAYER = "payer", "outside payer"
        OUTSIDE = "outside", "outside provider"

    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=15, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="divisions")
    system = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The integrated system it belongs to; empty for the system itself and for outside parties.",
    )
    is_legal_entity = models.BooleanField(default=True)
    npi = models.CharField("NPI", max_length=10, blank=True, default="")
    tax_id = models.CharField(max_length=20, blank=True, default="")
    source_system = models.CharField(max_length=200, blank=True, default="", db_default="")
    source_id = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~models.Q(source_id=""),
                name="network_organization_source",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Region(Identified):
    """A market of a system: budgets, service area and policy follow it."""

    system = models.ForeignKey(Organization, models.PROTECT, related_name="regions")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=2)
    time_zone = models.CharField(max_length=40, default="America/Los_Angeles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "code"], name="network_region_code")]

    def __str__(self) -> str:
        return self.name


class Facility(Identified):
    """A site where care is given (FHIR Location), ours or an outside one."""

    class Kind(models.TextChoices):
        MEDICAL_OFFICE = "medical_office"
        HOSPITAL = "hospital"
        PHARMACY = "pharmacy"
        LABORATORY = "laboratory"
        VIRTUAL = "virtual"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="facilities")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="facilities")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind)
    place_of_service = models.CharField(max_length=2, default="11", help_text="CMS place of service code.")
    line1 = models.CharField(max_length=200, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    state = models.CharField(max_length=2, blank=True, default="")
    postal_code = models.CharField(max_length=10, blank=True, default="")
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    phone = models.CharField(max_length=20, blank=True, default="")
    time_zone = models.CharField(max_length=40, default="America/Los_Angeles")

    class Meta:
        verbose_name_plural = "facilities"
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="network_facility_code")]

    def __str__(self) -> str:
        return self.name


class Department(Identified):
    """Part of a facility with one specialty and one cost centre."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="departments")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    specialty = models.CharField(max_length=10, blank=True, default="", help_text="NUCC taxonomy code.")
    is_primary_care = models.BooleanField(default=False)
    cost_center = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "code"], name="network_department_code")]

    def __str__(self) -> str:
        return f"{self.name}, {self.facility.name}"


class Room(Identified):
    department = models.ForeignKey(Department, models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["department", "name"], name="network_room_name")]

    def __str__(self) -> str:
        return self.name


class Bed(Identified):
    room = models.ForeignKey(Room, models.PROTECT, related_name="beds")
    label = models.CharField(max_length=10)
    is_open = models.BooleanField("staffed and open", default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "label"], name="network_bed_label")]

    def __str__(self) -> str:
        return f"{self.room.name}-{self.label}"


class ServiceArea(models.Model):
    """The postal codes in which a region enrols members."""

    id = models.BigAutoField(primary_key=True)
    region = models.ForeignKey(Region, models.CASCADE, related_name="service_area")
    postal_code = models.CharField(max_length=5)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "postal_code"], name="network_servicearea_once")]
