"""What staff keep about one person: contact, primary care, access for the family, duplicates. Two systems."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from core.outbox import render
from members.models import Member, MemberAddress, MemberMerge, MemberTelecom, PrimaryCareAssignment, Proxy
from members.panels import NoAddress, PanelFull, assign_primary_care
from network.models import Employment, ServiceArea
from tests.forms import seen
from tests.members.factories import make_member
from tests.network.factories import (
    ALWAYS,
    make_clinician,
    make_department,
    make_staff,
    make_system,
    make_user,
)

pytestmark = pytest.mark.django_db
today = timezone.localdate


@pytest.fixture
def system():
    return make_system()


@pytest.fixture
def admin(system, client):
    user = make_staff("plan_administrator", system)
    client.force_login(user)
    return user


def page(name, member, *more):
    return reverse(f"members:{name}", args=[member.pk, *more])


# --- contact ------------------------------------------------------------------------------------------------


def test_a_move_ends_the_address_before_and_keeps_it(client, system, admin):
    ada = make_member(system)
    with as_job(User.objects.system("tests"), reason="test"):
        MemberAddress.objects.create(member=ada, line1="1 First St", postal_code="94601", period=(None, None))
    moved = {"form": "address", "use": "home", "line1": "2 Second St", "city": "Oakland", "state": "ca"}
    bad = client.post(page("contact", ada), {**moved, "postal_code": "9461", "on": today().isoformat()})
    assert "Five digits" in bad.content.decode()
    moved |= seen(client, page("contact", ada), "address_form")
    client.post(page("contact", ada), {**moved, "postal_code": "94611", "on": today().isoformat()})
    with acting_as(admin, reason="test"):
        first, second = MemberAddress.objects.filter(member=ada).order_by("period")
    assert (first.line1, first.period.upper) == ("1 First St", today())
    assert (second.line1, second.state, second.period.lower) == ("2 Second St", "CA", today())
    said = client.get(page("contact", ada)).content.decode()
    assert "1 First St" in said
    assert "2 Second St" in said


def test_of_two_homes_one_stands_at_a_time(client, system, admin):
    ada = make_member(system)
    home = {"form": "address", "use": "home", "city": "Oakland", "state": "CA", "postal_code": "94601"}
    next_month = today() + timedelta(days=30)
    for line1, on in (("1 First St", date(2020, 1, 1)), ("2 Second St", next_month), ("3 Third St", today())):
        shown = seen(client, page("contact", ada), "address_form")
        client.post(page("contact", ada), {**home, **shown, "line1": line1, "on": on.isoformat()})
    with acting_as(admin, reason="test"):
        held = MemberAddress.objects.filter(member=ada).order_by("period")
        assert [(row.line1, row.period.upper) for row in held] == [("1 First St", today()), ("3 Third St", None)]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"state": "ZZ"}, "like CA"), ({"on": "1890-01-01"}, "no more than a year"), ({"on": "9999-12-31"}, "2199")],
)
def test_an_address_that_cannot_be_is_refused(client, system, admin, wrong, said):
    ada = make_member(system)
    asked = {"form": "address", "use": "home", "line1": "1 First St", "city": "Oakland", "state": "CA"}
    asked |= seen(client, page("contact", ada), "address_form")
    answer = client.post(
        page("contact", ada), {**asked, "postal_code": "94601", "on": today().isoformat(), **wrong}
    ).content.decode()
    assert said in answer
    with acting_as(admin, reason="test"):
        assert not MemberAddress.objects.filter(member=ada).exists()


def test_a_new_number_is_tried_first_and_an_old_one_ends(client, system, admin):
    ada = make_member(system)
    with as_job(User.objects.system("tests"), reason="test"):
        old = MemberTelecom.objects.create(
            member=ada, system="phone", value="+15105550100", period=(date(2020, 1, 1), None)
        )
    client.post(page("contact", ada), {"form": "telecom", "system": "sms", "value": "(510) 555-0123"})
    client.post(page("end_telecom", ada, old.pk))
    refused = client.post(page("contact", ada), {"form": "telecom", "system": "email", "value": "nonsense"})
    assert "valid email" in refused.content.decode()
    with acting_as(admin, reason="test"):
        standing = MemberTelecom.objects.filter(member=ada, period__contains=today())
        assert list(standing.values_list("system", "value", "rank")) == [("sms", "+15105550123", 1)]
        assert MemberTelecom.objects.get(pk=old.pk).period.upper == today()


def test_every_address_known_before_is_told_of_a_new_one(client, system, admin):
    ada = make_member(system, user=make_user("Ada"))
    with as_job(User.objects.system("tests"), reason="test"):
        for kind, value in (("email", "ada@example.test"), ("sms", "+15105550100"), ("phone", "+15105550101")):
            MemberTelecom.objects.create(member=ada, system=kind, value=value, period=(date(2020, 1, 1), None))

    for _ in range(2):
        client.post(page("contact", ada), {"form": "telecom", "system": "email", "value": "mallory@example.test"})

    told = OutboxMessage.objects.filter(template="contact_added", member_id=ada.pk)
    assert set(told.values_list("channel", "address")) == {
        ("email", "ada@example.test"),
        ("email", ada.user.email),
        ("sms", "+15105550100"),
    }
    assert told.count() == 3, "the same address again is none that is new"
    words = render(told[0])
    assert "member card" in words.body and "mallory" not in words.body + words.subject


# --- primary care -------------------------------------------------------------------------------------------


def office(system, postal, latitude, *, limit=10, languages=("en",), family="Near", specialty=""):
    department = make_department(system, specialty=specialty)
    area = {"region": department.facility.region, "postal_code": postal, "latitude": latitude, "longitude": -122}
    ServiceArea.objects.create(**area)
    department.facility.postal_code = postal
    department.facility.save()
    doctor = make_clinician(
        family=family,
        panel_limit=limit,
        is_accepting=True,
        languages=list(languages),
        npi=f"1{postal}0000",
        specialty=specialty,
    )
    organization = department.facility.organization
    Employment.objects.create(clinician=doctor, organization=organization, department=department, fte=1, period=ALWAYS)
    return doctor


def test_the_nearest_who_speaks_the_language_stands_first_with_distance_and_room(client, system, admin):
    ada, other = make_member(system, language="es"), make_member(system)
    near = office(system, "94601", 37.80)
    speaks = office(system, "94611", 37.90, languages=("en", "es"), family="Speaks", limit=2)
    far = office(system, "93001", 34.30, family="Far")
    with as_job(User.objects.system("tests"), reason="test"):
        MemberAddress.objects.create(member=ada, postal_code="94601", period=(None, None))
        PrimaryCareAssignment.objects.create(
            member=other,
            clinician=speaks,
            department=speaks.employments.get().department,
            period=ALWAYS,
            origin="chosen",
        )
    shown = client.get(page("doctor", ada)).context["options"]
    assert [option["clinician"].pk for option in shown] == [speaks.pk, near.pk, far.pk]
    assert [option["near"].room for option in shown] == [1, 10, 10]
    assert shown[0]["distance"] == "7 mi"
    assert shown[1]["distance"] == "under a mile"


def test_the_doctor_is_changed_and_a_full_panel_says_so(client, system, admin):
    ada, other = make_member(system), make_member(system)
    first, full = office(system, "94601", 37.80), office(system, "94611", 37.90, limit=1, family="Full")
    with as_job(User.objects.system("tests"), reason="test"):
        PrimaryCareAssignment.objects.create(
            member=other, clinician=full, department=full.employments.get().department, period=ALWAYS, origin="chosen"
        )
    shown = seen(client, page("doctor", ada))
    client.post(page("doctor", ada), {**shown, "clinician": str(first.pk), "on": today().isoformat()})
    late = client.post(
        page("doctor", ada), {**shown, "clinician": str(full.pk), "on": today().isoformat()}, follow=True
    )
    assert "Somebody else saved this meanwhile" in late.content.decode()
    shown = seen(client, page("doctor", ada))
    asked = {**shown, "clinician": str(full.pk), "on": today().isoformat()}
    refused = client.post(page("doctor", ada), asked, follow=True)
    assert "panel is full" in refused.content.decode()
    with acting_as(admin, reason="test"):
        held = PrimaryCareAssignment.objects.get(member=ada)
    assert (held.clinician_id, held.origin) == (first.pk, "chosen")


ADULT = date(1980, 1, 1)


def birth_date(who: str) -> date:
    """Of a child, of somebody who is eighteen in some days, of an adult."""
    day = today()
    return {
        "child": date(day.year - 8, 1, 1),
        "almost": day.replace(year=day.year - 18, day=min(day.day, 28)) + timedelta(days=4),
        "adult": ADULT,
    }[who]


@pytest.fixture
def offices(system):
    """Two offices of each kind of primary care, and paediatrics of another system next door."""
    office(make_system(), "94601", 37.80, specialty="208000000X", family="Theirs")
    return {
        "child": office(system, "94602", 37.81, specialty="208000000X", family="Child"),
        "adult": office(system, "94603", 37.82, specialty="207R00000X", family="Adult"),
        "family": office(system, "94604", 37.83, specialty="207Q00000X", family="Family"),
    }


def given_to(born, system, admin):
    member = make_member(system, birth_date=born)
    with as_job(User.objects.system("tests"), reason="test"):
        MemberAddress.objects.create(member=member, postal_code="94601", period=(None, None))
    with acting_as(admin, reason="test"):
        return assign_primary_care(member, by=admin, on=today()).clinician


@pytest.mark.parametrize(("who", "whom"), [("child", "child"), ("almost", "child"), ("adult", "adult")])
def test_who_is_assigned_looks_after_people_of_that_age(system, admin, offices, who, whom):
    assert given_to(birth_date(who), system, admin) == offices[whom]


@pytest.mark.parametrize("who", ["child", "adult"])
def test_family_medicine_looks_after_everybody(system, admin, offices, who):
    type(offices["child"]).objects.exclude(pk=offices["family"].pk).update(is_accepting=False)
    assert given_to(birth_date(who), system, admin) == offices["family"]


@pytest.mark.parametrize(("who", "wrong"), [("child", "adult"), ("adult", "child")])
def test_nobody_of_another_age_is_offered_or_chosen(client, system, admin, offices, who, wrong):
    member = make_member(system, birth_date=birth_date(who))
    shown = {option["clinician"].pk for option in client.get(page("doctor", member)).context["options"]}
    assert shown == {doctor.pk for name, doctor in offices.items() if name != wrong}
    asked = {"clinician": str(offices[wrong].pk), "on": today().isoformat(), **seen(client, page("doctor", member))}
    assert "people of another age" in client.post(page("doctor", member), asked, follow=True).content.decode()
    with acting_as(admin, reason="test"):
        assert not PrimaryCareAssignment.objects.filter(member=member).exists()


def test_nobody_is_sent_across_the_state_unasked(system, admin):
    near, far = office(system, "94601", 37.80, limit=1), office(system, "93001", 34.30, family="Far")
    assert given_to(ADULT, system, admin) == near
    with pytest.raises(PanelFull):
        given_to(ADULT, system, admin)
    near.employments.all().delete()
    with pytest.raises(PanelFull):
        given_to(ADULT, system, admin)
    member = make_member(system, birth_date=ADULT)
    with acting_as(admin, reason="test"):
        assert assign_primary_care(member, by=admin, on=today(), clinician=far).clinician == far


def test_a_code_that_no_table_places_is_near_within_its_region_or_area_alone(system, admin):
    doctor = office(system, "94601", 37.80)
    region = doctor.employments.get().department.facility.region
    ServiceArea.objects.create(region=region, postal_code="95501")

    def given(postal):
        member = make_member(system)
        if postal:
            with as_job(User.objects.system("tests"), reason="test"):
                MemberAddress.objects.create(member=member, postal_code=postal, period=(None, None))
        with acting_as(admin, reason="test"):
            return assign_primary_care(member, by=admin, on=today()).clinician

    assert [given(postal) for postal in ("94699", "95501", "")] == [doctor] * 3
    with pytest.raises(PanelFull, match="farther"):
        given("99501")


def test_without_an_address_nobody_is_given_a_doctor_at_the_other_end_of_the_country(client, system, admin):
    """Of several markets one is known by the record alone; otherwise the desk chooses, and sees them on its list."""
    near, far = office(system, "94601", 37.80), office(system, "96813", 21.30, family="Honolulu")
    nobody_knows, moved = make_member(system), make_member(system)
    with as_job(User.objects.system("tests"), reason="test"):
        market = far.employments.get().department.facility.region
        Member.objects.filter(pk=moved.pk).update(region=market)
        moved.refresh_from_db()
    with acting_as(admin, reason="test"):
        with pytest.raises(NoAddress, match="No address is known"):
            assign_primary_care(nobody_knows, by=admin, on=today())
        assert not PrimaryCareAssignment.objects.filter(member=nobody_knows).exists()
        assert assign_primary_care(moved, by=admin, on=today()).clinician == far
    shown = client.get(page("doctor", nobody_knows))
    assert "No postal code is known." in shown.content.decode()
    assert {option["clinician"].pk for option in shown.context["options"]} == {near.pk, far.pk}, "the desk chooses"
    with acting_as(admin, reason="test"):
        assert assign_primary_care(nobody_knows, by=admin, on=today(), clinician=near).clinician == near


# --- family access ------------------------------------------------------------------------------------------


def test_staff_give_and_end_access_on_a_ground_that_is_kept(client, system, admin):
    child, parent = make_member(system, birth_date=today() - timedelta(days=3000)), make_user("Parent")
    until = today() + timedelta(days=30)
    asked = {"email": parent.email, "relationship": "parent", "scopes": ["view"], "until": until.isoformat()}
    assert "This field is required" in client.post(page("access", child), asked).content.decode()
    client.post(page("access", child), {**asked, "reason": "Birth certificate seen"})
    with acting_as(admin, reason="test"):
        proxy = Proxy.objects.get(member=child)
    assert (proxy.user_id, proxy.period.upper, proxy.granted_by_id) == (parent.pk, until, admin.pk)
    assert AuditEvent.objects.get(verb="members.grant_proxy").reason == "Birth certificate seen"
    client.post(page("end_staff_access", child, proxy.pk))
    with acting_as(admin, reason="test"):
        assert not Proxy.objects.filter(member=child, period__contains=today()).exists()


def test_staff_give_access_to_others_never_to_themselves_and_the_member_hears_of_it(client, system, admin):
    member, other = make_member(system), make_user("Other")
    asked = {"relationship": "carer", "scopes": ["view"], "reason": "Papers seen by me"}
    refused = client.post(page("access", member), {**asked, "email": admin.email})
    assert "You cannot give yourself access" in refused.content.decode()
    with acting_as(admin, reason="test"):
        assert not Proxy.objects.filter(member=member).exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            Proxy.objects.create(
                member=member,
                user=admin,
                relationship="carer",
                scopes=["view"],
                period=(today(), None),
                granted_by=admin,
            )

    client.post(page("access", member), {**asked, "email": other.email})
    with as_job(User.objects.system("tests"), reason="test"):
        told = OutboxMessage.objects.get(template="access_given", member_id=member.pk)
    assert (told.channel, told.url_path) == ("letter", "/family/")


# --- duplicates ---------------------------------------------------------------------------------------------


def pair(system):
    born = date(1970, 5, 2)
    return (
        make_member(system, family="Okafor", given="Adaeze", birth_date=born),
        make_member(system, family="Okafor", given="Adaeze", birth_date=born, middle="N"),
    )


def test_duplicates_are_found_compared_merged_and_taken_apart(client, system, admin):
    one, two = pair(system)
    make_member(system, family="Okafor", given="Chi", birth_date=date(1970, 5, 2))
    make_member(make_system(), family="Okafor", given="Adaeze", birth_date=date(1970, 5, 2))
    assert [row["other"].pk for row in client.get(page("duplicates", one)).context["rows"]] == [two.pk]

    beside = client.get(page("compare", one, two.pk))
    assert {row["label"]: row["same"] for row in beside.context["rows"]}["Family name"] is True
    asked = {"keep": str(two.pk), "reason": "Same passport seen at the desk"}
    assert client.post(page("compare", one, two.pk), asked).status_code == 200, "not compared: not merged"
    assert client.post(page("compare", one, two.pk), {**asked, "compared": "on"}).url == page("duplicates", two)
    with acting_as(admin, reason="test"):
        merge = MemberMerge.objects.get()
        assert (merge.member_id, merge.merged_id) == (two.pk, one.pk)
    assert client.get(page("edit", one)).context["member"].pk == two.pk, (
        "the merged record leads to the one that stayed"
    )
    assert "Same passport seen" in client.get(reverse("members:merges")).content.decode()

    undo = reverse("members:unmerge", args=[merge.pk])
    client.post(undo, {"reason": "Mother and daughter after all"})
    with acting_as(admin, reason="test"):
        assert Member.objects.get(pk=one.pk).status == "active"
    assert client.get(undo).status_code == 302, "undone once"


def test_a_merge_that_cannot_be_says_why_without_anybodys_data(client, system, admin):
    from tests.plans.factories import cover, make_contract, make_group, make_plan, make_product

    one, two = pair(system)
    plan = make_plan(system)
    for member in (one, two):
        cover(make_contract(make_group(plan), member), member, make_product(plan))
    asked = {"keep": str(one.pk), "reason": "Same passport seen at the desk", "compared": "on"}
    said = client.post(page("compare", one, two.pk), asked).content.decode()
    assert "Both records are covered at the same time." in said
    with acting_as(admin, reason="test"):
        assert not MemberMerge.objects.exists()


PAGES = ("edit", "contact", "doctor", "access", "invite", "duplicates")


@pytest.mark.parametrize("name", PAGES)
def test_another_systems_administrator_finds_nobody(client, system, name):
    ada = make_member(system)
    client.force_login(make_staff("plan_administrator", make_system()))
    assert client.get(page(name, ada)).status_code == 404
    assert client.post(page(name, ada), {}).status_code in (404, 405)


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        ("front_desk", {"edit", "contact", "doctor", "access", "invite"}),
        ("nurse", {"edit", "contact"}),
        ("care_coordinator", {"edit", "contact", "doctor"}),
        ("finance", set()),
        ("administrator", set()),
    ],
)
def test_each_role_opens_its_own_pages(client, system, role, opened):
    ada = make_member(system)
    client.force_login(make_staff(role, system))
    assert {name for name in PAGES if client.get(page(name, ada)).status_code == 200} == opened


def test_tabs_show_what_may_be_opened(client, system):
    ada = make_member(system)
    client.force_login(make_staff("nurse", system))
    tabs = client.get(page("edit", ada)).context["tabs"]
    assert [str(tab["label"]) for tab in tabs] == ["Visits", "Person", "Contact", "Death"]
