"""What is done here is a visit or a stay to measures and registries: from the appointment, and from the admission."""

import datetime
import json
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from clinical import actions
from clinical.actions.visits import record_outside_visit
from clinical.encounter_types import KINDS, classify
from clinical.models import CodingRole, Encounter
from core import terminology
from core.db import acting_as, as_job
from core.models import SourceSystem, User, ValueSetMember
from core.terminology.value_sets import VISITS
from hospitals.actions import stays
from prevention.engine.compiler import compile_program
from prevention.engine.evaluate import Partition, compute, population_counts
from prevention.engine.moments import Setting
from prevention.measures import MEASURES
from prevention.measures import value_sets as vs
from prevention.models import RegistryEntry
from prevention.registries import run
from scheduling import actions as scheduling
from tests.clinical.factories import arranging
from tests.hospitals import factories
from tests.prevention import charts
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db
OFFICE_VISIT = "2.16.840.1.113883.3.464.1003.101.12.1001"


@pytest.fixture
def ward():
    made = factories.Hospital()
    with arranging():
        terminology.load_own()
        charts.enrol(made.maria)
        type(made.maria).objects.filter(pk=made.maria.pk).update(birth_date=datetime.date(1970, 5, 5), sex="female")
    return made


def entry(of, registry) -> RegistryEntry:
    with as_job(User.objects.system("prevention"), reason="test"):
        run.evaluate_changed([of.pk], as_of=timezone.localdate())
        return RegistryEntry.objects.get(member=of, registry=registry, left_on=None)


def initial_population(of, measure_id: str) -> int:
    measure = next(one for one in MEASURES if one.id == measure_id)
    with as_job(User.objects.system("tests"), reason="evaluate"):
        program = compile_program((measure,), (), Setting.of_year(timezone.localdate().year))
        compute(program, Partition(ids=(of.pk,)))
        counts = population_counts(program).get(of.pk, {})
    return counts.get((1, "initial_population"), 0) if counts else 0


def seen(world, **more) -> Encounter:
    """Booked, checked in, seen, signed: as the screens do it."""
    kind = visit_type(world.department, **more)
    slot = hours(world.chen, world.department, timezone.now() + datetime.timedelta(minutes=1), count=1)[0]
    with acting_as(world.maria.user, reason="test"):
        booked = scheduling.book(by=world.maria.user, member=world.maria, slot=slot, visit_type=kind)
    chen = world.chen.user
    with acting_as(chen, reason="test"):
        scheduling.check_in(booked, by=chen)
        encounter = actions.start_visit(booked, by=chen, at=timezone.now() - datetime.timedelta(minutes=15))
        actions.sign_note(actions.write_note(encounter, by=chen, body="Well."), by=chen)
        actions.finish_visit(encounter, by=chen, at=timezone.now() - datetime.timedelta(minutes=1))
    return encounter


def types(encounter) -> set[str]:
    with arranging():
        found = encounter.codings.filter(role=CodingRole.TYPE)
        return set(found.values_list("concept__code", flat=True))


def test_a_visit_booked_and_done_here_counts(ward):
    with arranging():
        charts.condition(ward.maria, vs.ESSENTIAL_HYPERTENSION, datetime.date(2020, 3, 1))
    assert "no_visit" in entry(ward.maria, "hypertension").missed
    assert initial_population(ward.maria, "CMS165") == initial_population(ward.maria, "CMS125") == 0

    encounter = seen(ward)

    assert types(encounter) == {"office", "G0463"}
    assert "no_visit" not in entry(ward.maria, "hypertension").missed
    assert initial_population(ward.maria, "CMS165") == initial_population(ward.maria, "CMS125") == 1


def test_it_counts_by_the_official_sets_as_well(ward, tmp_path):
    """They know no code of ours: it stays beside theirs, whichever was loaded first."""
    url = terminology.official(OFFICE_VISIT)
    listed = {"resourceType": "ValueSet", "url": url, "name": "Office Visit"}
    listed["expansion"] = {"contains": [{"system": "urn:test", "code": "theirs"}]}
    (tmp_path / "office.json").write_text(json.dumps(listed))
    with arranging():
        terminology.load_value_sets(tmp_path.iterdir())
        assert codes_of(url) == {"theirs", "office"}
        own = terminology.concept(VISITS, "office")
        connection.cursor().execute("DELETE FROM core_valuesetmember WHERE concept_id = %s", [own.pk])
        terminology.load_own()
        assert codes_of(url) == {"theirs", "office"}

    seen(ward)

    assert initial_population(ward.maria, "CMS125") == 1


def codes_of(url: str) -> set[str]:
    return set(ValueSetMember.objects.filter(value_set__url=url).values_list("concept__code", flat=True))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"modality": "video"}, {"virtual", "448337001"}),
        ({"modality": "phone"}, {"telephone", "185317003"}),
        ({"counts_as": "wellness"}, {"wellness", "G0438"}),
        ({"counts_as": "home"}, {"home", "439708006"}),
        ({"counts_as": ""}, set()),
    ],
)
def test_the_kind_of_visit_says_what_it_is(ward, more, expected):
    assert types(seen(ward, **more)) == expected


def test_a_second_preventive_visit_is_a_subsequent_one_and_a_childs_another(ward):
    first = seen(ward, counts_as="wellness")
    with arranging():
        later = Encounter.objects.create(
            member=ward.maria, status="finished", effective=charts.moment(timezone.now() + datetime.timedelta(days=300))
        )
        later.refresh_from_db()
        classify(later, "AMB", "wellness")
        assert types(later) == {"wellness", "G0439"}
        type(ward.maria).objects.filter(pk=ward.maria.pk).update(birth_date=datetime.date(2020, 5, 5))
        child = Encounter.objects.get(pk=first.pk)
        assert classify(child, "AMB", "wellness")
    assert types(child) == {"wellness-child"}


def test_a_stay_is_one_and_a_visit_is_asked_for_after_it(ward):
    stay = ward.admitted(reason="Heart failure", at=timezone.now() - datetime.timedelta(days=12))
    assert types(stay.encounter) == {"inpatient", "32485007"}
    with arranging():
        failure = [charts.coded(vs.HEART_FAILURE)]
        since = datetime.date(2020, 3, 1)
        actions.add_problem(by=ward.doc, member=ward.maria, concepts=failure, encounter=stay.encounter, onset=since)
    ward.summarised(stay)
    with acting_as(ward.doc, reason="test"):
        stays.discharge(by=ward.doc, stay=stay, disposition="home", at=timezone.now() - datetime.timedelta(days=9))

    found = entry(ward.maria, "heart_failure")

    assert (found.control, found.next_step) == ("far", "after_stay")
    assert "no_follow_up" in found.missed
    assert {"admitted", "hospital"} <= set(found.grounds)


def test_a_stay_that_turns_has_the_type_of_what_it_is(ward):
    stay = ward.admitted(status="emergency")
    assert types(stay.encounter) == {"emergency", "4525004"}
    with acting_as(ward.doc, reason="test"):
        stays.change_status(by=ward.doc, stay=stay, status="observation")
    assert types(stay.encounter) == {"observation", "448951000124107"}
    with acting_as(ward.doc, reason="test"):
        stays.change_status(by=ward.doc, stay=stay, status="inpatient")
    assert types(stay.encounter) == {"inpatient", "32485007"}


def test_who_goes_to_hospice_is_in_hospice_to_measures(ward):
    stay = ward.summarised(ward.admitted())
    with acting_as(ward.doc, reason="test"):
        stays.discharge(by=ward.doc, stay=stay, disposition="hosp")
    with arranging():
        where = stay.encounter.codings.filter(role=CodingRole.DISCHARGE_DISPOSITION)
        assert set(where.values_list("concept__code", flat=True)) == {"hosp", "428371000124100"}


def test_a_stay_elsewhere_has_its_type_and_what_others_coded_stays(ward):
    with arranging():
        told = {
            "by": User.objects.system("tests"),
            "member": ward.maria,
            "source": SourceSystem.objects.create(uri="urn:test:adt", name="ADT"),
            "source_id": "visit|1",
            "status": "in-progress",
            "start": timezone.now() - datetime.timedelta(days=2),
        }
        found, changed = record_outside_visit(kind="EMER", **told)
        assert changed and types(found) == {"emergency", "4525004"}
        theirs = terminology.concept("http://snomed.info/sct", "50849002")
        found.codings.create(member=ward.maria, role=CodingRole.TYPE, concept=theirs)
        assert record_outside_visit(kind="EMER", **told) == (found, False)
        assert record_outside_visit(kind="IMP", **told) == (found, True), "taken in from the emergency department"
        assert types(found) == {"inpatient", "32485007", "50849002"}
        assert found.codings.get(role=CodingRole.CLASS).concept.code == "IMP"


def test_what_was_done_before_gets_its_type(ward):
    encounter = seen(ward)
    stay = ward.admitted()
    with arranging():
        for one in (encounter, stay.encounter):
            one.codings.filter(role=CodingRole.TYPE).delete()
        connection.cursor().execute(import_module("clinical.migrations.0005_encounter_types").TYPES)
        assert types(encounter) == {"office", "G0463"}
        assert types(stay.encounter) == {"inpatient", "32485007"}


def test_what_was_done_before_is_coded_as_it_is_today():
    """The migration repeats the codes, since it must not change with them."""
    written = import_module("clinical.migrations.0005_encounter_types").TYPES
    for kind, (title, other) in KINDS.items():
        assert f"('{kind}', '{VISITS}', '{kind}', '{title}')" in written
        assert other is None or f"('{kind}', '{other[0]}', '{other[1]}', '{other[2]}')" in written
