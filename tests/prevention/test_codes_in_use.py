"""The codes that others use: bills, reports and products by which a rule or registry must know what it reads."""

import pytest

from core import terminology
from core.models import ValueSetMember
from pharmacy.models import ClinicalDrug, Ingredient
from prevention.engine.codes import CPT
from prevention.outreach.elsewhere import has_result
from prevention.registries import codes as ours
from prevention.rules import value_sets as own
from tests.clinical.factories import arranging
from tests.prevention.test_guidelines import (  # noqa: F401
    CASES,
    SMOKED,
    SMOKES,
    Someone,
    ago,
    amount,
    done,
    icd,
    lab,
    place,
    takes,
)

pytestmark = pytest.mark.django_db


def smoker(place) -> Someone:  # noqa: F811
    someone = Someone(place, 60, "male")
    someone.has(amount("8664-5", "30", "{PackYears}"), SMOKES)
    assert "lung_screening" in someone.due()
    return someone


@pytest.mark.parametrize("code", ["79086-5", "79068-3", "87279-6"])
def test_a_report_of_a_lung_scan_settles_it_unless_it_asks_for_more(place, code):  # noqa: F811
    someone = smoker(place)
    someone.has(lab(code, 30, category="imaging", value_text="Lung-RADS 1"))
    assert "lung_screening" not in someone.due()

    another = smoker(place)
    another.has(lab(code, 30, category="imaging", value_text="Lung-RADS 4B"))
    assert "lung_screening" in another.due()
    assert "lung scan that asks for more" in another.state("lung_screening").last_done_what


def test_a_bill_for_a_lung_scan_settles_it(place):  # noqa: F811
    someone = smoker(place)
    someone.has(done("71271", 30, CPT))
    assert "lung_screening" not in someone.due()


def test_a_bill_and_a_report_of_the_aorta_settle_it_unless_it_is_wide(place):  # noqa: F811
    for fact, is_due in (
        (done("76706", 30, CPT), False),
        (lab("24547-2", 30, category="imaging", value_quantity="2.1", value_unit="cm"), False),
        (lab("24547-2", 30, category="imaging", value_quantity="5.4", value_unit="cm"), True),
    ):
        someone = Someone(place, 70, "male")
        someone.has(SMOKED)
        assert "aortic_aneurysm" in someone.due()
        someone.has(fact)
        assert ("aortic_aneurysm" in someone.due()) is is_due


def test_done_elsewhere_both_ask_what_came_out():
    assert has_result("low-dose CT")
    assert has_result("ultrasound")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("thyroid_on_hormone", "966222"),  # levothyroxine 75 µg
        ("potassium_on_medicine", "898687"),  # benazepril 10 mg
        ("creatinine_on_medicine", "898687"),
        ("potassium_on_medicine", "197499"),  # chlorthalidone 25 mg
    ],
)
def test_medicines_that_ask_for_a_test(place, rule, code):  # noqa: F811
    someone = Someone(place, 55, "female")
    someone.has(takes(code))
    if not ValueSetMember.objects.filter(concept__code=code).exists():
        terminology.load_own()
    assert rule in someone.due()


@pytest.mark.parametrize(
    ("value_set", "code"),
    [
        (ours.OPIOID_MEDICINES, "1049683"),  # oxycodone 10 mg
        (ours.OPIOID_MEDICINES, "245134"),  # fentanyl patch
        (ours.OPIOID_MEDICINES, "891881"),  # morphine, extended release
        (ours.OPIOID_USE_MEDICINES, "1010604"),  # buprenorphine and naloxone, film
        (ours.BENZODIAZEPINES, "197901"),  # lorazepam 1 mg
        (ours.CONTROLLER_INHALERS, "896209"),  # fluticasone and salmeterol
        (own.OSTEOPENIA, "312894000"),
    ],
)
def test_products_and_findings_of_others_are_known(value_set, code):
    terminology.load_own()
    assert ValueSetMember.objects.filter(value_set__url=value_set.url, concept__code=code).exists()


def test_a_product_counts_by_its_ingredient_where_it_is_breathed_in():
    with arranging():
        budesonide = Ingredient.objects.create(concept=terminology.concept("rxnorm", "19831"), name="budesonide")
        for code, name in (("b1", "budesonide and formoterol Metered Dose Inhaler"), ("b2", "budesonide capsule")):
            drug = ClinicalDrug.objects.create(concept=terminology.concept("rxnorm", code), name=name)
            drug.ingredients.add(budesonide)
        terminology.load_own()
        assert terminology.load_own().changed == 0
    known = ValueSetMember.objects.filter(value_set__url=ours.CONTROLLER_INHALERS.url)
    assert set(known.filter(concept__code__in=("b1", "b2")).values_list("concept__code", flat=True)) == {"b1"}
