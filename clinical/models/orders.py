from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinical.models.facts import EncounterFact, FactCoding, fact_key
from core.history import track
from core.models import User
from members.models import MemberOwned
from network.models import Clinician


class Order(EncounterFact):
    """What is asked for (FHIR Request): laboratories and pharmacy extend it with their workflow."""

    class Priority(models.TextChoices):
        ROUTINE = "routine"
        URGENT = "urgent"
        ASAP = "asap"
        STAT = "stat"

    intent = models.CharField(max_length=20, default="order", db_default="order", help_text="FHIR request-intent.")
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE, db_default=Priority.ROUTINE)
    requester = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    ordered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reason_text = models.CharField(max_length=500, blank=True, default="", db_default="")
    protocol = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text="Standing order under which it was placed."
    )

    class Meta(EncounterFact.Meta):
        abstract = True


@track()
class ServiceRequest(Order):
    """A laboratory test, image, procedure or referral that was ordered."""

    kind = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="laboratory, imaging, referral, procedure …"
    )


@track()
class ServiceRequestCoding(FactCoding):
    fact = fact_key(ServiceRequest)


@track()
class DeviceRequest(Order):
    """A device that was ordered (FHIR DeviceRequest)."""


@track()
class DeviceRequestCoding(FactCoding):
    fact = fact_key(DeviceRequest)


@track()
class OrderAlert(MemberOwned):
    """What a check said when an order was placed, and, where it was overridden, by whom and why."""

    class Severity(models.TextChoices):
        INFORMATION = "information"
        WARNING = "warning"
        HARD_STOP = "hard_stop"

    class OverrideCode(models.TextChoices):
        """Why an objection was passed; what recurs needs no words, so that it can be counted."""

        TOLERATED = "tolerated", _("Tolerated before")
        BENEFIT = "benefit", _("The benefit outweighs the risk")
        RECORD_WRONG = "record_wrong", _("The record is wrong")
        NO_ALTERNATIVE = "no_alternative", _("There is no alternative")
        REPEAT = "repeat", _("It has to be repeated")
        MONITORED = "monitored", _("It will be monitored")
        OTHER = "other", _("Another reason")

    order_model = models.CharField(max_length=60, help_text="app.model of the order.")
    order_id = models.UUIDField(null=True, help_text="Null where the order was not placed.")
    check_name = models.CharField(max_length=60, help_text="Name of the registered check.")
    severity = models.CharField(max_length=12, choices=Severity)
    message = models.CharField(max_length=500)
    override_code = models.CharField(max_length=20, choices=OverrideCode, blank=True, default="", db_default="")
    override_reason = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints]
        indexes = [
            models.Index(fields=["order_id"], name="clinical_orderalert_order"),
            models.Index(
                fields=["at"],
                name="clinical_orderalert_passed",
                condition=models.Q(order_id__isnull=False) & ~models.Q(severity="information"),
            ),
        ]
