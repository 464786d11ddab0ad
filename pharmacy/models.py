import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from clinical.models import MedicationDispense, MedicationRequest
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Concept, Identified, User
from core.triggers import BumpVersion, immutable
from members.models import MemberOwned, member_key
from network.models import Facility
from pharmacy.triggers import (
    FillWithinPrescription,
    MovementCounts,
    MovementFromUsableLot,
    OnHandByMovement,
    PrescriptionTerms,
)
from plans.models import Product


class Ingredient(Identified):
    """A substance (RxNorm IN); allergies, interactions and duplicates are checked by it."""

    concept = models.OneToOneField(Concept, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    classes = models.JSONField(
        default=list, blank=True, help_text="Class names used by safety rules, like penicillin, nitrate."
    )

    def __str__(self) -> str:
        return self.name


class ClinicalDrug(Identified):
    """What is prescribed: ingredients, strength and form (RxNorm SCD)."""

    concept = models.OneToOneField(Concept, models.PROTECT, related_name="+")
    name = models.CharField(max_length=300)
    ingredients = models.ManyToManyField(Ingredient, related_name="drugs")
    strength = models.CharField(max_length=60, blank=True, default="")
    form = models.CharField(max_length=60, blank=True, default="")
    route = models.CharField(max_length=30, blank=True, default="oral")
    schedule = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="DEA schedule 2–5; empty: not controlled."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(schedule__isnull=True) | models.Q(schedule__gte=2, schedule__lte=5),
                name="pharmacy_clinicaldrug_schedule",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DrugProduct(Identified):
    """What is stocked: a labeller's product (NDC), by the unit."""

    drug = models.ForeignKey(ClinicalDrug, models.PROTECT, related_name="products")
    ndc = models.CharField("NDC", max_length=11, unique=True, help_text="11 digits.")
    labeller = models.CharField(max_length=100, blank=True, default="")
    unit = models.CharField(max_length=20, default="tablet")
    unit_cost = models.DecimalField(max_digits=12, decimal_places=4)

    def __str__(self) -> str:
        return f"{self.drug.name} ({self.ndc})"


class FormularyEntry(Identified):
    """The tier of a drug under an insurance product, for a period."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="+", help_text="The insurance product.")
    drug = models.ForeignKey(ClinicalDrug, models.CASCADE, related_name="formulary")
    tier = models.PositiveSmallIntegerField()
    needs_authorisation = models.BooleanField(default=False)
    period = DateRangeField()

    class Meta:
        verbose_name_plural = "formulary entries"
        constraints = [
            models.CheckConstraint(condition=models.Q(period__isempty=False), name="pharmacy_formulary_period"),
            ExclusionConstraint(
                name="pharmacy_formulary_once",
                expressions=[
                    ("product", RangeOperators.EQUAL),
                    ("drug", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        ]


class StockLot(Identified):
    """Units of one lot at one pharmacy. Never below zero; expired or recalled units are never dispensed."""

    facility = models.ForeignKey(Facility, models.PROTECT, related_name="stock")
    product = models.ForeignKey(DrugProduct, models.PROTECT, related_name="lots")
    lot_number = models.CharField(max_length=40)
    expires_on = models.DateField()
    on_hand = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    recalled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "product", "lot_number"], name="pharmacy_stocklot_once"),
            models.CheckConstraint(
                condition=models.Q(on_hand__gte=0),
                name="pharmacy_stocklot_not_below_zero",
                violation_error_message="There are not that many units of this lot.",
            ),
        ]
        triggers = [OnHandByMovement(name="by_movement")]


class StockMovement(models.Model):
    """The perpetual inventory: every unit in or out, by whom and why; `on_hand` is its sum."""

    append_only = True

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        FILL = "fill"
        RETURN = "return"
        ADJUSTMENT = "adjustment"
        WASTE = "waste"

    id = models.BigAutoField(primary_key=True)
    lot = models.ForeignKey(StockLot, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=10, choices=Kind)
    quantity = models.DecimalField(max_digits=12, decimal_places=3, help_text="Positive in, negative out.")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    witness = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    source = models.CharField(max_length=100, unique=True, help_text="The row that caused it.")
    reason = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [*immutable(), MovementFromUsableLot(name="usable_lot"), MovementCounts(name="counts")]


@track()
class Prescription(MemberOwned):
    """The pharmacy's workflow for a medication request."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        ON_HOLD = "on_hold"
        STOPPED = "stopped"
        COMPLETED = "completed"

    request = member_key(MedicationRequest, related_name="prescriptions")
    drug = models.ForeignKey(ClinicalDrug, models.PROTECT, related_name="+")
    pharmacy = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True, related_name="+")
    directions = models.CharField(max_length=500)
    directions_es = models.CharField(max_length=500, blank=True, default="")
    quantity = models.DecimalField(max_digits=12, decimal_places=3, help_text="Units a fill.")
    days_supply = models.PositiveSmallIntegerField()
    refills = models.PositiveSmallIntegerField(default=0)
    expires_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE, db_default=Status.ACTIVE)
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("request"),
            models.UniqueConstraint(fields=["request"], name="pharmacy_prescription_request"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="pharmacy_prescription_quantity"),
        ]
        triggers = [BumpVersion(name="bump_version"), PrescriptionTerms(name="terms")]


@track()
class Fill(MemberOwned):
    """One dispensing of a prescription: requested, filled from a lot, checked, handed over."""

    class Status(models.TextChoices):
        REQUESTED = "requested"
        FILLED = "filled", "ready"
        COLLECTED = "collected"
        CANCELLED = "cancelled"
        RETURNED = "returned", "returned to stock"

    prescription = member_key(Prescription, related_name="fills")
    number = models.PositiveSmallIntegerField(help_text="0 is the first fill; never more than the refills prescribed.")
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    lot = models.ForeignKey(StockLot, models.PROTECT, null=True, blank=True, related_name="fills")
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED, db_default=Status.REQUESTED)
    requested_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(db_default=Now())
    filled_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    filled_at = models.DateTimeField(null=True, blank=True)
    collected_at = models.DateTimeField(null=True, blank=True)
    pickup_place = models.CharField(max_length=60, blank=True, default="")
    copay = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    dispense = member_key(MedicationDispense, null=True, blank=True, related_name="+", db_index=False)

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("prescription"),
            MemberForeignKey("dispense"),
            models.UniqueConstraint(
                fields=["prescription", "number"],
                condition=~models.Q(status__in=["cancelled", "returned"]),
                name="pharmacy_fill_number",
                violation_error_message="This refill is already being prepared.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["requested", "cancelled"])
                | models.Q(lot__isnull=False, filled_by__isnull=False, filled_at__isnull=False),
                name="pharmacy_fill_from_lot",
            ),
        ]
        triggers = [
            *immutable("collected", pgtrigger.Q(old__status="collected")),
            FillWithinPrescription(name="within_prescription"),
        ]


class InteractionRule(Identified):
    """Two ingredients, or classes of them, that must not or should not meet, with the source of the rule."""

    first = models.CharField(max_length=100, help_text="Ingredient or class name, alphabetically first.")
    second = models.CharField(max_length=100)
    severity = models.CharField(
        max_length=12, choices=[("hard_stop", "hard stop"), ("warning", "warning"), ("information", "information")]
    )
    message = models.CharField(max_length=300)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="pharmacy_interactionrule_pair")]
