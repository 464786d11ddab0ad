"""A night answers the measures of those whose chart changed, and comes to what a night over everybody comes to."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from clinical import models as clinical
from clinical.models import CodingRole, EncounterDiagnosis
from core import jobs as core_jobs
from core.db import acting_as, as_job
from core.models import JobRun, MemberChange, User, ValueSet, ValueSetMember
from core.terminology import load_own
from members.actions import merge_members, unmerge_members
from members.models import Member
from prevention import jobs, standing
from prevention.actions import evaluate_members
from prevention.engine import evaluate
from prevention.engine.compiler import compile_program
from prevention.engine.libraries import OFFICE_VISIT
from prevention.engine.moments import Setting
from prevention.measures import MEASURES, measures_of
from prevention.measures import value_sets as vs
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.models import AnsweredSince, MeasureResult, ResultsStanding
from prevention.rules import RULES
from tests.clinical.factories import arranging, concept, member, region, system
from tests.network.factories import make_staff
from tests.prevention import charts
from tests.prevention.outreach.factories import policy

MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
SUNDAY = date(2026, 11, 29)
# What a value set or single code stands for is part of the fingerprint.
IN_THE_FINGERPRINT = {"core_valueset", "core_valuesetmember", "core_codesystem", "core_concept"}
COLUMNS = ("initial_population", "denominator", "denominator_exclusion", "denominator_exception", "numerator")


@pytest.fixture
def everybody(transactional_db, monkeypatch) -> list[Member]:
    # The more frequent half and three rules: what a night passes over is the same for all, and planning takes longest.
    monkeypatch.setattr(jobs, "MEASURES", MEASURES[:16])
    monkeypatch.setattr(jobs, "RULES", RULES[:3])
    with arranging():
        # As if official expansions lay over our own sets: no night puts these back to what ships.
        load_own()
        ValueSet.objects.update(is_own=False)
        of = system()
        market = region(of)
        policy(of)
        made = [
            member(of, f"Member{n}", birth_date=date(1956 + n, 5, 1), sex="female" if n % 2 else "male", region=market)
            for n in range(12)
        ]
        for number, one in enumerate(made):
            charts.enrol(one)
            if number % 3:
                charts.visit(one, OFFICE_VISIT, date(2026, 2, 1))
    return made


def night(as_of: date = MONDAY, *, shares: int = 1, **options) -> JobRun:
    run = jobs.start_nightly(by=User.objects.system("prevention"), as_of=as_of, **options)
    JobRun.objects.filter(pk=run.pk).update(shares=shares)
    run.refresh_from_db()
    return core_jobs.work(run)


def take_all(as_of: date = MONDAY) -> int:
    total = 0
    while count := jobs.take_changed(as_of=as_of, by=User.objects.system("prevention")):
        total += count
    return total


def results() -> set[tuple]:
    with arranging():
        return set(MeasureResult.objects.values_list("member", "measure", "period", "group", *COLUMNS))


def versions() -> set[tuple]:
    with arranging(), connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM prevention_measureresult")
        return set(cursor.fetchall())


def settle() -> None:
    """A first night and nothing waiting: from here on nights pass over whoever does not change."""
    night()
    take_all()
    night()


# --- What a measure reads ---------------------------------------------------------------------------------


def program_of(day: date):
    return compile_program(
        measures_of(day.year), (), Setting.of_year(day.year, as_of=day, zone=Setting.of_year(2026).zone)
    )


@pytest.mark.django_db
def test_every_table_that_a_measure_reads_notes_whose_rows_changed():
    """The next table that the engine reads is held to it without anybody remembering."""
    program = program_of(MONDAY)
    said = " ".join(
        [
            evaluate.SUBJECT,
            evaluate.NEEDED,
            evaluate.CODES,
            program.outcome,
            *(sql for _table, sql in (*program.fetches, *program.definitions)),
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm')"
        )
        tables = {row[0] for row in cursor.fetchall()} & set(re.findall(r"\w+", said))
        cursor.execute(
            "SELECT c.relname, t.tgtype & 28 FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.prosrc LIKE '%%INSERT INTO core_memberchange%%' "
            "AND t.tgenabled = 'O' AND t.tgtype & 1 = 0"
        )
        noted: dict[str, int] = {}
        for table, events in cursor.fetchall():
            noted[table] = noted.get(table, 0) | events

    assert {"members_member", "clinical_observationcoding", "clinical_encounterdiagnosis"} <= tables
    assert len(tables) > 25
    # Insert (4), delete (8) and update (16), each by statement.
    assert {table for table in tables - IN_THE_FINGERPRINT if noted.get(table) != 28} == set()


def test_measures_say_the_same_on_every_day_of_a_year_and_another_thing_in_the_next():
    texts = {day: standing.text_of(program_of(day)) for day in (MONDAY, TUESDAY, date(2026, 1, 1), date(2027, 1, 1))}

    assert texts[MONDAY] == texts[TUESDAY] == texts[date(2026, 1, 1)] != texts[date(2027, 1, 1)]


def test_measures_read_nothing_of_a_member_that_depends_on_the_day():
    """`enrolled_from` and `personal` are told for the day of the run: they are for care rules."""
    program = program_of(MONDAY)
    # The first three columns are there for rules, and no population comes from them.
    said = program.outcome.replace("s.member_id, s.birth_date, s.enrolled_from", "", 1)

    assert "enrolled_from" not in said
    assert not re.search(r"\bs\.personal\b", said)
    assert "enrolled_from" not in " ".join(sql for _table, sql in (*program.fetches, *program.definitions))


def test_a_measure_that_read_the_day_would_have_a_fingerprint_of_that_day():
    from prevention.engine.measure import Group, Measure
    from prevention.engine.members import age_at
    from prevention.engine.moments import as_of

    of_the_day = Measure("X", "X", "1", 2025, "", "", (Group(age_at(as_of).at_least(50), age_at(as_of).at_least(60)),))
    programs = [compile_program((of_the_day,), (), Setting.of_year(2026, as_of=day)) for day in (MONDAY, TUESDAY)]

    assert standing.text_of(programs[0]) != standing.text_of(programs[1])


def test_another_process_says_the_same():
    """Sets and dictionaries are in another order there."""
    told = (
        "import django; django.setup(); from datetime import date; from prevention import standing; "
        "from prevention.measures import measures_of; "
        "print(standing._compiled(measures_of(2026), date(2026, 11, 23))[0])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", told],
            env={**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "kpcare.settings"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }

    assert found == {standing._compiled(measures_of(2026), MONDAY)[0]}


@pytest.mark.django_db
def test_a_code_that_comes_into_a_value_set_changes_the_fingerprint_and_one_of_no_measure_does_not():
    load_own()
    measures = measures_of(2026)
    before = standing.fingerprint(measures, MONDAY)

    charts.value_set(OFFICE_VISIT, "another visit")
    after = standing.fingerprint(measures, MONDAY)
    elsewhere = ValueSet.objects.create(url="urn:test:nobody-asks", name="Nobody asks")
    ValueSetMember.objects.create(value_set=elsewhere, concept=concept("of nobody", system="urn:test"))

    assert before != after == standing.fingerprint(measures, MONDAY)
    assert standing.fingerprint(measures[:-1], MONDAY) != after


# --- Nights -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_first_night_answers_everybody_and_the_next_those_who_changed(everybody):
    first = night()
    take_all()
    second = night(TUESDAY)
    before = versions()
    with arranging():
        charts.visit(everybody[0], OFFICE_VISIT, date(2026, 3, 1))
    third = night(TUESDAY)

    # Everybody was in the queue when they were made, and the second night looks at them once more.
    assert (first.totals["answered"], second.totals["answered"], third.totals["answered"]) == (12, 12, 1)
    assert third.totals["members"] == 12
    assert third.totals["results"] > 0
    assert before < versions()


@pytest.mark.django_db(transaction=True)
def test_an_unchanged_night_answers_nobody_and_writes_no_result(everybody):
    settle()
    before = versions()

    run = night(TUESDAY)

    assert run.totals["answered"] == run.totals["results"] == 0
    assert versions() == before


@pytest.mark.django_db(transaction=True)
def test_on_sundays_and_on_somebodys_word_everybody_is_answered(everybody):
    settle()

    assert night(TUESDAY, everybody=True).totals["answered"] == 12
    assert night(SUNDAY).totals["answered"] == 12
    assert night(SUNDAY + timedelta(days=1)).totals["answered"] == 0


@pytest.mark.django_db(transaction=True)
def test_the_first_night_of_a_year_answers_everybody(everybody):
    settle()

    new_year = night(date(2027, 1, 1))
    after = night(date(2027, 1, 2))

    assert (new_year.totals["answered"], after.totals["answered"]) == (12, 0)


@pytest.mark.django_db(transaction=True)
def test_a_past_day_of_the_year_needs_no_answer_and_a_day_of_another_year_needs_all(everybody):
    settle()

    assert night(date(2026, 3, 2)).totals["answered"] == 0
    assert night(date(2025, 12, 31)).totals["answered"] == 12
    # Those of this year were not kept for it, so that nobody has to think of two years at once.
    assert night(TUESDAY).totals["answered"] == 12


@pytest.mark.django_db(transaction=True)
def test_another_content_of_a_value_set_answers_everybody(everybody):
    settle()
    with arranging():
        charts.value_set(vs.MAMMOGRAPHY, "a new way to look")

    assert night(TUESDAY).totals["answered"] == 12
    assert night(TUESDAY).totals["answered"] == 0


@pytest.mark.django_db(transaction=True)
def test_another_version_of_the_measures_answers_everybody(everybody, monkeypatch):
    settle()
    monkeypatch.setattr(jobs, "MEASURES", MEASURES[:15])

    assert night(TUESDAY).totals["answered"] == 12
    assert night(TUESDAY).totals["answered"] == 0


@pytest.mark.django_db(transaction=True)
def test_whom_a_worker_of_another_version_answered_is_answered_again(everybody, monkeypatch):
    """A deployment while a night is under way: its share is worked by a process that still has the old text."""
    settle()
    real, promised = standing.fingerprint, []

    def of_another_version(measures, as_of):
        promised.append(real(measures, as_of))
        return promised[0] if len(promised) != 3 else "another version"

    monkeypatch.setattr(standing, "fingerprint", of_another_version)
    mixed = night(TUESDAY, shares=3)
    monkeypatch.setattr(standing, "fingerprint", real)
    after = night(TUESDAY)

    assert 0 < mixed.totals["answered"] < 12
    assert after.totals["answered"] == mixed.totals["answered"]
    assert night(TUESDAY).totals["answered"] == 0


@pytest.mark.django_db(transaction=True)
def test_whoever_was_answered_alone_is_answered_again_by_the_next_night(everybody):
    """By whoever took the change: it may have had another version, or value sets that were put right since."""
    settle()
    with arranging():
        charts.visit(everybody[0], OFFICE_VISIT, date(2026, 3, 1))
    take_all()
    with as_job(User.objects.system("tests"), reason="by hand"):
        evaluate_members([everybody[5].pk], as_of=MONDAY)

    assert night(TUESDAY).totals["answered"] == 2
    assert night(TUESDAY).totals["answered"] == 0
    with arranging():
        assert not AnsweredSince.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_run_for_one_measure_answers_everybody_and_leaves_the_rest_as_it_was(everybody):
    settle()
    with arranging():
        charts.visit(everybody[0], OFFICE_VISIT, date(2026, 3, 1))

    one = night(TUESDAY, only="CMS125")

    assert one.totals["members"] == 12
    assert night(TUESDAY).totals["answered"] == 1, "whose other measures nobody has looked at"


@pytest.mark.django_db(transaction=True)
def test_a_night_that_was_not_finished_promises_nothing(everybody):
    """A share is done by one version, the run never ends, and the version before it comes back."""
    settle()
    with arranging():
        ResultsStanding.objects.update(fingerprint="of the version before")
    run = jobs.start_nightly(by=User.objects.system("prevention"), as_of=TUESDAY)

    with arranging():
        assert not ResultsStanding.objects.exists()
    core_jobs.cancel_run(run, by=User.objects.system("prevention"))
    assert night(TUESDAY + timedelta(days=1)).totals["answered"] == 12


@pytest.mark.django_db(transaction=True)
def test_two_nights_by_two_versions_at_once_promise_nothing(everybody):
    settle()
    with arranging():
        JobRun.objects.create(
            kind=jobs.KIND,
            key="2026-11-20",
            parameters={"answers": "another version"},
            started_by=User.objects.system("prevention"),
            shares=1,
            status=JobRun.Status.DONE,
            started_at=timezone.now(),
            finished_at=timezone.now() + timedelta(hours=1),
        )
        ResultsStanding.objects.all().delete()

    night(TUESDAY)

    with arranging():
        assert not ResultsStanding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_night_over_nobody_promises_nothing_for_those_who_come_by_copy(transactional_db):
    with arranging():
        system()

    night()

    with arranging():
        assert not ResultsStanding.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_where_many_of_a_share_changed_the_whole_share_is_answered(everybody, monkeypatch):
    settle()
    monkeypatch.setattr(standing, "FEW", 2)
    with arranging():
        for one in everybody[:4]:
            charts.visit(one, OFFICE_VISIT, date(2026, 3, 1))

    assert night(TUESDAY, shares=1).totals["answered"] == 12


# --- The same rows as a night over everybody -----------------------------------------------------------------


def _fact_of(kind: type, one: Member, dice: random.Random):
    return dice.choice([*kind.objects.filter(member=one).order_by("id")] or [None])


def visit(one: Member, dice: random.Random) -> None:
    charts.visit(one, dice.choice([OFFICE_VISIT, vs.HOME_HEALTHCARE_SERVICES]), _day(dice))


def result_in(one: Member, dice: random.Random) -> None:
    charts.observation(one, dice.choice([MAMMOGRAPHY, vs.HBA1C_LABORATORY_TEST]), _day(dice), category="imaging")


def pressure(one: Member, dice: random.Random) -> None:
    charts.blood_pressure(one, _day(dice), dice.choice([118, 158]), 70)


def diagnosis(one: Member, dice: random.Random) -> None:
    charts.condition(one, dice.choice([vs.DIABETES, vs.ESSENTIAL_HYPERTENSION]), date(2025, 3, 1))


def diagnosis_of_a_visit(one: Member, dice: random.Random) -> None:
    seen = _fact_of(clinical.Encounter, one, dice)
    found = _fact_of(clinical.Condition, one, dice)
    if seen and found:
        EncounterDiagnosis.objects.get_or_create(member=one, encounter=seen, condition=found, use="billing", rank=1)


def other_status(one: Member, dice: random.Random) -> None:
    if found := _fact_of(clinical.Encounter, one, dice):
        clinical.Encounter.objects.filter(pk=found.pk).update(status=dice.choice(["finished", "cancelled"]))


def fewer_codes(one: Member, dice: random.Random) -> None:
    if found := _fact_of(clinical.Encounter, one, dice):
        found.codings.filter(role=CodingRole.TYPE).delete()


def more_codes(one: Member, dice: random.Random) -> None:
    if found := _fact_of(clinical.Encounter, one, dice):
        found.codings.get_or_create(member=one, role=CodingRole.TYPE, concept=charts.coded(OFFICE_VISIT))


def other_code(one: Member, dice: random.Random) -> None:
    another, found = charts.coded(vs.HOME_HEALTHCARE_SERVICES), _fact_of(clinical.Encounter, one, dice)
    if found and not found.codings.filter(role=CodingRole.TYPE, concept=another).exists():
        first = found.codings.filter(role=CodingRole.TYPE).order_by("id")[:1]
        clinical.EncounterCoding.objects.filter(pk__in=[coding.pk for coding in first]).update(concept=another)


def gone(one: Member, dice: random.Random) -> None:
    if found := _fact_of(clinical.Procedure, one, dice):
        found.delete()


def procedure(one: Member, dice: random.Random) -> None:
    charts.procedure(one, vs.COLONOSCOPY, _day(dice))


def born(one: Member, dice: random.Random) -> None:
    Member.objects.filter(pk=one.pk).update(birth_date=date(dice.choice([1940, 1960, 1975, 2010]), 6, 1))


def sex(one: Member, dice: random.Random) -> None:
    Member.objects.filter(pk=one.pk).update(sex=dice.choice(["female", "male"]))


def died(one: Member, dice: random.Random) -> None:
    Member.objects.filter(pk=one.pk).update(deceased_at=datetime(2026, 4, 1, tzinfo=UTC))


EDITS: tuple[Callable[[Member, random.Random], None], ...] = (
    visit,
    result_in,
    pressure,
    diagnosis,
    diagnosis_of_a_visit,
    other_status,
    fewer_codes,
    more_codes,
    other_code,
    gone,
    procedure,
    born,
    sex,
    died,
)


def _day(dice: random.Random) -> date:
    return date(2025, 6, 1) + timedelta(days=dice.randrange(500))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_a_night_after_any_edits_leaves_what_a_night_over_everybody_leaves(everybody, seed):
    """Forty edits of any kind, the queue taken now and then; the night over everybody finds nothing left to write."""
    dice = random.Random(seed)
    with arranging():
        # So that no value set changes its content under the edits, and everybody would be answered for that.
        for one in everybody:
            for edit in (visit, result_in, pressure, diagnosis, procedure, more_codes):
                edit(one, dice)
        for asked in (
            OFFICE_VISIT,
            vs.HOME_HEALTHCARE_SERVICES,
            MAMMOGRAPHY,
            vs.HBA1C_LABORATORY_TEST,
            vs.DIABETES,
            vs.ESSENTIAL_HYPERTENSION,
        ):
            charts.coded(asked)
    settle()
    start = results()
    edited = set()
    for number in range(40):
        one = dice.choice(everybody[:8])
        edited.add(one.pk)
        with arranging():
            dice.choice(EDITS)(one, dice)
        if number % 13 == 12:
            take_all()

    passing = night(TUESDAY)
    passed = results()
    whole = night(TUESDAY, everybody=True)

    assert passing.totals["answered"] <= len(edited) < 12 == whole.totals["answered"]
    assert passed != start, "the edits say something else"
    assert whole.totals["results"] == 0
    assert results() == passed


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_its_undoing_leave_both_as_a_night_over_everybody_does(everybody):
    of = everybody[1].managing_organization
    clerk = make_staff("plan_administrator", of)
    with arranging():
        # Not covered: of one person's two records one alone can be.
        again = member(of, "Member1 again", birth_date=date(1957, 5, 1), sex="female", region=everybody[1].region)
        charts.visit(again, OFFICE_VISIT, date(2026, 5, 1))
        charts.observation(again, MAMMOGRAPHY, date(2026, 5, 1), category="imaging")
    settle()
    before = results()

    with acting_as(clerk, reason="same person"):
        merge = merge_members(everybody[1], again, by=clerk, reason="same passport")
    merged = _as_a_night_over_everybody()
    with acting_as(clerk, reason="not the same person"):
        unmerge_members(merge, by=clerk, reason="two passports")

    assert merged != before
    assert _as_a_night_over_everybody() == before


def _as_a_night_over_everybody() -> set[tuple]:
    """What a night over those who changed leaves, and that one over everybody would leave the same."""
    passing = night(TUESDAY)
    found = results()
    whole = night(TUESDAY, everybody=True)
    assert 0 < passing.totals["answered"] <= 2
    assert (whole.totals["results"], results()) == (0, found)
    return found


@pytest.mark.django_db(transaction=True)
def test_a_result_that_goes_to_somebody_else_is_noted_for_both(everybody):
    settle()
    with arranging():
        MemberChange.objects.all().delete()
        moved = MeasureResult.objects.filter(member=everybody[1]).first()
        MeasureResult.objects.filter(member=everybody[0], measure=moved.measure).delete()
        MeasureResult.objects.filter(pk=moved.pk).update(member=everybody[0])

        noted = set(MemberChange.objects.values_list("member_id", "source"))

    assert noted == {(one.pk, "prevention_measureresult") for one in everybody[:2]}
