"""The laboratory of the two systems: tests with ranges, technologists, orders at any stage."""

from datetime import datetime
from decimal import Decimal

from core.db import acting_as
from labs.actions import ordering, results, specimens
from labs.models import LabOrder, LabResult, LabTest, ReferenceRange
from network.models import Department
from tests.clinical import factories as chart
from tests.clinical.factories import Role, arranging


def lab_test(of, code: str = "K", name: str = "Potassium", loinc: str = "2823-3", **more) -> LabTest:
    more = {"specimen_type": "SER", "unit": "mmol/L", "decimals": 1, "useful_days": 1, **more}
    return LabTest.objects.create(organization=of, code=code, name=name, loinc=chart.concept(loinc, name), **more)


def limits(test: LabTest, low=None, high=None, critical_low=None, critical_high=None, **more) -> ReferenceRange:
    values = {"low": low, "high": high, "critical_low": critical_low, "critical_high": critical_high}
    return ReferenceRange.objects.create(
        test=test, **{name: Decimal(value) for name, value in values.items() if value is not None}, **more
    )


class Laboratory(chart.World):
    """The world with a laboratory: `tom` tests in ours, `tess` in the other system."""

    def __init__(self) -> None:
        super().__init__()
        with arranging():
            self.lab = Department.objects.create(
                facility=self.department.facility, code="LAB", name="Laboratory", specialty="291U00000X"
            )
            self.tom = chart.account("Tom Becker")
            chart.role(self.tom, Role.LABORATORY_TECHNOLOGIST, self.group, self.lab)
            self.tess = chart.account("Tess Other")
            chart.role(self.tess, Role.LABORATORY_TECHNOLOGIST, self.other_group)
            self.potassium = lab_test(self.system)
            limits(self.potassium, "3.5", "5.1", "2.8", "6.2")
            self.fit = lab_test(
                self.system, "FIT", "Stool test (FIT)", "29771-3", specimen_type="STL", unit="", is_home_kit=True
            )

    def order(self, test: LabTest | None = None, member=None, **more) -> LabOrder:
        user = self.chen.user
        with acting_as(user, reason="test"):
            draft = ordering.draft_for(by=user, member=member or self.maria, test=test or self.potassium, **more)
            return ordering.order_test(by=user, draft=draft, override_code="repeat")

    def placed(self, order: LabOrder, at: datetime) -> LabOrder:
        """The order, as if it had been placed at that moment."""
        with arranging():
            LabOrder.objects.filter(pk=order.pk).update(created_at=at)
            order.refresh_from_db()
        return order

    def collected(self, order: LabOrder) -> str:
        """Collect and receive; the accession number."""
        with acting_as(self.tom, reason="test"):
            specimen = specimens.collect_specimen(
                by=self.tom, order=order, mrn=order.member.mrn, birth_date=order.member.birth_date
            )
            specimens.receive_specimen(by=self.tom, order=order)
            return specimen.accession

    def released(self, value: str = "4.2", order: LabOrder | None = None) -> LabResult:
        order = order or self.order()
        accession = self.collected(order)
        with acting_as(self.tom, reason="test"):
            results.enter_result(by=self.tom, order=order, accession=accession, value=value)
            return results.release_result(by=self.tom, order=order)
