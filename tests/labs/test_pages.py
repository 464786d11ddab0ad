"""The laboratory's pages: who may open them, what they show, how many questions they ask the database."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.db import acting_as
from core.models import AuditEvent, OutboxMessage
from core.templatetags.kp import mrn
from labs.actions.specimens import collect_specimen
from labs.models import LabOrder, ResultMismatch
from labs.templatetags.labs import specimen
from tests.clinical.factories import arranging, member, primary_care
from tests.labs import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lab():
    return factories.Laboratory()


def address(name: str, *args) -> str:
    return reverse(f"labs:{name}", args=args)


def orders_seen_by(user) -> int:
    with acting_as(user, reason="test"):
        return LabOrder.objects.count()


def test_the_bench_shows_what_waits_with_one_step_each(client, lab):
    lab.order(priority="stat", reason_text="Palpitations")
    kit = lab.order(lab.fit, member=lab.pedro)
    lab.released(order=lab.order(member=lab.pedro))
    client.force_login(lab.tom)

    page = client.get(address("bench")).content.decode()

    assert page.index("Alvarez, Maria") < page.index("Vega, Pedro")
    assert page.count("Vega, Pedro</a>") == 1
    assert "Collect" in page and "Mail kit" in page
    only = client.get(address("bench"), {"test": str(kit.test_id)}).content.decode()
    assert "Alvarez" not in only
    assert "Nothing waits" in client.get(address("bench"), {"stage": "resulted"}).content.decode()


def test_nonsense_in_the_filter_is_no_error(client, lab):
    client.force_login(lab.tom)
    assert client.get(address("bench"), {"test": "x", "stage": "'", "page": "-9", "priority": "?"}).status_code == 200


def test_ten_orders_cost_no_more_queries_than_one(client, lab):
    client.force_login(lab.tom)
    lab.order()
    client.get(address("bench"))
    with CaptureQueriesContext(connection) as one:
        client.get(address("bench"))
    for _ in range(9):
        lab.order(member=lab.pedro)
    with CaptureQueriesContext(connection) as ten:
        client.get(address("bench"))
    assert len(ten) == len(one)


@pytest.mark.parametrize("who", ["tess", "outsider", "maria"])
def test_an_order_of_another_system_is_not_there(client, lab, who):
    order = lab.order()
    user = getattr(lab, who)
    client.force_login(getattr(user, "user", user))
    assert client.get(address("order", order.pk)).status_code in (403, 404)
    assert client.post(address("receive", order.pk)).status_code in (403, 404)


def test_a_nurse_may_not_release_and_the_refusal_stays(client, lab, transactional_db):
    order = lab.order()
    client.force_login(lab.park.user)
    assert client.post(address("release", order.pk)).status_code == 403
    refusal = AuditEvent.objects.get(action="refuse")
    assert (refusal.user_id, refusal.verb, refusal.member_id) == (
        lab.park.user.pk,
        "labs.release_result",
        lab.maria.pk,
    )


def test_reading_an_order_is_audited(client, lab):
    order = lab.order()
    client.force_login(lab.tom)
    assert client.get(address("order", order.pk)).status_code == 200
    assert AuditEvent.objects.filter(action="read", verb="labs.view_order", member_id=lab.maria.pk).count() == 1


def test_the_detail_beside_the_list_is_the_same_without_the_frame(client, lab):
    order = lab.order()
    client.force_login(lab.tom)
    page = client.get(address("order", order.pk), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "Specimen taken" in page


def test_who_takes_a_specimen_sees_its_label_and_nobody_else_of_the_ward(client, lab):
    mine, other = lab.order(member=lab.pedro), lab.order(member=lab.pedro)
    with acting_as(lab.tom, reason="test"):
        collect_specimen(order=other, by=lab.tom, mrn=lab.pedro.mrn, birth_date=lab.pedro.birth_date)
    client.force_login(lab.park.user)

    asked = {"mrn": lab.pedro.mrn, "birth_date": lab.pedro.birth_date.isoformat()}
    answer = client.post(address("collect", mine.pk), asked, follow=True)

    assert answer.status_code == 200
    assert "Put the label on the tube" in answer.content.decode()
    assert client.get(address("order", other.pk)).status_code == 403


def test_who_ordered_a_test_sees_it_to_its_end_and_goes_on_with_the_in_basket(client, lab):
    """Pedro is nobody's patient here: with the task that his result opened, the care relationship closes too."""
    order = lab.order(member=lab.pedro)
    result = lab.released("6.9", order)
    client.force_login(lab.chen.user)

    answer = client.post(address("acknowledge", result.pk), {"note": "Called him in, ECG"}, follow=True)

    assert answer.redirect_chain[-1][0] == reverse("clinical:inbasket")
    assert "Noted. The task is closed." in answer.content.decode()
    assert client.get(address("order", order.pk)).status_code == 200
    client.force_login(lab.stranger.user)
    assert client.get(address("order", order.pk)).status_code in (403, 404)


def test_a_mistyped_birth_date_is_told_beside_the_form(client, lab):
    order = lab.order()
    client.force_login(lab.tom)
    answer = client.post(address("collect", order.pk), {"mrn": lab.maria.mrn, "birth_date": "1980-01-01"})
    assert answer.status_code == 422
    assert "Stop, and check who it is" in answer.content.decode()
    with acting_as(lab.tom, reason="test"):
        assert LabOrder.objects.get(pk=order.pk).status == "ordered"


def test_a_wrong_tube_is_refused_and_waits_for_review(client, lab):
    order, other = lab.order(), lab.order(member=lab.pedro)
    lab.collected(order)
    tube = lab.collected(other)
    client.force_login(lab.tom)

    answer = client.post(address("enter", order.pk), {"accession": tube, "value": "4.0"})

    assert answer.status_code == 422
    assert "belongs to another order" in answer.content.decode()
    with acting_as(lab.tom, reason="test"):
        kept = ResultMismatch.objects.get()
    assert tube in client.get(address("mismatches")).content.decode()
    client.post(address("resolve", kept.pk), {"reason": "Rack was turned"})
    with acting_as(lab.tom, reason="test"):
        kept.refresh_from_db()
        assert (kept.status, kept.resolution) == ("resolved", "Rack was turned")


def test_a_physician_orders_from_the_chart_is_warned_and_says_why(client, lab):
    lab.order()
    client.force_login(lab.chen.user)
    url = reverse("clinical:order", args=[lab.maria.pk, "laboratory"])
    asked = {"concept": str(lab.potassium.loinc_id), "priority": "routine", "reason": "", "override": ""}
    assert "Potassium" in client.get(url, {"q": "pota"}).content.decode()

    assert "is already ordered" in client.post(url, asked).content.decode()
    assert orders_seen_by(lab.tom) == 1

    client.post(url, {**asked, "override": "Two samples an hour apart"})
    assert orders_seen_by(lab.tom) == 2


def test_the_chart_shows_tests_under_way_and_results(client, lab):
    lab.order(lab.fit)
    lab.released("5.4")
    client.force_login(lab.chen.user)
    page = client.get(reverse("clinical:chart_panel", args=[lab.maria.pk, "laboratory"])).content.decode()
    assert "Stool test" in page and "Potassium: 5.4 mmol/L" in page


def test_a_clinician_without_a_care_relationship_does_not_read_a_result(client, lab):
    result = lab.released()
    client.force_login(lab.stranger.user)
    assert client.get(address("order", result.order_id)).status_code == 403
    client.force_login(lab.chen.user)
    assert client.get(address("order", result.order_id)).status_code == 200


# --- Portal -------------------------------------------------------------------------------------------------


def test_the_member_reads_the_result_and_who_acts_by_when(client, lab):
    result = lab.released("5.4")
    client.force_login(lab.maria.user)

    page = client.get(address("result", result.pk)).content.decode()

    assert "5.4" in page and "High" in page and "3.5–5.1" in page
    assert "Amara Chen looks at it by" in page
    assert OutboxMessage.objects.get(channel="portal").read_at is not None


def test_nobody_else_reads_it(client, lab):
    result = lab.released()
    for somebody in (lab.pedro.user, lab.olga.user, lab.stranger.user):
        client.force_login(somebody)
        assert client.get(address("result", result.pk)).status_code in (403, 404)


def test_a_proxy_reads_it_unless_it_is_labelled(client, lab):
    with factories.arranging():
        factories.chart.proxy(lab.pedro.user, lab.maria, "view")
    plain = lab.released()
    labelled = lab.order(lab.fit)
    with factories.arranging():
        LabOrder.objects.filter(pk=labelled.pk).update(sensitivity=16)
    tube = lab.collected(labelled)
    with acting_as(lab.tom, reason="test"):
        factories.results.enter_result(by=lab.tom, order=labelled, accession=tube, value="negative")
        secret = factories.results.release_result(by=lab.tom, order=labelled)
    client.force_login(lab.pedro.user)
    client.post(f"/family/{lab.maria.pk}/open/")
    assert client.get(address("result", plain.pk)).status_code == 200
    assert client.get(address("result", secret.pk)).status_code == 404
    client.force_login(lab.maria.user)
    assert client.get(address("result", secret.pk)).status_code == 200


@pytest.mark.parametrize(("code", "words"), [("SER", "serum"), ("UR", "urine"), ("XYZ", "XYZ")])
def test_specimens_are_said_in_words(code, words):
    assert specimen(code) == words


def test_two_people_of_one_name_are_told_apart_on_the_bench_and_who_collects_asks_for_the_number(client, lab):
    with arranging():
        twin = member(lab.system, "Maria", "Alvarez", birth_date=datetime.date(1990, 3, 5))
        primary_care(twin, lab.chen, lab.department)
    lab.order(member=lab.maria)
    lab.collected(lab.order(member=twin))
    client.force_login(lab.tom)
    page = client.get(address("bench")).content.decode()
    assert "born 11 Feb 1974" in page
    assert "born 5 Mar 1990" in page
    assert mrn(twin.mrn) in page
    assert mrn(lab.maria.mrn) not in page, "whoever takes the specimen has it from the person, not from the screen"
