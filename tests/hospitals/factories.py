"""A hospital of each of the two systems, with wards, beds and people who work there."""

from core.db import acting_as
from hospitals.actions import stays
from hospitals.models import Stay
from network.models import Bed, Department, Facility, Organization, Room
from tests.clinical import factories as chart
from tests.clinical.factories import Role, arranging


def hospital(of: Organization, name: str) -> tuple[Facility, list[Department]]:
    owner = Organization.objects.create(name=f"{of.name} Hospitals", kind="hospital", parent=of, system=of)
    place = Facility.objects.create(organization=owner, code="H1", name=name, kind="hospital")
    wards = [
        Department.objects.create(facility=place, code=code, name=code.title()) for code in ("MEDICAL", "SURGICAL")
    ]
    for ward in wards:
        room = Room.objects.create(department=ward, name="01")
        for label in ("A", "B"):
            Bed.objects.create(room=room, label=label)
    return place, wards


class Hospital(chart.World):
    """The world with hospitals: `nina` is a nurse, `doc` a physician and `desk` at the front of ours; `nora` a nurse
    of the other system's. `beds` are ours: two on each of two wards."""

    def __init__(self) -> None:
        super().__init__()
        with arranging():
            self.hospital, (self.medical, self.surgical) = hospital(self.system, "Oakland Medical Center")
            self.other_hospital, (other_ward, _) = hospital(self.other_system, "Elsewhere General")
            self.nina, self.doc = chart.account("Nina Ward"), chart.account("Dora Hospitalist")
            self.desk, self.nora = chart.account("Dan Desk"), chart.account("Nora Other")
            chart.role(self.nina, Role.NURSE, self.hospital.organization, self.medical)
            chart.role(self.doc, Role.PHYSICIAN, self.hospital.organization)
            chart.role(self.desk, Role.FRONT_DESK, self.hospital.organization)
            chart.role(self.nora, Role.NURSE, self.other_hospital.organization, other_ward)
            ours = Bed.objects.filter(room__department__facility=self.hospital)
            self.beds = list(
                ours.select_related("room__department__facility").order_by("room__department__code", "label")
            )
            self.other_bed = Bed.objects.filter(room__department=other_ward).first()

    def admitted(self, member=None, bed: Bed | None = None, **more) -> Stay:
        with acting_as(self.nina, reason="test"):
            return stays.admit(by=self.nina, member=member or self.maria, bed=bed or self.beds[0], **more)

    def summarised(self, stay: Stay) -> Stay:
        with acting_as(self.doc, reason="test"):
            stays.sign_summary(
                by=self.doc, stay=stay, body="Pneumonia, treated. New: amoxicillin. Chest film in 6 weeks."
            )
        return stay
