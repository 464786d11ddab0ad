"""A vaccine clinic of today in the clinical tests' world: a room with hours, vaccines on the shelf, people booked."""

import datetime
import itertools
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from clinical import models as clinical
from core.db import acting_as
from network.models import Room
from pharmacy.models import ClinicalDrug, DrugProduct, StockLot, StockMovement
from prevention.engine.facts import Code
from prevention.models import VaccineProduct
from prevention.vaccine_clinic.actions import Dose
from scheduling import actions as scheduling
from scheduling.models import Appointment
from tests.clinical import factories
from tests.clinical.factories import PACIFIC, arranging
from tests.prevention import charts
from tests.scheduling.factories import visit_type

CVX = "http://hl7.org/fhir/sid/cvx"
EDITION = datetime.date(2025, 1, 31)
_number = itertools.count(1)


def vaccinate(of, cvx, on, **fields):
    return charts.fact(clinical.Immunization, of, Code(cvx, CVX), on, status="completed", **fields)


class Clinic(factories.World):
    """Maria is 60 and due for shingles, Tdap and pneumococcal; the nurse Jo Park runs the clinic; seats for two."""

    def __init__(self) -> None:
        super().__init__()
        self.today = timezone.localdate(timezone=PACIFIC)
        with arranging():
            self.maria.birth_date = self.today - relativedelta(years=60)
            self.maria.save()
            self.kind = visit_type(self.department, "VACCINE", "Vaccine visit", minutes=10, service="preventive")
            self.office = visit_type(self.department)
            self.room = Room.objects.create(department=self.department, name="Vaccine room")
            self.zoster, self.tdap = self.product("187", "SKB"), self.product("115", "PMC")
            self.mmr = self.product("03", "MSD", route="SC")
        self.session = self.hours()

    def product(self, cvx: str, mvx: str, route: str = "IM") -> VaccineProduct:
        drug = ClinicalDrug.objects.create(concept=factories.concept(cvx, cvx, CVX), name=f"Vaccine {cvx}")
        made = DrugProduct.objects.create(
            drug=drug, ndc=f"88888{next(_number):06d}", unit_cost=Decimal(20), unit="dose"
        )
        return VaccineProduct.objects.create(product=made, cvx=cvx, mvx=mvx, route=route, information_on=EDITION)

    def lot(self, of: VaccineProduct, doses: int = 10, *, at=None, days: int = 200) -> StockLot:
        with arranging():
            made = StockLot.objects.create(
                facility=(at or self.department).facility,
                product=of.product,
                lot_number=f"LOT{next(_number)}",
                expires_on=self.today + datetime.timedelta(days=days),
            )
            StockMovement.objects.create(
                lot=made, kind="receipt", quantity=doses, by=self.park.user, source=f"test:{made.pk}"
            )
            made.refresh_from_db()
        return made

    def hours(self, capacity: int = 2):
        """From an hour before until two hours after now, within today."""
        now = timezone.now()
        midnight = datetime.datetime.combine(self.today, datetime.time(), PACIFIC)
        start = max(midnight, now - datetime.timedelta(hours=1))
        end = min(midnight + datetime.timedelta(days=1), now + datetime.timedelta(hours=2))
        with acting_as(self.park.user, reason="test"):
            return scheduling.create_session(
                by=self.park.user,
                department=self.department,
                room=self.room,
                starts_at=start,
                ends_at=end,
                slot_minutes=10,
                capacity=capacity,
                visit_types=[self.kind],
            )

    def come(self, member=None, *, arrived: bool = True) -> Appointment:
        """Booked by the desk for the slot of now, and here."""
        now = timezone.now()
        with arranging():
            slot = self.session.slots.filter(ends_at__gt=now).order_by("starts_at").first()
            made = scheduling.book(
                by=self.chen.user, member=member or self.maria, slot=slot, visit_type=self.kind, at=now
            )
            return scheduling.check_in(made, by=self.chen.user, at=now) if arrived else made

    def dose(self, lot: StockLot, **more) -> Dose:
        return Dose(lot.pk, more.pop("information_on", EDITION), more.pop("site", "LD"), **more)
