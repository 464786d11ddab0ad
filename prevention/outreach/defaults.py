"""Policy to begin with: what a system starts from, as rows that its own people then change."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from network.models import Clinician, Organization
from prevention.engine.facts import LOINC
from prevention.models import Campaign, CampaignStep, OutreachCost, OutreachPolicy, StandingOrder
from prevention.outreach.kinds import VACCINE

CHANNELS = ["email", "sms", "portal", "letter"]
# Days after the gap came in → by what. Portal and push cost nothing; paper and people come last.
STEPS: list[tuple[int, list[str]]] = [
    (0, ["portal", "push"]),
    (7, ["email", "sms"]),
    (28, ["letter"]),
    (45, ["call"]),
    (60, ["visit"]),
]
SCRIPT = (
    "Say who you are and that you call from their care team. Ask for two identifiers before you say anything more. "
    "Say what is due, why it matters to this person, and that it costs nothing where it does. Offer the kit or a time "
    "now, on this call. Ask what stands in the way. Thank them, whatever they decide."
)
# Postage and print by list price, telephone and post-room time at median pay: a start, to be replaced by one's own.
COSTS = {
    "portal": "0",
    "push": "0",
    "email": "0.0010",
    "sms": "0.0200",
    "letter": "1.1000",
    "call": "5.5000",
    "visit": "0",
    "kit": "24.0000",
}


@dataclass(frozen=True)
class Protocol:
    protocol: str
    name: str
    rules: list[str]
    code: str
    text: str


CHILDREN = (
    "HepB", "Rotavirus", "DTaP/Tdap/Td", "Hib", "Pneumococcal", "Polio", "RSV", "MMR", "Varicella", "HepA",
)  # fmt: skip
ADOLESCENTS = ("HPV", "Meningococcal", "DTaP/Tdap/Td", "MMR", "Varicella", "Polio", "HepB", "HepA")


@dataclass(frozen=True)
class Vaccines:
    """A campaign about vaccines, for people from an age and under another; weights of overdue, risk, equity."""

    code: str
    name: str
    groups: tuple[str, ...]
    ages: tuple[int | None, int | None]
    weights: tuple[str, str, str]
    steps: list[tuple[int, list[str]]]
    rank: int
    season: tuple[int, int] | None = None


# Sooner than other care: each month without them is one unprotected.
SOON = [(0, ["portal", "push"]), (3, ["email", "sms"]), (21, ["letter"]), (35, ["call"]), (45, ["visit"])]
# COVID-19 is reminded of from 65: below it is decided between the person and their clinician (ACIP, 2025), which a
# reminder would anticipate; it stands on everybody's own page of vaccines. So does meningitis B.
VACCINES = [
    Vaccines("child-vaccines", "Vaccines of children", CHILDREN, (None, 9), ("2", "1", "0.5"), SOON, 40),
    Vaccines("teen-vaccines", "Vaccines of adolescents", ADOLESCENTS, (9, 19), ("1.5", "1", "0.5"), SOON, 42),
    Vaccines(
        "adult-vaccines", "Vaccines of adults", ("DTaP/Tdap/Td", "Zoster", "Pneumococcal", "HPV"),
        (19, None), ("1", "0.5", "0.5"), STEPS, 44,
    ),
    Vaccines(
        "winter-vaccines", "COVID-19 and RSV from 65", ("COVID-19", "RSV"), (65, None), ("1", "1.5", "0.5"), SOON, 46,
        season=(901, 331),
    ),
    Vaccines(
        "influenza", "Influenza vaccination", ("Influenza",), (None, None), ("1", "1", "0"), STEPS, 50,
        season=(901, 331),
    ),
]  # fmt: skip

PROTOCOLS = [
    Protocol(
        "fit_home_kit",
        "Stool test at home (FIT)",
        ["colorectal_screening"],
        "29771-3",
        "For people of 45 to 75 due for colorectal screening at average risk. Not after a positive stool test without "
        "colonoscopy since, nor with bleeding: they see a clinician. A positive result leads to colonoscopy within 90 "
        "days.",
    ),
    Protocol(
        "hba1c_in_diabetes",
        "HbA1c in diabetes",
        ["hba1c"],
        "4548-4",
        "For people with diabetes whose HbA1c is due. Not in pregnancy, nor within three months of a transfusion.",
    ),
    Protocol(
        "hba1c_home_kit",
        "HbA1c at home, from a finger prick",
        ["hba1c"],
        "96595-4",
        "For people with diabetes whose HbA1c is due and who would rather not come in. Not in pregnancy, with anaemia, "
        "on dialysis, nor within three months of a transfusion: a blood test is taken instead.",
    ),
    Protocol(
        "hpv_self_collection",
        "HPV test with a sample taken by oneself",
        ["cervical_screening"],
        "21440-3",
        "For people of 30 to 65 with a cervix who are due, at average risk. Not in pregnancy, nor after an abnormal "
        "result that is being followed. A positive result leads to a visit.",
    ),
]


@transaction.atomic
def start_outreach(system: Organization, *, by: User, since: date, holdout_percent: Decimal = Decimal(5)) -> Campaign:
    """Give a system a first policy, a campaign for what is due all the year, those for vaccines, and unit costs.

    Raises `django.db.IntegrityError` where it has a policy for that time already.
    """
    period = DateRange(since, None)
    common = {"managing_organization": system, "period": period, "set_by": by}
    policy = OutreachPolicy.objects.create(**common, channels=CHANNELS)
    usual = Campaign.objects.create(
        **common,
        code="preventive-care",
        name="Preventive care that is due",
        wordings=["care_waiting"],
        holdout_percent=holdout_percent,
        weight_overdue=Decimal(1),
        weight_risk=Decimal(1),
        weight_equity=Decimal("0.5"),
        equity_languages=["es"],
        script=SCRIPT,
    )
    _steps(usual, STEPS)
    for one in VACCINES:
        made = Campaign.objects.create(
            **common,
            code=one.code,
            name=one.name,
            rank=one.rank,
            rules=[f"{VACCINE}{group}" for group in one.groups],
            age_from=one.ages[0],
            age_until=one.ages[1],
            in_one_visit=True,
            season_from=one.season[0] if one.season else None,
            season_until=one.season[1] if one.season else None,
            weight_overdue=Decimal(one.weights[0]),
            weight_risk=Decimal(one.weights[1]),
            weight_equity=Decimal(one.weights[2]),
            equity_languages=["es"],
            wordings=["care_waiting"],
            script=SCRIPT,
        )
        _steps(made, one.steps)
    OutreachCost.objects.bulk_create(
        OutreachCost(managing_organization=system, kind=kind, amount=Decimal(amount), period=period, set_by=by)
        for kind, amount in COSTS.items()
    )
    audit.record(by=by, action="create", verb="prevention.start_outreach", obj=policy)
    return usual


def _steps(campaign: Campaign, steps: list[tuple[int, list[str]]]) -> None:
    CampaignStep.objects.bulk_create(
        CampaignStep(campaign=campaign, number=number, after_days=days, channels=channels)
        for number, (days, channels) in enumerate(steps, 1)
    )


@transaction.atomic
def sign_protocols(system: Organization, *, by: User, clinician: Clinician, since: date, review_by: date) -> None:
    """The usual protocols, signed by a clinician of the system; members may order their own kits under them."""
    for one in PROTOCOLS:
        made = StandingOrder.objects.create(
            organization=system,
            protocol=one.protocol,
            name=one.name,
            text=one.text,
            rules=one.rules,
            code_system=LOINC,
            code=one.code,
            roles=["nurse", "medical_assistant", "care_coordinator", "pharmacist"],
            members_may=True,
            signed_by=clinician,
            period=DateRange(since, None),
            review_by=review_by,
        )
        audit.record(by=by, action="create", verb="prevention.sign_protocol", obj=made)
