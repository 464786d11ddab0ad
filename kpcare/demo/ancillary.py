"""A morning in the laboratory and on the ward: orders at every stage, a few people in bed. Made by the same actions
as the screens, by the demo accounts."""

import datetime

from django.utils import timezone

from core.models import User
from hospitals.actions import stays
from kpcare.demo.world import EVER, World
from labs.actions import ordering, results, specimens
from labs.models import LabOrder, LabTest
from members.models import Member
from network.models import Bed, Facility, RoleAssignment

# Test, priority, how far it has come, value.
ORDERS = [
    ("K", "stat", "ordered", ""),
    ("A1C", "routine", "ordered", ""),
    ("TSH", "routine", "ordered", ""),
    ("FIT", "routine", "ordered", ""),
    ("FIT", "routine", "mailed", ""),
    ("LDL", "routine", "collected", ""),
    ("CREA", "urgent", "collected", ""),
    ("K", "routine", "received", ""),
    ("UACR", "routine", "received", ""),
    ("TSH", "routine", "resulted", "6.1"),
    ("K", "urgent", "released", "6.6"),
    ("A1C", "routine", "released", "7.4"),
]
# Reason, status, days since admission, days until expected discharge.
STAYS = [
    ("Community-acquired pneumonia", "inpatient", 2, 1),
    ("Heart failure, decompensated", "inpatient", 4, 0),
    ("Chest pain, rule out", "observation", 1, 0),
    ("Hip fracture, after repair", "inpatient", 6, 2),
    ("Cellulitis of the leg", "inpatient", 3, -1),
]


def staff(role: str) -> User:
    return User.objects.get(email=f"{role}@demo.example")


def add(place: World) -> None:
    """Lay laboratory orders and stays for members of the first market, other than the pictures' family."""
    people = iter(
        Member.objects.filter(
            region=place.markets[0].region, user__isnull=True, birth_date__lt=datetime.date(1990, 1, 1)
        ).order_by("mrn")[20 : 20 + len(ORDERS) + len(STAYS)]
    )
    for (code, priority, stage, value), member in zip(ORDERS, people, strict=False):
        test = LabTest.objects.select_related("loinc").get(organization=place.system, code=code)
        order(test, member, priority, stage, value)
    _ward(place, list(people))


def order(test: LabTest, member: Member, priority: str, stage: str, value: str) -> LabOrder:
    physician, technologist = staff("physician"), staff("laboratory.technologist")
    draft = ordering.draft_for(by=physician, member=member, test=test, priority=priority)
    made = ordering.order_test(by=physician, draft=draft, override_reason="Follow-up of the last value")
    if stage == "mailed":
        specimens.mail_kit(by=technologist, order=made)
    if stage in ("ordered", "mailed"):
        return made
    tube = specimens.collect_specimen(by=technologist, order=made, mrn=member.mrn, birth_date=member.birth_date)
    if stage == "collected":
        return made
    specimens.receive_specimen(by=technologist, order=made)
    if value:
        results.enter_result(by=technologist, order=made, accession=tube.accession, value=value)
    if stage == "released":
        results.release_result(by=technologist, order=made)
    return made


def _ward(place: World, people: list[Member]) -> None:
    """The demo nurse, physician and front desk also work in the first hospital; five people lie there."""
    hospital = Facility.objects.filter(kind="hospital", region=place.markets[0].region).select_related("organization")[
        0
    ]
    for role in ("nurse", "physician", "front_desk", "care_coordinator"):
        RoleAssignment.objects.create(
            user=staff(role.replace("_", ".")),
            role=role,
            organization=hospital.organization,
            facility=hospital,
            period=EVER,
        )
    nurse, physician = staff("nurse"), staff("physician")
    beds = Bed.objects.filter(room__department__facility=hospital, room__department__code="MED")
    now = timezone.now()
    chosen = zip(
        STAYS, people, beds.select_related("room__department__facility__organization")[: len(STAYS)], strict=False
    )
    for (reason, status, ago, ahead), member, bed in chosen:
        stays.admit(
            by=nurse,
            member=member,
            bed=bed,
            status=status,
            reason=reason,
            attending=physician.clinician,
            expected_discharge_at=now + datetime.timedelta(days=ahead, hours=5),
            at=now - datetime.timedelta(days=ago),
        )
