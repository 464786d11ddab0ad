"""What the organisation works with: medicines and stock, laboratory tests, visit types, free times, rates, budgets."""

import datetime
import random
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from billing.models import Budget, CapitationContract, FeeScheduleLine, RateCell, StandardCost
from core.models import CodeSystem, Concept, User
from kpcare.demo import codes
from kpcare.demo.free_times import FreeTimes
from kpcare.demo.markets import GASTROENTEROLOGY, OPTOMETRY, RADIOLOGY, ROOM_SESSIONS, VACCINE_SEATS
from kpcare.demo.rows import Rows
from kpcare.demo.world import EVER, World
from labs.bounds import bounds_of
from labs.models import LabTest, ReferenceRange
from network.models import Contract, Region
from pharmacy.models import (
    ClinicalDrug,
    DrugProduct,
    FormularyEntry,
    Ingredient,
    InteractionRule,
    StockLot,
    StockMovement,
)
from scheduling.models import VisitType

MIDNIGHT = datetime.time()
# What a service of ours costs us, with rooms, staff and overhead; a hospital day for "inpatient".
COSTS = {
    service: Decimal(amount)
    for service, amount in (
        ("primary_care", "330.00"),
        ("specialty_care", "565.00"),
        ("video", "165.00"),
        ("preventive", "440.00"),
        ("urgent_care", "260.00"),
        ("emergency", "1500.00"),
        ("inpatient", "4300.00"),
        ("laboratory", "42.00"),
        ("imaging", "290.00"),
    )
}
# code, name, LOINC, specimen, unit, decimals, useful days, low, high, critical low, critical high, home kit
LAB_TESTS = [
    ("A1C", "Hemoglobin A1c", "hba1c", "BLD", "%", 1, 80, None, "5.6", None, "14", False),
    ("CREA", "Creatinine", "creatinine", "SER", "mg/dL", 2, 7, "0.5", "1.2", None, "7.5", False),
    ("EGFR", "eGFR (CKD-EPI 2021)", "egfr", "SER", "mL/min/{1.73_m2}", 0, 7, "60", None, None, None, False),
    ("K", "Potassium", "potassium", "SER", "mmol/L", 1, 1, "3.5", "5.1", "2.8", "6.2", False),
    ("LDL", "LDL cholesterol", "ldl", "SER", "mg/dL", 0, 90, None, "130", None, None, False),
    ("TSH", "Thyrotropin", "tsh", "SER", "m[IU]/L", 2, 42, "0.4", "4.5", None, None, False),
    ("UACR", "Urine albumin/creatinine", "uacr", "UR", "mg/g", 0, 90, None, "30", None, None, False),
    ("HIV", "HIV test", "hiv", "BLD", "", 0, 300, None, None, None, None, False),
    ("HCV", "Hepatitis C antibodies", "hcv", "SER", "", 0, 300, None, None, None, None, False),
    ("HBSAG", "Hepatitis B surface antigen", "hbsag", "SER", "", 0, 300, None, None, None, None, False),
    ("SYPH", "Syphilis antibodies", "syphilis", "SER", "", 0, 30, None, None, None, None, False),
    ("CT", "Chlamydia test", "chlamydia", "UR", "", 0, 30, None, None, None, None, False),
    ("NG", "Gonorrhoea test", "gonorrhoea", "UR", "", 0, 30, None, None, None, None, False),
    ("IGRA", "Tuberculosis blood test", "igra", "BLD", "", 0, 300, None, None, None, None, False),
    ("INR", "Clotting test (INR)", "inr", "BLD", "{INR}", 1, 3, None, None, None, "5", False),
    ("GLU50", "Sugar test in pregnancy", "glucose_50", "SER", "mg/dL", 0, 30, None, "139", None, None, False),
    ("RH", "Rhesus factor", "rhesus", "BLD", "", 0, 3000, None, None, None, None, False),
    ("UCULT", "Urine culture", "urine_culture", "UR", "", 0, 7, None, None, None, None, False),
    ("FIT", "Stool test for hidden blood (FIT)", "fit", "STL", "", 0, 300, None, None, None, None, True),
    ("HPV-SELF", "HPV test, sample taken by oneself", "hpv", "VAG", "", 0, 300, None, None, None, None, True),
    ("A1C-KIT", "Hemoglobin A1c from a finger prick", "hba1c_kit", "BLD", "%", 1, 80, None, "5.6", None, "14", True),
]
VISIT_TYPES = [
    ("OFFICE", "Office visit", 20, "in_person", "primary_care", ""),
    ("VIDEO", "Video visit", 20, "video", "video", ""),
    ("PHONE", "Phone visit", 20, "phone", "video", ""),
    ("WELLNESS", "Preventive visit", 40, "in_person", "preventive", ""),
    ("NURSE", "Nurse visit", 20, "in_person", "preventive", ""),
    ("VACCINE", "Vaccine visit", 10, "in_person", "preventive", ""),
    ("GI-SCREEN", "Screening colonoscopy", 60, "in_person", "preventive", GASTROENTEROLOGY),
    ("MAMMOGRAM", "Mammogram", 20, "in_person", "preventive", RADIOLOGY),
    ("DXA", "Bone density scan", 20, "in_person", "preventive", RADIOLOGY),
    ("LUNG-CT", "Low-dose CT of the lungs", 20, "in_person", "preventive", RADIOLOGY),
    ("AORTA-US", "Ultrasound of the aorta", 20, "in_person", "preventive", RADIOLOGY),
    ("EYE-EXAM", "Eye examination", 20, "in_person", "specialty_care", OPTOMETRY),
]
# What a visit in person is to measures; the rest are none of theirs.
COUNTS_AS = {"OFFICE": "office", "WELLNESS": "wellness", "EYE-EXAM": "office"}
# How three hours are cut, in minutes.
LONG_THEN_SHORT, SHORT, HOURLY = (40, *[20] * 7), (20,) * 9, (60,) * 3


def add_medicines(world: World, rng: random.Random, today: datetime.date) -> dict[str, str]:
    """Ingredients, drugs, products, formulary, and lots at every pharmacy; key → drug id."""
    concept = {code: Concept.objects.get(pk=pk) for code, pk in world.concepts.items() if code.startswith("rxnorm|")}
    drugs: dict[str, str] = {}
    rows = Rows(StockLot, StockMovement)
    for key, (rxnorm, name, ingredient_code, ingredient, classes, _, cost, tier) in codes.DRUGS.items():
        substance, _ = Ingredient.objects.get_or_create(
            concept=concept[f"rxnorm|{ingredient_code}"], defaults={"name": ingredient, "classes": classes}
        )
        drug = ClinicalDrug.objects.create(
            concept=concept[f"rxnorm|{rxnorm}"], name=name, form=name.split()[-1].lower()
        )
        drug.ingredients.add(substance)
        # Labeller 99999 is nobody's: the demo world states no real product.
        product = DrugProduct.objects.create(
            drug=drug, ndc=f"99999{len(drugs) + 1:04d}01", labeller="Demo", unit_cost=Decimal(cost)
        )
        FormularyEntry.objects.bulk_create(
            FormularyEntry(product=plan, drug=drug, tier=tier, period=EVER) for plan in world.products.values()
        )
        drugs[key] = str(drug.pk)
        _stock(rows, world, product, rng, today)
    rows.save()
    for code, name, classes in codes.ALLERGENS:
        Ingredient.objects.get_or_create(concept=concept[f"rxnorm|{code}"], defaults={"name": name, "classes": classes})
    InteractionRule.objects.get_or_create(
        first="nsaid",
        second="warfarin",
        defaults={
            "severity": "hard_stop",
            "message": "Serious bleeding: warfarin with an NSAID.",
            "source": "Warfarin label, section 7 (FDA)",
        },
    )
    return drugs


def _stock(rows: Rows, world: World, product: DrugProduct, rng: random.Random, today: datetime.date) -> None:
    for market in world.markets:
        for site in market.sites:
            lot = rows.add(
                StockLot(
                    facility=site.facility,
                    product=product,
                    lot_number=f"L{rng.randint(10000, 99999)}",
                    expires_on=today + datetime.timedelta(days=rng.randint(120, 700)),
                )
            )
            received(rows, lot, 5000, by=world.user)


def received(rows: Rows, lot: StockLot, quantity: int, *, by: User) -> None:
    """What a lot begins with."""
    rows.add(
        StockMovement(
            lot=lot, kind="receipt", quantity=quantity, by=by, source=f"demo:{lot.pk}", reason="Opening stock"
        )
    )


def add_laboratory(world: World) -> None:
    for code, name, key, specimen, unit, decimals, useful, low, high, critical_low, critical_high, kit in LAB_TESTS:
        test = LabTest.objects.create(
            organization=world.system,
            code=code,
            name=name,
            loinc_id=world.concepts[f"loinc|{codes.OBSERVATIONS[key][0]}"],
            specimen_type=specimen,
            unit=unit,
            decimals=decimals,
            useful_days=useful,
            is_home_kit=kit,
            **bounds_of(codes.OBSERVATIONS[key][0], unit),
        )
        if low or high:
            ReferenceRange.objects.create(
                test=test,
                low=low,
                high=high,
                critical_low=critical_low,
                critical_high=critical_high,
                source="Demo laboratory's adult interval",
            )


def add_visit_types(world: World) -> dict[str, VisitType]:
    return {
        code: VisitType.objects.create(
            organization=world.system,
            code=code,
            name=name,
            minutes=minutes,
            modality=modality,
            service=service,
            specialty=specialty,
            counts_as=COUNTS_AS.get(code, ""),
            is_self_scheduled=True,
        )
        for code, name, minutes, modality, service, specialty in VISIT_TYPES
    }


def add_schedule(
    hours: FreeTimes, world: World, types: dict[str, VisitType], today: datetime.date, *, days: int
) -> None:
    """Sessions of every clinician on working days, morning and afternoon, cut into slots of 40 and 20 minutes."""
    working = _working_days(today, days)
    for market in world.markets:
        zone = ZoneInfo(market.time_zone)
        for site in market.sites:
            for kind, clinicians in (("FM", site.clinicians), ("PED", site.pediatricians)):
                for clinician in clinicians:
                    for day in working:
                        for hour in (9, 13):
                            hours.add(site.departments[kind], clinician, _at(day, hour, zone), LONG_THEN_SHORT)
            for clinician in site.gastroenterologists:
                for day in working:
                    hours.add(site.departments["GI"], clinician, _at(day, 8, zone), HOURLY)
            for kind, name, only in ROOM_SESSIONS:
                room = site.rooms[kind, name]
                for day in working:
                    seats = VACCINE_SEATS if only == "VACCINE" else 1
                    hours.add(site.departments[kind], room, _at(day, 9, zone), SHORT, types.get(only), seats)


def _working_days(today: datetime.date, days: int) -> list[datetime.date]:
    return [day for n in range(days) if (day := today + datetime.timedelta(days=n)).weekday() < 5]


def _at(day: datetime.date, hour: int, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour), zone).astimezone(datetime.UTC)


def add_rates(world: World) -> None:
    """Capitation terms and rate cells: the medical group gets most of a month's rate, the hospitals the rest."""
    bands = (
        (0, 2, "1.10"),
        (2, 18, "0.55"),
        (18, 40, "0.80"),
        (40, 65, "1.35"),
        (65, 75, "1.0"),
        (75, 85, "1.2"),
        (85, 200, "1.4"),
    )
    base = {"commercial_group": 310, "individual": 290, "medicare": 690, "medicaid": 240}
    cells = []
    for contract in Contract.objects.filter(kind="capitation", payer=world.plan).select_related("payee"):
        share = Decimal("0.62") if contract.payee == world.medical_group else Decimal("0.38")
        terms = CapitationContract.objects.create(
            contract=contract, lookback_months={"commercial_group": 3, "individual": 3, "medicare": 36, "medicaid": 12}
        )
        for region in Region.objects.filter(system=world.system):
            for line, amount in base.items():
                for low, high, factor in bands:
                    for sex, tilt in (("female", "1.06"), ("male", "0.94")):
                        monthly = (Decimal(amount) * Decimal(factor) * Decimal(tilt) * share).quantize(
                            Decimal("0.0001")
                        )
                        cells.append(
                            RateCell(
                                contract=terms,
                                line_of_business=line,
                                region=region,
                                sex=sex,
                                age_from=low,
                                age_to=high,
                                amount=monthly,
                                period=EVER,
                            )
                        )
    RateCell.objects.bulk_create(cells, batch_size=2000)
    add_prices(world)


def add_prices(world: World) -> None:
    """What our own services cost us, and what an outside provider gets where no contract says otherwise."""
    StandardCost.objects.bulk_create(
        StandardCost(organization=world.plan, service=service, amount=amount, period=EVER)
        for service, amount in COSTS.items()
    )
    # HCPCS level II, freely usable: hospital outpatient visit, emergency visits by level, ambulance and its miles.
    fees = {
        "G0463": "132.00", "G0380": "88.00", "G0381": "160.00", "G0382": "260.00", "G0383": "410.00",
        "G0384": "590.00", "A0427": "560.00", "A0429": "470.00", "A0425": "9.00",
    }  # fmt: skip
    system, _ = CodeSystem.objects.get_or_create(uri=codes.SYSTEMS["hcpcs"][0], defaults={"name": "HCPCS"})
    for code, amount in fees.items():
        concept, _ = Concept.objects.get_or_create(system=system, code=code)
        FeeScheduleLine.objects.create(organization=world.plan, concept=concept, amount=Decimal(amount), period=EVER)


# A month's plan against the year's average: more in winter.
SEASON = ("1.06", "1.05", "1.03", "1.00", "0.98", "0.96", "0.95", "0.96", "0.98", "1.00", "1.02", "1.04")
# What laboratory and pharmacy are planned to cost a member and month: their costs are not known before the costing job.
PLANNED = {"LAB": Decimal("4"), "RX": Decimal("52")}
CATEGORIES = {"LAB": "laboratory", "RX": "pharmacy", "ED": "hospital", "MED": "hospital"}
SPENT = """
SELECT coalesce(d.code, 'outside'), sum(c.amount) / 6 FROM billing_utilisationcost c
LEFT JOIN network_department d ON d.id = c.department_id
WHERE c.incurred_on >= %s AND c.incurred_on < %s GROUP BY 1
"""


def add_budgets(world: World, today: datetime.date, members: int) -> None:
    """This year's monthly budget by department, for as many members as it serves, by what half a year's care cost.

    Needs the members' costs. A plan is drawn up for a system: the same for a member everywhere, and a little above
    what it was, so that some places stay within theirs and others do not.
    """
    first = today.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(SPENT, [first - datetime.timedelta(days=182), first])
        each = {code: Decimal(spent) / members for code, spent in cursor.fetchall()} | PLANNED
    rows = []
    for market in world.markets:
        within = Decimal(members) * Decimal(str(market.share))
        hospital = [market.emergency, market.ward]
        places = [
            *((unit, within / len(market.sites)) for site in market.sites for unit in site.departments.values()),
            *((unit, within) for unit in hospital),
        ]
        for month, factor in enumerate(SEASON, 1):
            about = {"region": market.region, "month": first.replace(month=month)}
            plan = Decimal(factor) * Decimal("1.02")
            rows += [
                Budget(
                    **about,
                    facility_id=unit.facility_id,
                    department=unit,
                    category=CATEGORIES.get(unit.code, "care"),
                    amount=(served * each[unit.code] * plan).quantize(Decimal("0.01")),
                )
                for unit, served in places
                if unit.code in each
            ]
            outside = (within * each.get("outside", Decimal(0)) * plan).quantize(Decimal("0.01"))
            rows.append(Budget(**about, category="outside", amount=outside))
    Budget.objects.bulk_create(rows, batch_size=2000)
