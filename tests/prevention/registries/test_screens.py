"""A care coordinator works a registry: finds people, acts over many, once; nobody else sees or does it."""

import uuid
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from clinical.models import Message, MessageThread, ServiceRequest, Task
from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from core.terminology import concept
from labs.models import LabTest
from members.models import CommunicationPreference, Consent, Member, PrimaryCareAssignment, Sensitivity
from network.models import RoleAssignment
from prevention.actions import evaluate_members
from prevention.measures import value_sets as vs
from prevention.models import RegistryBatch, RegistryBatchItem, RegistryEntry, RegistryFollowUp, Reminder
from prevention.registries import BY_ID, actions, pages, run
from prevention.registries import codes as ours
from prevention.rules import rule
from tests.clinical import factories
from tests.clinical.factories import World, arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, policy, protocols

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Maria (HbA1c 9.4, of Dr Chen's panel) and Pedro (no test, no care team) have diabetes; so has Olga of theirs."""
    made = World()
    today = timezone.localdate()
    with arranging():
        made.coordinator = factories.account("Cora Dinator")
        factories.role(made.coordinator, RoleAssignment.Role.CARE_COORDINATOR, made.system, made.department)
        made.other_coordinator = factories.account("Otto Dinator")
        factories.role(made.other_coordinator, RoleAssignment.Role.CARE_COORDINATOR, made.other_system)
        protocols(made.system, made.chen)
        for member in (made.maria, made.pedro, made.olga):
            charts.enrol(member)
            charts.condition(member, vs.DIABETES, date(2021, 1, 1))
        charts.observation(
            made.maria, vs.HBA1C_LABORATORY_TEST, today - timedelta(days=30), value_quantity=9.4, value_unit="%"
        )
    evaluate(made)
    return made


def evaluate(world):
    ids = [world.maria.pk, world.pedro.pk, world.olga.pk]
    by = User.objects.system("prevention")
    with as_job(by, reason="arrange"):
        evaluate_members(ids, as_of=timezone.localdate())
        run.evaluate_changed(ids, as_of=timezone.localdate())
        from core import jobs as core_jobs

        job = run.start_nightly(by=by, as_of=timezone.localdate())
        core_jobs.JobRun.objects.filter(pk=job.pk).update(status="done")
        run.write_summaries(job, timezone.localdate())


def entry_of(member, registry="diabetes") -> RegistryEntry:
    with arranging():
        return RegistryEntry.objects.select_related("member").get(member=member, registry=registry, left_on=None)


def listed(client, query="") -> str:
    return client.get(reverse("prevention:registry", args=["diabetes"]) + query).content.decode()


def prepare(client, action, *members, **more):
    data = {"action": action, "selected": [str(entry_of(member).pk) for member in members], **more}
    return client.post(reverse("prevention:registry_prepare", args=["diabetes"]), data)


def test_the_list_shows_our_people_and_not_theirs(client, world):
    client.force_login(world.coordinator)

    page = listed(client)

    for words in ("Alvarez, Maria", "Vega, Pedro", "HbA1c 9.4 %", "Far from goal", "No recent result", "Order HbA1c"):
        assert words in page, words
    assert "Other, Olga" not in page
    with arranging():
        read = AuditEvent.objects.get(verb="prevention.registry")
        assert (read.detail["registry"], len(read.detail["members"])) == ("diabetes", 2)


def test_a_medical_assistant_sees_the_people_of_their_own_place_and_no_others(client, world):
    with arranging():
        assistant, elsewhere = factories.account("Mia Assistant"), factories.account("Eli Elsewhere")
        factories.role(assistant, RoleAssignment.Role.MEDICAL_ASSISTANT, world.system, world.department)
        other = factories.department(world.system, "Pediatrics")
        factories.role(elsewhere, RoleAssignment.Role.MEDICAL_ASSISTANT, world.system, other)
    maria, pedro = (reverse("prevention:registry_entry", args=[entry_of(one).pk]) for one in (world.maria, world.pedro))

    client.force_login(assistant)
    page = listed(client)
    assert "Alvarez, Maria" in page
    assert "Vega, Pedro" not in page, "nobody's panel: a coordinator's list alone"
    assert client.get(maria).status_code == 200
    assert client.get(pedro).status_code in (403, 404)

    client.force_login(elsewhere)
    assert "Alvarez, Maria" not in listed(client)
    assert client.get(maria).status_code in (403, 404)


def test_numbers_over_a_list_of_ones_own_place_are_of_that_list(client, world):
    with arranging():
        assistant = factories.account("Mia Assistant")
        factories.role(assistant, RoleAssignment.Role.MEDICAL_ASSISTANT, world.system, world.department)
    client.force_login(assistant)

    page = listed(client)
    row = next(
        row for row in client.get(reverse("prevention:registries")).context["rows"] if row["registry"].id == "diabetes"
    )

    assert "of yours, 2 in the plan" in page
    assert (row["counts"]["people"], row["counts"]["far"], row["plan"]) == (1, 1, 2)
    assert "whole plan" in page, "the table under the list says whose it is"
    client.force_login(world.coordinator)
    assert "of yours" not in listed(client)


def test_the_counts_on_top_are_of_our_system(client, world):
    client.force_login(world.coordinator)

    page = client.get(reverse("prevention:registries"))

    row = next(row for row in page.context["rows"] if row["registry"].id == "diabetes")
    assert row["counts"] == {"people": 2, "at_goal": 0, "far": 1, "high": 0, "missed": 2, "at_goal_percent": 0}
    assert listed(client).count("<strong>2</strong>") >= 1


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?control=far", {"Maria"}),
        ("?control=unknown", {"Pedro"}),
        ("?tier=2", {"Maria"}),
        ("?missed=no_hba1c", {"Pedro"}),
        ("?step=order_hba1c", {"Pedro"}),
        ("?language=es", {"Pedro"}),
        ("?clinician=chen", {"Maria"}),
        ("?facility=department", {"Maria"}),
        ("?control=far&language=es", set()),
        ("?control=nonsense", {"Maria", "Pedro"}),
        ("?sort=name", {"Maria", "Pedro"}),
    ],
)
def test_the_list_is_narrowed(client, world, query, names):
    with arranging():
        Member.objects.filter(pk=world.pedro.pk).update(language="es")
    evaluate(world)
    query = query.replace("clinician=chen", f"clinician={world.chen.pk}")
    query = query.replace("facility=department", f"facility={world.department.facility_id}")
    client.force_login(world.coordinator)

    page = listed(client, query)

    assert {name for name in ("Maria", "Pedro") if name in page} == names


def test_a_list_takes_few_queries_however_many_people(client, world, django_assert_max_num_queries):
    client.force_login(world.coordinator)
    listed(client)
    with arranging():
        for number in range(12):
            one = factories.member(world.system, f"Person{number}", with_account=False)
            charts.enrol(one)
            charts.condition(one, vs.DIABETES, date(2021, 1, 1))
            with as_job(User.objects.system("prevention"), reason="arrange"):
                run.evaluate_changed([one.pk], as_of=timezone.localdate())

    with django_assert_max_num_queries(45):
        page = listed(client)

    assert page.count("kp-work__open") == 14


def test_somebody_of_a_labelled_record_stands_in_no_list(client, world):
    """Part 2: without consent neither list nor detail; with consent the care team works with it."""
    with arranging():
        charts.condition(world.maria, ours.OPIOID_USE_DISORDER, date(2022, 1, 1), sensitivity=int(Sensitivity.PART2))
    evaluate(world)
    client.force_login(world.coordinator)
    address = reverse("prevention:registry", args=["opioid_use"])
    detail = reverse("prevention:registry_entry", args=[entry_of(world.maria, "opioid_use").pk])
    without = (client.get(address).content.decode(), client.get(detail).status_code)
    with arranging():
        Consent.objects.create(
            member=world.maria,
            kind="part2_tpo",
            is_given=True,
            period=(date(2020, 1, 1), None),
            recorded_by=world.coordinator,
        )

    with_consent = (client.get(address).content.decode(), client.get(detail).status_code)

    assert ("Maria" in without[0], without[1]) == (False, 404)
    assert ("Maria" in with_consent[0], with_consent[1]) == (True, 200)


def test_the_detail_says_why(client, world):
    client.force_login(world.coordinator)

    page = client.get(reverse("prevention:registry_entry", args=[entry_of(world.maria).pk])).content.decode()

    for words in ("HbA1c above 9 %", "Rising risk", "No visit in 6 months", "ADA Standards of Care", "English"):
        assert words in page, words


def test_a_note_and_the_next_contact(client, world):
    client.force_login(world.coordinator)
    entry = entry_of(world.maria)
    url = reverse("prevention:registry_follow_up", args=[entry.pk])
    day = timezone.localdate() + timedelta(days=14)

    assert client.post(url, {"note": "", "next_contact_on": ""}).status_code == 422
    assert client.post(url, {"note": "x", "next_contact_on": "2020-01-01"}).status_code == 422
    client.post(url, {"note": "Works nights, call after four", "next_contact_on": day.isoformat()})

    with arranging():
        kept = RegistryFollowUp.objects.get(entry=entry)
    assert (kept.note, kept.next_contact_on, kept.by) == ("Works nights, call after four", day, world.coordinator)
    assert "contact" in listed(client)


def test_strangers_see_and_do_nothing(client, world):
    entry, theirs = entry_of(world.maria), entry_of(world.olga)
    client.force_login(world.coordinator)
    prepare(client, "task", world.maria)
    with arranging():
        batch = RegistryBatch.objects.get()
    for user, status in ((world.maria.user, 403), (world.other_coordinator, 404)):
        client.force_login(user)
        assert client.get(reverse("prevention:registry_entry", args=[entry.pk])).status_code in (status, 404)
        assert client.post(reverse("prevention:registry_follow_up", args=[entry.pk]), {"note": "x"}).status_code in (
            status,
            404,
        )
        assert client.get(reverse("prevention:registry_batch", args=[batch.pk])).status_code in (status, 404)
        assert client.post(reverse("prevention:registry_batch", args=[batch.pk])).status_code in (status, 404)
    client.force_login(world.maria.user)
    assert client.get(reverse("prevention:registries")).status_code == 403
    assert client.get(reverse("prevention:registry", args=["diabetes"])).status_code == 403
    client.force_login(world.coordinator)
    assert client.get(reverse("prevention:registry_entry", args=[theirs.pk])).status_code == 404
    assert prepare_raw(client, theirs.pk).status_code == 422, "somebody of another system is nobody"
    with arranging():
        assert not Task.objects.exists()


def prepare_raw(client, *entries):
    data = {"action": "task", "selected": [str(one) for one in entries]}
    return client.post(reverse("prevention:registry_prepare", args=["diabetes"]), data)


def test_tasks_for_coordinators_are_given_once(client, world):
    """Pedro has no care team of his own: the coordinators of the system take him."""
    client.force_login(world.coordinator)
    address = prepare(client, "task", world.maria, world.pedro).url
    page = client.get(address).content.decode()
    for _ in range(2):
        client.post(address, {"detail": "Ask about the pharmacy"})

    with arranging():
        tasks = list(Task.objects.filter(kind="registry_follow_up"))
        statuses = set(RegistryBatchItem.objects.values_list("status", flat=True))
    assert "Do it for 2 people" in page
    assert {task.member_id for task in tasks} == {world.maria.pk, world.pedro.pk} and len(tasks) == 2
    assert {(task.role, task.department) for task in tasks} == {("care_coordinator", world.department)}
    assert statuses == {"done"}
    again = client.get(prepare(client, "task", world.maria).url).content.decode()
    assert "somebody is on it already" in again
    with arranging():
        assert AuditEvent.objects.filter(verb="prevention.do_batch", detail__done=2).count() == 1


def test_a_message_goes_to_those_who_may_be_written_to(client, world):
    with arranging():
        PrimaryCareAssignment.objects.create(
            member=world.pedro,
            clinician=world.chen,
            department=world.department,
            period=(date(2020, 1, 1), None),
            origin="assigned",
        )
        CommunicationPreference.objects.create(member=world.pedro, no_outreach=True)
    client.force_login(world.coordinator)
    address = prepare(client, "message", world.maria, world.pedro).url
    page = client.get(address).content.decode()

    assert client.post(address, {"subject": "", "body": ""}).status_code == 422
    client.post(address, {"subject": "Your next visit", "body": "It is time to talk about your blood sugar."})

    assert "asked not to be contacted" in page
    with arranging():
        thread = MessageThread.objects.get()
        message = Message.objects.get()
        told = OutboxMessage.objects.filter(member_id=world.maria.pk)
        assert (thread.member, message.from_member, message.author) == (world.maria, False, world.coordinator)
        assert {one.channel for one in told} == {"portal", "email"}
        assert all("sugar" not in str(one.context) for one in told)
    again = client.get(prepare(client, "message", world.maria).url).content.decode()
    assert "was written to in the last two weeks" in again


def test_whoever_campaigns_wrote_to_enough_is_left_out(client, world):
    before = timezone.now() - timedelta(days=2)
    with arranging():
        policy(world.system)
        for number, rule_id in enumerate(("first", "second")):
            found = gap(world.maria, rule_id)
            Reminder.objects.create(
                member=world.maria, gap=found, step=1, channel="email", language="en", status="sent",
                send_after=before, created_at=before - timedelta(days=number),
            )  # fmt: skip
    client.force_login(world.coordinator)

    page = client.get(prepare(client, "message", world.maria).url).content.decode()

    assert "as many messages as the outreach policy allows" in page


def test_the_test_is_ordered_under_protocol_for_those_who_are_due(client, world):
    kit = next(way for way in rule("hba1c").ways if way.kind == "order")
    with arranging():
        LabTest.objects.create(organization=world.system, code="A1C", name="HbA1c", loinc=concept(kit.system, kit.code))
    client.force_login(world.coordinator)
    address = prepare(client, "order", world.maria, world.pedro).url
    page = client.get(address).content.decode()

    for _ in range(2):
        client.post(address)

    assert "the test is not due" in page, "Maria's was a month ago"
    with arranging():
        order = ServiceRequest.objects.get()
    assert (order.member_id, order.protocol) == (world.pedro.pk, "hba1c_in_diabetes")


def test_what_the_laboratory_does_not_offer_is_said(client, world):
    client.force_login(world.coordinator)
    address = prepare(client, "order", world.pedro).url

    client.post(address)

    assert "the laboratory does not offer it" in client.get(address).content.decode()
    with arranging():
        assert not ServiceRequest.objects.exists()


def test_everybody_that_the_filter_leaves(client, world):
    client.force_login(world.coordinator)
    url = reverse("prevention:registry_prepare", args=["diabetes"])

    response = client.post(url, {"action": "note", "everyone": "1", "control": "far"})
    client.post(response.url, {"note": "Discussed in the huddle"})

    with arranging():
        assert [row.entry for row in RegistryFollowUp.objects.all()] == [entry_of(world.maria)]
        assert RegistryBatch.objects.get().filters == {"everyone": True, "control": "far", "sort": "risk"} or (
            RegistryBatch.objects.get().filters == {"everyone": True, "control": "far"}
        )


def test_nobody_chosen_and_too_many_are_refused(client, world, monkeypatch):
    client.force_login(world.coordinator)
    nobody = client.post(reverse("prevention:registry_prepare", args=["diabetes"]), {"action": "task"})
    monkeypatch.setattr(actions, "MOST", 1)
    many = prepare(client, "task", world.maria, world.pedro)

    assert (nobody.status_code, many.status_code) == (422, 422)
    assert "Choose somebody first" in nobody.content.decode()
    with arranging():
        assert not RegistryBatch.objects.exists()


def test_who_may_not_order_orders_nobody(client, world):
    """A front desk sees no registry at all; the action itself refuses too."""
    with arranging():
        desk = factories.account("Frida Desk")
        factories.role(desk, RoleAssignment.Role.FRONT_DESK, world.system)
    client.force_login(desk)
    assert client.get(reverse("prevention:registries")).status_code == 403
    assert prepare(client, "order", world.pedro).status_code == 403
    with acting_as(desk, reason="test"), pytest.raises(PermissionDenied):
        actions.prepare_batch("diabetes", "order", [entry_of(world.pedro)], by=desk, filters={})


def test_a_batch_of_two_systems_is_refused(world):
    with arranging(), pytest.raises(ValidationError):
        both = [entry_of(world.maria), entry_of(world.olga)]
        actions.prepare_batch("diabetes", "task", both, by=world.coordinator, filters={})


def test_whoever_left_the_registry_meanwhile_is_left_out(client, world):
    client.force_login(world.coordinator)
    address = prepare(client, "task", world.maria).url
    with arranging():
        RegistryEntry.objects.filter(pk=entry_of(world.maria).pk).update(left_on=timezone.localdate())

    client.post(address, {"detail": ""})

    assert "no longer in the registry" in client.get(address).content.decode()
    with arranging():
        assert not Task.objects.exists()


def test_the_chart_says_which_registries_and_why(client, world):
    client.force_login(world.chen.user)

    page = client.get(reverse("clinical:chart_panel", args=[world.maria.pk, "registries"])).content.decode()

    for words in ("Diabetes", "HbA1c 9.4 %", "HbA1c above 9 %", "Far from goal", "ADA Standards of Care"):
        assert words in page, words


def test_an_unknown_registry_or_action_is_no_page(client, world):
    client.force_login(world.coordinator)
    assert client.get(reverse("prevention:registry", args=["gout"])).status_code == 404
    assert prepare(client, "delete", world.maria).status_code == 404
    assert client.get(reverse("prevention:registry_batch", args=[uuid.uuid4()])).status_code == 404
    assert BY_ID["asthma"] and "order" not in dict(
        client.get(reverse("prevention:registry", args=["asthma"])).context["actions"]
    )


def test_values_are_said_as_they_are_read():
    values = {"systolic": {"value": 150.0, "on": "2026-10-03"}, "diastolic": {"value": 84.0, "on": "2026-10-03"}}
    apart = {**values, "diastolic": {"value": 84.0, "on": "2026-10-04"}}

    said = [pages.readings_in_words(RegistryEntry(readings=one), BY_ID["hypertension"]) for one in (values, apart)]

    assert said[0] == ["Blood pressure 150/84, 3 Oct 2026"]
    assert len(said[1]) == 2
