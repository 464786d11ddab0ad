"""What a gap is about, be it a care rule or a vaccine that is due: titles, reason, ways out, the same everywhere."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from prevention.engine.measure import CareRule, WayOut
from prevention.rules import BY_ID
from prevention.vaccine_clinic import VISIT_TYPE

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VACCINE = "immunisation:"


@dataclass(frozen=True)
class VaccineDue:
    """A vaccine group as a kind of gap, with the attributes of a care rule that pages use."""

    id: str
    title: "str | StrPromise"
    member_title: "str | StrPromise"
    why: "str | StrPromise"
    source: str
    ways: tuple[WayOut, ...]
    costs_nothing: bool = True


GapKind = CareRule | VaccineDue


def kind_of(rule_id: str) -> GapKind:
    """What the gap's rule says of itself. Raises `KeyError` for a rule that is neither care rule nor vaccine group."""
    if rule_id.startswith(VACCINE):
        return _vaccine(rule_id.removeprefix(VACCINE))
    return BY_ID[rule_id]


def is_known(rule_id: str) -> bool:
    return rule_id in BY_ID or rule_id.startswith(VACCINE)


def _vaccine(group: str) -> VaccineDue:
    # Late: the words stand beside models that import this package.
    from prevention.immunisation.outlook import IN_WORDS

    words = IN_WORDS.get(group, group)
    return VaccineDue(
        id=f"{VACCINE}{group}",
        title=pgettext_lazy("a vaccine that is due", "Vaccine: %(name)s") % {"name": words},
        member_title=pgettext_lazy("a vaccine that is due", "Vaccine: %(name)s") % {"name": words},
        why=_("The vaccine protects you, and those around you who cannot be vaccinated."),
        source="CDC, CDSi 4.6",
        ways=(WayOut("book", _("Book a vaccine visit"), visit_type=VISIT_TYPE),),
    )


def order_ways(kind: GapKind) -> list[WayOut]:
    return [way for way in kind.ways if way.kind == "order"]


def book_way(kind: GapKind) -> WayOut | None:
    return next((way for way in kind.ways if way.kind == "book"), None)


# What is sent home: the way's own words speak to the member.
HOME_KITS = frozenset({"fit_home_kit", "hba1c_home_kit", "hpv_self_collection"})


def staff_words(way: WayOut) -> "str | StrPromise":
    """The way as a button for whoever orders it for somebody else."""
    return _("Send them a home kit") if way.protocol in HOME_KITS else way.label


def closers_of(kind: GapKind) -> list[str]:
    """What settles it, as the rule calls it, each once: `colonoscopy`, `stool test` …"""
    return list(dict.fromkeys(closer.what for closer in kind.closers)) if isinstance(kind, CareRule) else []


# The rules' own words for what settles them, so that they can be said in the reader's language.
CLOSER_WORDS = {
    "CT colonography": _("CT colonography"),
    "HIV test": _("HIV test"),
    "HPV test": _("HPV test"),
    "HbA1c": _("HbA1c"),
    "INR": _("clotting test (INR)"),
    "Pap test": _("Pap test"),
    "alcohol questions": _("questions about alcohol"),
    "anxiety questions": _("questions about anxiety"),
    "antibody screen": _("antibody test"),
    "blood fats": _("blood fats"),
    "blood pressure": _("blood pressure measurement"),
    "blood sugar test": _("blood sugar test"),
    "bone density scan": _("bone density scan"),
    "chlamydia test": _("chlamydia test"),
    "colonoscopy": _("colonoscopy"),
    "counselling": _("counselling"),
    "creatinine": _("creatinine"),
    "depression questions": _("questions about mood"),
    "drug use question": _("question about drugs"),
    "eGFR": _("kidney function (eGFR)"),
    "exercise or physiotherapy": _("exercise or physiotherapy"),
    "eye examination": _("eye examination"),
    "eye test": _("eye test"),
    "flexible sigmoidoscopy": _("flexible sigmoidoscopy"),
    "fluoride varnish": _("fluoride varnish"),
    "folic acid": _("folic acid"),
    "foot examination": _("foot examination"),
    "genetic counselling": _("genetic counselling"),
    "glucose test": _("glucose test"),
    "gonorrhoea test": _("gonorrhoea test"),
    "hepatitis B test": _("hepatitis B test"),
    "hepatitis C test": _("hepatitis C test"),
    "low-dose CT": _("low-dose CT"),
    "low-dose aspirin": _("low-dose aspirin"),
    "mammogram": _("mammogram"),
    "medicine": _("medicine"),
    "potassium": _("potassium"),
    "questions about violence": _("questions about violence"),
    "rhesus factor": _("rhesus factor"),
    "smoking status": _("question about smoking"),
    "spirometry": _("spirometry"),
    "statin": _("statin"),
    "stool DNA test": _("stool DNA test"),
    "stool test": _("stool test"),
    "support of breastfeeding": _("support of breastfeeding"),
    "syphilis test": _("syphilis test"),
    "thyroid test": _("thyroid test"),
    "tuberculosis test": _("tuberculosis test"),
    "ultrasound": _("ultrasound"),
    "urine albumin": _("urine albumin"),
    "urine culture": _("urine culture"),
    # What waits for an answer (`rules.positives`).
    "positive stool test": _("positive stool test"),
    "positive HPV test": _("positive HPV test"),
    "CT colonography that asks for more": _("CT colonography that asks for more"),
    "undetermined Pap test": _("undetermined Pap test"),
    "abnormal Pap test": _("abnormal Pap test"),
    "mammogram that asks for more": _("mammogram that asks for more"),
    "suspicious mammogram": _("suspicious mammogram"),
    "reactive HIV test": _("reactive HIV test"),
    "reactive hepatitis C test": _("reactive hepatitis C test"),
    "reactive hepatitis B test": _("reactive hepatitis B test"),
    "reactive syphilis test": _("reactive syphilis test"),
    "positive chlamydia test": _("positive chlamydia test"),
    "positive gonorrhoea test": _("positive gonorrhoea test"),
    "positive tuberculosis test": _("positive tuberculosis test"),
    "positive depression questions": _("positive depression questions"),
    "blood sugar in the range of diabetes": _("blood sugar in the range of diabetes"),
    "widened aorta": _("widened aorta"),
    "lung scan that asks for more": _("lung scan that asks for more"),
    "positive anxiety questions": _("positive anxiety questions"),
    "high glucose test in pregnancy": _("high glucose test in pregnancy"),
    "bacteria in the urine in pregnancy": _("bacteria in the urine in pregnancy"),
    "antibodies in pregnancy": _("antibodies in pregnancy"),
    "result that is not clear": _("result that is not clear"),
}


def closer_words(what: str) -> "str | StrPromise":
    return CLOSER_WORDS.get(what, what)
