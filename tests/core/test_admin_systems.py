"""Two systems on one platform: the admin and the page of jobs show neither the other's rows, nor libraries' models."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from billing.actions.ledger import Line, post_entry
from billing.models import AccountingPeriod, Budget, CapitationRun, FeeScheduleLine, StandardCost
from core import audit, jobs
from core.adminbase import RoomAdmin
from core.db import as_job
from core.models import IdempotencyKey, JobPartition, JobRun, OutboxMessage, User
from core.scope import path_to_organization
from core.security import policy
from network.actions import register_app
from network.models import Bed, Employment, Organization, Resource, RoleAssignment, RoleOffer, Room, ServiceArea
from pharmacy.models import FormularyEntry, StockLot, StockMovement
from plans.models import GroupClass, PremiumRate
from prevention.models import Campaign, CampaignStep, OutreachSummary
from prevention.outreach.defaults import sign_protocols
from tests.billing.factories import make_accounts, make_world
from tests.clinical.factories import concept
from tests.labs.factories import lab_test, limits
from tests.members.factories import make_member
from tests.network.factories import give_role, make_clinician, make_staff, make_system, make_user
from tests.pharmacy.factories import drug, facility, product
from tests.plans.factories import make_product
from tests.scheduling.factories import hours, visit_type

pytestmark = pytest.mark.django_db
ALWAYS = DateRange(date(2020, 1, 1), None)
EVERY_ROLE = list(RoleAssignment.Role.values)
REGISTERED = list(admin.site._registry)
# Shown to who runs the platform alone.
PLATFORM = {
    "core.AuditSeal",
    "core.IdempotencyKey",
    "core.MemberChange",
    "core.SystemParameter",
    "prevention.ResultsStanding",
}
REFERENCE = {
    "core.CodeSystem",
    "core.Concept",
    "core.ConceptMapElement",
    "core.SourceSystem",
    "core.ValueSet",
    "core.ValueSetMember",
    "pharmacy.ClinicalDrug",
    "pharmacy.DrugProduct",
    "pharmacy.Ingredient",
    "pharmacy.InteractionRule",
    "prevention.AreaDeprivation",
    "prevention.SupportingDataTable",
    "prevention.VaccineProduct",
}
OTHERS = {
    "django_celery_beat.CrontabSchedule",
    "django_celery_beat.IntervalSchedule",
    "django_celery_beat.PeriodicTask",
    "oauth2_provider.Application",
}


def sign_in(client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def page(model, name: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def furnished() -> Organization:
    """A system with a row of its own in every table that no policy guards."""
    world = make_world()
    system, plan, office = world.system, world.plan, world.department
    staff = make_staff("finance", system, is_staff=True)
    clinician = make_clinician(make_staff("physician", system))
    Employment.objects.create(clinician=clinician, organization=world.group, department=office, fte=1, period=ALWAYS)
    room = Room.objects.create(department=office, name="Exam 1")
    bed = Bed.objects.create(room=room, label="A")
    Resource.objects.bulk_create([Resource(room=room), Resource(bed=bed)])
    ServiceArea.objects.create(region=world.region, postal_code="94601")
    RoleOffer.objects.create(user=make_user(), role="nurse", organization=system, period=ALWAYS, offered_by=staff)
    visit_type(office)
    hours(clinician, office)
    limits(lab_test(system), "3.5", "5.1")
    metformin = drug()
    lot = StockLot.objects.create(
        facility=facility(world.group), product=product(metformin), lot_number="L1", expires_on=date(2030, 1, 1)
    )
    StockMovement.objects.create(lot=lot, kind="receipt", quantity=5, by=staff, source=f"t:{system.pk}")
    campaign = Campaign.objects.create(
        managing_organization=system, period=ALWAYS, set_by=staff, code="usual", name="Usual", wordings=["plain"]
    )
    CampaignStep.objects.create(campaign=campaign, number=1, after_days=0, channels=["portal"])
    OutreachSummary.objects.create(campaign=campaign, as_of=date(2026, 10, 1), dimension="age", stratum="all", gaps=9)
    sold = make_product(plan)
    FormularyEntry.objects.create(product=sold, drug=metformin, tier=1, period=ALWAYS)
    GroupClass.objects.create(group=world.employer, product=sold, code="1")
    PremiumRate.objects.create(product=sold, region=world.region, tier="EMP", amount=Decimal(500), period=ALWAYS)
    sign_protocols(system, by=staff, clinician=clinician, since=date(2026, 1, 1), review_by=date(2027, 1, 1))
    world.cell("100")
    Budget.objects.create(region=world.region, month=date(2026, 10, 1), category="care", amount=Decimal(10))
    FeeScheduleLine.objects.create(organization=plan, concept=concept("99213"), amount=Decimal(80), period=ALWAYS)
    StandardCost.objects.create(organization=plan, service="primary_care", amount=Decimal(90), period=ALWAYS)
    AccountingPeriod.objects.create(entity=plan, month=DateRange(date(2026, 10, 1), date(2026, 11, 1)))
    cash, equity = make_accounts(plan)
    lines = [Line(cash, Decimal(5)), Line(equity, Decimal(-5))]
    post_entry(by=staff, source=f"t:{plan.pk}", description="Test", posted_on=date(2026, 10, 1), lines=lines)
    run = jobs.start_run(by=staff, kind="test", key=str(system.pk), partitions=1)
    JobPartition.objects.create(run=run, number=9, lower=uuid.UUID(int=9))
    CapitationRun.objects.create(organization=plan, payment_month=date(2026, 10, 1), known_at=timezone.now(), job=run)
    IdempotencyKey.objects.create(user=staff, key="k", request_digest="d", response_body={"family": "Alvarez"})
    member = world.member()
    audit.record_read(staff, verb="clinical.search", members=[member.pk])
    OutboxMessage.objects.create(dedupe_key=f"t:{system.pk}", channel="email", template="invitation", user=staff)
    register_app(by=staff, name="Engine", organization=system, on=date(2026, 1, 1), scopes=None)
    return system


def keys() -> dict:
    """What stands in each registered table, as a job sees it."""
    return {model: set(model._default_manager.values_list("pk", flat=True)) for model in REGISTERED}


@pytest.fixture
def two_systems():
    """Somebody with every role at the first system, and the rows that the first and the second brought."""
    with as_job(User.objects.system("tests"), reason="test"):
        start = keys()
        own = furnished()
        between = keys()
        furnished()
        after = keys()
    user = make_user("Everything", is_staff=True)
    for role in EVERY_ROLE:
        give_role(user, role, own)
    ours = {model: between[model] - start[model] for model in REGISTERED}
    return user, ours, {model: after[model] - between[model] for model in REGISTERED}


@zeal_ignore()
def test_no_list_and_no_page_shows_a_row_of_the_other_system(client, two_systems, monkeypatch):
    user, ours, theirs = two_systems
    sign_in(client, user)
    # The links beside each page name models, and take longer to draw than the page.
    monkeypatch.setattr(admin.site, "get_app_list", lambda _request, app_label=None: [])
    shown, wrong, unproved = set(), [], []
    for model in REGISTERED:
        label = model._meta.label
        if label in REFERENCE:
            continue
        answer = client.get(page(model, "changelist"))
        found = {row.pk for row in answer.context["cl"].result_list} if answer.status_code == 200 else set()
        assert answer.status_code in (200, 403), label
        if found & theirs[model]:
            wrong.append(label)
        if found & ours[model]:
            shown.add(label)
        for pk in list(theirs[model])[:3]:
            assert client.get(page(model, "change", pk)).status_code in (302, 403), f"{label} by id"
        if policy(model) is None and label not in PLATFORM | OTHERS and not theirs[model]:
            unproved.append(label)
    assert not wrong
    assert not unproved, "Give the two systems a row of it each."
    assert {"billing.LedgerEntry", "network.Clinician", "core.User", "core.JobRun", "core.AuditEvent"} <= shown
    hidden = {model._meta.label for model in REGISTERED if policy(model) is None and ours[model]} - shown
    assert hidden <= PLATFORM | REFERENCE | OTHERS, "One's own rows are shown."


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_model_says_whose_its_rows_are(model):
    registered = admin.site._registry[model]
    assert registered.is_reference == (model._meta.label in REFERENCE)
    guarded = policy(model) is not None or registered.view_permission == "core.view_platform"
    assert guarded or registered.is_reference or registered.organization_paths or path_to_organization(model), (
        "Say in the room's admin.py which lookups lead to an organisation, or that it is reference."
    )


@pytest.mark.parametrize(
    ("role", "label"),
    [
        ("administrator", "billing.LedgerEntry"),
        ("plan_administrator", "billing.LedgerEntry"),
        ("plan_administrator", "billing.Budget"),
        ("administrator", "billing.OutsideClaim"),
        ("auditor", "network.RoleAssignment"),
        ("auditor", "network.RoleOffer"),
        ("plan_administrator", "core.User"),
        ("administrator", "core.AuditEvent"),
        ("plan_administrator", "core.IdempotencyKey"),
        ("administrator", "core.JobRun"),
        ("plan_administrator", "django_celery_beat.PeriodicTask"),
    ],
)
def test_a_list_asks_for_the_permission_of_its_room(client, role, label):
    sign_in(client, make_staff(role, make_system(), is_staff=True))
    assert client.get(page(apps.get_model(label), "changelist")).status_code == 403


def test_a_role_elsewhere_opens_nothing_here(client):
    """Auditor of one system and nurse of another: in the admin, the members of the first alone."""
    audited, nursed = make_system(), make_system()
    user = make_staff("auditor", audited, is_staff=True)
    give_role(user, "nurse", nursed)
    own, _other = make_member(audited), make_member(nursed)
    sign_in(client, user)
    shown = client.get(reverse("admin:members_member_changelist")).context["cl"].result_list
    assert [row.pk for row in shown] == [own.pk]


# --- libraries' models ------------------------------------------------------------------------------------


def test_only_the_rooms_models_and_four_to_look_at_are_registered():
    assert {model._meta.label for model in REGISTERED if model._meta.app_label not in settings.ROOMS} == OTHERS
    assert all(isinstance(registered, RoomAdmin) for registered in admin.site._registry.values())


@zeal_ignore()
@pytest.mark.parametrize("label", sorted(OTHERS))
def test_who_runs_the_platform_looks_at_them_and_changes_nothing(client, label):
    sign_in(client, make_user("Root", is_staff=True, is_superuser=True))
    model = apps.get_model(label)
    assert client.get(page(model, "changelist")).status_code == 200
    assert client.get(page(model, "add")).status_code == 403
    assert client.post(page(model, "add"), {}).status_code == 403


@zeal_ignore()
def test_an_apps_secret_is_not_shown(client):
    with as_job(User.objects.system("tests"), reason="test"):
        register_app(
            by=User.objects.system("tests"), name="Engine", organization=make_system(), on=date(2026, 1, 1), scopes=None
        )
    model = apps.get_model("oauth2_provider.Application")
    app = model.objects.get()
    sign_in(client, make_user("Root", is_staff=True, is_superuser=True))
    said = client.get(page(model, "change", app.pk)).content.decode()
    assert "Engine" in said
    assert app.client_secret not in said


@pytest.mark.parametrize(
    "path",
    [
        "mfa/authenticator",
        "auth/group",
        "account/emailaddress",
        "oauth2_provider/accesstoken",
        "usersessions/usersession",
    ],
)
def test_what_opens_accounts_is_not_in_the_admin(client, path):
    sign_in(client, make_user("Root", is_staff=True, is_superuser=True))
    assert client.get(f"/admin/{path}/").status_code == 404
    assert client.get(f"/admin/{path}/add/").status_code == 404


# --- jobs -------------------------------------------------------------------------------------------------


def test_runs_of_another_system_are_neither_seen_nor_stopped(client):
    system, other = make_system(), make_system()
    own = jobs.start_run(by=make_staff("finance", system), kind="test", key="own", partitions=1)
    foreign = jobs.start_run(by=make_staff("finance", other), kind="test", key="foreign", partitions=1)
    nightly = jobs.start_run(by=User.objects.system("scheduler"), kind="test", key="nightly", partitions=1)
    sign_in(client, make_staff("finance", system))

    said = client.get(reverse("core:job_runs")).content.decode()
    assert reverse("core:stop_job", args=[own.pk]) in said
    for run in (foreign, nightly):
        assert reverse("core:stop_job", args=[run.pk]) not in said
        assert client.get(reverse("core:job_progress", args=[run.pk])).status_code == 404
        assert client.post(reverse("core:stop_job", args=[run.pk])).status_code == 404
    assert set(JobRun.objects.values_list("status", flat=True)) == {"queued"}


def test_where_there_is_one_system_the_nightly_runs_are_its_own(client):
    nightly = jobs.start_run(by=User.objects.system("scheduler"), kind="test", key="nightly", partitions=1)
    sign_in(client, make_staff("finance", make_system()))
    assert client.get(reverse("core:job_progress", args=[nightly.pk])).status_code == 200
