"""What leaves the house: nothing that tells who somebody is. Markers are planted wherever words stand, and sought."""

import hashlib
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
from arro3.io import read_parquet
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinical import models as clinical
from core import jobs as core_jobs
from core.db import acting_as, as_job
from core.models import AuditEvent, User
from members.models import (
    Consent,
    Household,
    Member,
    MemberAddress,
    MemberIdentifier,
    MemberTelecom,
    Sensitivity,
)
from network.models import RoleAssignment
from prevention.cohorts import actions, jobs
from prevention.cohorts.criteria import Criteria, Fact
from prevention.cohorts.deidentify import RESTRICTED_ZIP3
from prevention.engine.codes import LOINC, Code
from prevention.engine.facts import ICD10CM
from prevention.measures import value_sets as vs
from prevention.models import Cohort, CohortExport, DataUseAgreement
from tests.clinical import factories
from tests.clinical.factories import World, arranging
from tests.prevention import charts

MARK = "QZX7"  # stands in no code, unit or word of ours

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def world():
    """Twelve people of ours with diabetes, one of them marked from head to foot, and Olga of the other system."""
    made = World()
    with arranging():
        made.keeper = factories.account("Paula Keeper")
        factories.role(made.keeper, RoleAssignment.Role.PLAN_ADMINISTRATOR, made.system)
        made.people = [factories.member(made.system, f"P{n}", with_account=False) for n in range(11)]
        made.marked = factories.member(made.system, f"{MARK}given", f"{MARK}family")
        for one in [*made.people, made.marked, made.olga]:
            charts.enrol(one)
            charts.condition(one, vs.DIABETES, date(2021, 3, 17))
            code(one, date(2024, 3, 17))
        mark(made.marked)
    return made


def code(of, on, **fields):
    with_value = {"value_quantity": 7.4, "value_unit": "%", **fields}
    return charts.fact(clinical.Observation, of, Code("4548-4", LOINC), on, status="final", **with_value)


def mark(member) -> None:
    """A marker in every place of a member's rows that can hold words, the odd places included."""
    Member.objects.filter(pk=member.pk).update(
        middle=f"{MARK}middle",
        suffix=f"{MARK}sfx",
        name_used=f"{MARK}used",
        gender_identity=f"{MARK}gender",
        pronouns=f"{MARK}pron",
        language=f"{MARK}",
        birth_date=date(1971, 9, 23),
        household=Household.objects.create(managing_organization=member.managing_organization),
    )
    MemberAddress.objects.create(
        member=member,
        line1=f"{MARK} Street 1",
        line2=f"{MARK} floor",
        city=f"{MARK}ville",
        state=f"{MARK}state",
        postal_code="94612",
        latitude="37.80437",
        longitude="-122.27080",
    )
    MemberTelecom.objects.create(member=member, system="email", value=f"{MARK}@example.org")
    MemberTelecom.objects.create(member=member, system="phone", value="+15105550177")
    MemberIdentifier.objects.create(
        member=member, system=f"urn:{MARK}", value=f"{MARK}-123-45-6789", period=factories.EVER
    )
    code(
        member,
        date(2025, 6, 11),
        value_text=f"{MARK} said the laboratory",
        value_unit=f"{MARK}/L",
        source_id=f"{MARK}filler",
    )
    for kind, system in ((clinical.Procedure, "urn:local"), (clinical.Condition, LOINC)):
        charts.fact(
            kind, member, Code(f"{MARK}9876543210123456789", system, MARK), date(2024, 5, 1), status="completed"
        )
    note = {f.name for f in clinical.Encounter._meta.get_fields()}
    if "reason_text" in note:
        charts.visit(member, vs.OFFICE_VISIT, date(2024, 5, 2), reason_text=f"{MARK} reason")


def cohort(world, criteria=None, name="Diabetes") -> Cohort:
    criteria = criteria or Criteria(facts=(Fact("condition", vs.DIABETES.url, "Diabetes"),))
    with acting_as(world.keeper, reason="test"):
        return actions.save_cohort(
            by=world.keeper, system=world.system, name=name, purpose="quality", criteria=criteria
        )


def export(world, of=None, kind="safe_harbor", agreement=None) -> CohortExport:
    of = of or cohort(world)
    with acting_as(world.keeper, reason="test"):
        made = actions.request_export(of, by=world.keeper, kind=kind, purpose="a study", agreement=agreement)
    run(made)
    with arranging():
        made.refresh_from_db()
    return made


def run(made: CohortExport) -> None:
    """The share as a worker does it."""
    with as_job(User.objects.system("prevention"), reason="test"):
        job = core_jobs.JobRun.objects.get(kind=jobs.EXPORT, key=str(made.pk))
        jobs.export_share(job, None)


def table(of: CohortExport, name: str) -> list[dict]:
    found = read_parquet(str(jobs.folder_of(of) / f"{name}.parquet")).read_all()
    columns = {column: found.column(column).to_pylist() for column in found.schema.names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def agreement(world, **fields) -> DataUseAgreement:
    today = timezone.localdate()
    with acting_as(world.keeper, reason="test"):
        return actions.record_agreement(
            by=world.keeper,
            system=world.system,
            **{
                "recipient": "State University",
                "reference": "DUA-1",
                "permitted_use": "Research",
                "signed_on": today - timedelta(days=10),
                "until": today + timedelta(days=300),
                **fields,
            },
        )


def content(of: CohortExport) -> bytes:
    """Everything in the files: as written, and every value as read (a page may be compressed)."""
    found = b""
    for path in sorted(jobs.folder_of(of).iterdir()):
        found += path.read_bytes() + repr(table(of, path.stem)).encode()
    return found


def test_no_marker_leaves_de_identified(world):
    """Name, address, phone, e-mail, numbers, notes, local codes, typed units: none of it is in the files."""
    made = export(world)

    everything = content(made)

    assert len(table(made, "people")) == 12
    assert MARK.encode() not in everything
    ids = {str(value) for one in [*world.people, world.marked] for value in (one.pk, one.mrn, one.pk.hex)}
    for number in {"94612", "+15105550177", "37.80437", *ids}:
        assert number.encode() not in everything, number


def test_codes_that_say_age_or_number_do_not_leave_nor_do_numbers_of_no_known_unit(world):
    with arranging():
        for name, fields in (
            ("30525-0", {"value_quantity": 94, "value_unit": "a"}),
            ("42077-8", {"value_integer": 510555017}),
            ("99999-1", {"value_quantity": 5105550, "value_unit": ""}),
            ("99999-2", {"value_integer": 123456}),
            ("44261-6", {"value_integer": 14}),
        ):
            charts.fact(
                clinical.Observation, world.marked, Code(name, LOINC), date(2025, 6, 1), status="final", **fields
            )

    events = {row["code"]: row["value"] for row in table(export(world), "events")}

    assert {"30525-0", "42077-8"}.isdisjoint(events)
    assert (events["99999-1"], events["99999-2"], events["44261-6"]) == (None, None, 14)


def test_every_text_column_of_a_member_is_either_planted_or_known(world):
    """The next column that can hold words is planted too, or this says so."""
    planted = {"family", "given", "middle", "suffix", "name_used", "gender_identity", "pronouns", "language"}
    known = {"mrn", "name_key", "birth_country", "sex", "sex_assigned_at_birth", "sex_for_clinical_use", "status"}
    words = {
        field.name
        for field in apps.get_model("members.Member")._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) or field.name == "name_key"
    }
    assert words <= planted | known, words - planted - known


def test_dates_are_years_alone(world):
    made = export(world)

    people, events = table(made, "people"), table(made, "events")

    assert {"birth_date", "date", "city", "zip5"}.isdisjoint(people[0] | events[0])
    assert {row["year"] for row in events} == {2024, 2025} or {row["year"] for row in events} == {2024}
    for day in (b"2024-03-17", b"2021-03-17", b"1971-09-23"):
        assert day not in content(made)
    assert all(isinstance(value, str | int | float | None) for row in people + events for value in row.values())


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(1936, 11, 23), "89"),
        (date(1936, 11, 22), "90+"),
        (date(1925, 1, 1), "90+"),
        (date(1990, 6, 1), "36"),
    ],
)
def test_ages_over_89_are_one_group(world, born, age):
    with arranging():
        Member.objects.filter(pk=world.marked.pk).update(birth_date=born)
    made = export_on(world, date(2026, 11, 22))

    ages = [row["age"] for row in table(made, "people")]

    assert age in ages
    assert "90" not in ages and "101" not in ages


def export_on(world, day: date) -> CohortExport:
    of = cohort(world)
    with arranging():
        made = CohortExport.objects.create(
            managing_organization=world.system,
            cohort=of,
            kind="safe_harbor",
            purpose="a study",
            criteria=of.criteria,
            as_of=day,
            requested_by=world.keeper,
        )
        jobs.start_export(made, by=world.keeper)
    run(made)
    with arranging():
        made.refresh_from_db()
    return made


def test_a_year_that_tells_an_age_over_89_stays(world):
    with arranging():
        Member.objects.filter(pk=world.marked.pk).update(birth_date=date(1930, 1, 1))
        code(world.marked, date(1935, 5, 5))

    events = table(export(world), "events")

    assert min(row["year"] for row in events) >= timezone.localdate().year - 89


@pytest.mark.parametrize(
    ("postal_code", "country", "zip3"),
    [
        ("94612", "US", "946"),
        ("94612-1234", "US", "946"),
        ("03601", "US", "000"),
        ("89301", "US", "000"),
        ("9461", "US", "000"),
        ("M5V 2T6", "CA", "000"),
        ("", "US", "000"),
        ("my house", "US", "000"),
    ],
)
def test_three_digits_of_the_zip_code_where_many_live(world, postal_code, country, zip3):
    with arranging():
        MemberAddress.objects.filter(member=world.marked).update(postal_code=postal_code, country=country)

    found = {row["zip3"] for row in table(export(world), "people")}

    assert found == {zip3, "000"}, "the others have no address"


def test_the_restricted_areas_are_those_of_the_guidance():
    of_2000 = "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893"
    assert set(of_2000.split()) <= set(RESTRICTED_ZIP3)
    assert all(len(area) == 3 and area.isdigit() for area in RESTRICTED_ZIP3)


def test_numbers_of_a_study_are_random_and_no_key_is_kept(world):
    of = cohort(world)
    first, second = export(world, of), export(world, of)

    one = {row["study_id"] for row in table(first, "people")}
    two = {row["study_id"] for row in table(second, "people")}

    assert len(one) == 12 and one.isdisjoint(two)
    assert {uuid.UUID(value).version for value in one} == {4}, "random, not made from time or member"
    assert {row["study_id"] for row in table(first, "events")} <= one


def test_labelled_facts_stay(world):
    with arranging():
        code(world.marked, date(2023, 1, 1), value_quantity=88.8, sensitivity=int(Sensitivity.HIV))

    events = table(export(world), "events")

    assert 88.8 not in {row["value"] for row in events}
    assert 7.4 in {row["value"] for row in events}


def test_who_refused_research_is_in_no_file(world):
    with arranging():
        Consent.objects.create(
            member=world.people[0],
            kind="research",
            is_given=False,
            period=(date(2020, 1, 1), None),
            recorded_by=world.keeper,
        )

    assert len(table(export(world), "people")) == 11


def test_another_systems_people_are_in_no_cohort(world):
    made = export(world, cohort(world, Criteria()))

    # Ours: twelve with diabetes, and Maria and Pedro of the world.
    assert len(table(made, "people")) == 14


def test_few_people_are_no_data_set(world):
    with arranging():
        Consent.objects.bulk_create(
            Consent(
                member=one, kind="research", is_given=False, period=(date(2020, 1, 1), None), recorded_by=world.keeper
            )
            for one in world.people[:2]
        )

    made = export(world)

    assert made.status == "refused"
    assert not jobs.folder_of(made).exists()


def test_a_limited_data_set_keeps_dates_and_places_and_no_names(world):
    made = export(world, kind="limited", agreement=agreement(world))

    people, events = table(made, "people"), table(made, "events")
    marked = next(row for row in people if row["city"])

    assert (marked["birth_date"], marked["zip5"]) == (date(1971, 9, 23), "94612")
    assert date(2024, 3, 17) in {row["date"] for row in events}
    everything = content(made).replace(f"{MARK}ville".encode(), b"")
    assert MARK.encode() not in everything, "a city may leave; names, streets, numbers may not"
    assert world.marked.mrn.encode() not in everything


def test_part_2_records_are_in_no_limited_data_set(world):
    with arranging():
        charts.condition(world.people[0], vs.DIABETES, date(2022, 1, 1), sensitivity=int(Sensitivity.PART2))

    made = export(world, kind="limited", agreement=agreement(world))

    assert len(table(made, "people")) == 11


@pytest.mark.parametrize(
    ("criteria", "leaves"),
    [
        (Criteria(min_age=90), True),
        (Criteria(min_age=91), False),
        (Criteria(max_age=89), True),
        (Criteria(min_age=80, max_age=95), False),
        (Criteria(facts=(Fact("condition", vs.DIABETES.url, since="2024-01-01", until="2024-12-31"),)), True),
        (Criteria(facts=(Fact("condition", vs.DIABETES.url, since="2024-09-01"),)), False),
        (Criteria(facts=(Fact("condition", vs.DIABETES.url, until="2024-09-14"),)), False),
        # Everybody of it lives in one part of a state.
        (Criteria(regions=("018f0000-0000-7000-8000-000000000001",)), False),
    ],
)
def test_what_everybody_in_it_has_in_common_is_no_nearer_than_safe_harbor(world, criteria, leaves):
    of = cohort(world, criteria)

    def ask(kind, held=None):
        with acting_as(world.keeper, reason="test"):
            return actions.request_export(of, by=world.keeper, kind=kind, purpose="a study", agreement=held)

    if leaves:
        assert ask("safe_harbor").status == "queued"
    else:
        with pytest.raises(ValidationError, match="Safe Harbor"):
            ask("safe_harbor")
    assert ask("limited", agreement(world)).status == "queued"


def test_a_limited_data_set_needs_an_agreement_in_force(world):
    today = timezone.localdate()
    over = agreement(world, signed_on=today - timedelta(days=30), until=today - timedelta(days=1))
    of = cohort(world)
    for held in (None, over):
        with acting_as(world.keeper, reason="test"), pytest.raises(ValidationError):
            actions.request_export(of, by=world.keeper, kind="limited", purpose="a study", agreement=held)
    with arranging(), pytest.raises(IntegrityError, match="prevention_cohortexport_agreement"), transaction.atomic():
        CohortExport.objects.create(
            managing_organization=world.system,
            cohort=of,
            kind="limited",
            purpose="x",
            criteria={},
            as_of=today,
            requested_by=world.keeper,
        )


def test_what_left_is_kept(world, client):
    made = export(world)
    client.force_login(world.keeper)
    client.get(reverse("prevention:cohort_download", args=[made.pk, "people.parquet"])).getvalue()

    path = jobs.folder_of(made) / "people.parquet"
    kept = next(file for file in made.files if file["name"] == "people.parquet")
    assert kept["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (kept["rows"], kept["bytes"]) == (12, path.stat().st_size)
    assert "people.age" in made.columns and "events.year" in made.columns
    with arranging():
        criteria = Cohort.objects.get().criteria
    assert (made.purpose, made.requested_by_id, made.criteria) == ("a study", world.keeper.pk, criteria)
    with arranging():
        verbs = set(AuditEvent.objects.filter(object_id=str(made.pk)).values_list("verb", flat=True))
    assert verbs == {
        "prevention.request_export",
        "prevention.write_cohort_export",
        "prevention.download_export",
    }


def test_files_are_deleted_when_their_time_is_over(world, client):
    made = export(world)
    with arranging():
        CohortExport.objects.filter(pk=made.pk).update(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    client.force_login(world.keeper)
    address = reverse("prevention:cohort_download", args=[made.pk, "people.parquet"])
    late = client.get(address).status_code
    with as_job(User.objects.system("prevention"), reason="test"):
        count = jobs.remove_expired(by=User.objects.system("prevention"))

    assert (late, count) == (404, 1)
    assert not jobs.folder_of(made).exists()
    with arranging():
        made.refresh_from_db()
    assert made.status == "expired" and made.files, "the log stays"


def test_who_may(world, client):
    of = cohort(world)
    made = export(world, of)
    with arranging():
        other = factories.account("Otto Keeper")
        factories.role(other, RoleAssignment.Role.PLAN_ADMINISTRATOR, world.other_system)
    pages = [reverse("prevention:cohort", args=[of.pk]), reverse("prevention:cohort_edit", args=[of.pk])]
    file = reverse("prevention:cohort_download", args=[made.pk, "people.parquet"])
    asked = reverse("prevention:cohort_export", args=[of.pk])

    answers = {}
    for name, user in (
        ("member", world.maria.user),
        ("nurse", world.park.user),
        ("physician", world.chen.user),
        ("other", other),
        ("keeper", world.keeper),
    ):
        client.force_login(user)
        answers[name] = (
            [client.get(page).status_code for page in pages],
            fetched(client, file),
            client.post(asked, {"kind": "safe_harbor", "purpose": "x"}).status_code,
        )

    assert answers["member"] == ([403, 403], 403, 403) or answers["member"] == ([404, 404], 404, 404)
    assert answers["nurse"] == ([403, 403], 403, 403)
    assert answers["physician"] == ([200, 200], 403, 403), "whoever studies people does not for that reason export them"
    assert answers["other"] == ([404, 404], 404, 404)
    assert answers["keeper"] == ([200, 200], 200, 302)
    with acting_as(world.chen.user, reason="test"), pytest.raises(PermissionDenied):
        actions.request_export(of, by=world.chen.user, kind="safe_harbor", purpose="x")


def fetched(client, address: str) -> int:
    """The answer's status; a file is read to its end, which closes it."""
    response = client.get(address)
    if response.status_code == 200:
        response.getvalue()
    return response.status_code


# --- Counting -------------------------------------------------------------------------------------------


def count(of: Cohort) -> int:
    with as_job(User.objects.system("prevention"), reason="test"):
        of.refresh_from_db()
        from core.models import JobPartition

        return jobs.count_share(of.run, JobPartition(lower=uuid.UUID(int=0), upper=None))["people"]


@pytest.mark.parametrize(
    ("criteria", "people"),
    [
        (Criteria(), 14),
        (Criteria(sex=("male",)), 1),
        (Criteria(min_age=53), 1),
        (Criteria(lines_of_business=("commercial_group",)), 12),
        (Criteria(lines_of_business=("medicaid",)), 0),
        (Criteria(languages=("en",)), 13),
        (Criteria(facts=(Fact("condition", vs.DIABETES.url),)), 12),
        (Criteria(facts=(Fact("condition", vs.ASTHMA.url),)), 0),
        (Criteria(facts=(Fact("observation", vs.HBA1C_LABORATORY_TEST.url, since="2025-01-01"),)), 1),
        (Criteria(facts=(Fact("observation", vs.HBA1C_LABORATORY_TEST.url, until="2024-03-16"),)), 0),
        (Criteria(facts=(Fact("observation", vs.HBA1C_LABORATORY_TEST.url, until="2024-03-17"),)), 12),
        (Criteria(registries=("diabetes",)), 12),
        (Criteria(registries=("diabetes",), control=("far",)), 0),
        (Criteria(registries=("ckd",)), 0),
    ],
)
def test_criteria(world, criteria, people):
    from prevention.registries import run as registries

    with arranging():
        charts.value_set(vs.HBA1C_LABORATORY_TEST, "4548-4", LOINC)
        ids = [one.pk for one in [*world.people, world.marked, world.olga]]
    with as_job(User.objects.system("prevention"), reason="arrange"):
        registries.evaluate_changed(ids, as_of=timezone.localdate())

    assert count(cohort(world, criteria)) == people


def test_small_counts_are_not_said(world, client):
    client.force_login(world.keeper)
    few = cohort(world, Criteria(sex=("male",)), "Few")
    many = cohort(world, name="Many")
    with arranging():
        for of, people in ((few, 1), (many, 1603)):
            of.refresh_from_db()
            core_jobs.JobRun.objects.filter(pk=of.run_id).update(status="done", totals={"people": people})

    pages = [client.get(reverse("prevention:cohort_count", args=[of.pk])).content.decode() for of in (few, many)]

    assert "fewer than 11" in pages[0] and "about 1,600<" in pages[1]


@pytest.mark.parametrize(("people", "shown"), [(0, 0), (10, 0), (11, 10), (14, 10), (15, 20), (1603, 1600)])
def test_counts_are_said_to_the_nearest_ten(people, shown):
    assert jobs.said(people) == shown


def test_two_cohorts_that_differ_by_few_do_not_give_those_away(world):
    """Everybody less one: the exact counts would say that the one marked person is the difference."""
    with arranging():
        Member.objects.update(sex="female")
        Member.objects.filter(pk=world.marked.pk).update(sex="male")
    counts = []
    for name, criteria in (("All", Criteria()), ("Women", Criteria(sex=("female",)))):
        of = cohort(world, criteria, name)
        run = core_jobs.work(of.run)
        counts.append(jobs.counted(run))
        assert not any(run.partitions.values_list("counts", flat=True)), "nor do the pages of jobs say it"
        assert run.totals == {"about": counts[-1]}
    assert counts == [10, 10]


@given(
    kept=st.dictionaries(
        st.sampled_from(["sex", "registries", "control", "measure", "facts", "regions", "languages", "name", "sql"]),
        st.one_of(st.text(max_size=12), st.lists(st.text(max_size=12), max_size=2), st.integers()),
        max_size=3,
    )
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_no_criterion_is_refused_and_never_becomes_sql(kept):
    from prevention.engine.compiler import Compiler
    from prevention.engine.moments import Setting

    try:
        found = Criteria.from_json(kept)
    except (ValueError, TypeError, AttributeError):
        return
    sql = found.condition(uuid.uuid4()).true(Compiler(Setting.of_year(2026)))
    assert ";" not in sql and "--" not in sql


def test_the_form_says_and_reads_the_same(world, client):
    client.force_login(world.keeper)
    with arranging():
        charts.value_set(vs.DIABETES, "E11.9", ICD10CM)
    said = {
        "name": "Older women with diabetes",
        "purpose": "Improve care",
        "min_age": "40",
        "max_age": "80",
        "sex": ["female"],
        "condition": vs.DIABETES.url,
        "since": "2020-01-01",
        "registry": "diabetes",
        "control": "far",
    }

    response = client.post(reverse("prevention:cohort_new"), said)

    with arranging():
        made = Cohort.objects.get()
    assert response.status_code == 302
    assert Criteria.from_json(made.criteria) == Criteria(
        min_age=40,
        max_age=80,
        sex=("female",),
        registries=("diabetes",),
        control=("far",),
        facts=(Fact("condition", vs.DIABETES.url, "Diabetes", "2020-01-01", None),),
    )
    page = client.get(reverse("prevention:cohort_edit", args=[made.pk])).content.decode()
    assert "Older women with diabetes" in page and 'value="2020-01-01"' in page
    wrong = client.post(reverse("prevention:cohort_new"), {**said, "min_age": "90"})
    again = client.post(reverse("prevention:cohort_new"), said)
    assert (wrong.status_code, again.status_code) == (422, 422), "ages the wrong way round; the name again"


def test_an_export_that_fails_for_good_says_so_and_leaves_no_file(world, client, monkeypatch):
    def full(*_given):
        raise OSError("No space left on device")

    of = cohort(world)
    with acting_as(world.keeper, reason="test"):
        made = actions.request_export(of, by=world.keeper, kind="safe_harbor", purpose="a study")
    monkeypatch.setattr(jobs, "write", full)
    job = core_jobs.JobRun.objects.get(kind=jobs.EXPORT, key=str(made.pk))

    with pytest.raises(core_jobs.JobFailed):
        core_jobs.work(job)

    with arranging():
        made.refresh_from_db()
    assert (made.status, made.files) == ("failed", [])
    assert made.finished_at and not jobs.folder_of(made).exists()
    client.force_login(world.keeper)
    page = client.get(reverse("prevention:cohort", args=[of.pk])).content.decode()
    assert "Failed" in page and "OSError" in page


def test_an_export_closer_than_safe_harbor_is_refused_in_words(world, client):
    of = cohort(world, Criteria(min_age=91))
    client.force_login(world.keeper)
    page = client.post(reverse("prevention:cohort_export", args=[of.pk]), {"kind": "safe_harbor", "purpose": "a study"})
    assert page.status_code == 422 and "more than Safe Harbor allows" in page.content.decode()
    with arranging():
        assert not CohortExport.objects.filter(cohort=of).exists()
