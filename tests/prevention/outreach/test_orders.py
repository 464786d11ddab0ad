"""Orders under protocol: who may, what a signature does, where kits are, and what an abnormal result sets going."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from clinical.models import ServiceRequest
from core import jobs as core_jobs
from core.db import acting_as, as_job
from core.models import JobRun, OutboxMessage, User
from labs.actions import specimens
from labs.models import LabOrder
from network.models import RoleAssignment
from prevention.engine.evaluate import Partition
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, FOBT
from prevention.models import BatchOrder, FollowUp, HomeKit, StandingOrder
from prevention.outreach import batches, orders
from prevention.outreach.follow_up import RULES, close_follow_up, rate
from prevention.outreach.kits import shown
from prevention.outreach.run import reach_out
from prevention.outreach.signing import sign_protocol
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.labs.factories import Laboratory
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, protocols
from tests.together import while_open

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = Laboratory()
    with arranging():
        protocols(made.system, made.chen)
        made.nurse = made.park.user
        made.outside_nurse = clinic.clinician(made.other_department, "Nia Else", as_role="nurse").user
        clinic.primary_care(made.pedro, made.chen, made.department)
        made.gaps = [gap(one) for one in (made.maria, made.pedro)]
        charts.enrol(made.maria)
        charts.enrol(made.pedro)
    return made


def run(*, days: int = 0) -> dict[str, int]:
    with as_job(User.objects.system("prevention"), reason="test"):
        at = timezone.now() + timedelta(days=days)
        return reach_out(Partition(), as_of=timezone.localdate(at), at=at)


def place(batch: BatchOrder) -> JobRun:
    """The orders of a signed list, as the workers place them."""
    with zeal_ignore():  # each is an order of its own, with its checks
        return core_jobs.work(batches.run_of(batch))


# --- Who may order ------------------------------------------------------------------------------------------


def test_a_nurse_orders_under_the_name_of_who_signed(world):
    with acting_as(world.nurse, reason="test"):
        order = orders.order_for_gap(world.gaps[0], by=world.nurse)

    assert (order.requester_id, order.ordered_by_id) == (world.chen.pk, world.chen.user.pk)


def test_without_a_protocol_in_force_only_a_physician_orders(world):
    with arranging():
        StandingOrder.objects.all().delete()

    with acting_as(world.nurse, reason="test"), pytest.raises(orders.NotUnderProtocol):
        orders.order_for_gap(world.gaps[0], by=world.nurse)
    with acting_as(world.osei.user, reason="test"):
        assert orders.order_for_gap(world.gaps[0], by=world.osei.user).requester_id == world.osei.pk


def test_a_role_that_the_protocol_does_not_name_may_not(world):
    with arranging():
        StandingOrder.objects.update(roles=["pharmacist"])

    with acting_as(world.nurse, reason="test"), pytest.raises(orders.NotUnderProtocol):
        orders.order_for_gap(world.gaps[0], by=world.nurse)


# --- One signature for a list -------------------------------------------------------------------------------


def test_one_signature_orders_for_everybody_on_the_list(client, world):
    client.force_login(world.nurse)
    fit = StandingOrder.objects.get(protocol="fit_home_kit")
    client.post(reverse("prevention:prepare_batch", args=[fit.pk]), {"rule": "colorectal_screening"})
    with arranging():
        batch = BatchOrder.objects.get()
        items = [str(item.pk) for item in batch.items.all()]
    page = client.get(reverse("prevention:batch", args=[batch.pk])).content.decode()
    assert "Maria Alvarez" in page and "Pedro Vega" in page
    assert "Sign all" not in page, "a nurse prepares, a physician signs"
    assert client.post(reverse("prevention:sign_batch", args=[batch.pk]), {"item": items}).status_code == 403

    client.force_login(world.chen.user)
    client.post(reverse("prevention:sign_batch", args=[batch.pk]), {"item": items})
    place(batch)

    with arranging():
        assert ServiceRequest.objects.filter(protocol="fit_home_kit").count() == 2
        batch.refresh_from_db()
        assert (batch.status, batch.signed_by_id) == ("signed", world.chen.pk)
        assert HomeKit.objects.count() == 2
    with acting_as(world.chen.user, reason="test"), pytest.raises(ValueError, match="settled"):
        batches.sign_batch(batch, by=world.chen.user)


def test_who_was_unticked_or_is_done_meanwhile_is_left_out_and_says_why(client, world):
    with acting_as(world.nurse, reason="test"):
        fit = StandingOrder.objects.get(protocol="fit_home_kit")
        batch = batches.prepare_batch(fit, "colorectal_screening", by=world.nurse)
        first, second = batch.items.order_by("id")
    with arranging():
        type(world.gaps[0]).objects.filter(pk=second.gap_id).update(status="closed", closed_at=timezone.now())

    with acting_as(world.chen.user, reason="test"):
        batches.sign_batch(batch, by=world.chen.user, without=frozenset([first.pk]))
    place(batch)

    with arranging():
        assert {item.left_out for item in batch.items.all()} == {"taken off the list", "no longer due"}
        assert not ServiceRequest.objects.exists()


def signed_list(world) -> BatchOrder:
    with acting_as(world.nurse, reason="test"):
        fit = StandingOrder.objects.get(protocol="fit_home_kit")
        batch = batches.prepare_batch(fit, "colorectal_screening", by=world.nurse)
    with acting_as(world.chen.user, reason="test"):
        return batches.sign_batch(batch, by=world.chen.user)


def test_a_signature_places_nothing_in_its_own_request_and_the_page_says_how_far_it_is(client, world):
    batch = signed_list(world)
    with arranging():
        assert not ServiceRequest.objects.exists()
    client.force_login(world.chen.user)
    page, progress = (reverse(f"prevention:{name}", args=[batch.pk]) for name in ("batch", "batch_progress"))
    assert "0 of 2 people" in client.get(page).content.decode()
    assert "HX-Refresh" not in client.get(progress)

    place(batch)

    assert client.get(progress)["HX-Refresh"] == "true"
    assert "2 of 2 people" in client.get(page).content.decode()
    client.force_login(world.outsider.user)
    assert client.get(progress).status_code == 404


def test_placing_that_was_killed_goes_on_where_it_stopped(client, world, monkeypatch):
    batch = signed_list(world)
    order = batches.order_for_gap

    def fails_for_pedro(gap, **how):
        if gap.member_id == world.pedro.pk:
            raise RuntimeError("killed")
        return order(gap, **how)

    monkeypatch.setattr(batches, "order_for_gap", fails_for_pedro)
    monkeypatch.setattr(batches, "AT_ONCE", 1)
    with pytest.raises(core_jobs.JobFailed):
        place(batch)
    client.force_login(world.chen.user)
    assert "not ordered for yet" in client.get(reverse("prevention:batch", args=[batch.pk])).content.decode()
    client.force_login(world.nurse)
    assert client.post(reverse("prevention:place_batch", args=[batch.pk])).status_code == 403

    monkeypatch.setattr(batches, "order_for_gap", order)
    client.force_login(world.chen.user)
    client.post(reverse("prevention:place_batch", args=[batch.pk]))
    place(batch)
    place(batch)

    with arranging():
        assert sorted(ServiceRequest.objects.values_list("member", flat=True)) == sorted(
            [world.maria.pk, world.pedro.pk]
        )
        assert {order.requester_id for order in ServiceRequest.objects.all()} == {world.chen.pk}


def test_a_pharmacist_orders_where_the_protocol_names_them(client, world):
    with arranging():
        pharmacist = clinic.account("Phil Armacist")
        clinic.role(pharmacist, RoleAssignment.Role.PHARMACIST, world.system, world.department)
    client.force_login(pharmacist)
    page = client.get(reverse("prevention:protocols")).content.decode()
    assert "medical_assistant" not in page, "roles are said in words"
    asked = {"protocol": "fit_mailed"}
    assert client.post(reverse("prevention:staff_order", args=[world.gaps[0].pk]), asked).status_code == 302


@pytest.mark.parametrize("name", ["protocols", "kits", "follow_ups", "calls", "letters", "reports"])
def test_members_open_none_of_the_lists(client, world, name):
    client.force_login(world.maria.user)
    assert client.get(reverse(f"prevention:{name}")).status_code == 403


def test_the_other_system_sees_and_signs_nothing_of_ours(client, world):
    with acting_as(world.nurse, reason="test"):
        fit = StandingOrder.objects.get(protocol="fit_home_kit")
        batch = batches.prepare_batch(fit, "colorectal_screening", by=world.nurse)
    client.force_login(world.outsider.user)

    assert "FIT" not in client.get(reverse("prevention:protocols")).content.decode()
    assert client.post(reverse("prevention:sign_batch", args=[batch.pk])).status_code == 404
    assert client.post(reverse("prevention:end_protocol", args=[fit.pk])).status_code == 404
    assert client.post(reverse("prevention:prepare_batch", args=[fit.pk])).status_code == 404


# --- Kits ---------------------------------------------------------------------------------------------------


def stages(world) -> list[str]:
    with arranging():
        return [row["stage"].name for row in shown(list(HomeKit.objects.select_related("gap", "standing_order")))]


def test_a_kit_is_followed_asked_about_once_and_replaced_when_lost(world):
    with acting_as(world.nurse, reason="test"):
        orders.order_for_gap(world.gaps[0], by=world.nurse)
    assert stages(world) == ["ordered"]
    with acting_as(world.tom, reason="test"):
        specimens.mail_kit(by=world.tom, order=LabOrder.objects.get())
    assert stages(world) == ["sent"]

    run(days=13)
    assert not OutboxMessage.objects.filter(template="kit_waiting").exists()
    run(days=15)
    run(days=16)
    assert OutboxMessage.objects.filter(template="kit_waiting").count() == 1
    run(days=46)
    assert stages(world) == ["lost"]

    with acting_as(world.nurse, reason="test"):
        orders.order_for_gap(world.gaps[0], by=world.nurse)
    with arranging():
        first, second = HomeKit.objects.order_by("ordered_at", "id")
        assert second.replaces_id == first.pk


# --- Abnormal results -----------------------------------------------------------------------------------------


def positive(world, days_ago: int):
    with arranging():
        on = timezone.now() - timedelta(days=days_ago)
        return charts.observation(world.maria, FOBT, on, value_text="positive", interpretation="A")


def follow_up() -> FollowUp:
    with arranging():
        return FollowUp.objects.select_related("task").get()


def test_a_positive_stool_test_becomes_a_task_of_her_doctor_with_a_clock(world):
    result = positive(world, 1)
    with arranging():
        charts.observation(world.pedro, FOBT, timezone.now(), value_text="negative", interpretation="N")

    run()
    run()

    found = follow_up()
    assert (found.member_id, found.observation_id, (found.due_on - found.resulted_on).days) == (
        world.maria.pk,
        result.pk,
        90,
    )
    assert (found.task.owner_id, found.task.department_id) == (world.chen.user.pk, world.department.pk)
    assert found.task.status == "requested"


def test_half_way_without_a_colonoscopy_it_is_urgent(world):
    positive(world, 44)
    run()
    assert (follow_up().escalated_at, follow_up().task.priority) == (None, "routine")

    run(days=1)

    assert follow_up().task.priority == "urgent"
    assert follow_up().escalated_at


def test_the_colonoscopy_answers_it_and_is_measured(world):
    positive(world, 60)
    run()
    with arranging():
        done = charts.procedure(world.maria, COLONOSCOPY, timezone.now() - timedelta(days=2))

    run()

    found = follow_up()
    assert (found.status, found.fact_id, found.task.status) == ("done", done.pk, "completed")
    with arranging():
        soon, measured = (rate(RULES[0], timezone.localdate() + timedelta(days=days)) for days in (0, 31))
    assert soon.measured == 0, "who was quick is not told before those who were not can be"
    assert (measured.measured, measured.percent, measured.median_days) == (1, 100, 58)


def test_a_colonoscopy_before_the_result_answers_nothing(world):
    with arranging():
        charts.procedure(world.maria, COLONOSCOPY, timezone.now() - timedelta(days=300))
    positive(world, 120)

    run()

    assert follow_up().status == "open"
    with arranging():
        assert rate(RULES[0], timezone.localdate()).percent == 0, "its day is past"


def test_a_withdrawn_result_is_followed_no_longer(world):
    result = positive(world, 10)
    run()
    with arranging():
        type(result).objects.filter(pk=result.pk).update(status="entered-in-error")

    run()

    assert (follow_up().status, follow_up().task.status) == ("withdrawn", "completed")


def test_a_physician_ends_the_watch_with_a_reason_and_a_nurse_does_not(client, world):
    positive(world, 10)
    run()
    url = reverse("prevention:close_follow_up", args=[follow_up().pk])
    client.force_login(world.nurse)
    assert client.post(url, {"reason": "x"}).status_code == 403

    client.force_login(world.chen.user)
    client.post(url, {"reason": ""})
    assert follow_up().status == "open"
    client.post(url, {"reason": "Metastatic disease; not in her interest"})

    assert (follow_up().status, follow_up().task.status) == ("closed", "completed")
    with acting_as(world.chen.user, reason="test"), pytest.raises(ValueError, match="settled"):
        close_follow_up(follow_up(), by=world.chen.user, reason="again")


# --- A protocol is signed ---------------------------------------------------------------------------------------


def terms(**more) -> dict:
    given = {
        "protocol": "fit_home_kit",
        "name": "Stool test, from 40",
        "text": "For people of 40 and over.",
        "roles": ["nurse"],
        "members_may": False,
        "review_by": timezone.localdate() + timedelta(days=300),
    }
    return {**given, **more}


def test_a_physician_signs_a_new_version_and_the_old_one_ends(world):
    with acting_as(world.chen.user, reason="test"):
        made = sign_protocol(world.system, by=world.chen.user, **terms())

    with arranging():
        versions = StandingOrder.objects.filter(organization=world.system, protocol="fit_home_kit").order_by("period")
        assert [one.pk for one in versions][-1] == made.pk and versions.count() == 2
        assert versions[0].period.upper == timezone.localdate()
        assert (made.signed_by, made.rules, made.code) == (world.chen, ["colorectal_screening"], "29771-3")


@pytest.mark.parametrize("field", ["protocol", "review_by"])
def test_what_no_rule_offers_and_a_past_review_are_refused(world, field):
    wrong = {field: {"protocol": "surgery", "review_by": timezone.localdate()}[field]}
    with pytest.raises(ValueError), acting_as(world.chen.user, reason="test"):
        sign_protocol(world.system, by=world.chen.user, **terms(**wrong))


def test_the_protocol_page_is_for_who_signs(client, world):
    address = reverse("prevention:new_protocol")
    client.force_login(world.nurse)
    assert client.get(address).status_code == 403
    client.force_login(world.chen.user)
    assert "Signed by" in client.get(address).content.decode()
    assert client.post(address, terms(text="")).status_code == 422
    client.post(address, terms())
    with arranging():
        assert StandingOrder.objects.filter(name="Stool test, from 40", signed_by=world.chen).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_signed_before", [False, True])
def test_two_who_sign_the_same_protocol_at_once_sign_one_after_the_other(is_signed_before):
    made = clinic.World()
    with arranging():
        if is_signed_before:
            protocols(made.system, made.chen)
    first, second = made.chen.user, made.osei.user

    mine, other = while_open(
        first,
        lambda: sign_protocol(made.system, by=first, **terms()),
        second,
        lambda: sign_protocol(made.system, by=second, **terms()),
    )

    assert isinstance(other, ValueError), "in words, not as an error of the database"
    with arranging():
        in_force = StandingOrder.objects.filter(protocol="fit_home_kit", period__contains=timezone.localdate())
        assert [one.pk for one in in_force] == [mine.pk]
