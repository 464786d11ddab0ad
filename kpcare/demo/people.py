"""Households: who lives together, where, with which coverage, and how ill or well they are."""

import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from kpcare.demo import names
from kpcare.demo.world import Market, Site, World

# Prevalence by age band, roughly as in the American insured population.
PREVALENCE = {
    "hypertension": ((18, 0.06), (40, 0.28), (60, 0.52), (75, 0.66)),
    "hyperlipidemia": ((18, 0.04), (40, 0.24), (60, 0.42), (75, 0.45)),
    "diabetes": ((18, 0.02), (40, 0.10), (60, 0.19), (65, 0.27), (75, 0.28)),
    "obesity": ((18, 0.18), (40, 0.24), (60, 0.22), (75, 0.14)),
    "asthma": ((5, 0.08), (18, 0.07), (60, 0.06), (75, 0.05)),
    "depression": ((13, 0.06), (18, 0.10), (65, 0.15), (75, 0.13)),
    "ckd": ((40, 0.03), (60, 0.12), (65, 0.26), (75, 0.34), (85, 0.4)),
    "copd": ((40, 0.03), (60, 0.09), (65, 0.16), (75, 0.19)),
    "heart_failure": ((50, 0.01), (60, 0.05), (65, 0.13), (75, 0.2), (85, 0.26)),
    "atrial_fibrillation": ((50, 0.01), (60, 0.05), (65, 0.11), (75, 0.18), (85, 0.22)),
    "hypothyroidism": ((18, 0.02), (40, 0.05), (60, 0.09), (75, 0.10)),
    "osteoarthritis": ((40, 0.06), (60, 0.20), (75, 0.30), (85, 0.32)),
    "severe_obesity": ((18, 0.03), (40, 0.06), (60, 0.10), (65, 0.16)),
    "kidney_failure": ((60, 0.02), (65, 0.06), (75, 0.09)),
    "respiratory_failure": ((60, 0.01), (65, 0.05), (75, 0.08)),
    "dementia": ((65, 0.04), (75, 0.13), (85, 0.28)),
    "stroke_sequelae": ((50, 0.01), (65, 0.05), (75, 0.08)),
    "metastatic_cancer": ((50, 0.004), (65, 0.02)),
    "rheumatoid_arthritis": ((30, 0.008), (60, 0.025), (65, 0.06)),
    "parkinson": ((65, 0.02), (75, 0.035)),
    "epilepsy": ((5, 0.008), (65, 0.03)),
    "cirrhosis": ((40, 0.006), (65, 0.025)),
    "opioid_use": ((18, 0.008), (65, 0.006)),
    "reflux": ((18, 0.05), (40, 0.12), (60, 0.15), (75, 0.15)),
}
COVERAGE_MIX = (("commercial_group", 0.62), ("individual", 0.12), ("medicaid", 0.26))


@dataclass
class Person:
    """One member to be. `conditions` maps a key of codes.CONDITIONS to the year of onset."""

    family: str
    given: str
    sex: str
    birth_date: datetime.date
    age: int
    origin: str
    language: str
    race: str
    relationship: str
    engagement: float
    conditions: dict[str, int] = field(default_factory=dict)


@dataclass
class Home:
    """People at one address, subscriber first."""

    market: Market
    site: Site
    line1: str
    latitude: float
    longitude: float
    people: list[Person]
    line_of_business: str


def homes(world: World, *, members: int, seed: int, today: datetime.date) -> Iterator[Home]:
    """Households until `members` people are made; the last one is cut to size."""
    rng = random.Random(f"people-{seed}")
    weights = [market.share for market in world.markets]
    made = 0
    while made < members:
        market = rng.choices(world.markets, weights)[0]
        home = _home(rng, market, today)
        home.people = home.people[: members - made]
        made += len(home.people)
        yield home


def _home(rng: random.Random, market: Market, today: datetime.date) -> Home:
    site = rng.choice(market.sites)
    origin, _, languages, races = rng.choices(names.ORIGINS, [o[1] for o in names.ORIGINS])[0]
    language = rng.choices(list(languages), list(languages.values()))[0]
    race = rng.choices([code for code, _ in races], [share for _, share in races])[0]
    family = rng.choice(names.FAMILY[origin])
    head_age = min(95, max(19, int(rng.gauss(49, 18))))
    shared = {"family": family, "origin": origin, "language": language, "race": race}
    head = _person(rng, today, head_age, rng.choice(("female", "male")), "18", shared)
    people = [head]
    if rng.random() < 0.52:
        other = "male" if head.sex == "female" else "female"
        people.append(_person(rng, today, max(19, head_age + rng.randint(-6, 6)), other, "01", shared))
    if 22 <= head_age <= 58:
        for _ in range(rng.choices((0, 1, 2, 3), (0.45, 0.25, 0.22, 0.08))[0]):
            age = max(0, head_age - rng.randint(22, 40))
            if age < 26:
                people.append(_person(rng, today, age, rng.choice(("female", "male")), "19", shared))
    line = (
        "medicare"
        if head_age >= 65
        else rng.choices([name for name, _ in COVERAGE_MIX], [share for _, share in COVERAGE_MIX])[0]
    )
    if line == "medicare":
        people = [person for person in people if person.age >= 65]
    return Home(
        market,
        site,
        f"{rng.randint(1, 9900)} {rng.choice(names.STREETS)} {rng.choice(names.STREET_KINDS)}",
        round(site.latitude + rng.gauss(0, 0.06), 5),
        round(site.longitude + rng.gauss(0, 0.06), 5),
        people,
        line,
    )


def _person(rng: random.Random, today: datetime.date, age: int, sex: str, relationship: str, shared: dict) -> Person:
    birth = today - datetime.timedelta(days=int(age * 365.2425) + rng.randint(1, 363))
    given = rng.choice((names.FEMALE if sex == "female" else names.MALE)[shared["origin"]])
    person = Person(
        given=given,
        sex=sex,
        birth_date=birth,
        age=age,
        relationship=relationship,
        engagement=min(1.0, max(0.05, rng.gauss(0.62, 0.22))),
        **shared,
    )
    for condition, bands in PREVALENCE.items():
        rate = next((rate for start, rate in reversed(bands) if age >= start), 0)
        if rng.random() < rate:
            person.conditions[condition] = today.year - rng.randint(0, min(14, max(0, age - 12)))
    if age >= 50 and rng.random() < (0.15 if age >= 65 else 0.03):
        person.conditions["breast_cancer" if sex == "female" else "prostate_cancer"] = today.year - rng.randint(0, 4)
    if sex == "female" and 19 <= age <= 42 and rng.random() < 0.06:
        person.conditions["pregnancy"] = today.year
    if "diabetes" in person.conditions and "ckd" in person.conditions:
        person.conditions["diabetes_kidney"] = person.conditions["ckd"]
    return person


def hero_home(world: World, today: datetime.date) -> Home:
    """The Alvarez household of the pictures: Maria, her son Mateo and her mother Rosa."""
    market, site = world.markets[0], world.markets[0].sites[0]

    def person(given: str, sex: str, birth: datetime.date, relationship: str, conditions: dict[str, int]) -> Person:
        age = (today - birth).days // 365
        return Person(
            "Alvarez",
            given,
            sex,
            birth,
            age,
            "es",
            "es" if given == "Rosa" else "en",
            "2148-5",
            relationship,
            1.0,
            conditions,
        )

    return Home(
        market,
        site,
        "412 Juniper Street",
        site.latitude,
        site.longitude,
        [
            person(
                "Maria",
                "female",
                datetime.date(1974, 2, 11),
                "18",
                {"diabetes": 2016, "hypertension": 2014, "hyperlipidemia": 2014, "osteoarthritis": 2021},
            ),
            person("Mateo", "male", datetime.date(2019, 6, 3), "19", {}),
            person("Rosa", "female", datetime.date(1945, 4, 20), "G8", {"hypertension": 2001, "osteoarthritis": 2008}),
        ],
        "commercial_group",
    )
