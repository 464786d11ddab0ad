"""FHIR in: what arrives is what was sent, once, whole, and for the right person."""

import gzip
import hashlib
import multiprocessing
import os
import signal
from collections import Counter
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import orjson
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from clinical.models import (
    CodingRole,
    Condition,
    DiagnosticReport,
    Encounter,
    EncounterDiagnosis,
    MedicationRequest,
    Observation,
    ServiceRequest,
)
from core.db import acting_as, as_job
from core.models import Concept, OutboxMessage, User
from interop.actions import replay_run
from interop.fhir import load, run, write
from interop.fhir.mapping.base import Row
from interop.fhir.matching import Matches
from interop.fhir.read import Unit, units
from interop.fhir.resolve import walk
from interop.fhir.run import Import, Options
from interop.models import CostRecord, ImportedResource, ImportRun, ResourceReference, SetAside
from members.actions import merge_members
from members.models import Member, MemberAddress, MemberIdentifier, Sensitivity
from network.models import Clinician, Organization, Region, ServiceArea
from scheduling import actions as scheduling
from tests.clinical import factories as charted
from tests.interop.factories import SNOMED, blood_pressure, bundle, concept, condition, encounter, patient, save
from tests.network.factories import make_staff
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db(transaction=True)

DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
SYNTHEA = DATA / "synthea" / "bundles"
needs_synthea = pytest.mark.skipif(not SYNTHEA.is_dir(), reason="KPCARE_DATA holds no synthea/bundles")


@pytest.fixture
def user() -> User:
    return User.objects.system("fhir-import")


@pytest.fixture
def system(user) -> Organization:
    return Organization.objects.create(name="Bay Care", kind="system")


@pytest.fixture
def take(user, system):
    """Import paths; returns the finished `Import`."""

    def run(*paths: Path, source: str = "urn:test:clinic", workers: int = 1) -> Import:
        return Import(list(paths), Options(user.pk, system.pk, source), workers=workers).execute()

    return run


@pytest.fixture
def everything(user):
    """Look at the whole chart, as a job does."""
    with as_job(user, reason="test"):
        yield


def checksums(*more: str) -> dict[str, tuple]:
    """Rows and a digest of every table that an import may write, save the runs' own bookkeeping."""
    rooms = ("core", "network", "members", "clinical", "interop", *more)
    skipped = ("interop_importrun", "interop_setaside", "core_auditevent")
    found = {}
    with as_job(User.objects.system("fhir-import"), reason="test"), connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if model._meta.app_label not in rooms or table in skipped:
                continue
            cursor.execute(f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY t::text)) FROM \"{table}\" t")
            found[table] = cursor.fetchone()
    return found


def test_a_visit_arrives_with_its_codes_times_and_references(take, tmp_path, everything):
    sent = bundle(
        encounter(diagnosis=[{"condition": {"reference": "Condition/c1"}, "rank": 1}]),
        blood_pressure(),
        condition(encounter={"reference": "urn:uuid:e1"}),
        patient(),
    )

    take(save(tmp_path, "visit.json", sent))

    member = Member.objects.get()
    assert (member.family, member.given, member.middle, member.sex) == ("Rivera", "Ana", "Luz", "female")
    visit = Encounter.objects.get()
    assert visit.member == member
    assert visit.effective.lower.isoformat() == "2026-03-02T17:00:00+00:00"
    assert (visit.precision, visit.utc_offset) == ("t", -480)
    panel = Observation.objects.get(part_of=None)
    assert panel.encounter == visit
    assert sorted(float(part.value_quantity) for part in panel.components.all()) == [84, 131]
    problem = Condition.objects.get()
    assert problem.precision == "d"
    assert problem.effective.lower.isoformat() == "2020-01-15T00:00:00+00:00"
    assert {c.concept.code for c in problem.codings.filter(role=CodingRole.CODE)} == {"38341003", "I10"}
    assert EncounterDiagnosis.objects.get().condition == problem


def test_a_result_that_does_not_say_when_it_was_was_before_it_was_issued(take, tmp_path, everything):
    seen = {name: value for name, value in blood_pressure().items() if not name.startswith("effective")}
    told = {**report(), "issued": "2026-03-04T08:30:00-08:00"}
    sent = bundle(patient(), encounter(), {**seen, "issued": "2026-03-03T10:00:00-08:00"}, told)

    take(save(tmp_path, "undated.json", sent))

    assert {one.effective.lower.isoformat() for one in Observation.objects.all()} == {"2026-03-03T18:00:00+00:00"}
    assert DiagnosticReport.objects.get().effective.lower.isoformat() == "2026-03-04T16:30:00+00:00"


def test_the_same_file_again_changes_nothing(take, tmp_path):
    path = save(tmp_path, "visit.json", bundle(patient(), encounter(), blood_pressure(), condition()))
    take(path)
    before = checksums()

    again = take(path)

    assert again.counts()["unchanged"] == 4
    assert checksums() == before


def report(resource_id: str = "r1", **changes) -> dict:
    return {
        "resourceType": "DiagnosticReport",
        "id": resource_id,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85353-1"}]},
        "subject": {"reference": "Patient/p1"},
        "result": [{"reference": "Observation/o1"}],
        **changes,
    }


def test_a_released_result_that_the_sender_changes_is_withdrawn_and_corrected_by_a_new_row(take, tmp_path, everything):
    take(save(tmp_path, "a.json", bundle(patient(), encounter(), blood_pressure(systolic=131), report())))
    first = {o.source_id: o.pk for o in Observation.objects.all()}

    done = take(save(tmp_path, "b.json", bundle(patient(), encounter(), blood_pressure(systolic=127))))

    assert done.counts()["by_type"]["changed"] == {"Observation": 1}
    old = Observation.objects.get(pk=first["o1#c0"])
    assert (float(old.value_quantity), old.status, old.source_id) == (131, "entered-in-error", f"o1#c0~{old.pk}")
    part = Observation.objects.get(source_id="o1#c0")
    assert (float(part.value_quantity), part.status, part.corrects_id) == (127, "final", old.pk)
    panel = Observation.objects.get(source_id="o1")
    assert (part.part_of_id, panel.corrects_id) == (panel.pk, first["o1"])
    assert Observation.objects.exclude(status="entered-in-error").count() == len(first)
    assert ImportedResource.objects.get(type="Observation").object_id == panel.pk
    assert DiagnosticReport.objects.get().observations == [str(panel.pk)]
    before = checksums()
    take(tmp_path / "b.json")
    assert checksums() == before, "the same version again changes nothing"
    take(save(tmp_path, "c.json", bundle(patient(), encounter(), blood_pressure(systolic=125))))
    assert Observation.objects.get(source_id="o1#c0").corrects_id == part.pk


def test_a_released_report_that_the_sender_changes_is_withdrawn_and_corrected_too(take, tmp_path, everything):
    visit = [patient(), encounter(), blood_pressure()]
    take(save(tmp_path, "a.json", bundle(*visit, report(conclusion="Normal"))))
    old = DiagnosticReport.objects.get()

    done = take(save(tmp_path, "b.json", bundle(*visit, report(status="amended", conclusion="Raised"))))

    assert done.counts()["by_type"]["changed"] == {"DiagnosticReport": 1}
    was = DiagnosticReport.objects.get(pk=old.pk)
    assert (was.status, was.conclusion, was.source_id) == ("entered-in-error", "Normal", f"r1~{old.pk}")
    now = DiagnosticReport.objects.get(source_id="r1")
    assert (now.status, now.conclusion, now.corrects_id) == ("amended", "Raised", old.pk)
    assert now.observations == was.observations
    assert ImportedResource.objects.get(type="DiagnosticReport").object_id == now.pk
    before = checksums()
    take(tmp_path / "b.json")
    assert checksums() == before, "the same version again changes nothing"
    take(save(tmp_path, "c.json", bundle(patient(), encounter(), blood_pressure(systolic=125))))
    panel = Observation.objects.get(source_id="o1")
    links = dict(DiagnosticReport.objects.values_list("pk", "observations"))
    assert links == {old.pk: was.observations, now.pk: [str(panel.pk)]}, "what was withdrawn stays as it was read"


def test_a_preliminary_result_changes_in_place_and_keeps_the_old_value_in_history(take, tmp_path, everything):
    take(save(tmp_path, "a.json", bundle(patient(), encounter(), blood_pressure(systolic=131, status="preliminary"))))
    first = {o.source_id: o.pk for o in Observation.objects.all()}

    take(save(tmp_path, "b.json", bundle(patient(), encounter(), blood_pressure(systolic=127))))

    assert {o.source_id: o.pk for o in Observation.objects.all()} == first
    part = Observation.objects.get(source_id="o1#c0")
    assert (float(part.value_quantity), part.status, part.version) == (127, "final", 2)
    event = apps.get_model("clinical", "ObservationHistoryevent")
    assert sorted(float(e.value_quantity) for e in event.objects.filter(pgh_obj_id=part.pk)) == [127, 131]


def test_a_broken_bundle_leaves_nothing_and_the_rest_goes_on(take, tmp_path, everything):
    save(tmp_path, "1-good.json", bundle(patient("p1"), encounter("e1")))
    bad = encounter("e9", "Patient/p9", period={"start": "2026-02-30"})
    save(tmp_path, "2-bad.json", bundle(patient("p9"), bad))
    (tmp_path / "3-cut.json").write_text('{"resourceType": "Bundle", "type": "transaction", "entry": [')
    save(tmp_path, "4-good.json", bundle(patient("p4"), encounter("e4", "Patient/p4")))

    done = take(tmp_path)

    assert Member.objects.count() == 2
    assert not ImportedResource.objects.filter(source_id__in=["p9", "e9"]).exists()
    bad, cut = SetAside.objects.order_by("position")
    digest = hashlib.sha256((tmp_path / "2-bad.json").read_bytes()).hexdigest()[:12]
    assert bad.position == f"file 2 ({digest}), entry 1 (Encounter)"
    assert bad.reason.startswith(
        "Encounter: A date or time is not written as FHIR writes them, or lies before 1850-01-01"
    )
    assert cut.position.startswith("file 3 (")
    assert "goes wrong at line 1" in cut.reason
    assert done.run.counts["set_aside"] == 2
    assert ImportRun.objects.get().status == "done"


def _import_and_die(paths: list[Path], options: Options, after: int) -> None:
    """In a process of its own: take batches of one bundle, and be killed inside the transaction of batch `after`."""
    connections.close_all()
    whole, count = write.write_index, 0

    def cut(works, loader):
        nonlocal count
        count += 1
        if count > after:
            os.kill(os.getpid(), signal.SIGKILL)
        whole(works, loader)

    write.write_index = cut
    load.BATCH = 1
    Import(paths, options).execute()


def test_killed_half_way_nothing_is_half_written_and_the_rest_follows(take, tmp_path, user, system):
    for key in ("p1", "p2", "p4", "p9"):
        visit = encounter(f"e-{key}", f"Patient/{key}")
        save(tmp_path, f"{key}.json", bundle(patient(key), visit))
    options = Options(user.pk, system.pk, "urn:test:clinic")
    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=_import_and_die, args=([tmp_path], options, 2))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL

    with as_job(user, reason="test"):
        assert Member.objects.count() == Encounter.objects.count() == 2
        assert ImportedResource.objects.count() == 4
    done = take(tmp_path)

    assert (done.counts()["unchanged"], done.counts()["accepted"]) == (4, 4)
    with as_job(user, reason="test"):
        assert Member.objects.count() == Encounter.objects.count() == 4


def test_a_bulk_export_of_many_types_in_mixed_order(take, tmp_path, everything):
    """Types in files of their own, as $export gives them, some compressed, with references across files both ways."""
    doctor = {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Okafor"}]}
    drug = {
        "resourceType": "Medication",
        "id": "m1",
        "code": concept("http://www.nlm.nih.gov/research/umls/rxnorm", "1"),
    }
    order = {
        "resourceType": "MedicationRequest",
        "id": "r1",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "requester": {"reference": "Practitioner/d1"},
        "medicationReference": {"reference": "Medication/m1"},
        "reasonReference": [{"reference": "Condition/c1"}],
    }
    clinic = {"resourceType": "Location", "id": "l1", "type": [concept(SNOMED, "185467009")]}
    visit = encounter(
        participant=[{"individual": {"reference": "Practitioner/d1"}}],
        location=[{"location": {"reference": "Location/l1"}}],
    )
    save(tmp_path, "Location.000.ndjson", [clinic])
    save(tmp_path, "MedicationRequest.000.ndjson", [order])
    save(tmp_path, "Condition.000.ndjson", [condition(encounter={"reference": "Encounter/e1"})])
    save(tmp_path, "Patient.000.ndjson", [patient("p2"), patient("p1")])
    save(tmp_path, "000-everything-else.ndjson", [blood_pressure(), drug, visit])
    zipped = tmp_path / "Practitioner.000.ndjson.gz"
    zipped.write_bytes(gzip.compress(orjson.dumps(doctor) + b"\n"))

    done = take(tmp_path)

    assert done.set_aside == 0
    request = MedicationRequest.objects.get()
    assert request.encounter == Encounter.objects.get()
    assert request.requester == Encounter.objects.get().clinician
    assert request.codings.get(role=CodingRole.CODE).concept.code == "1"
    assert Encounter.objects.get().codings.get(role=CodingRole.PLACE).concept.code == "185467009"
    assert ResourceReference.objects.get(path="reasonReference[0]").to_id == Condition.objects.get().pk
    assert take(tmp_path).counts()["unchanged"] == 9


def test_what_worker_processes_refuse_is_set_aside_too(take, tmp_path, user, monkeypatch):
    monkeypatch.setattr(run, "TASK_BYTES", 1)
    save(tmp_path, "1.json", bundle(patient("p1")))
    save(tmp_path, "2.json", bundle(patient("p2"), encounter("e2", "Patient/p2", period={"start": "2026-02-30"})))
    (tmp_path / "3.json").write_text("{")
    save(tmp_path, "4.json", bundle(patient("p4"), encounter("e4", "Patient/p4", partOf={"reference": "Encounter/x"})))

    done = take(tmp_path, workers=2)

    with as_job(user, reason="test"):
        codes = sorted(SetAside.objects.values_list("code", flat=True))
        assert codes == ["mapping", "not_json", "reference"]
        assert Member.objects.count() == 1
    assert done.set_aside == 3


def test_a_file_named_for_its_patient_leaves_no_name_behind(take, tmp_path, everything):
    (tmp_path / "Ana_Rivera_1970.json").write_text("{")

    done = take(tmp_path)

    kept = [str(value) for row in (*ImportRun.objects.values(), *SetAside.objects.values()) for value in row.values()]
    assert not any("Rivera" in value for value in kept)
    assert list(done.names.values()) == ["Ana_Rivera_1970.json"], "who gave the file may read its name"


def test_what_was_set_aside_is_taken_after_the_mend_as_it_was_sent(take, tmp_path, everything, user):
    visit = encounter(serviceProvider={"reference": "Organization/late"})
    run = take(save(tmp_path, "visit.json", bundle(patient(), visit))).run
    assert replay_run(run, by=user) == (0, 1), "what it points at is still not here"
    take(save(tmp_path, "late.json", {"resourceType": "Organization", "id": "late", "name": "Late Clinic"}))

    assert replay_run(run, by=user) == (1, 0)

    assert Encounter.objects.get().organization.name == "Late Clinic"
    assert SetAside.objects.get().status == "replayed"
    run.refresh_from_db()
    assert (run.counts["accepted"], run.counts["set_aside"]) == (2, 0)


def test_a_replay_of_what_is_no_json_keeps_it_aside(take, tmp_path, everything, user):
    (tmp_path / "cut.json").write_text('{"resourceType": "Patient", "id": ')

    assert replay_run(take(tmp_path).run, by=user) == (0, 1)


def test_addresses_and_identifiers_keep_their_periods(take, tmp_path, everything):
    moved = {"line": ["1 Oak St"], "city": "Reno", "period": {"start": "2019-02-01", "end": "2024-05-31"}}

    take(save(tmp_path, "a.json", bundle(patient(address=[moved]))))

    period = MemberAddress.objects.get().period
    assert (period.lower, period.upper) == (date(2019, 2, 1), date(2024, 6, 1))


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        # Bundles in the wild name several without periods: the first is the one meant.
        ([("1 Oak", None, None), ("2 Elm", None, None)], [("1 Oak", None, None)]),
        (
            [("2 Elm", "2024-06-01", None), ("1 Oak", "2019-02-01", None)],
            [("1 Oak", date(2019, 2, 1), date(2024, 6, 1)), ("2 Elm", date(2024, 6, 1), None)],
        ),
        (
            [("1 Oak", None, None), ("2 Elm", None, "2015-12-31")],
            [("2 Elm", None, date(2016, 1, 1)), ("1 Oak", date(2016, 1, 1), None)],
        ),
        (
            [("1 Oak", "2000-01-01", None), ("2 Stay", "2010-01-01", "2011-12-31")],
            [
                ("1 Oak", date(2000, 1, 1), date(2010, 1, 1)),
                ("2 Stay", date(2010, 1, 1), date(2012, 1, 1)),
                ("1 Oak", date(2012, 1, 1), None),
            ],
        ),
    ],
)
def test_of_several_homes_one_stands_at_a_time(take, tmp_path, everything, said, stands):
    homes = [
        {"use": "home", "line": [line], "period": {name: day for name, day in (("start", a), ("end", b)) if day}}
        for line, a, b in said
    ]
    again = [*homes, {"use": "work", "line": ["9 Desk Row"]}, {"type": "postal", "line": ["PO Box 1"]}]

    for number, addresses in enumerate((homes, again)):
        counts = take(save(tmp_path, f"{number}.json", bundle(patient(address=addresses)))).run.counts
        assert counts["set_aside"] == 0
        found = MemberAddress.objects.filter(use="home").order_by("period")
        assert [(row.line1, row.period.lower, row.period.upper) for row in found] == stands
    assert [row.line1 for row in MemberAddress.objects.filter(use="mail")] == ["PO Box 1"]


def test_where_somebody_works_stands_in_where_no_home_is_known(take, tmp_path, everything):
    take(save(tmp_path, "a.json", bundle(patient(address=[{"use": "work", "line": ["9 Desk Row"]}]))))

    assert MemberAddress.objects.get().line1 == "9 Desk Row"


def test_a_person_has_the_language_state_and_region_that_the_rest_of_the_house_knows(
    take, tmp_path, everything, system
):
    region = Region.objects.create(system=system, code="BAY", name="Bay", state="CA")
    ServiceArea.objects.create(region=region, postal_code="94601")
    spoken = {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es-US"}]}}
    home = {"line": ["1 Oak St"], "city": "Oakland", "state": "California", "postalCode": "94601"}

    take(save(tmp_path, "a.json", bundle(patient(communication=[spoken], address=[home]))))

    member = Member.objects.get()
    assert (member.language, member.region) == ("es", region)
    assert MemberAddress.objects.get().state == "CA"


def test_a_code_first_met_without_words_takes_them_from_the_next_who_has_them(take, tmp_path, everything):
    silent = condition("c1", code={"coding": [{"system": SNOMED, "code": "38341003"}]})
    take(save(tmp_path, "a.json", bundle(patient(), silent)))

    take(save(tmp_path, "b.json", bundle(condition("c2"), type="collection")))

    assert Concept.objects.get(code="38341003").display == "Hypertension"


def test_what_postgres_refuses_is_set_aside_alone(take, tmp_path, everything):
    too_much = blood_pressure("o9", encounter=None)
    too_much["component"][0]["valueQuantity"]["value"] = 1e15
    save(
        tmp_path, "1.json", bundle(patient("p1"), {**too_much, "encounter": {"reference": "Encounter/e1"}}, encounter())
    )
    save(tmp_path, "2.json", bundle(patient("p2"), encounter("e2", "Patient/p2")))

    take(tmp_path)

    assert Member.objects.count() == 1
    item = SetAside.objects.get()
    assert item.position.startswith("file 1 (")
    assert "SQLSTATE 22003" in item.reason
    assert "1e+15" not in item.reason


def test_a_reference_that_leads_nowhere_sets_its_bundle_aside(take, tmp_path, everything):
    lost = encounter(serviceProvider={"reference": "Organization/nowhere"})

    take(save(tmp_path, "lost.json", bundle(patient(), lost)))

    assert not Member.objects.exists()
    item = SetAside.objects.get()
    assert item.position.endswith("entry 1 (Encounter)")
    assert item.reason.startswith("Encounter.serviceProvider points at something")


def test_what_points_at_a_later_file_waits_for_it(take, tmp_path, everything):
    visit = encounter(
        participant=[{"individual": {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|1234567893"}}]
    )
    save(tmp_path, "1-visit.json", bundle(patient(), visit))
    doctor = {
        "resourceType": "Practitioner",
        "id": "d1",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
        "name": [{"family": "Okafor"}],
    }
    save(tmp_path, "2-people.json", bundle(doctor, type="collection"))

    done = take(tmp_path)

    assert done.set_aside == 0
    assert Encounter.objects.get().clinician.npi == "1234567893"


def test_ndjson_in_any_order_of_lines_and_files(take, tmp_path, everything):
    save(tmp_path, "Condition.ndjson", [condition(encounter={"reference": "Encounter/e1"})])
    save(tmp_path, "Encounter.ndjson", [encounter()])
    save(tmp_path, "Patient.ndjson", [patient("p2"), patient("p1")])

    done = take(tmp_path)

    assert done.set_aside == 0
    assert Condition.objects.get().encounter == Encounter.objects.get()


def test_a_patient_with_a_known_identifier_is_that_member(take, tmp_path, everything):
    take(save(tmp_path, "a.json", bundle(patient("p1"))))
    other = patient("x7", identifier=patient("p1")["identifier"], name=[{"family": "Rivera-Soto", "given": ["Ana"]}])

    take(save(tmp_path, "b.json", bundle(other, encounter("e7", "Patient/x7"))), source="urn:test:hospital")

    member = Member.objects.get()
    assert member.family == "Rivera", "an outside record does not rename a member"
    assert Encounter.objects.get().member == member


def test_who_was_merged_twice_is_the_record_that_stayed(take, tmp_path, system, user):
    """A into B, B into C: by A's identifier, and by what was imported of A before, C is meant."""
    take(save(tmp_path, "a.json", bundle(patient("p1"))))
    admin = make_staff("plan_administrator", system)
    with as_job(user, reason="test"):
        first = Member.objects.get()
        second, third = (
            Member.objects.create(
                managing_organization=system, family="Rivera", given=given, birth_date=first.birth_date
            )
            for given in ("Anita", "Ana Maria")
        )
    for gone, kept in ((first, second), (second, third)):
        with acting_as(admin, reason="test"):
            merge_members(kept, gone, by=admin, reason="same passport")
    with as_job(user, reason="test"):
        # As if what names her had stayed behind with the first record.
        ImportedResource.objects.filter(member=third).update(member=first)

    done = take(save(tmp_path, "b.json", bundle(encounter("e1", "Patient/p1"), patient("p1"))))

    assert done.set_aside == 0
    with as_job(user, reason="test"):
        assert Encounter.objects.get().member_id == third.pk
        named = MemberIdentifier.objects.filter(member=third)[0]
        MemberIdentifier.objects.filter(pk=named.pk).update(member=first)
        incoming = Row("members.member", {"birth_date": first.birth_date.isoformat()}, sensitivity=0)
        incoming.children = [
            Row("members.memberidentifier", {"system": named.system, "value": named.value}, sensitivity=0)
        ]
        assert Matches(system.pk, [incoming]).match(incoming) == third.pk


@pytest.mark.parametrize("day", ["0001-01-01", "1849-12-31", "2200-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00"])
def test_a_day_that_nobody_lives_on_is_set_aside(take, tmp_path, everything, day):
    """As the REST interface refuses it: one such date shut a chart."""
    save(tmp_path, "1.json", bundle(patient("p1"), condition("c1", onsetDateTime=day)))
    save(tmp_path, "2.json", bundle(patient("p2", birthDate=day[:10], identifier=[])))
    assert take(tmp_path).set_aside == 2
    assert not Member.objects.exists()


def test_a_birth_that_is_to_come_is_set_aside_and_a_period_without_end_stays_open(take, tmp_path, everything):
    ahead = (timezone.localdate() + timedelta(days=400)).isoformat()
    save(tmp_path, "1.json", bundle(patient("p1", birthDate=ahead)))
    assert (take(tmp_path).set_aside, Member.objects.count()) == (1, 0)
    home = {"line": ["1 Elm St"], "city": "Oakland", "state": "CA", "postalCode": "94610"}
    home["period"] = {"start": "2020-01-01", "end": "9999-12-31"}
    take(save(tmp_path, "2.json", bundle(patient("p2", address=[home]))))
    assert MemberAddress.objects.get().period.upper is None


@pytest.mark.parametrize(("said", "kept"), [("US", "US"), ("USA", "US"), ("mx", "MX"), ("Bavaria", ""), (None, "")])
def test_the_birth_country_is_kept_where_it_is_one(take, tmp_path, everything, said, kept):
    place = {
        "url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
        "valueAddress": {"city": "Boston", "country": said},
    }

    take(save(tmp_path, "a.json", bundle(patient("p1", extension=[place]))))

    assert Member.objects.get().birth_country == kept


def test_an_identifier_against_the_date_of_birth_is_left_to_a_person(take, tmp_path, everything):
    take(save(tmp_path, "a.json", bundle(patient("p1"))))
    other = patient("x7", identifier=patient("p1")["identifier"], birthDate="1999-01-01")

    take(save(tmp_path, "b.json", bundle(other)), source="urn:test:hospital")

    assert Member.objects.count() == 1
    assert SetAside.objects.get().code == "match"


def test_somebody_who_only_resembles_a_member_is_left_to_a_person(take, tmp_path, everything):
    take(save(tmp_path, "a.json", bundle(patient("p1"))))
    alike = patient("x8", identifier=[], name=[{"family": "Rivera", "given": ["Anna"]}])

    take(save(tmp_path, "b.json", bundle(alike)), source="urn:test:hospital")

    assert Member.objects.count() == 1
    assert SetAside.objects.get().code == "match"


def test_two_new_patients_of_one_identifier_are_one_member(take, tmp_path, everything):
    same = patient("p1")["identifier"]
    save(tmp_path, "1.json", bundle(patient("p1")))
    save(
        tmp_path,
        "2.json",
        bundle(patient("p2", identifier=same, birthDate="1970-05-04"), encounter("e2", "Patient/p2")),
    )

    done = take(tmp_path)

    assert done.set_aside == 0
    assert Encounter.objects.get().member == Member.objects.get()


def test_a_visit_cannot_hang_on_another_patients_visit(take, tmp_path, everything):
    wrong = blood_pressure(subject={"reference": "Patient/p2"})

    take(save(tmp_path, "mixed.json", bundle(patient("p1"), patient("p2"), encounter(), wrong)))

    assert not Observation.objects.exists()
    assert "another patient" in SetAside.objects.get().reason


def test_security_labels_stay_on_the_row(take, tmp_path, everything):
    labels = {
        "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HIV"}, {"code": "ETH"}]
    }

    take(save(tmp_path, "a.json", bundle(patient(), condition(meta=labels))))

    assert Condition.objects.get().sensitivity == Sensitivity.HIV | Sensitivity.PART2


def test_social_security_numbers_are_not_kept(take, tmp_path, everything):
    person = patient(identifier=[{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "999-12-3456"}])

    take(save(tmp_path, "a.json", bundle(person)))

    assert "3456" not in MemberIdentifier.objects.get().value
    assert len(MemberIdentifier.objects.get().value) == 64


def test_refusals_and_negations_are_told_apart_from_what_was_done(take, tmp_path, everything):
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "completed",
        "intent": "order",
        "doNotPerform": True,
        "code": concept(SNOMED, "103696004"),
        "subject": {"reference": "Patient/p1"},
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-doNotPerformReason",
                "valueCodeableConcept": concept(SNOMED, "183932001"),
            }
        ],
    }

    take(save(tmp_path, "a.json", bundle(patient(), order)))

    row = ServiceRequest.objects.get()
    assert row.is_negated
    assert row.codings.get(role=CodingRole.STATUS_REASON).concept.code == "183932001"


def test_references_without_a_column_are_kept(take, tmp_path, everything):
    done = {
        "resourceType": "Procedure",
        "id": "x1",
        "status": "completed",
        "code": concept(SNOMED, "73761001"),
        "subject": {"reference": "Patient/p1"},
        "reasonReference": [{"reference": "Condition/c1"}],
        "usedReference": [{"reference": "Device/d1"}],
    }
    device = {"resourceType": "Device", "id": "d1"}

    path = save(tmp_path, "a.json", bundle(patient(), condition(), done, device))
    run = take(path)
    again = take(path).counts()

    kept = {r.path: r for r in ResourceReference.objects.all()}
    assert kept["reasonReference[0]"].to_id == Condition.objects.get().pk
    assert kept["usedReference[0]"].target == "Device/d1"
    assert run.counts()["by_type"]["not_taken"] == {"Device": 1}
    assert again["by_type"]["not_taken"] == {"Device": 1}
    assert (again["accepted"], again["unchanged"]) == (0, 3), "what is not taken is no more so the second time"


def test_a_known_npi_is_that_clinician(take, tmp_path, everything, user):
    ours = Clinician.objects.create(npi="1234567893", family="Okafor")
    doctor = {
        "resourceType": "Practitioner",
        "id": "d1",
        "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
        "name": [{"family": "OKAFOR"}],
    }
    visit = encounter(participant=[{"individual": {"reference": "Practitioner/d1"}}])

    take(save(tmp_path, "a.json", bundle(patient(), doctor, visit)))

    assert Encounter.objects.get().clinician == ours
    assert Clinician.objects.count() == 1


def test_the_command_says_what_it_did_and_exits_1_when_something_was_set_aside(system, tmp_path, capsys):
    path = save(tmp_path, "a.json", bundle(patient(), encounter()))
    out = StringIO()

    call_command("import_fhir", str(path), stdout=out)
    with pytest.raises(SystemExit) as stop:
        call_command("import_fhir", str(save(tmp_path, "b.json", {"resourceType": "Bundle"})), stdout=StringIO())

    assert "accepted / set aside: 2 / 0" in out.getvalue()
    assert stop.value.code == 1


@needs_synthea
def test_the_hundred_synthetic_patients(take, user, monkeypatch):
    """Every resource of a taken type becomes a row, every reference leads somewhere, a repeat changes nothing."""
    monkeypatch.setattr(load, "BATCH", 1500)
    wanted, references = Counter(), 0
    for path in sorted(SYNTHEA.glob("*.json")):
        for unit in units(path):
            assert isinstance(unit, Unit)
            for entry in unit.entries:
                wanted[entry.type, entry.source_id] = 1
                references += len(entry.targets)

    done = take(SYNTHEA, workers=2)

    assert done.set_aside == 0
    before = checksums()
    with as_job(user, reason="test"):
        index = {(r.type, r.source_id): r for r in ImportedResource.objects.all()}
        assert index.keys() == wanted.keys()
        assert {k[0] for k, r in index.items() if r.object_id is None} == {"ImagingStudy"}
        assert Member.objects.count() == 100
        assert Observation.objects.filter(part_of=None).count() == 12886
        assert CostRecord.objects.filter(kind="claim").count() == 2620
        assert references_kept(index) == 0
    again = take(SYNTHEA).total
    assert (again.resources, again.not_taken) == (done.total.resources, done.total.not_taken)
    assert not again.accepted and not again.changed
    assert checksums() == before


def references_kept(index) -> int:
    """How many references of the source files are neither in a column nor among the plain references."""
    kept = {(r.from_id, r.path): r for r in ResourceReference.objects.all()}
    columns = {}
    for model in apps.get_models():
        if model._meta.app_label in ("clinical", "interop") and any(f.name == "source_id" for f in model._meta.fields):
            if model._meta.model_name == "importedresource" or "historyevent" in model._meta.model_name:
                continue
            for row in model.objects.all().values():
                columns[row["id"]] = {str(v) for k, v in row.items() if k.endswith("_id")} | set(
                    row.get("observations") or ()
                )
    lost = 0
    for path in SYNTHEA.glob("*.json"):
        entries = orjson.loads(path.read_bytes())["entry"]
        by_url = {e["fullUrl"]: (e["resource"]["resourceType"], e["resource"]["id"]) for e in entries}
        for e in entries:
            resource = e["resource"]
            row = index[resource["resourceType"], resource["id"]]
            if row.object_id is None:
                continue
            for where, target in walk(resource):
                if (row.object_id, where) in kept:
                    reference = kept[row.object_id, where]
                    found = index.get(by_url.get(target))
                    lost += not (
                        reference.target
                        if found is None or found.object_id is None
                        else reference.to_id == found.object_id
                    )
                else:
                    lost += str(index[by_url[target]].object_id) not in columns.get(row.object_id, set())
    return lost


def test_the_same_number_in_two_systems_is_two_people(take, tmp_path, everything, user):
    """Each organisation keeps its own record of Ana: neither import is refused, neither chart reaches the other."""
    path = save(tmp_path, "a.json", bundle(patient("p1"), encounter()))
    take(path)
    other = Organization.objects.create(name="Valley Care", kind="system")

    done = Import([path], Options(user.pk, other.pk, "urn:test:valley")).execute()

    assert done.set_aside == 0
    assert Member.objects.count() == 2
    assert {e.member.managing_organization_id for e in Encounter.objects.all()} == {
        Organization.objects.get(name="Bay Care").pk,
        other.pk,
    }


def test_a_death_that_is_brought_cancels_what_is_booked(take, tmp_path, system, user):
    take(save(tmp_path, "alive.json", bundle(patient())))
    with as_job(user, reason="test"):
        member, office = Member.objects.get(), charted.department(system)
        nurse, kind = charted.clinician(office), visit_type(office)
    slots = hours(nurse, office)
    with as_job(user, reason="test"):
        visit = scheduling.book(by=user, member=member, slot=slots[0], visit_type=kind)
    take(save(tmp_path, "dead.json", bundle(patient(deceasedDateTime="2026-03-05T10:00:00-08:00"))))
    with as_job(user, reason="test"):
        visit.refresh_from_db()
        assert Member.objects.get().deceased_at.date() == date(2026, 3, 5)
        assert visit.status == "cancelled"
        assert not OutboxMessage.objects.filter(member_id=member.pk, status="queued").exists()
