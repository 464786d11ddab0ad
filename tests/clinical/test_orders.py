"""Placing an order: who may, what checks say, and that a warning is passed only with a reason that is kept."""

import pytest
from django.core.exceptions import PermissionDenied

from clinical import ports
from clinical.actions.orders import ReasonNeeded, give_up_order, place_order
from clinical.models import CodingRole, OrderAlert, ServiceRequest
from core.db import acting_as
from core.models import AuditEvent
from tests.clinical import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return factories.World()


@pytest.fixture
def warns(monkeypatch):
    """One check that warns, in place of whatever is registered."""
    monkeypatch.setattr(ports, "_checks", {"test.warns": lambda draft: [ports.Alert("warning", "Done last week.")]})


def draft(world, **more) -> ports.OrderDraft:
    with factories.arranging():
        code = factories.concept("71651007", "Mammography", "http://snomed.info/sct")
    return ports.OrderDraft(
        member=world.maria, kind="imaging", concepts=(code,), by=world.chen.user, requester=world.chen, **more
    )


def test_a_physician_places_an_order_and_it_is_audited(world):
    wanted = draft(world, priority="urgent", reason_text="Lump")

    with acting_as(world.chen.user, reason="test"):
        order = place_order(by=world.chen.user, draft=wanted)

        assert isinstance(order, ServiceRequest)
        assert (order.member, order.status, order.priority) == (world.maria, "active", "urgent")
        assert [c.concept for c in order.codings.filter(role=CodingRole.CODE)] == list(wanted.concepts)
        event = AuditEvent.objects.get(verb="clinical.place_order")
        assert (event.user_id, event.member_id, event.object_id) == (
            world.chen.user.pk,
            world.maria.pk,
            str(order.pk),
        )


@pytest.mark.parametrize("who", ["park", "outsider"])
def test_a_nurse_and_a_physician_of_another_system_may_not(world, who):
    user = getattr(world, who).user
    with acting_as(user, reason="test"), pytest.raises(PermissionDenied):
        place_order(by=user, draft=draft(world))


def test_a_warning_needs_a_reason_which_is_kept_with_it(world, warns):
    wanted = draft(world)
    with acting_as(world.chen.user, reason="test"):
        with pytest.raises(ReasonNeeded, match="Done last week"):
            place_order(by=world.chen.user, draft=wanted, override_reason="  ")
        assert not ServiceRequest.objects.exists()

        order = place_order(by=world.chen.user, draft=wanted, override_reason="Films were lost")

        alert = OrderAlert.objects.get()
        assert (alert.order_id, alert.check_name) == (order.pk, "test.warns")
        assert (alert.override_code, alert.override_reason) == ("other", "Films were lost")


def test_a_listed_reason_needs_no_words_and_is_kept_coded(world, warns):
    with acting_as(world.chen.user, reason="test"):
        place_order(by=world.chen.user, draft=draft(world), override_code="repeat")
        alert = OrderAlert.objects.get()
        assert (alert.override_code, alert.override_reason) == ("repeat", "")
        assert AuditEvent.objects.get(verb="clinical.place_order").detail["override_code"] == "repeat"
        with pytest.raises(ValueError, match="felt like it"):
            place_order(by=world.chen.user, draft=draft(world), override_code="felt like it")


def test_an_order_without_objection_keeps_no_code(world, monkeypatch):
    monkeypatch.setattr(ports, "_checks", {"test.says": lambda draft: [ports.Alert("information", "Tier 1.")]})
    with acting_as(world.chen.user, reason="test"):
        place_order(by=world.chen.user, draft=draft(world), override_code="repeat")
        assert OrderAlert.objects.get().override_code == ""
        assert "override_code" not in AuditEvent.objects.get(verb="clinical.place_order").detail


@pytest.mark.parametrize(
    "reason",
    [
        *(".", "ok", "- - - - - - - - - - -", "aaaaaaaaaaaaaaa", "1234 5678 9012", "a b c d e f"),
        *("ok ok ok ok ok ok", "because because because", "Because BECAUSE because", "okay fine yes please needed"),
        *("needed because needed", "Films lost", "no reason"),
    ],
)
def test_a_reason_that_says_nothing_overrides_nothing(world, warns, reason):
    with acting_as(world.chen.user, reason="test"):
        with pytest.raises(ReasonNeeded, match="Done last week"):
            place_order(by=world.chen.user, draft=draft(world), override_reason=reason)
        with pytest.raises(ReasonNeeded, match="Done last week"):
            place_order(by=world.chen.user, draft=draft(world), override_reason=reason, override_code="other")
        assert not ServiceRequest.objects.exists()


def test_a_heeded_warning_is_kept_without_an_order(world, warns):
    with acting_as(world.chen.user, reason="test"):
        give_up_order(by=world.chen.user, draft=draft(world))
        alert = OrderAlert.objects.get()
        assert (alert.order_id, alert.override_reason) == (None, "")


def test_the_kinds_own_workflow_starts_in_the_same_transaction(world, monkeypatch):
    monkeypatch.setattr(ports, "_order_kinds", {})

    def refuse(order, draft, *, by):
        raise RuntimeError("no laboratory")

    ports.register_order_kind("imaging", "Imaging", placed=refuse)
    with acting_as(world.chen.user, reason="test"):
        with pytest.raises(RuntimeError):
            place_order(by=world.chen.user, draft=draft(world))
        assert not ServiceRequest.objects.exists()
