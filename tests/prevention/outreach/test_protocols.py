"""Whom a signed protocol lets order what, and whom it leaves out."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinical.models import CodingRole, Observation, ServiceRequest
from core import jobs as core_jobs
from core.db import acting_as
from members.models import Member
from network.models import RoleAssignment
from prevention.measures import value_sets as vs
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, FOBT
from prevention.models import ElsewhereReport, FollowUp, StandingOrder, SurveillanceInterval
from prevention.outreach import batches, orders
from prevention.outreach.elsewhere import accept_report, report_elsewhere
from prevention.outreach.explain import explain
from prevention.outreach.kinds import CLOSER_WORDS
from prevention.outreach.protocols import left_out, ways_for_member, ways_for_staff
from prevention.rules import RULES
from prevention.rules import value_sets as own
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.labs.factories import Laboratory
from tests.prevention import charts
from tests.prevention.outreach.factories import gap, protocols

pytestmark = pytest.mark.django_db

today = timezone.localdate


@pytest.fixture
def world():
    made = Laboratory()
    with arranging():
        protocols(made.system, made.chen)
        made.nurse = made.park.user
        clinic.primary_care(made.pedro, made.chen, made.department)
        for one in (made.maria, made.pedro):
            charts.enrol(one)
        Member.objects.filter(pk=made.maria.pk).update(birth_date=today() - timedelta(days=365 * 40))
        made.maria.refresh_from_db()
        made.fit, made.hba1c, made.hpv = (
            gap(made.maria, rule) for rule in ("colorectal_screening", "hba1c", "cervical_screening")
        )
    return made


def positive_stool_test(member: Member) -> None:
    positive = charts.observation(member, FOBT, today() - timedelta(days=200), value_text="positive")
    FollowUp.objects.create(
        member=member,
        rule="positive_stool_test",
        observation=positive,
        resulted_on=today() - timedelta(days=200),
        due_on=today() - timedelta(days=110),
        opened_at=timezone.now(),
    )


def for_herself(world, one) -> set[str]:
    with acting_as(world.maria.user, reason="test"):
        return {way.protocol for way in ways_for_member([one], today())[one.pk]}


def test_her_kits_are_offered_under_the_protocols_that_are_signed(world):
    assert for_herself(world, world.fit) == {"fit_home_kit"}
    assert for_herself(world, world.hba1c) == {"hba1c_in_diabetes", "hba1c_home_kit"}
    assert for_herself(world, world.hpv) == {"hpv_self_collection"}


def test_what_nobody_signed_is_no_button(client, world):
    with arranging():
        gap(world.maria, "hiv_screening")
        StandingOrder.objects.exclude(protocol="fit_home_kit").delete()
    client.force_login(world.maria.user)

    home = client.get("/").content.decode()

    assert "Send me a home kit" in home
    assert "Order the test" not in home and "Order the blood test" not in home


def test_no_second_stool_test_while_a_positive_one_waits_for_its_colonoscopy(world):
    with arranging():
        positive_stool_test(world.maria)

    assert for_herself(world, world.fit) == set()
    with acting_as(world.nurse, reason="test"):
        assert ways_for_staff([world.fit], world.nurse, today()) == {world.fit.pk: []}
        with pytest.raises(orders.NotUnderProtocol, match="colonoscopy"):
            orders.order_for_gap(world.fit, by=world.nurse)
    with acting_as(world.chen.user, reason="test"):
        assert orders.order_for_gap(world.fit, by=world.chen.user), "a physician judges for herself"


def test_a_positive_stool_test_of_long_ago_waits_as_well_until_a_colonoscopy(world):
    long_ago = today() - timedelta(days=380)
    with arranging():
        charts.observation(world.maria, FOBT, long_ago, value_text="Positive")
        charts.procedure(world.maria, COLONOSCOPY, long_ago - timedelta(days=30))
    assert for_herself(world, world.fit) == set(), "no watch was opened, and the colonoscopy came before"

    with arranging():
        charts.procedure(world.maria, COLONOSCOPY, long_ago + timedelta(days=20))
    assert for_herself(world, world.fit) == {"fit_home_kit"}


def test_a_later_negative_stool_test_does_not_answer_a_positive_one(world):
    with arranging():
        charts.observation(world.pedro, FOBT, today() - timedelta(days=800), interpretation="A")
        charts.observation(world.pedro, FOBT, today() - timedelta(days=420), value_text="negative")
        charts.observation(world.maria, FOBT, today() - timedelta(days=420), value_text="negative")
        assert set(left_out("fit_home_kit", [world.pedro.pk, world.maria.pk], today())) == {world.pedro.pk}


@pytest.mark.parametrize(
    ("asked", "kept"),
    [(vs.PREGNANCY, set()), (own.HBA1C_MISLEADS, {"hba1c_in_diabetes"})],
    ids=["pregnant", "anaemia"],
)
def test_where_a_finger_prick_misleads_a_blood_test_is_left(world, asked, kept):
    with arranging():
        charts.condition(world.maria, asked, today() - timedelta(days=60))
    assert for_herself(world, world.hba1c) == kept


def test_an_anaemia_that_is_over_or_was_refuted_leaves_nobody_out(world):
    with arranging():
        over = today() - timedelta(days=10)
        charts.condition(world.maria, own.HBA1C_MISLEADS, over - timedelta(days=90), abated=over, status="resolved")
        charts.condition(world.maria, own.HBA1C_MISLEADS, over, verification="refuted")
    assert "hba1c_home_kit" in for_herself(world, world.hba1c)


@pytest.mark.parametrize(("age", "offered"), [(29, False), (30, True), (65, True), (66, False)])
def test_a_sample_taken_by_oneself_is_for_30_to_65(world, age, offered):
    with arranging():
        born = date(today().year - age, today().month, 1) if today().day > 1 else date(today().year - age - 1, 12, 31)
        Member.objects.filter(pk=world.maria.pk).update(birth_date=born)
    assert bool(for_herself(world, world.hpv)) == offered


def test_a_list_leaves_out_whom_the_protocol_is_not_for(world):
    with arranging():
        gap(world.pedro)
        positive_stool_test(world.maria)
        fit = StandingOrder.objects.get(protocol="fit_home_kit")
    with acting_as(world.nurse, reason="test"):
        batch = batches.prepare_batch(fit, "colorectal_screening", by=world.nurse)

    with arranging():
        assert [item.member_id for item in batch.items.all()] == [world.pedro.pk]
        positive_stool_test(world.pedro)
    with acting_as(world.chen.user, reason="test"):
        batches.sign_batch(batch, by=world.chen.user)
    core_jobs.work(batches.run_of(batch))
    with arranging():
        assert "colonoscopy" in batch.items.get().left_out
        assert not ServiceRequest.objects.exists()


def test_many_whom_it_is_not_for_do_not_crowd_out_who_is_next(world):
    with arranging():
        for name in ("Ada", "Bea", "Cleo"):
            other = clinic.member(world.system, name, with_account=False)
            gap(other, due=date(2020, 1, 1))
            positive_stool_test(other)
        gap(world.pedro)
        positive_stool_test(world.maria)
        fit = StandingOrder.objects.get(protocol="fit_home_kit")

    with acting_as(world.nurse, reason="test"):
        batch = batches.prepare_batch(fit, "colorectal_screening", by=world.nurse, limit=1)

    with arranging():
        assert [item.member_id for item in batch.items.all()] == [world.pedro.pk]


# --- What settles it ------------------------------------------------------------------------------------------


def closes(world, one) -> list[str]:
    with acting_as(world.maria.user, reason="test"):
        return explain(one, today()).closes


def test_what_age_decides_is_decided(world):
    assert closes(world, world.hpv) == ["HPV test, good for 5 years", "Pap test, good for 3 years"]
    with arranging():
        world.maria.birth_date = today().replace(year=today().year - 25)
        world.maria.save()
    assert closes(world, world.hpv) == ["HPV test, good for 3 years", "Pap test, good for 3 years"]


def test_what_her_results_decide_is_told_as_a_span(world):
    assert "HbA1c, good for 3 to 6 months: your care team says how long for you" in closes(world, world.hba1c)


def test_her_own_interval_stands_for_all(world):
    with arranging():
        SurveillanceInterval.objects.create(
            member=world.maria,
            rule="cervical_screening",
            months=12,
            reason="After treatment",
            period=(today() - timedelta(days=1), None),
            set_by=world.chen.user,
        )
    assert closes(world, world.hpv) == ["HPV test, good for 1 year", "Pap test, good for 1 year"]


def test_everything_that_settles_a_rule_has_a_word_to_be_translated():
    assert {closer.what for rule in RULES for closer in rule.closers} <= CLOSER_WORDS.keys()


def test_what_was_done_elsewhere_counts_for_the_official_measure_too(world):
    with acting_as(world.maria.user, reason="test"):
        report = report_elsewhere(world.fit, by=world.maria.user, when="May", where="County Hospital")
    with arranging():
        cora = clinic.account("Cora")
        clinic.role(cora, RoleAssignment.Role.CARE_COORDINATOR, world.system)
        report = ElsewhereReport.objects.select_related("gap__member").get(pk=report.pk)
    with acting_as(cora, reason="test"):
        accept_report(report, by=cora, what="stool test", done_on=today(), result="negative", note="Seen on paper")

    with arranging():
        fact = Observation.objects.get(member=world.maria)
        categories = fact.codings.filter(role=CodingRole.CATEGORY).values_list("concept__code", flat=True)
        assert list(categories) == ["laboratory"]
