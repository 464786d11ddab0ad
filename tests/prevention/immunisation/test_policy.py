"""Policy is dated per market: CDSi plus overlay, and each forecast names its authority."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from prevention.immunisation import policy as policies
from prevention.immunisation.engine import evaluate_and_forecast
from prevention.immunisation.patient import Patient, VaccineDoseAdministered
from prevention.immunisation.policy import PolicyError, make, packaged_policy
from prevention.immunisation.table import PACKAGED


@pytest.fixture(scope="module")
def table():
    return json.loads(PACKAGED.read_text())


def test_without_an_overlay_the_authority_is_acip(table):
    policy = make(table, {})
    assert policy.authority("MMR") == "CDC ACIP, CDSi 4.64"
    assert policy.key == packaged_policy().key


def test_an_overlay_replaces_antigens_and_answers_for_their_group_alone(table):
    row = {**table["antigens"]["COVID-19"], "contraindications": []}
    policy = make(table, {"authority": "State health department", "antigens": {"COVID-19": row}})
    assert policy.schedule.antigens["COVID-19"].contraindications == ()
    assert policy.authority("COVID-19") == "State health department"
    assert policy.authority("MMR") == "CDC ACIP, CDSi 4.64"
    assert policy.key != packaged_policy().key


def test_an_overlay_may_leave_a_vaccine_group_out(table):
    policy = make(table, {"authority": "State health department", "without": ["Dengue"]})
    assert "Dengue" not in policy.schedule.groups
    assert "Dengue" in table["groups"]


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ({"authority": "A", "without": ["Nonsense"]}, "no vaccine group"),
        ({"authority": "A", "antigens": {"Nonsense": {}}}, "no antigen"),
        ({"without": ["Dengue"]}, "names its authority"),
        ({"authority": "A", "antigens": {"Dengue": {"vaccine_group": "Dengue"}}}, "not understood"),
        ({"authority": "A", "antigens": {"HPV": 5}}, "not understood"),
        ({"authority": "A", "antigens": {"HPV": {"vaccine_group": "Nowhere", "series": []}}}, "not of the vaccine"),
        ({"authority": "A", "antigens": {"HPV": {"vaccine_group": "HPV", "series": []}}}, "no series"),
    ],
)
def test_an_overlay_that_makes_no_sense_is_refused(table, overlay, says):
    with pytest.raises(PolicyError, match=says):
        make(table, overlay)


def test_another_text_of_the_engine_is_another_key(tmp_path, monkeypatch):
    """Whoever was evaluated by an older version is evaluated again: nobody has to remember to say so."""
    before = policies.packaged_policy().key
    assert policies.engine() in before
    for name in ("charts.py", "icd10cm_indications.csv"):
        (tmp_path / name).write_bytes((Path(policies.__file__).parent / name).read_bytes())
    monkeypatch.setattr(policies, "__file__", str(tmp_path / "policy.py"))
    seen = set()
    for name in ("charts.py", "icd10cm_indications.csv"):
        policies.engine.cache_clear()
        seen.add(policies.engine())
        with (tmp_path / name).open("a") as file:
            file.write("\n")
        policies.engine.cache_clear()
        seen.add(policies.engine())
    policies.engine.cache_clear()
    assert len(seen) == 3


def test_a_dose_of_a_group_that_was_left_out_is_passed_over(table):
    policy = make(table, {"authority": "State health department", "without": ["Influenza", "DTaP/Tdap/Td"]})
    types = tuple(table["associations"])
    doses = tuple(VaccineDoseAdministered(date(2025, 10, 1) + timedelta(days=n), cvx) for n, cvx in enumerate(types))
    result = evaluate_and_forecast(Patient(date(1990, 1, 1), "Female", doses), policy.schedule, date(2026, 11, 23))
    assert not {"Influenza", "DTaP/Tdap/Td"} & {one.group for one in result.forecasts}
    assert policy.steps.next_after(result.history) is not None
    policies.try_out(policy, date(2026, 11, 23))


def test_what_would_stop_the_run_is_found_before_anybody_follows_it(table, monkeypatch):
    policy = make(table, {})
    monkeypatch.setattr(type(policy.steps), "next_after", lambda *_: {}["Influenza"])
    with pytest.raises(PolicyError, match="nobody can be evaluated"):
        policies.try_out(policy, date(2026, 11, 23))
