"""Vaccines on the shelf, and each dose that left it."""

from django.db import models

from clinical.models import Immunization
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Identified, User
from members.models import MemberOwned, member_key
from pharmacy.models import DrugProduct, StockLot
from scheduling.models import Appointment


class Route(models.TextChoices):
    """HL7 v2 table 0162."""

    INTRAMUSCULAR = "IM", "into the muscle"
    SUBCUTANEOUS = "SC", "under the skin"
    INTRADERMAL = "ID", "into the skin"
    ORAL = "PO", "by mouth"
    NASAL = "NS", "into the nose"


# By these no site is chosen.
WITHOUT_SITE = (Route.ORAL, Route.NASAL)


class Site(models.TextChoices):
    """HL7 v2 table 0163."""

    LEFT_ARM = "LD", "left upper arm"
    RIGHT_ARM = "RD", "right upper arm"
    LEFT_THIGH = "LT", "left thigh"
    RIGHT_THIGH = "RT", "right thigh"


class VaccineProduct(Identified):
    """Which vaccine a product is (the CDC's crosswalk of NDC, CVX and MVX), how it is given, what is handed out."""

    product = models.OneToOneField(DrugProduct, models.PROTECT, related_name="vaccine")
    cvx = models.CharField(max_length=5, help_text="Vaccine, CVX.")
    mvx = models.CharField(max_length=10, help_text="Maker, MVX.")
    route = models.CharField(max_length=3, choices=Route, default=Route.INTRAMUSCULAR)
    information_on = models.DateField(
        null=True, blank=True, help_text="Edition of the vaccine information statement in use."
    )

    class Meta:
        app_label = "prevention"

    def __str__(self) -> str:
        return self.product.drug.name


@track()
class DoseGiven(MemberOwned):
    """What the law has on record of a dose beside vaccine, day, maker and lot (42 U.S.C. 300aa-25 and 300aa-26)."""

    immunization = member_key(Immunization, related_name="+")
    visit = member_key(Appointment, related_name="+")
    lot = models.ForeignKey(StockLot, models.PROTECT, related_name="+", help_text="Whose unit it was.")
    route = models.CharField(max_length=3, choices=Route)
    site = models.CharField(max_length=3, choices=Site, blank=True, default="", db_default="")
    information_on = models.DateField(help_text="Edition of the information statement that was handed out.")
    given_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField()
    despite = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Why it was given though not due."
    )

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("immunization"),
            MemberForeignKey("visit"),
            models.UniqueConstraint(
                fields=["member", "immunization"],
                name="prevention_dosegiven_once",
                violation_error_message="This dose is on record already.",
            ),
            models.CheckConstraint(
                condition=models.Q(route__in=WITHOUT_SITE) | ~models.Q(site=""),
                name="prevention_dosegiven_site",
                violation_error_message="Say where it was injected.",
            ),
        ]
