"""The admin: every model in it, nothing written past the actions, quick with many rows, audited."""

import re
import uuid

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from zeal import zeal_ignore

from core.adminbase import ActionAdmin, EstimatedPaginator, RoomAdmin
from core.db import as_job
from core.models import AuditEvent, OutboxMessage, User
from core.security import member_column
from tests.members.factories import make_member
from tests.network.factories import give_role, make_staff, make_system, make_user

pytestmark = pytest.mark.django_db
OURS = [model for room in settings.ROOMS for model in apps.get_app_config(room).get_models() if not model._meta.proxy]
ROWS = 3000


def sign_in(client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


@pytest.fixture
def administrator() -> User:
    system = make_system()
    user = make_user("Administrator", is_staff=True)
    give_role(user, "plan_administrator", system)
    user.system = system
    return user


@pytest.fixture
def operator(administrator) -> User:
    """Runs the system, and holds a role that reaches its members."""
    administrator.is_superuser = True
    administrator.save()
    return administrator


def many_members(system) -> None:
    with as_job(User.objects.system("tests"), reason="test"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_member (managing_organization_id, family, given) "
            "SELECT %s, 'Family' || n, 'Given' FROM generate_series(1, %s) n",
            [system.pk, ROWS],
        )
        cursor.execute(
            "INSERT INTO members_memberaddress (member_id, city, line1, state, postal_code, use) "
            "SELECT id, 'Oakland', '1 Main St', 'CA', '94601', 'home' FROM members_member"
        )


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_is_registered_and_read_only(model, rf):
    registered = admin.site._registry[model]
    request = rf.get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)

    assert isinstance(registered, RoomAdmin), "Register it with register_app(), or subclass RoomAdmin."
    assert not registered.has_delete_permission(request)
    assert registered.show_full_result_count is False
    assert len(registered.list_filter) <= 3
    if registered.has_add_permission(request) or registered.has_change_permission(request):
        assert type(registered).save_model is not admin.ModelAdmin.save_model, "A form that writes calls the action."


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_form_or_list_reads_a_whole_table(model):
    registered = admin.site._registry[model]
    related = {field.name for field in model._meta.fields if field.is_relation}

    assert related <= set(registered.raw_id_fields), "A select of every row: make it a raw id."
    assert not related & set(registered.list_display), "The name behind a key is a query for each row: show the key."
    assert not related & set(registered.list_filter), "A filter by relation lists every row of the other table."
    assert not registered.list_select_related
    assert registered.paginator is EstimatedPaginator
    assert registered.get_sortable_by(None) == ()


WRITABLE = {
    "core.AppScopes",
    "core.User",
    "network.Bed",
    "network.Clinician",
    "network.Contract",
    "network.Department",
    "network.Employment",
    "network.Facility",
    "network.Organization",
    "network.Region",
    "network.RoleAssignment",
    "network.Room",
    "network.ServiceArea",
    "plans.Benefit",
    "plans.EmployerGroup",
    "plans.GroupClass",
    "plans.PremiumRate",
    "plans.Product",
}


def test_what_the_admin_writes_is_named_here_and_goes_through_an_action(rf):
    request = rf.get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)
    found = {
        model._meta.label
        for model in OURS
        if admin.site._registry[model].has_change_permission(request)
        or admin.site._registry[model].has_add_permission(request)
        or isinstance(admin.site._registry[model], ActionAdmin)
    }
    assert found == WRITABLE
    assert all(type(admin.site._registry[m]).write is not ActionAdmin.write for m in OURS if m._meta.label in found)


def without_sidebar(monkeypatch):
    """Beside each page stand links to all the others, which take longer to draw than most pages."""
    monkeypatch.setattr(admin.site, "get_app_list", lambda _request, app_label=None: [])


def test_the_links_beside_a_page_ask_nothing(client, operator, monkeypatch):
    sign_in(client, operator)
    url = reverse("admin:members_member_changelist")
    client.get(url)
    with CaptureQueriesContext(connection) as whole:
        beside = client.get(url).context["available_apps"]
    without_sidebar(monkeypatch)
    with CaptureQueriesContext(connection) as alone:
        client.get(url)

    assert sum(len(room["models"]) for room in beside) > 100
    assert len(whole) == len(alone)


def test_every_list_opens_with_few_queries_and_no_count(client, operator, monkeypatch):
    many_members(operator.system)
    sign_in(client, operator)
    without_sidebar(monkeypatch)
    slow = {}
    for model, registered in admin.site._registry.items():
        if not isinstance(registered, RoomAdmin):
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(url)
        assert answer.status_code == 200, url
        assert len(answer.context["cl"].result_list) <= 50
        assert not [sql["sql"] for sql in queries if "COUNT(" in sql["sql"].upper()], url
        if len(queries) > 20:
            slow[url] = len(queries)
    assert not slow


def test_searching_finds_by_id_and_record_number_and_nothing_else(client, administrator):
    member = make_member(administrator.system)
    make_member(administrator.system)
    sign_in(client, administrator)
    url = reverse("admin:members_member_changelist")

    for term in (str(member.pk), member.mrn):
        page = client.post(url, {"q": term}, follow=True)
        assert [row.pk for row in page.context["cl"].result_list] == [member.pk]
    for term in ("zzz", str(uuid.uuid4()), "%"):
        assert not client.post(url, {"q": term}, follow=True).context["cl"].result_list


def test_who_is_searched_for_stands_in_no_address_of_the_admin(client, administrator):
    member = make_member(administrator.system)
    sign_in(client, administrator)
    url = reverse("admin:members_member_changelist")

    page = client.post(f"{url}?status__exact=active&p=0", {"q": member.mrn}, follow=True)

    ((address, _status),) = page.redirect_chain
    assert "status__exact=active" in address and member.mrn not in address
    said = page.content.decode()
    assert f'value="{member.mrn}"' in said, "the box says what was searched for"
    assert not re.search(rf'href="[^"]*{member.mrn}', said), "nor does any link"
    assert [row.pk for row in client.get(address).context["cl"].result_list] == [member.pk], "loaded again"
    assert client.post(url, {"q": " "})["Location"] == url
    sign_in(client, make_staff("nurse", administrator.system, is_staff=True))
    assert client.post(url, {"q": member.mrn}).status_code == 403


def test_only_members_within_reach_are_shown(client, administrator):
    own, foreign = make_member(administrator.system), make_member(make_system())
    sign_in(client, administrator)
    shown = client.get(reverse("admin:members_member_changelist")).context["cl"].result_list
    assert [row.pk for row in shown] == [own.pk]
    assert client.get(reverse("admin:members_member_change", args=[foreign.pk])).status_code == 302


def test_a_superuser_without_a_role_sees_no_member(client):
    make_member(make_system())
    sign_in(client, make_user("Root", is_staff=True, is_superuser=True))
    assert not client.get(reverse("admin:members_member_changelist")).context["cl"].result_list


CHARTS = ["clinical_note", "clinical_message", "clinical_observation", "pharmacy_prescription", "prevention_caregap"]


@pytest.mark.parametrize("role", ["plan_administrator", "auditor", "administrator"])
@pytest.mark.parametrize("name", CHARTS)
def test_looking_records_up_opens_no_chart(client, role, name):
    sign_in(client, make_staff(role, make_system(), is_staff=True))

    assert client.get(reverse("admin:members_member_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403
    assert client.get(reverse(f"admin:{name}_change", args=[uuid.uuid4()])).status_code == 403


def test_every_row_of_a_chart_is_behind_the_permission_of_charts():
    rooms = {"clinical", "labs", "pharmacy", "hospitals", "prevention"}
    open_to_all = {
        model._meta.label
        for model in OURS
        if model._meta.app_label in rooms and member_column(model) and not admin.site._registry[model].holds_chart
    }
    assert not open_to_all


@zeal_ignore()
def test_a_row_opened_is_audited_and_cannot_be_changed(client, administrator):
    member = make_member(administrator.system, family="Alvarez")
    sign_in(client, administrator)
    url = reverse("admin:members_member_change", args=[member.pk])

    page = client.get(url)
    assert page.status_code == 200
    assert b"Alvarez" in page.content
    assert client.post(url, {"family": "Changed"}).status_code == 403
    assert client.post(reverse("admin:members_member_delete", args=[member.pk])).status_code == 403
    events = AuditEvent.objects.filter(user_id=administrator.pk, verb="core.view_admin")
    assert [event.member_id for event in events] == [member.pk]


@pytest.mark.parametrize("role", ["nurse", "front_desk", "finance"])
def test_other_staff_are_kept_out(client, role):
    user = make_staff(role, make_system(), is_staff=True)
    sign_in(client, user)
    assert client.get(reverse("admin:members_member_changelist")).status_code == 403


def test_a_member_is_sent_away(client):
    sign_in(client, make_user("Maria"))
    assert client.get("/admin/").status_code in (302, 403)


@zeal_ignore()
def test_a_message_shows_neither_its_link_nor_somebody_elses_member(client, operator):
    """An invitation's link opens an account; a message of another system names its member."""
    own, foreign = make_member(operator.system), make_member(make_system())
    sent = {
        member: OutboxMessage.objects.create(
            dedupe_key=str(member.pk), channel="email", template="invitation", member_id=member.pk,
            address="maria@example.org", url_path="/invitation/signed-word/",
        )
        for member in (own, foreign)
    }  # fmt: skip
    sign_in(client, operator)
    url = reverse("admin:core_outboxmessage_changelist")

    assert [row.pk for row in client.get(url).context["cl"].result_list] == [sent[own].pk]
    pages = [client.get(url), client.get(reverse("admin:core_outboxmessage_change", args=[sent[own].pk]))]
    for page in pages:
        assert page.status_code == 200
        assert b"signed-word" not in page.content
        assert b"maria@example.org" not in page.content


def test_a_password_is_not_shown(client):
    root = make_user("Root", is_staff=True, is_superuser=True)
    sign_in(client, root)
    with zeal_ignore():
        page = client.get(reverse("admin:core_user_change", args=[root.pk]))
    assert root.password not in page.content.decode()
    assert "md5" not in page.content.decode()
