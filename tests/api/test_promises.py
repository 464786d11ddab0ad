"""What a client may rely on: once only under concurrency, no lost update, nothing unseen, no flood, few queries."""

import datetime
import threading

import pytest
from django.db import connections
from django.utils import timezone

from clinical.models import CodingRole, MessageThread
from core import audit
from core.api import throttling
from core.models import AuditEvent, IdempotencyKey
from core.tasks import forget_old_keys
from hospitals.models import Stay
from labs.models import LabOrder
from members.models import Member
from scheduling.models import Appointment
from tests.api.world import World, session_of, token_for
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type

NEW = {"family": "Okafor", "given": "Ada", "birth_date": "1990-03-01", "sex": "female"}


# --- Once only ------------------------------------------------------------------------------------------------


def at_once(count: int, ask) -> list:
    """Answers of `count` threads that ask at the same moment."""
    ready, answers = threading.Barrier(count), []

    def work() -> None:
        try:
            ready.wait(timeout=10)
            answers.append(ask())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_key_make_one_member():
    world = World()

    def ask():
        client = token_for(world.machine, "members:write")
        return client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    answers = at_once(4, ask)

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 3
    with make.arranging():
        assert Member.objects.filter(family="Okafor").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_want_the_last_seat_get_one_between_them(settings):
    settings.ZEAL_ALLOWLIST = [{"model": "*", "field": "*"}]  # whoever comes second looks for a seat again
    world = World()
    with make.arranging():
        kind = visit_type(world.office)
    slot = hours(world.physician, world.office, count=1)[0]
    wanting = iter([world.ana, world.ken])

    def ask():
        asked = {"member": str(next(wanting).pk), "slot": str(slot.pk), "visit_type": str(kind.pk)}
        return token_for(world.machine, "appointments:write").post("/api/v1/appointments/", asked, format="json")

    answers = at_once(2, ask)

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    with make.arranging():
        assert Appointment.objects.filter(slot=slot).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_to_one_version_one_is_refused():
    world = World()
    place = f"/api/v1/members/{world.ana.pk}/"
    tag = token_for(world.machine, "members:read").get(place)["ETag"]
    words = iter(["she/her", "they/them"])

    def ask():
        client = token_for(world.machine, "members:write")
        return client.patch(place, {"pronouns": next(words)}, format="json", HTTP_IF_MATCH=tag)

    assert sorted(answer.status_code for answer in at_once(2, ask)) == [200, 412]


@pytest.mark.django_db
class TestKeys:
    def test_a_refused_request_leaves_its_key_free(self, world):
        client = token_for(world.machine, "members:read", "members:write")

        refused = client.post("/api/v1/members/", {**NEW, "sex": "?"}, format="json", HTTP_IDEMPOTENCY_KEY="k1")
        mended = client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")

        assert (refused.status_code, mended.status_code) == (400, 201)

    def test_a_key_is_its_users_own(self, world):
        body = {"member": str(world.ana.pk), "body": "A question"}
        ours = session_of(world.ana.user).post("/api/v1/messages/", body, format="json", HTTP_IDEMPOTENCY_KEY="k1")
        body["member"] = str(world.ken.pk)
        theirs = session_of(world.ken.user).post("/api/v1/messages/", body, format="json", HTTP_IDEMPOTENCY_KEY="k1")

        assert (ours.status_code, theirs.status_code) == (201, 201)
        assert MessageThread.objects.count() <= 1  # each sees their own
        assert IdempotencyKey.objects.filter(key="k1").count() == 2

    def test_answers_are_forgotten_after_two_days(self, world):
        client = token_for(world.machine, "members:write")
        client.post("/api/v1/members/", NEW, format="json", HTTP_IDEMPOTENCY_KEY="k1")

        assert forget_old_keys() == 0
        IdempotencyKey.objects.update(created_at=timezone.now() - datetime.timedelta(days=3))
        assert forget_old_keys() == 1

    def test_a_step_repeated_is_taken_once(self, world):
        with make.arranging():
            kind = visit_type(world.office)
        slot = hours(world.physician, world.office)[0]
        client = token_for(world.machine, "appointments:write")
        asked = {"member": str(world.ana.pk), "slot": str(slot.pk), "visit_type": str(kind.pk)}
        booked = client.post("/api/v1/appointments/", asked, format="json").json()
        place = f"/api/v1/appointments/{booked['id']}/cancel/"

        first = client.post(place, {}, format="json", HTTP_IDEMPOTENCY_KEY="c1")
        again = client.post(place, {}, format="json", HTTP_IDEMPOTENCY_KEY="c1")
        other = client.post(place, {}, format="json")

        assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
        assert again.json() == first.json()
        assert again["ETag"] == first["ETag"]

    def test_a_step_heeds_if_match_where_it_is_sent(self, world):
        with make.arranging():
            kind = visit_type(world.office)
        slot = hours(world.physician, world.office)[0]
        client = token_for(world.machine, "appointments:read", "appointments:write")
        asked = {"member": str(world.ana.pk), "slot": str(slot.pk), "visit_type": str(kind.pk)}
        booked = client.post("/api/v1/appointments/", asked, format="json")
        place = f"/api/v1/appointments/{booked.json()['id']}/"

        stale = client.post(f"{place}cancel/", {}, format="json", HTTP_IF_MATCH='W/"another"')
        fresh = client.post(f"{place}cancel/", {}, format="json", HTTP_IF_MATCH=client.get(place)["ETag"])

        assert (stale.status_code, fresh.status_code) == (412, 200)


@pytest.mark.django_db
def test_a_body_with_a_slip_is_refused_and_names_the_field(world):
    client = token_for(world.machine, "members:write")

    answer = client.post("/api/v1/members/", {**NEW, "brith_date": "1990-03-01"}, format="json")

    assert answer.status_code == 400
    assert answer.json() == {
        "type": "urn:kpcare:problem:validation_error",
        "title": "The request is not valid.",
        "status": 400,
        "detail": "There is no such field.",
        "errors": [{"code": "unknown", "detail": "There is no such field.", "attr": "brith_date"}],
    }


# --- Nothing unseen -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["members/", "members/{ana}/", "conditions/?member={ana}", "conditions/{problem}/"])
def test_what_cannot_be_recorded_is_not_read(world, monkeypatch, place):
    client = token_for(world.machine, "members:read", "conditions:read")
    place = place.format(ana=world.ana.pk, problem=world.problem.pk)

    def closed(*args, **kwargs):
        raise audit.AuditUnavailable

    monkeypatch.setattr(audit, "record_read", closed)
    client.raise_request_exception = False
    answer = client.get(f"/api/v1/{place}")

    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "audit_unavailable"
    assert "Rivera" not in answer.content.decode()


@pytest.mark.django_db
def test_a_write_is_recorded_by_its_action(world):
    token_for(world.machine, "members:write").post("/api/v1/members/", NEW, format="json")

    assert AuditEvent.objects.filter(verb="members.register", user_id=world.machine.pk).count() == 1


# --- No flood -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_too_many_requests_wait_and_one_client_does_not_slow_another(world, monkeypatch, own_minute):
    monkeypatch.setattr(throttling.ClientThrottle, "THROTTLE_RATES", {"client": "3/min"})
    busy, calm = token_for(world.machine, "members:read"), token_for(world.machine, "members:read")

    codes = [busy.get("/api/v1/members/").status_code for _ in range(4)]
    last = busy.get("/api/v1/members/")

    assert codes == [200, 200, 200, 429]
    assert 0 < int(last["Retry-After"]) <= 60
    assert last.json()["errors"][0]["code"] == "throttled"
    assert calm.get("/api/v1/members/").status_code == 200


# --- Few queries ----------------------------------------------------------------------------------------------

PERSONAL = {
    "conditions": lambda world, n: world.add_problem(world.ken, f"c{n}", "Something"),
    "appointments": lambda world, n: _appointment(world, n),
    "messages": lambda world, n: _thread(world, n),
    "lab-orders": lambda world, n: _lab_order(world, n),
    "stays": lambda world, n: _stay(world, n),
}


def _appointment(world, number: int) -> None:
    kind = visit_type(world.office, code=f"K{number}")
    slot = hours(world.physician, world.office, make.tomorrow(8, days=number + 1), count=1)[0]
    Appointment.objects.create(
        member=world.ken,
        slot=slot,
        seat=1,
        during=(slot.starts_at, slot.ends_at),
        visit_type=kind,
        department=world.office,
        booked_by=world.machine,
    )


def _thread(world, number: int) -> None:
    from clinical.actions import start_thread

    start_thread(by=world.ken.user, member=world.ken, subject=f"Question {number}", body="?")


def _lab_order(world, number: int) -> None:
    from clinical.models import ServiceRequest, ServiceRequestCoding
    from tests.labs.factories import lab_test

    test = lab_test(world.here, code=f"T{number}", loinc=f"9{number}-1")
    request = ServiceRequest.objects.create(
        member=world.ken, status="active", kind="laboratory", ordered_by=world.physician.user
    )
    ServiceRequestCoding.objects.create(member=world.ken, fact=request, role=CodingRole.CODE, concept=test.loinc)
    LabOrder.objects.create(member=world.ken, request=request, test=test)


def _stay(world, number: int) -> None:
    from clinical.models import Encounter

    at = timezone.now() - datetime.timedelta(days=10 * number + 10)
    encounter = Encounter.objects.create(
        member=world.ken, status="finished", effective=(at, at + datetime.timedelta(days=1))
    )
    Stay.objects.create(
        member=world.ken,
        encounter=encounter,
        facility=world.office.facility,
        admitted_at=at,
        discharged_at=at + datetime.timedelta(days=1),
        disposition="home",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("place", PERSONAL)
def test_a_list_asks_the_database_equally_often_for_one_row_and_for_five(world, place, django_assert_max_num_queries):
    client = token_for(world.machine, f"{'orders' if place == 'lab-orders' else place}:read")
    with make.arranging():
        for number in range(5):
            PERSONAL[place](world, number)

    client.get(f"/api/v1/{place}/?member={world.ken.pk}")  # what the client reaches is remembered from now on
    counts = []
    for size in (1, 5):
        with django_assert_max_num_queries(20) as captured:
            answer = client.get(f"/api/v1/{place}/?member={world.ken.pk}&page_size={size}")
        assert len(answer.json()["results"]) == size, answer.content
        counts.append(len(captured))

    assert counts[0] == counts[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "place",
    [
        *("organizations", "facilities", "departments", "rooms", "clinicians", "slots", "visit-types", "products"),
        *("lab-tests", "drugs", "beds"),
    ],
)
def test_the_catalogue_tells_of_nobody_and_is_open_to_whoever_has_its_scope(world, place):
    hours(world.physician, world.office)
    before = AuditEvent.objects.count()

    assert token_for(world.machine, "catalogue:read").get(f"/api/v1/{place}/").status_code == 200
    assert session_of(world.ana.user).get(f"/api/v1/{place}/").status_code == 200
    assert token_for(world.machine, "members:read").get(f"/api/v1/{place}/").status_code == 403
    assert AuditEvent.objects.filter(action="read").count() <= before


@pytest.mark.django_db
def test_a_free_time_is_found_by_what_it_is_for(world):
    with make.arranging():
        short, long = visit_type(world.office), visit_type(world.office, code="LONG", minutes=60)
    slot = hours(world.physician, world.office, count=1)[0]
    client = session_of(world.ana.user)

    fitting = client.get(f"/api/v1/slots/?visit_type={short.pk}&department={world.office.pk}").json()["results"]
    too_short = client.get(f"/api/v1/slots/?visit_type={long.pk}").json()["results"]

    assert [row["id"] for row in fitting] == [str(slot.pk)]
    assert fitting[0]["clinician"] == str(world.physician.pk)
    assert too_short == []
