"""Who is in which registry, how it stands, what was missed, what is next: nightly and after a change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from clinical import models as clinical
from core import jobs as core_jobs
from core import terminology
from core.db import as_job
from core.models import JobRun, User
from members.models import Sensitivity
from prevention import jobs
from prevention.engine.codes import LOINC, Code
from prevention.measures import value_sets as vs
from prevention.models import RegistryEntry, RegistrySummary
from prevention.registries import BY_ID, REGISTRIES, run
from prevention.registries import codes as ours
from tests.clinical.factories import arranging, member, region, system
from tests.prevention import charts

AS_OF = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 18, tzinfo=UTC)
EGFR, UACR = Code("98979-8", LOINC), Code("9318-7", LOINC)
PHQ9, ITEM9 = Code("44261-6", LOINC), Code("44260-8", LOINC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria():
    """52, enrolled since 2020, nothing in her chart."""
    with arranging():
        of = system()
        made = member(of, birth_date=date(1974, 2, 11), sex="female", region=region(of))
        charts.enrol(made)
    return made


def evaluate(*members, as_of=AS_OF, at=AT):
    with as_job(User.objects.system("prevention"), reason="test"):
        return run.evaluate_changed([one.pk for one in members], as_of=as_of, at=at)


def entry(of, registry) -> RegistryEntry | None:
    with arranging():
        return RegistryEntry.objects.filter(member=of, registry=registry, left_on=None).first()


def write(of, kind, code, on, **fields):
    with arranging():
        return getattr(charts, kind)(of, code, on, **fields)


def has(of, code, since=date(2020, 3, 1), **fields):
    return write(of, "condition", code, since, **fields)


def result(of, code, on, value, unit, **fields):
    return write(of, "observation", code, on, value_quantity=value, value_unit=unit, **fields)


def hba1c(of, value, on=date(2026, 10, 1)):
    return result(of, vs.HBA1C_LABORATORY_TEST, on, value, "%")


def pressure(of, systolic, diastolic, on=date(2026, 10, 1)):
    with arranging():
        charts.blood_pressure(of, on, systolic, diastolic)


def dispense(of, code, on, days=30):
    with arranging():
        charts.fact(clinical.MedicationDispense, of, code, on, status="completed", days_supply=days)


def test_somebody_without_the_condition_is_in_no_registry(maria):
    hba1c(maria, 5.2)
    pressure(maria, 160, 95)

    evaluate(maria)

    with arranging():
        assert not RegistryEntry.objects.exists()


def test_a_diagnosis_that_ended_or_was_refuted_puts_nobody_in(maria):
    has(maria, vs.DIABETES, abated=date(2024, 1, 1))
    has(maria, vs.ASTHMA, verification="refuted")

    evaluate(maria)

    with arranging():
        assert not RegistryEntry.objects.exists()


def test_without_coverage_nobody_is_followed(maria):
    with arranging():
        stranger = member(maria.managing_organization, "Nora", "Nobody")
    has(stranger, vs.DIABETES)

    evaluate(stranger)

    assert entry(stranger, "diabetes") is None


@pytest.mark.parametrize(
    ("value", "control"),
    [(6.9, "at_goal"), (7.9, "at_goal"), (8.0, "above"), (9.0, "above"), (9.1, "far"), (None, "unknown")],
)
def test_control_of_diabetes_by_the_last_hba1c(maria, value, control):
    has(maria, vs.DIABETES)
    hba1c(maria, 5.7 if value else 7.0, date(2025, 3, 1))  # an earlier one decides nothing
    if value is not None:
        hba1c(maria, value)

    evaluate(maria)

    assert entry(maria, "diabetes").control == control


def test_an_entry_says_its_values_and_their_days(maria):
    has(maria, vs.DIABETES)
    hba1c(maria, 8.4)
    pressure(maria, 150, 82, date(2026, 9, 3))
    pressure(maria, 138, 88, date(2026, 9, 3))

    evaluate(maria)

    found = entry(maria, "diabetes")
    assert found.readings == {
        "hba1c": {"value": 8.4, "on": "2026-10-01"},
        # Of several on one day the lowest of each counts, as in the official measure.
        "systolic": {"value": 138, "on": "2026-09-03"},
        "diastolic": {"value": 82, "on": "2026-09-03"},
    }
    assert (found.entered_on, found.control_since) == (AS_OF, AS_OF)


def test_a_value_in_another_unit_is_no_answer(maria):
    has(maria, vs.DIABETES)
    result(maria, vs.HBA1C_LABORATORY_TEST, date(2026, 10, 1), 64, "mmol/mol")

    evaluate(maria)

    assert entry(maria, "diabetes").control == "unknown"


def test_the_risk_says_its_grounds(maria):
    """One ground is rising, two are high; one that alone suffices is high."""
    has(maria, vs.DIABETES)
    hba1c(maria, 9.4)
    evaluate(maria)
    rising = entry(maria, "diabetes")

    pressure(maria, 145, 80)
    evaluate(maria)
    high = entry(maria, "diabetes")

    assert (rising.tier, rising.grounds) == (2, ["far_from_goal"])
    assert (high.tier, high.grounds) == (1, ["far_from_goal", "blood_pressure"])
    assert BY_ID["diabetes"].words("grounds", "blood_pressure") == "Blood pressure at or above 140/90"


def test_a_ground_that_alone_suffices(maria):
    has(maria, vs.MAJOR_DEPRESSION)
    result(maria, PHQ9, date(2026, 11, 1), 4, "{score}")
    with arranging():
        charts.observation(maria, ITEM9, date(2026, 11, 1), value_integer=1)

    evaluate(maria)

    found = entry(maria, "depression")
    assert (found.control, found.tier, found.grounds, found.next_step) == ("at_goal", 1, ["thoughts"], "safety")


def test_missed_contacts_and_the_next_step(maria):
    has(maria, vs.DIABETES)
    evaluate(maria)
    unseen = entry(maria, "diabetes")

    with arranging():
        charts.visit(maria, vs.OFFICE_VISIT, date(2026, 9, 1))
        charts.observation(maria, EGFR, date(2026, 9, 1), value_quantity=88, value_unit="mL/min/{1.73_m2}")
        charts.observation(maria, UACR, date(2026, 9, 1), value_quantity=12, value_unit="mg/g")
    hba1c(maria, 7.0)
    pressure(maria, 120, 70)
    evaluate(maria)
    seen = entry(maria, "diabetes")

    assert unseen.missed == ["no_visit", "no_hba1c", "no_kidney_test", "no_reading"]
    assert unseen.next_step == "order_hba1c"
    assert (seen.missed, seen.next_step, seen.tier) == ([], "", 3)


def test_appointments_not_kept(maria):
    from tests.prevention.registries.factories import no_show

    has(maria, vs.DIABETES)
    with arranging():
        no_show(maria, datetime(2026, 3, 2, 17, tzinfo=UTC))
    evaluate(maria)
    once = entry(maria, "diabetes").missed
    with arranging():
        no_show(maria, datetime(2026, 6, 2, 17, tzinfo=UTC))
        no_show(maria, datetime(2025, 6, 2, 17, tzinfo=UTC))
    evaluate(maria)

    assert "no_shows" not in once
    assert "no_shows" in entry(maria, "diabetes").missed


@pytest.mark.parametrize(
    ("egfr", "uacr", "control"),
    [
        (95, 10, "at_goal"),
        (95, 350, "above"),  # G1 A3
        (50, 10, "at_goal"),  # G3a A1, moderate
        (50, 100, "above"),  # G3a A2
        (50, 350, "far"),  # G3a A3
        (40, 10, "above"),  # G3b A1
        (40, 40, "far"),  # G3b A2
        (25, 5, "far"),  # G4
        (40, None, "above"),
    ],
)
def test_the_kidney_by_both_numbers(maria, egfr, uacr, control):
    has(maria, ours.CHRONIC_KIDNEY_DISEASE)
    result(maria, EGFR, date(2026, 9, 1), egfr, "mL/min/{1.73_m2}")
    if uacr is not None:
        result(maria, UACR, date(2026, 9, 1), uacr, "mg/g")

    evaluate(maria)

    assert entry(maria, "ckd").control == control


LONG_AGO = date(2021, 3, 1)
WORST = {
    # The worst values there are, and what asks for them to be measured again.
    "diabetes": (vs.DIABETES, lambda m: (hba1c(m, 14, LONG_AGO), pressure(m, 230, 140, LONG_AGO)), "order_hba1c"),
    "hypertension": (vs.ESSENTIAL_HYPERTENSION, lambda m: pressure(m, 230, 140, LONG_AGO), "reading"),
    "ckd": (
        ours.CHRONIC_KIDNEY_DISEASE,
        lambda m: (
            result(m, EGFR, LONG_AGO, 12, "mL/min/{1.73_m2}"),
            result(m, UACR, LONG_AGO, 900, "mg/g"),
            pressure(m, 230, 140, LONG_AGO),
        ),
        "kidney_test",
    ),
    "heart_failure": (
        vs.HEART_FAILURE,
        lambda m: (result(m, EGFR, LONG_AGO, 12, "mL/min/{1.73_m2}"), pressure(m, 230, 140, LONG_AGO)),
        "kidney_test",
    ),
    "depression": (
        vs.MAJOR_DEPRESSION,
        lambda m: (result(m, PHQ9, LONG_AGO, 27, "{score}"), result(m, ITEM9, LONG_AGO, 3, "{score}")),
        "score",
    ),
}


@pytest.mark.parametrize("registry", WORST)
def test_a_reading_of_years_ago_asks_for_another_and_for_nothing_else(maria, registry):
    diagnosis, measured, step = WORST[registry]
    has(maria, diagnosis)
    measured(maria)

    evaluate(maria)

    found = entry(maria, registry)
    assert (found.control, found.next_step) == ("unknown", step)
    assert found.tier != RegistryEntry.Tier.HIGH
    # Whoever was far from goal is not forgotten for that.
    assert set(found.grounds) <= {"stale_far", "stale_low"}
    assert bool(found.grounds) == (registry in ("diabetes", "hypertension", "ckd"))


def test_an_old_pressure_beside_a_new_hba1c_decides_nothing(maria):
    has(maria, vs.DIABETES)
    hba1c(maria, 7.0)
    pressure(maria, 155, 84, date(2025, 5, 7))

    evaluate(maria)

    found = entry(maria, "diabetes")
    assert (found.control, found.grounds) == ("at_goal", [])
    assert "no_reading" in found.missed


@pytest.mark.parametrize(
    ("day", "step", "grounds"),
    [
        (date(2026, 11, 1), "urgent_review", ["crisis", "far_from_goal"]),
        (date(2026, 10, 1), "soon", ["crisis", "far_from_goal"]),
        (date(2026, 5, 1), "reading", ["crisis", "far_from_goal"]),
        (date(2025, 11, 21), "reading", ["stale_far"]),
    ],
)
def test_a_very_high_pressure_asks_for_less_the_older_it_is(maria, day, step, grounds):
    has(maria, vs.ESSENTIAL_HYPERTENSION)
    pressure(maria, 190, 125, day)

    evaluate(maria)

    found = entry(maria, "hypertension")
    assert (found.next_step, found.grounds) == (step, grounds)


def test_a_very_high_hba1c_of_last_winter_is_measured_again_before_anything(maria):
    has(maria, vs.DIABETES)
    hba1c(maria, 11, date(2026, 7, 1))
    evaluate(maria)
    older = entry(maria, "diabetes").next_step
    hba1c(maria, 11, date(2026, 10, 1))
    evaluate(maria)

    assert (older, entry(maria, "diabetes").next_step) == ("order_hba1c", "urgent_review")


def test_a_stay_for_heart_failure(maria):
    has(maria, vs.HEART_FAILURE)
    with arranging():
        stay = charts.visit(maria, vs.ENCOUNTER_INPATIENT, date(2026, 11, 1), ends=date(2026, 11, 5), visit_class="IMP")
        cause = clinical.Condition.objects.get(member=maria)
        clinical.EncounterDiagnosis.objects.create(member=maria, encounter=stay, condition=cause, use="billing", rank=1)

    evaluate(maria)

    found = entry(maria, "heart_failure")
    assert (found.control, found.tier, found.next_step) == ("far", 1, "after_stay")
    assert {"admitted", "hospital"} <= set(found.grounds)


def test_rescue_inhalers_without_a_controller(maria):
    has(maria, vs.ASTHMA)
    for month in (1, 5, 9):
        dispense(maria, ours.RESCUE_INHALERS, date(2026, month, 3))

    evaluate(maria)

    found = entry(maria, "asthma")
    assert (found.control, found.tier, found.grounds, found.next_step) == (
        "above",
        1,
        ["rescue", "uncovered"],
        "controller",
    )


def test_long_term_opioids_put_somebody_in_without_a_diagnosis(maria):
    for month in (6, 7):
        dispense(maria, ours.OPIOID_MEDICINES, date(2026, month, 10))
    evaluate(maria)
    short = entry(maria, "opioid_use")
    for month in (8, 9):
        dispense(maria, ours.OPIOID_MEDICINES, date(2026, month, 10))

    evaluate(maria)

    assert short is None, "sixty days in the last 180"
    assert "unprotected" in entry(maria, "opioid_use").grounds


def test_a_pregnancy_leaves_when_it_is_over(maria):
    diagnosis = has(maria, vs.PREGNANCY, date(2026, 5, 1))
    pressure(maria, 165, 100, date(2026, 11, 20))
    evaluate(maria)
    during = entry(maria, "pregnancy")
    with arranging():
        clinical.Condition.objects.filter(pk=diagnosis.pk).update(
            effective=(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC))
        )

    evaluate(maria, as_of=date(2026, 11, 24), at=AT + timedelta(days=2))

    assert (during.control, during.next_step) == ("far", "same_day")
    with arranging():
        assert RegistryEntry.objects.get(member=maria, registry="pregnancy").left_on == date(2026, 11, 24)


def test_whoever_comes_back_has_a_second_entry(maria):
    has(maria, vs.DIABETES)
    evaluate(maria)
    with arranging():
        member_ = type(maria).objects.get(pk=maria.pk)
        member_.deceased_at = AT
        member_.save()
    evaluate(maria)
    with arranging():
        member_.deceased_at = None
        member_.save()
    evaluate(maria, as_of=date(2026, 12, 1))

    with arranging():
        rows = list(RegistryEntry.objects.filter(registry="diabetes").order_by("entered_on").values_list("left_on"))
    assert rows == [(AS_OF,), (None,)]


def test_labels_of_the_facts_are_labels_of_the_entry(maria):
    has(maria, ours.OPIOID_USE_DISORDER, sensitivity=int(Sensitivity.PART2))

    evaluate(maria)

    assert entry(maria, "opioid_use").sensitivity == Sensitivity.PART2


def test_an_unchanged_chart_rewrites_no_row(maria):
    for code in (vs.DIABETES, vs.ESSENTIAL_HYPERTENSION, vs.ASTHMA, vs.MAJOR_DEPRESSION):
        has(maria, code)
    hba1c(maria, 8.4)
    pressure(maria, 150, 82)
    evaluate(maria)
    before = versions()

    counts = evaluate(maria, at=AT + timedelta(hours=1))

    assert len(before) == 4
    assert versions() == before
    assert counts == {"members": 1, "left": 0, "changed": 0, "entered": 0}


def versions() -> set:
    with arranging(), connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM prevention_registryentry")
        return set(cursor.fetchall())


def test_what_an_entry_was_is_kept(maria):
    has(maria, vs.DIABETES)
    hba1c(maria, 9.4, date(2026, 5, 1))
    evaluate(maria, as_of=date(2026, 6, 1))
    hba1c(maria, 7.4)

    evaluate(maria)

    found = entry(maria, "diabetes")
    assert (found.control, found.control_since, found.entered_on) == ("at_goal", AS_OF, date(2026, 6, 1))
    with arranging(), connection.cursor() as cursor:
        cursor.execute("SELECT control FROM prevention_registryentryhistoryevent ORDER BY pgh_id")
        assert [row[0] for row in cursor.fetchall()] == ["far", "at_goal"]


def test_nobody_is_twice_in_a_registry(maria):
    has(maria, vs.DIABETES)
    evaluate(maria)
    with arranging(), pytest.raises(IntegrityError, match="prevention_registryentry_once"), transaction.atomic():
        again = entry(maria, "diabetes")
        again.pk = None
        again.save(force_insert=True)


def test_every_registry_says_where_it_comes_from_and_its_ids_are_its_own():
    for registry in REGISTRIES:
        assert registry.source and registry.entry and registry.steps, registry.id
        for kind in ("grounds", "missed", "steps"):
            names = [part.id for part in getattr(registry, kind)]
            assert len(names) == len(set(names)), (registry.id, kind)


@pytest.mark.django_db(transaction=True)
def test_the_nightly_run_counts_what_pages_show():
    with arranging():
        of = system()
        market = region(of)
        people = [
            member(of, f"Member{n}", birth_date=date(1970, 5, 1), language="es" if n < 2 else "en", region=market)
            for n in range(6)
        ]
        for number, one in enumerate(people):
            charts.enrol(one)
            charts.condition(one, vs.DIABETES, date(2021, 1, 1))
            labels = int(Sensitivity.GENETIC) if number == 5 else 0
            charts.observation(
                one,
                vs.HBA1C_LABORATORY_TEST,
                date(2026, 10, 1),
                value_quantity=9.5 if number == 0 else 7,
                value_unit="%",
                sensitivity=labels,
            )

    job = nightly()
    again = nightly()

    with arranging():
        counts = RegistrySummary.objects.filter(run=job, registry="diabetes", dimension="all")
        by_language = RegistrySummary.objects.filter(run=job, registry="diabetes", dimension="language")
        assert {row.control: row.people for row in counts} == {"far": 1, "at_goal": 4}, (
            "a labelled entry is not counted"
        )
        assert {(row.stratum, row.control): row.people for row in by_language} == {
            ("es", "far"): 1,
            ("es", "at_goal"): 1,
            ("en", "at_goal"): 3,
        }
    assert job.totals["entered"] == 6
    assert again.totals == {"members": 6, "left": 0, "changed": 0, "entered": 0}


def nightly() -> JobRun:
    made = run.start_nightly(by=User.objects.system("prevention"), as_of=AS_OF)
    JobRun.objects.filter(pk=made.pk).update(shares=3)
    made.refresh_from_db()
    done = core_jobs.work(made)
    made.totals = dict(done.totals)
    return made


@pytest.mark.django_db(transaction=True)
def test_a_changed_chart_is_seen_at_once():
    with arranging():
        of = system()
        one = member(of, birth_date=date(1970, 5, 1))
        charts.enrol(one)
        charts.condition(one, vs.ESSENTIAL_HYPERTENSION, date(2021, 1, 1))

    while jobs.take_changed(as_of=AS_OF, by=User.objects.system("prevention")):
        pass

    assert entry(one, "hypertension").control == "unknown"


def test_a_kidney_test_counts_by_any_code_that_settles_the_care_rule(maria):
    """An outside eGFR under another code, and one accepted on the member's word, which has words and no number."""
    has(maria, vs.DIABETES)
    with arranging():
        terminology.load_own()
    result(maria, Code("32294-1", LOINC), date(2026, 9, 1), 12, "mg/g")
    evaluate(maria)
    assert "no_kidney_test" in entry(maria, "diabetes").missed

    write(maria, "observation", Code("69405-9", LOINC), date(2026, 9, 1), value_text="above 60")
    evaluate(maria)

    assert "no_kidney_test" not in entry(maria, "diabetes").missed
