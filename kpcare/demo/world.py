"""The organisation before its members: places, clinicians, products, catalogue, contracts, accounts."""

import datetime
import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.models import CodeSystem, Concept, SourceSystem, User
from kpcare.demo import codes, names
from kpcare.demo.markets import BENEFITS, DEPARTMENTS, MARKETS, PRODUCTS, ROOM_SESSIONS
from kpcare.demo.rows import Rows
from kpcare.demo.sign_ins import add_account, add_client
from network.models import (
    Bed,
    Clinician,
    Contract,
    Department,
    Employment,
    Facility,
    Organization,
    Region,
    Resource,
    RoleAssignment,
    Room,
    ServiceArea,
)
from plans.models import Benefit, EmployerGroup, GroupClass, PremiumRate, Product

EVER = (datetime.date(2015, 1, 1), None)


@dataclass
class Site:
    """A medical office with the clinicians whose panels are there, and who looks into bowels."""

    facility: Facility
    departments: dict[str, Department]
    latitude: float
    longitude: float
    city: str
    postal_code: str
    clinicians: list[Clinician] = field(default_factory=list)
    pediatricians: list[Clinician] = field(default_factory=list)
    gastroenterologists: list[Clinician] = field(default_factory=list)
    # By department and name: those in which somebody is on duty.
    rooms: dict[tuple[str, str], Room] = field(default_factory=dict)


@dataclass
class Market:
    region: Region
    share: float
    state: str
    time_zone: str
    ward: Department
    emergency: Department
    sites: list[Site] = field(default_factory=list)


@dataclass
class World:
    """What the members' generator refers to."""

    system: Organization
    plan: Organization
    medical_group: Organization
    hospitals: Organization
    outside: Organization
    markets: list[Market]
    products: dict[str, Product]
    groups: list[EmployerGroup]
    concepts: dict[str, int]
    source: SourceSystem
    user: User


def build(*, by: User, members: int, seed: int, today: datetime.date) -> World:
    """Make the organisation for `members` people. Deterministic for a seed."""
    rng = random.Random(f"world-{seed}")
    system = Organization.objects.create(name="Redwood Health", kind="system")
    plan = Organization.objects.create(
        name="Redwood Health Plan", kind="health_plan", parent=system, system=system, tax_id="94-0000001"
    )
    group = Organization.objects.create(
        name="Redwood Medical Group", kind="medical_group", parent=system, system=system, tax_id="94-0000002"
    )
    hospitals = Organization.objects.create(
        name="Redwood Hospitals", kind="hospital", parent=system, system=system, tax_id="94-0000003"
    )
    for name, kind in (("Redwood Pharmacies", "pharmacy"), ("Redwood Laboratories", "laboratory")):
        Organization.objects.create(name=name, kind=kind, parent=plan, system=system, is_legal_entity=False)
    outside = Organization.objects.create(name="St. Mary's Hospital", kind="outside", npi="1999999984")
    for payee in (group, hospitals):
        Contract.objects.create(
            payer=plan, payee=payee, kind="capitation", name=f"Capitation, {payee.name}", period=EVER
        )
    # One after the other a thousand of these took more than a second.
    rows = Rows(Department, Clinician, Employment, Room, Bed, Resource)
    markets = [_market(rng, rows, system, group, hospitals, entry, members) for entry in MARKETS]
    rows.save()
    products, groups = _products(plan, markets)
    return World(
        system,
        plan,
        group,
        hospitals,
        outside,
        markets,
        products,
        groups,
        _concepts(),
        SourceSystem.objects.get_or_create(uri="urn:kpcare:demo", defaults={"name": "Demo world"})[0],
        by,
    )


def _market(
    rng: random.Random,
    rows: Rows,
    system: Organization,
    group: Organization,
    hospitals: Organization,
    entry: tuple[Any, ...],
    members: int,
) -> Market:
    code, name, state, zone, share, cities = entry
    region = Region.objects.create(system=system, code=code, name=name, state=state, time_zone=zone)
    market = Market(region, share, state, zone, *_hospital(rows, hospitals, region, cities[0], zone))
    panel = 1_800
    adults_each = max(1, round(members * share / len(cities) * 0.8 / panel))
    for number, (city, postal, latitude, longitude) in enumerate(cities):
        ServiceArea.objects.create(region=region, postal_code=postal, latitude=latitude, longitude=longitude)
        office = Facility.objects.create(
            organization=group,
            region=region,
            code=f"{code}{number + 1}",
            name=f"{city} Medical Offices",
            kind="medical_office",
            city=city,
            state=state,
            postal_code=postal,
            latitude=latitude,
            longitude=longitude,
            time_zone=zone,
            line1=f"{rng.randint(100, 9900)} {rng.choice(names.STREETS)} Street",
        )
        departments = {
            short: rows.add(
                Department(
                    facility=office,
                    code=short,
                    name=title,
                    specialty=specialty,
                    is_primary_care=primary,
                    cost_center=f"{code}{number + 1}-{short}",
                )
            )
            for short, title, specialty, primary in DEPARTMENTS
        }
        site = Site(office, departments, latitude, longitude, city, postal)
        for kind, many, their in (
            ("FM", adults_each + 1, site.clinicians),
            ("PED", max(1, adults_each // 4), site.pediatricians),
            ("GI", 1, site.gastroenterologists),
        ):
            for _ in range(many):
                their.append(_clinician(rng, rows, departments[kind], group, panel if kind != "GI" else 0))
        for exam in range(1, 5):
            _room(rows, departments["FM"], f"Exam {exam}")
        for short, name_of_room, _only in ROOM_SESSIONS:
            site.rooms[short, name_of_room] = _room(rows, departments[short], name_of_room)
        market.sites.append(site)
    return market


def _clinician(rng: random.Random, rows: Rows, department: Department, employer: Organization, panel: int) -> Clinician:
    origin = rng.choices([o[0] for o in names.ORIGINS], [o[1] for o in names.ORIGINS])[0]
    given = rng.choice((names.FEMALE if rng.random() < 0.55 else names.MALE)[origin])
    clinician = rows.add(
        Clinician(
            npi=_npi(rng),
            family=rng.choice(names.FAMILY[origin]),
            given=given,
            prefix="Dr.",
            credential="MD",
            specialty=department.specialty,
            languages=["en"] + ([origin] if origin in ("es", "zh", "vi", "tl") else []),
            panel_limit=panel,
            is_accepting=panel > 0,
        )
    )
    rows.add(
        Employment(clinician=clinician, organization=employer, department=department, fte=Decimal("1.000"), period=EVER)
    )
    rows.add(Resource(clinician=clinician))
    return clinician


def _npi(rng: random.Random) -> str:
    """An NPI that passes its check: Luhn over 80840 and the number (45 CFR 162.406)."""
    from core.ids import luhn_digit

    stem = "1" + "".join(str(rng.randint(0, 9)) for _ in range(8))
    return stem + luhn_digit("80840" + stem)


def _room(rows: Rows, department: Department, name: str) -> Room:
    room = rows.add(Room(department=department, name=name))
    rows.add(Resource(room=room))
    return room


def _hospital(
    rows: Rows, owner: Organization, region: Region, city: tuple[Any, ...], zone: str
) -> tuple[Department, Department]:
    """The market's hospital: its medical ward and its emergency department."""
    name, postal, latitude, longitude = city
    hospital = Facility.objects.create(
        organization=owner,
        region=region,
        code=f"{region.code}H",
        name=f"{name} Medical Center",
        kind="hospital",
        place_of_service="21",
        city=name,
        state=region.state,
        postal_code=postal,
        latitude=latitude,
        longitude=longitude,
        time_zone=zone,
    )
    made = []
    for code, title in (("MED", "Medical Ward"), ("ED", "Emergency Department")):
        ward = rows.add(Department(facility=hospital, code=code, name=title, cost_center=f"{region.code}H-{code}"))
        for number in range(1, 7):
            room = rows.add(Room(department=ward, name=f"{number:02d}"))
            for label in ("A", "B"):
                bed = rows.add(Bed(room=room, label=label))
                rows.add(Resource(bed=bed))
        made.append(ward)
    return made[0], made[1]


def _products(plan: Organization, markets: list[Market]) -> tuple[dict[str, Product], list[EmployerGroup]]:
    products = {}
    for code, name, line, kind, metal, proration, deductible, limit in PRODUCTS:
        product = products[code] = Product.objects.create(
            organization=plan,
            code=code,
            name=name,
            line_of_business=line,
            kind=kind,
            metal=metal,
            proration=proration,
            deductible=deductible,
            family_deductible=deductible * 2,
            out_of_pocket_limit=limit,
            family_out_of_pocket_limit=limit * 2,
        )
        free = code == "MEDICAID"
        Benefit.objects.bulk_create(
            Benefit(
                product=product,
                service=service,
                copay=0 if free else copay,
                coinsurance=0 if free else coinsurance,
                after_deductible=(after and not free and service != "preventive")
                or (kind == "hdhp" and service not in ("preventive",)),
                period=EVER,
            )
            for service, (copay, coinsurance, after) in BENEFITS.items()
        )
        for band, (low, high, factor) in enumerate(((0, 18, 0.6), (18, 40, 0.9), (40, 65, 1.4), (65, 200, 2.2))):
            PremiumRate.objects.create(
                product=product, age_from=low, age_to=high, amount=Decimal(round(480 * factor + band, 2)), period=EVER
            )
    groups = []
    for number, name in enumerate(names.EMPLOYERS):
        employer = EmployerGroup.objects.create(organization=plan, number=f"{600100 + number}", name=name)
        GroupClass.objects.create(group=employer, code="A", product=products["GOLD-HMO"])
        GroupClass.objects.create(group=employer, code="B", product=products["HDHP"])
        groups.append(employer)
    for place, name, code in (
        ("EXCH", "Marketplace", "SILVER"),
        ("CMS", "Medicare (CMS)", "SENIOR"),
        ("STATE", "State Medicaid", "MEDICAID"),
    ):
        employer = EmployerGroup.objects.create(organization=plan, number=place, name=name)
        GroupClass.objects.create(group=employer, code="A", product=products[code])
        groups.append(employer)
    return products, groups


def _concepts() -> dict[str, int]:
    """ "system|code" → concept id, for every code that the demo world's charts use."""
    conditions = [*codes.CONDITIONS.values(), *codes.VISIT_REASONS, *codes.EMERGENCIES, *codes.ADMISSIONS]
    wanted = [("icd10", code, display) for code, display in conditions]
    wanted += [("loinc", code, display) for code, display, _ in codes.OBSERVATIONS.values()]
    wanted += list(codes.PROCEDURES.values())
    wanted += [("cvx", code, display) for code, display in codes.VACCINES]
    wanted += [("rxnorm", drug[0], drug[1]) for drug in codes.DRUGS.values()]
    wanted += [("rxnorm", drug[2], drug[3]) for drug in codes.DRUGS.values()]
    wanted += [("rxnorm", code, display) for code, display, _ in codes.ALLERGENS]
    wanted += [
        ("act", "AMB", "ambulatory"),
        ("act", "EMER", "emergency"),
        ("act", "VR", "virtual"),
        ("act", "IMP", "inpatient"),
    ]
    wanted += [("category", code, code.capitalize()) for code in ("laboratory", "imaging", "exam", "survey")]
    systems = {
        key: CodeSystem.objects.get_or_create(uri=uri, defaults={"name": name})[0]
        for key, (uri, name) in codes.SYSTEMS.items()
    }
    Concept.objects.bulk_create(
        [Concept(system=systems[key], code=code, display=display) for key, code, display in dict.fromkeys(wanted)],
        ignore_conflicts=True,
    )
    found = Concept.objects.filter(system__in=systems.values()).values_list("system_id", "code", "id")
    key_of = {system.pk: key for key, system in systems.items()}
    return {f"{key_of[system]}|{code}": concept for system, code, concept in found}


def demo_accounts(world: World, today: datetime.date) -> list[tuple[str, User]]:
    """One account for each staff role, at the first market's first office; (role, user)."""
    site = world.markets[0].sites[0]
    people = [
        ("physician", "Dr. Amara Chen", site.departments["FM"]),
        ("nurse", "Jo Park", site.departments["FM"]),
        ("medical_assistant", "Luis Ortega", site.departments["FM"]),
        ("pharmacist", "Priya Nair", site.departments["RX"]),
        ("laboratory_technologist", "Tom Becker", site.departments["LAB"]),
        ("front_desk", "Dana Hill", site.departments["FM"]),
        ("care_coordinator", "Ruth Osei", site.departments["FM"]),
        ("plan_administrator", "Helen Marsh", None),
        ("finance", "Victor Lindqvist", None),
        ("auditor", "Nadia Rahman", None),
        ("administrator", "Ingrid Solberg", None),
        ("quality", "Leila Haddad", None),
    ]
    made = []
    for role, name, department in people:
        user = add_account(f"{role.replace('_', '.')}@demo.example", name=name)
        RoleAssignment.objects.create(
            user=user,
            role=role,
            organization=world.system if department is None else world.medical_group,
            facility=department.facility if department else None,
            department=department,
            period=EVER,
        )
        made.append((role, user))
    physician = site.clinicians[0]
    Clinician.objects.filter(pk=physician.pk).update(user=dict(made)["physician"], family="Chen", given="Amara")
    # They look records up, and keep places and products, in the admin too.
    User.objects.filter(pk__in=[dict(made)[role].pk for role in ("plan_administrator", "administrator")]).update(
        is_staff=True
    )
    admin = add_account("admin@demo.example", name="Site administrator", is_staff=True, is_superuser=True)
    RoleAssignment.objects.create(user=admin, role="plan_administrator", organization=world.system, period=EVER)
    add_client(world.system, by=admin, on=today)
    return [*made, ("admin", admin)]
