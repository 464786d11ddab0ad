"""Drugs, pharmacies, stock and prescriptions, in the clinical tests' world of two systems."""

import datetime
from decimal import Decimal

from core.db import acting_as
from network.models import Facility
from pharmacy.actions import prescribe, receive_stock, request_refill
from pharmacy.models import ClinicalDrug, DrugProduct, Fill, Ingredient, Prescription, StockLot
from pharmacy.ordering import Terms, today_at
from tests.clinical import factories as clinical
from tests.clinical.factories import arranging

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LATER = datetime.timedelta(days=400)


def ingredient(name: str, *classes: str) -> Ingredient:
    concept = clinical.concept(f"in-{name}", name, RXNORM)
    return Ingredient.objects.get_or_create(concept=concept, defaults={"name": name, "classes": list(classes)})[0]


def drug(name: str = "metformin", *classes: str, schedule: int | None = None, **more) -> ClinicalDrug:
    concept = clinical.concept(f"scd-{name}", f"{name} 500 MG Oral Tablet", RXNORM)
    made, is_new = ClinicalDrug.objects.get_or_create(
        concept=concept, defaults={"name": f"{name} 500 MG Oral Tablet", "schedule": schedule, **more}
    )
    if is_new:
        made.ingredients.add(ingredient(name, *classes))
    return made


def product(of: ClinicalDrug) -> DrugProduct:
    number = DrugProduct.objects.count() + 1
    return DrugProduct.objects.get_or_create(drug=of, defaults={"ndc": f"99999{number:06d}", "unit_cost": "0.05"})[0]


def facility(of, name: str = "Oakland Pharmacy") -> Facility:
    number = Facility.objects.count() + 1
    return Facility.objects.create(organization=of, code=f"RX{number}", name=name, kind=Facility.Kind.PHARMACY)


class Pharmacies(clinical.World):
    """The clinical world with a pharmacy and a pharmacist in each system; ours has metformin on the shelf."""

    def __init__(self) -> None:
        super().__init__()
        with arranging():
            self.pharmacy, self.other_pharmacy = facility(self.group), facility(self.other_group, "Elsewhere")
            self.nair = clinical.clinician(self.department, "Priya Nair", as_role="pharmacist")
            self.second = clinical.clinician(self.department, "Sam Second", as_role="pharmacist")
            self.other_pharmacist = clinical.clinician(self.other_department, "Otis Else", as_role="pharmacist")
            self.metformin = drug("metformin", "biguanide")

    @property
    def today(self) -> datetime.date:
        return today_at(self.pharmacy)

    def stock(self, of: ClinicalDrug | None = None, quantity: int = 1000, **more) -> StockLot:
        with acting_as(self.nair.user, reason="stock"):
            number = StockLot.objects.count() + 1
            return receive_stock(
                **{
                    "by": self.nair.user,
                    "facility": self.pharmacy,
                    "product": product(of or self.metformin),
                    "lot_number": f"L{number}",
                    "expires_on": self.today + LATER,
                    "quantity": Decimal(quantity),
                    "source": f"delivery {number}",
                    **more,
                }
            )

    def terms(self, of: ClinicalDrug | None = None, **more) -> Terms:
        more = {"directions": "Take 1 tablet twice a day", "quantity": Decimal(60), "days_supply": 30, **more}
        return Terms(**{"drug": of or self.metformin, "refills": 3, "pharmacy": self.pharmacy, **more})

    def prescribe(self, of: ClinicalDrug | None = None, member=None, **more) -> Prescription:
        with acting_as(self.chen.user, reason="visit"):
            return prescribe(
                by=self.chen.user,
                member=member or self.maria,
                terms=self.terms(of, **more),
                override_reason="Agreed with the member",
            )

    def fill_of(self, prescription: Prescription) -> Fill:
        with arranging():
            return Fill.objects.filter(prescription=prescription).latest("requested_at")

    def refill(self, prescription: Prescription, by=None) -> Fill:
        user = by or self.maria.user
        with acting_as(user, reason="portal"):
            return request_refill(by=user, prescription=prescription)
