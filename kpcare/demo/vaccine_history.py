"""The vaccines that a person of the demo world has had: the routine schedule, kept by most and broken off by some.

Ages as in the CDC's child and adolescent schedule, products among those that are given in the United States.
"""

import datetime
import random
from collections.abc import Iterator

from kpcare.demo.people import Person

DAY = datetime.timedelta(days=1)
YEAR = 365.25
# Age in days → CVX of what is given at that visit.
CHILDHOOD = (
    (1, ("08",)),
    (63, ("110", "48", "133", "119")),
    (125, ("110", "48", "133", "119")),
    (190, ("110", "48", "133")),
    (372, ("03", "21", "133", "83")),
    (470, ("20", "48")),
    (570, ("83",)),
    (1475, ("94", "130")),
    (4040, ("115", "114", "165")),
    (4250, ("165",)),
    (5860, ("114",)),
)
# Nobody had a vaccine before it was licensed; what was given in its place until then, if anything.
LICENSED = {"133": (datetime.date(2010, 2, 24), "100"), "119": (datetime.date(2008, 4, 3), "")}
CHICKENPOX_FROM = datetime.date(1996, 1, 8)
# Years of birth from which children had these as a rule.
MEASLES_SINCE, CHICKENPOX_SINCE, HEPATITIS_B_SINCE = 1967, 1988, 1991
COMPLETE = 0.62  # and more of those who come often
BREAKS_OFF = 0.1


def doses(person: Person, today: datetime.date, rng: random.Random) -> Iterator[tuple[datetime.date, str]]:
    """Day and CVX of each dose but those of the season, for somebody who is not looked at by name."""
    if person.age < 19:
        yield from _childhood(person, today, rng)
    else:
        yield from _grown_up(person, today, rng)


def kept(person: Person, today: datetime.date) -> Iterator[tuple[datetime.date, str]]:
    """Every dose of the schedule in time: for those of whom the pictures tell."""
    rng = random.Random(person.given)
    if person.age < 19:
        yield from _visits(person, today, rng, 1.0)
        return
    yield from _as_child(person, rng, 1.0)
    yield from _tetanus(person, today - 1400 * DAY)
    yield from _course("21", datetime.date(2005, 3, 7), (0, 63))
    yield from _course("43", today - 5200 * DAY, (0, 35, 190))
    if person.age >= 50:
        yield from _course("187", today - 420 * DAY, (0, 90))
        yield today - 390 * DAY, "216"
    if person.age >= 75:
        yield today - 400 * DAY, "303"


def _childhood(person: Person, today: datetime.date, rng: random.Random) -> Iterator[tuple[datetime.date, str]]:
    stays = 1.0 if rng.random() < COMPLETE + 0.35 * person.engagement else 1 - BREAKS_OFF * (1 + rng.random())
    yield from _visits(person, today, rng, stays)


def _visits(
    person: Person, today: datetime.date, rng: random.Random, stays: float
) -> Iterator[tuple[datetime.date, str]]:
    for age, given in CHILDHOOD:
        on = person.birth_date + (age + rng.randint(0, min(age // 12, 25))) * DAY
        if on >= today or rng.random() > stays:
            return
        for cvx in given:
            licensed, before = LICENSED.get(cvx, (on, ""))
            if on >= licensed or before:
                yield on, cvx if on >= licensed else before


def _as_child(person: Person, rng: random.Random, share: float) -> Iterator[tuple[datetime.date, str]]:
    """What grown-ups can still prove of their own childhood."""
    year, first = person.birth_date.year, person.birth_date + 480 * DAY
    if year >= MEASLES_SINCE and rng.random() < share:
        yield from _course("03", first, (0, 1380))
    if year >= CHICKENPOX_SINCE and rng.random() < share:
        yield from _course("21", max(first, CHICKENPOX_FROM), (0, 1380))
    if year >= HEPATITIS_B_SINCE and rng.random() < share:
        yield from _course("08", person.birth_date + 1 * DAY, (0, 60, 200))


def _tetanus(person: Person, last: datetime.date) -> Iterator[tuple[datetime.date, str]]:
    """A booster every ten years, as far back as somebody wrote it down; the last one with whooping cough."""
    yield last, "115"
    for years in (10, 20):
        on = last - int(years * YEAR) * DAY
        if on > person.birth_date + int(7 * YEAR) * DAY:
            yield on, "113"


def _grown_up(person: Person, today: datetime.date, rng: random.Random) -> Iterator[tuple[datetime.date, str]]:
    come = 0.35 + 0.6 * person.engagement
    yield from _as_child(person, rng, min(0.95, come + 0.1))
    if rng.random() < come:
        yield from _tetanus(person, today - rng.randint(60, int(9.5 * YEAR)) * DAY)
    if person.age < 60 and person.birth_date.year < HEPATITIS_B_SINCE and rng.random() < 0.5 * come:
        yield from _course(
            "43", today - rng.randint(300, int(min(12, person.age - 18) * YEAR) + 300) * DAY, (0, 35, 190)
        )
    if person.age >= 51 and rng.random() < 0.75 * come:
        yield from _course("187", today - rng.randint(120, int(min(7, person.age - 50) * YEAR)) * DAY, (0, 90))
    if 51 <= person.age < 65 and rng.random() < 0.5 * come:
        yield today - rng.randint(30, 365) * DAY, "216"
    if person.age >= 76 and rng.random() < 0.6 * come:
        yield today - rng.randint(60, 700) * DAY, "303"


def _course(cvx: str, first: datetime.date, after: tuple[int, ...]) -> Iterator[tuple[datetime.date, str]]:
    for days in after:
        yield first + days * DAY, cvx
