"""From people to rows: identity, coverage, and a chart in which visits, labs and medicines agree."""

import datetime
import random
from typing import Any

from clinical.models import CodingRole
from core.ids import luhn_digit
from kpcare.demo import care, codes, vaccine_history
from kpcare.demo.catalogue import COSTS
from kpcare.demo.columns import COLUMNS
from kpcare.demo.copying import Table
from kpcare.demo.people import Home, Person
from kpcare.demo.world import World
from network.models import Clinician, Department
from plans.models import EmployerGroup, Product

DAY = datetime.timedelta(days=1)
FIRST_MRN = 11_000_000
EPOCH_MS = 1_704_067_200_000  # 2024-01-01: ids are of the seed, not of the clock
TREATMENT = {
    "diabetes": ["metformin", "semaglutide", "insulin_glargine"],
    "hypertension": ["lisinopril", "amlodipine", "hydrochlorothiazide"],
    "hyperlipidemia": ["atorvastatin"],
    "depression": ["sertraline"],
    "hypothyroidism": ["levothyroxine"],
    "reflux": ["omeprazole"],
    "atrial_fibrillation": ["apixaban", "warfarin"],
    "asthma": ["albuterol", "fluticasone"],
    "copd": ["albuterol", "tiotropium"],
    "osteoarthritis": ["ibuprofen", "hydrocodone"],
    "opioid_use": ["buprenorphine"],
    "rheumatoid_arthritis": ["adalimumab"],
}
# Of those who might take one of these, how many do.
TAKEN = {"warfarin": 0.25, "apixaban": 0.6, "adalimumab": 0.12, "semaglutide": 0.16, "insulin_glargine": 0.22,
         "tiotropium": 0.9, "ibuprofen": 0.3, "buprenorphine": 0.6}  # fmt: skip
# English and Spanish.
DIRECTIONS = {
    "albuterol": ("Inhale 2 puffs every 4 hours if needed", "Inhale 2 veces cada 4 horas si lo necesita"),
    "fluticasone": (
        "Inhale 2 puffs twice a day, then rinse your mouth",
        "Inhale 2 veces, dos veces al día, y enjuáguese la boca",
    ),
    "tiotropium": ("Inhale once a day", "Inhale una vez al día"),
    "semaglutide": ("Inject once a week", "Inyecte una vez por semana"),
    "insulin_glargine": ("Inject once a day, in the evening", "Inyecte una vez al día, por la noche"),
    "adalimumab": ("Inject every two weeks", "Inyecte cada dos semanas"),
    "hydrocodone": ("Take 1 tablet every 8 hours if needed", "Tome 1 tableta cada 8 horas si la necesita"),
    "buprenorphine": ("Let 1 tablet melt under the tongue once a day", "Deje deshacer 1 tableta bajo la lengua al día"),
}
ONCE_OR_TWICE = (
    ("Take 1 tablet once a day", "Tome 1 tableta una vez al día"),
    ("Take 1 tablet twice a day with food", "Tome 1 tableta dos veces al día con comida"),
)
# What is no laboratory test; vital signs are known by their codes.
CATEGORY_OF = {"bp": "", "systolic": "", "diastolic": "", "mammogram": "imaging", "eye": "exam", "phq9": "survey"}


class Ids:
    """Deterministic UUIDs of version 7 that grow with every call."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(f"ids-{seed}")
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        bits = self.random.getrandbits(62)
        stamp = EPOCH_MS + self.count // 64
        head = f"{stamp:012x}"
        order = self.count % 64 << 6 | bits & 0x3F
        tail = f"{0x8000000000000000 | bits:016x}"
        return f"{head[:8]}-{head[8:]}-7{order:03x}-{tail[:4]}-{tail[4:]}"


def _birth_country(person: Person, member: str) -> str:
    """As it was asked: of one in eight nobody did. Random numbers of its own, as for vaccines."""
    rng = random.Random(f"born-{member}")
    if person.family != "Alvarez" and rng.random() < 0.12:
        return ""
    return "US" if rng.random() < (0.93 if person.language == "en" else 0.3) else "ZZ"


class Charts:
    """Writes households through COPY tables. Nothing here asks the database.

    `depth`: how much of the visits is written; less than 1 in worlds for benchmarks.
    """

    def __init__(self, world: World, *, seed: int, today: datetime.date, depth: float = 1.0) -> None:
        self.world, self.today, self.ids, self.depth = world, today, Ids(seed), depth
        self.rng = random.Random(f"charts-{seed}")
        self.mrn = FIRST_MRN
        self.subscribers = 0
        self.drug_ids: dict[str, str] = {}
        self.panels: dict[str, int] = {}
        self.source = world.source.pk
        self.known = f'["{today - 500 * DAY} 00:00:00+00",)'
        self.costs = COSTS
        self.tables = {label: Table(label, *columns.split()) for label, columns in COLUMNS.items()}

    # --- identity and coverage ---------------------------------------------------------------------------

    def add_home(self, home: Home) -> list[str]:
        """Write one household; the members' ids in the order of its people."""
        household = self.ids()
        self.tables["members.Household"].add(household, self.world.system.pk)
        ids = [self._member(home, household, person) for person in home.people]
        self._coverage(home, ids)
        for person, member in zip(home.people, ids, strict=True):
            clinician, department = self._primary_care(home, person, member)
            self._chart(home, person, member, clinician, department)
        return ids

    def _member(self, home: Home, household: str, person: Person) -> str:
        member = self.ids()
        digits = str(self.mrn)
        self.mrn += 1
        self.tables["members.Member"].add(
            member,
            self.world.system.pk,
            household,
            digits + luhn_digit(digits),
            person.family,
            person.given,
            person.birth_date,
            _birth_country(person, member),
            person.sex,
            person.sex,
            person.sex,
            person.language,
            person.language != "en" and person.age > 50,
            home.market.region.pk,
        )
        self.tables["members.MemberAddress"].add(
            self.ids(),
            member,
            home.line1,
            home.site.city,
            home.market.state,
            home.site.postal_code,
            "US",
            home.latitude,
            home.longitude,
        )
        if person.age >= 16:
            self.tables["members.MemberTelecom"].add(self.ids(), member, "sms", f"+1555{self.mrn % 10_000_000:07d}")
            if person.engagement > 0.3:
                self.tables["members.MemberTelecom"].add(self.ids(), member, "email", f"member{self.mrn}@demo.example")
        if self.rng.random() < 0.9:
            self.tables["members.RaceEthnicity"].add(self.ids(), member, person.race, "self")
        return member

    def _coverage(self, home: Home, ids: list[str]) -> None:
        group, product = self._purchase(home)
        contract = self.ids()
        self.subscribers += 1
        self.tables["plans.CoverageContract"].add(contract, ids[0], group.pk, None, f"S{self.subscribers:09d}")
        tier = "EMP" if len(ids) == 1 else "FAM" if any(p.relationship == "19" for p in home.people) else "ESP"
        start = datetime.date(self.today.year - self.rng.choices((0, 1, 3, 6), (0.12, 0.18, 0.35, 0.35))[0], 1, 1)
        for person, member in zip(home.people, ids, strict=True):
            coverage = self.ids()
            self.tables["plans.Coverage"].add(coverage, member, contract, person.relationship, "", person.sex)
            begin = max(start, person.birth_date)
            self.tables["plans.CoveragePeriod"].add(
                self.ids(), member, coverage, product.pk, tier, f"[{begin},)", self.known, "demo", self.world.user.pk
            )

    def _purchase(self, home: Home) -> tuple[EmployerGroup, Product]:
        products, groups = self.world.products, self.world.groups
        if home.line_of_business == "commercial_group":
            code = "HDHP" if self.rng.random() < 0.22 and home.line1 != "412 Juniper Street" else "GOLD-HMO"
            return self.rng.choice(groups[:-3]), products[code]
        place = {"individual": (-3, "SILVER"), "medicare": (-2, "SENIOR"), "medicaid": (-1, "MEDICAID")}
        index, code = place[home.line_of_business]
        return groups[index], products[code]

    def _primary_care(self, home: Home, person: Person, member: str) -> tuple[Clinician, Department]:
        child = person.age < 18
        clinicians = home.site.pediatricians if child else home.site.clinicians
        department = home.site.departments["PED" if child else "FM"]
        # The emptiest panel takes the next; the pictures' family is with the first physician.
        clinician = (
            clinicians[0]
            if home.line1 == "412 Juniper Street"
            else min(clinicians, key=lambda one: self.panels.get(one.npi, 0))
        )
        self.panels[clinician.npi] = self.panels.get(clinician.npi, 0) + 1
        begin = max(datetime.date(self.today.year - 3, 1, 1), person.birth_date)
        self.tables["members.PrimaryCareAssignment"].add(
            self.ids(), member, clinician.pk, department.pk, f"[{begin},)", "assigned"
        )
        return clinician, department

    # --- the chart ---------------------------------------------------------------------------------------

    def fact(
        self,
        model: str,
        member: str,
        status: str,
        start: datetime.date | str,
        end: str | None = None,
        *extra: Any,
        precision: str = "t",
    ) -> str:
        fact = self.ids()
        since = start if isinstance(start, str) else f"{start} 17:00:00+00"
        until = end or (f"{start} 17:20:00+00" if not isinstance(start, str) else "")
        period = f'["{since}",)' if until == "open" else f'["{since}","{until}")'
        self.tables[f"clinical.{model}"].add(fact, member, status, period, precision, since, self.source, fact, *extra)
        return fact

    def code(self, kind: str, member: str, fact: str, concept: str, role: int = CodingRole.CODE) -> None:
        self.tables[f"clinical.{kind}Coding"].add(member, fact, int(role), self.world.concepts[concept])

    def _chart(self, home: Home, person: Person, member: str, clinician: Clinician, department: Department) -> None:
        rng = self.rng
        for condition, year in person.conditions.items():
            code = codes.CONDITIONS[condition][0]
            onset = datetime.date(min(year, self.today.year - 1), rng.randint(1, 12), rng.randint(1, 28))
            if condition == "pregnancy":
                onset = self.days_ago(220, 60)
            fact = self.fact("Condition", member, "active", onset, "open", True, precision="d")
            self.code("Condition", member, fact, f"icd10|{code}")
        care.add(self, home, person, member, clinician, department)
        self._laboratory(person, member)
        self._medicines(person, member, clinician)
        self._screenings(person, member)
        self._vaccines(person, member)
        if rng.random() < 0.06 or (person.given == "Maria" and person.family == "Alvarez"):
            code, _, _ = codes.ALLERGENS[0] if person.family == "Alvarez" else rng.choice(codes.ALLERGENS)
            fact = self.fact(
                "AllergyIntolerance",
                member,
                "active",
                datetime.date(max(2001, person.birth_date.year + 2), 5, 4),
                "open",
                "allergy",
                "medication",
                "high" if person.family == "Alvarez" else "low",
                precision="d",
            )
            self.code("Allergy", member, fact, f"rxnorm|{code}")

    def days_ago(self, most: int, least: int = 1) -> datetime.date:
        return self.today - DAY * self.rng.randint(least, most)

    def blood_pressure(self, person: Person, member: str, visit: str | None, on: datetime.date) -> None:
        high = "hypertension" in person.conditions
        systolic = int(self.rng.gauss(136 if high else 121, 12))
        diastolic = int(min(systolic - 25, self.rng.gauss(82 if high else 75, 8)))
        panel = self.observe(person, member, "bp", on, None, visit)
        self.observe(person, member, "systolic", on, systolic, visit, part_of=panel)
        self.observe(person, member, "diastolic", on, diastolic, visit, part_of=panel)

    def observe(
        self,
        person: Person,
        member: str,
        key: str,
        on: datetime.date,
        value: float | None,
        visit: str | None = None,
        *,
        part_of: str | None = None,
        text: str = "",
        low: float | None = None,
        high: float | None = None,
    ) -> str:
        code, _, unit = codes.OBSERVATIONS[key]
        flag = ""
        if value is not None and (low is not None or high is not None):
            flag = "H" if high is not None and value > high else "L" if low is not None and value < low else "N"
        fact = self.fact("Observation", member, "final", on, None, visit, part_of, value, unit, text, flag, low, high)
        self.code("Observation", member, fact, f"loinc|{code}")
        category = CATEGORY_OF.get(key, "laboratory")
        if category:
            # Official measures ask for laboratory tests and surveys by their category.
            self.code("Observation", member, fact, f"category|{category}", CodingRole.CATEGORY)
        return fact

    def _laboratory(self, person: Person, member: str) -> None:
        rng = self.rng
        if "diabetes" in person.conditions:
            level = min(11.5, max(5.9, rng.gauss(7.3, 1.1)))
            if person.given == "Maria" and person.family == "Alvarez":
                for months, value in ((33, 8.3), (27, 8.0), (21, 7.8), (15, 7.6), (9, 7.5), (4, 7.4)):
                    self.observe(person, member, "hba1c", self.today - DAY * 30 * months, value, high=5.6)
                self.observe(person, member, "hba1c", self.today - DAY * 2, 6.8, high=5.6)
            for months in (19, 13, 7, 2):
                if person.family != "Alvarez" and rng.random() < person.engagement:
                    level = round(min(12, max(5.7, level + rng.gauss(-0.1, 0.4))), 1)
                    self.observe(person, member, "hba1c", self.days_ago(months * 30 + 25, months * 30), level, high=5.6)
        if (
            person.conditions.keys() & {"diabetes", "hypertension", "ckd", "heart_failure"}
            and rng.random() < person.engagement + 0.2
        ):
            on = self.days_ago(420)
            kidney = int(rng.gauss(50 if "ckd" in person.conditions else 86, 9))
            self.observe(person, member, "egfr", on, max(12, min(120, kidney)), low=60)
            self.observe(person, member, "potassium", on, round(rng.gauss(4.3, 0.35), 1), low=3.5, high=5.1)
        if person.conditions.keys() & {"diabetes", "ckd"} and rng.random() < person.engagement:
            albumin = int(rng.expovariate(1 / 60)) if "ckd" in person.conditions else int(rng.expovariate(1 / 18))
            self.observe(person, member, "uacr", self.days_ago(330), albumin + 3, high=30)
        if "diabetes" in person.conditions and person.family != "Alvarez" and rng.random() < person.engagement * 0.9:
            self.observe(person, member, "eye", self.days_ago(400), None, text="No retinopathy")
        if "depression" in person.conditions:
            score = rng.randint(6, 19)
            for months in (9, 5, 1):
                if rng.random() < person.engagement:
                    score = max(1, min(24, score + rng.randint(-6, 3)))
                    self.observe(person, member, "phq9", self.days_ago(months * 30 + 25, months * 30), score)
        if 15 <= person.age <= 65 and rng.random() < 0.3 * person.engagement + 0.1:
            self.observe(person, member, "hiv", self.days_ago(1400), None, text="Negative")
        if "hyperlipidemia" in person.conditions and rng.random() < person.engagement + 0.1:
            self.observe(person, member, "ldl", self.days_ago(500), int(max(40, rng.gauss(104, 28))), high=130)

    def _medicines(self, person: Person, member: str, clinician: Clinician) -> None:
        rng = self.rng
        # Of two conditions that the same medicine treats, the first is what it was begun for.
        wanted: dict[str, str] = {}
        for key in person.conditions:
            offered = TREATMENT.get(key, [])
            for drug in offered[: 1 + (rng.random() < 0.3) + (key == "diabetes")]:
                wanted.setdefault(drug, codes.CONDITIONS[key][1])
        for drug, reason in wanted.items():
            if rng.random() > TAKEN.get(drug, 1) or (drug == "warfarin" and "apixaban" in wanted):
                continue
            rxnorm, _, _, _, _, daily, *_ = codes.DRUGS[drug]
            on = self.days_ago(300, 30)
            end = on + 365 * DAY
            directions, spanish = DIRECTIONS.get(drug) or ONCE_OR_TWICE[daily == 2]
            quantity, days = (1, 30) if drug == "albuterol" else (90 * daily, 90)
            request = self.fact(
                "MedicationRequest",
                member,
                "active",
                f"{on} 17:00:00+00",
                f"{end} 17:00:00+00",
                directions,
                quantity,
                "each",
                3,
                days,
                "community",
                clinician.pk,
                reason,
            )
            self.code("MedicationRequest", member, request, f"rxnorm|{rxnorm}")
            self.tables["pharmacy.Prescription"].add(
                self.ids(), member, request, self.drug_ids[drug], directions, spanish, quantity, days, 3, end
            )
            filled = on + DAY * rng.randint(0, 4)
            while filled < self.today and rng.random() < 0.55 + person.engagement * 0.45:
                fill = self.fact("MedicationDispense", member, "completed", filled, None, request, quantity, days)
                self.code("MedicationDispense", member, fill, f"rxnorm|{rxnorm}")
                filled += DAY * (days + rng.randint(-6, 14))

    def _screenings(self, person: Person, member: str) -> None:
        rng = self.rng
        if person.family == "Alvarez" and person.given == "Maria":
            # Her blood pressure was taken over a year ago: the gap of the pictures.
            taken = self.today - 500 * DAY
            panel = self.observe(person, member, "bp", taken, None)
            self.observe(person, member, "systolic", taken, 138, part_of=panel)
            self.observe(person, member, "diastolic", taken, 84, part_of=panel)
            self.observe(person, member, "fit", datetime.date(2016, 10, 4), None, text="Negative")
            self.observe(person, member, "mammogram", self.today - 300 * DAY, None)
            self.observe(person, member, "hpv", self.today - 740 * DAY, None, text="Negative")
            self.observe(person, member, "eye", self.today - 250 * DAY, None, text="No retinopathy")
            for key in ("hiv", "hcv"):
                self.observe(person, member, key, self.today - 2300 * DAY, None, text="Negative")
            return
        if 45 <= person.age <= 85:
            if rng.random() < 0.35 * (0.5 + person.engagement):
                done = self.fact("Procedure", member, "completed", self.days_ago(3650, 200), None, None)
                self.code("Procedure", member, done, "hcpcs|G0121")
            elif rng.random() < 0.75 * person.engagement:
                positive = rng.random() < 0.05
                days = self.days_ago(85 if positive else 900, 4)
                self.observe(person, member, "fit", days, None, text="Positive" if positive else "Negative")
        if person.sex == "female" and person.age >= 40 and rng.random() < 0.45 + 0.5 * person.engagement:
            self.observe(person, member, "mammogram", self.days_ago(1100), None)
        if person.sex == "female" and 21 <= person.age <= 70 and rng.random() < 0.4 + 0.5 * person.engagement:
            key = "hpv" if person.age >= 30 and rng.random() < 0.6 else "pap"
            self.observe(person, member, key, self.days_ago(1900), None, text="Negative")

    def _vaccines(self, person: Person, member: str) -> None:
        if person.age >= 1 and self.rng.random() < 0.6 * person.engagement + 0.1:
            self._dose(member, self.days_ago(330, 20), "158")
        if person.age >= 65 and self.rng.random() < person.engagement and person.family != "Alvarez":
            self._dose(member, self.days_ago(1500), "216")
        if person.family == "Alvarez":
            had = vaccine_history.kept(person, self.today)
        else:
            # Random numbers of its own: a dose more or less leaves the rest of the world as it is.
            had = vaccine_history.doses(person, self.today, random.Random(f"vaccines-{member}"))
        # A world for benchmarks has no room for them.
        for on, cvx in had if self.depth == 1 else ():
            self._dose(member, on, cvx)

    def _dose(self, member: str, on: datetime.date, cvx: str) -> None:
        fact = self.fact("Immunization", member, "completed", on)
        self.code("Immunization", member, fact, f"cvx|{cvx}")
