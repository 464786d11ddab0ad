"""The safety rules as tables, without a database; figures of kidney function from the published formulas."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy.safety import facts, renal
from pharmacy.safety.rules import (
    Allergy,
    Medicine,
    check_allergies,
    check_duplicates,
    check_interactions,
    check_kidney,
    check_pregnancy,
)
from pharmacy.safety.substances import Substance, substances_in

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def severities(alerts) -> list[str]:
    return [alert.severity for alert in alerts]


def medicine(*names: str, route: str = "oral") -> Medicine:
    return Medicine(" / ".join(names), tuple(Substance.of(name) for name in names), route)


# --- Allergies ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ordered", "listed", "text", "said"),
    [
        # Domain ruling 11: the same side chain interrupts, another does not.
        ("amoxicillin", "cephalexin", "anaphylaxis", ["hard_stop"]),
        ("amoxicillin", "cefalexin", "anaphylaxis", ["hard_stop"]),
        ("cefazolin", "cephalexin", "anaphylaxis", []),
        ("cefazolin", "amoxicillin", "anaphylaxis", []),
        ("cephalexin", "amoxicillin", "hives", ["warning"]),
        ("ceftriaxone", "cefotaxime", "anaphylaxis", ["hard_stop"]),
        ("ceftriaxone", "amoxicillin", "anaphylaxis", []),
        ("aztreonam", "ceftazidime", "anaphylaxis", ["hard_stop"]),
        ("aztreonam", "amoxicillin", "anaphylaxis", []),
        ("meropenem", "penicillin", "anaphylaxis", []),
        ("amoxicillin", "penicillin", "anaphylaxis", ["hard_stop"]),
        ("amoxicillin", "penicillin", "rash", ["warning"]),
        ("cephalexin", "penicillin", "anaphylaxis", ["warning"]),
        ("cephalexin", "penicillin", "rash", []),
        # A severe delayed reaction closes the family.
        ("cefazolin", "amoxicillin", "Stevens-Johnson syndrome", ["hard_stop"]),
        ("meropenem", "amoxicillin", "DRESS", ["hard_stop"]),
        ("warfarin", "warfarin", "", ["hard_stop"]),
        ("ibuprofen", "aspirin", "angioedema", ["hard_stop"]),
        ("ibuprofen", "naproxen", "", ["warning"]),
        ("lisinopril", "enalapril", "angioedema", ["hard_stop"]),
        ("sulfamethoxazole", "sulfa", "", ["warning"]),
        ("metformin", "amoxicillin", "anaphylaxis", []),
    ],
)
def test_allergy(ordered, listed, text, said):
    assert severities(check_allergies([Substance.of(ordered)], [Allergy(Substance.of(listed), text)])) == said


def test_an_intolerance_warns_about_itself_alone():
    listed = [Allergy(Substance.of("codeine"), "nausea", is_intolerance=True)]
    assert severities(check_allergies([Substance.of("codeine")], listed)) == ["warning"]
    assert check_allergies([Substance.of("morphine")], listed) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Allergy to penicillin", ["penicillin"]),
        ("Penicillin V 250 MG Oral Tablet", ["penicillin v"]),
        ("sulfamethoxazole / trimethoprim", ["sulfamethoxazole", "trimethoprim"]),
        ("Glyceryl trinitrate", ["nitroglycerin"]),
        ("Peanut", []),
        ("nitrofurantoinate", []),
    ],
)
def test_substances_are_found_in_texts_of_other_code_systems(text, names):
    assert sorted(each.name for each in substances_in(text)) == names


@given(st.sampled_from(sorted(set().union(*facts.R1_GROUPS))), st.sampled_from(sorted(set().union(*facts.R1_GROUPS))))
def test_cross_reactivity_by_side_chain_is_mutual(one, other):
    reacted = [Allergy(Substance.of(other), "anaphylaxis")]
    back = [Allergy(Substance.of(one), "anaphylaxis")]
    assert bool(check_allergies([Substance.of(one)], reacted)) == bool(check_allergies([Substance.of(other)], back))


# --- Interactions and duplicates -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("nitroglycerin", "sildenafil", ["hard_stop"]),
        ("methotrexate", "trimethoprim", ["hard_stop"]),
        ("oxycodone", "lorazepam", ["warning"]),
        ("warfarin", "fluconazole", ["warning"]),
        ("nirmatrelvir", "silodosin", ["hard_stop"]),
        ("nirmatrelvir", "primidone", ["hard_stop"]),
        # Contraindicated only in kidney or liver disease, and only by mouth: said, not stopped.
        ("nirmatrelvir", "colchicine", ["warning"]),
        ("nirmatrelvir", "midazolam", ["warning"]),
        ("apixaban", "rifampicin", ["warning"]),
        ("warfarin", "ibuprofen", ["hard_stop"]),
        ("apixaban", "ibuprofen", ["warning"]),
        ("lisinopril", "spironolactone", ["warning"]),
        ("losartan", "potassium chloride", ["warning"]),
        ("lithium", "hydrochlorothiazide", ["warning"]),
        ("nirmatrelvir", "simvastatin", ["hard_stop"]),
        ("nirmatrelvir", "atorvastatin", ["warning"]),
        ("nirmatrelvir", "metformin", []),
        ("lisinopril", "amlodipine", []),
        ("sildenafil", "sildenafil", []),
    ],
)
def test_interaction_both_ways_round(one, other, said):
    for new, current in ((one, other), (other, one)):
        assert severities(check_interactions(medicine(new), [medicine(current)], facts.PAIRS)) == said


def test_an_interaction_names_its_source_and_each_current_medicine_once():
    current = [medicine("sulfamethoxazole", "trimethoprim"), medicine("amlodipine")]
    (alert,) = check_interactions(medicine("methotrexate"), current, facts.PAIRS)
    assert "Methotrexate label" in alert.message


@pytest.mark.parametrize("pair", facts.PAIRS, ids=lambda pair: f"{pair.first}+{pair.second}")
def test_every_shipped_pair_is_ordered_known_and_has_a_source(pair):
    assert pair.first < pair.second
    assert pair.source
    assert pair.severity in ("hard_stop", "warning")


def test_no_pair_is_shipped_twice():
    assert len({(pair.first, pair.second) for pair in facts.PAIRS}) == len(facts.PAIRS)


def test_the_same_ingredient_twice_by_the_same_route():
    current = [medicine("ibuprofen"), medicine("diclofenac", route="topical")]
    assert severities(check_duplicates(medicine("ibuprofen", "famotidine"), current)) == ["warning"]
    assert check_duplicates(medicine("diclofenac"), current) == []
    assert severities(check_duplicates(medicine("diclofenac", route="topical"), current)) == ["warning"]


# --- Kidney ---------------------------------------------------------------------------------------------------


def body(
    creatinine: float | None = 1.0, *, age=60, is_female=False, weight=80.0, height=175.0, before=()
) -> renal.Body:
    values = [renal.Creatinine(NOW - ago, value) for ago, value in before]
    if creatinine is not None:
        values.append(renal.Creatinine(NOW, creatinine))
    return renal.Body(age, is_female, weight, height, tuple(values))


@pytest.mark.parametrize(
    ("age", "creatinine", "is_female", "expected"),
    # NKF's calculator of the 2021 equation.
    [(50, 1.0, False, 92), (50, 1.0, True, 69), (70, 2.0, False, 35), (30, 0.6, True, 124), (80, 1.5, True, 35)],
)
def test_ckd_epi_2021(age, creatinine, is_female, expected):
    assert round(renal.ckd_epi_2021(age=age, creatinine=creatinine, is_female=is_female)) == expected


@pytest.mark.parametrize(
    ("age", "weight", "creatinine", "is_female", "expected"),
    [(60, 72, 1.0, False, 80), (60, 72, 1.0, True, 68), (80, 60, 1.5, False, 33.3), (140, 70, 1, False, 0)],
)
def test_cockcroft_gault(age, weight, creatinine, is_female, expected):
    found = renal.cockcroft_gault(age=age, weight=weight, creatinine=creatinine, is_female=is_female)
    assert found == pytest.approx(expected, abs=0.05)


def test_children_are_estimated_by_schwartz_whatever_is_asked():
    child = body(0.5, age=8, height=120, weight=25)
    for kind in (facts.CRCL, facts.EGFR, facts.EGFR_ABSOLUTE):
        assert renal.estimate(child, kind) == pytest.approx(0.413 * 120 / 0.5)


def test_the_absolute_estimate_is_of_this_body():
    small = body(1.0, weight=45, height=150)
    surface = renal.body_surface(height=150, weight=45)
    assert surface == pytest.approx(1.369, abs=0.001)
    indexed = renal.estimate(small, facts.EGFR)
    assert renal.estimate(small, facts.EGFR_ABSOLUTE) == pytest.approx(indexed * surface / 1.73)


HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("before", "last", "unstable"),
    [
        ([], 3.0, False),
        ([(48 * HOUR, 1.0)], 1.3, True),
        ([(48 * HOUR, 1.0)], 1.29, False),
        ([(49 * HOUR, 1.0)], 1.3, False),
        ([(7 * DAY, 1.0)], 1.5, True),
        ([(8 * DAY, 1.0)], 1.5, False),
        ([(1 * DAY, 2.0)], 1.2, True),
        ([(300 * DAY, 0.7), (30 * DAY, 0.8)], 0.9, False),
    ],
)
def test_no_estimate_while_creatinine_is_unstable(before, last, unstable):
    found = body(last, before=before)
    assert renal.is_unstable(found.creatinines) is unstable
    assert (renal.estimate(found, facts.EGFR) is None) is unstable


@pytest.mark.parametrize(
    ("drug", "creatinine", "said"),
    [
        ("metformin", 1.0, []),
        ("metformin", 1.9, ["warning"]),  # eGFR 40
        ("metformin", 2.6, ["hard_stop"]),  # eGFR 27
        ("dabigatran", 6.0, ["hard_stop"]),  # clearance 14.8
        ("dabigatran", 3.0, ["warning"]),  # 29.6
        ("dabigatran", 2.9, []),
        ("ibuprofen", 2.9, ["warning"]),
        ("amlodipine", 6.0, []),
        ("metformin", None, ["information"]),
    ],
)
def test_kidney_rules(drug, creatinine, said):
    assert severities(check_kidney([Substance.of(drug)], body(creatinine))) == said


def test_the_estimate_and_its_source_are_named():
    (alert,) = check_kidney([Substance.of("rivaroxaban")], body(7.0))
    assert "Cockcroft–Gault" in alert.message
    assert "Rivaroxaban label" in alert.message
    (alert,) = check_kidney([Substance.of("metformin")], body(2.6))
    assert "CKD-EPI 2021" in alert.message
    (alert,) = check_kidney([Substance.of("rivaroxaban")], body(7.0, weight=None))
    assert alert.severity == "information"


@given(
    st.integers(18, 95), st.floats(0.3, 12), st.floats(0.3, 12), st.booleans(), st.floats(35, 200), st.floats(130, 210)
)
def test_more_creatinine_never_means_a_better_kidney(age, one, other, is_female, weight, height):
    low, high = sorted((one, other))
    for kind in (facts.CRCL, facts.EGFR, facts.EGFR_ABSOLUTE):
        better = renal.estimate(body(low, age=age, is_female=is_female, weight=weight, height=height), kind)
        worse = renal.estimate(body(high, age=age, is_female=is_female, weight=weight, height=height), kind)
        assert better >= worse >= 0


# --- Pregnancy ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "said"),
    [("lisinopril", ["hard_stop"]), ("warfarin", ["hard_stop"]), ("ibuprofen", ["warning"]), ("metformin", [])],
)
def test_pregnancy(drug, said):
    assert severities(check_pregnancy([Substance.of(drug)], True)) == said
    assert check_pregnancy([Substance.of(drug)], False) == []
