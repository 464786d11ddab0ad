"""What a start does before the servers: logins told by Postgres alone, the clinic's day laid once a day."""

import base64
from types import SimpleNamespace

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.db import connection
from django.utils import timezone

from core.models import User
from kpcare.demo.sign_ins import CLIENT_ID, PASSWORD, add_account, add_client
from kpcare.embedded import preparing
from tests.network.factories import make_system


def told() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(preparing.DEMO_LOGINS)
        return [line for (line,) in cursor.fetchall()]


@pytest.mark.django_db
def test_each_account_of_the_demo_is_told_with_its_role_and_nobody_else(settings, capsys):
    nurse = add_account("nurse@demo.example", name="Nurse")
    nurse.role_assignments.create(role="medical_assistant", organization=make_system(), period=("2020-01-01", None))
    add_account("maria@demo.example", name="Maria")
    add_account("admin@demo.example", name="Admin", is_superuser=True)
    User.objects.create_user("physician@clinic.example", name="Somebody real")
    settings.DEMO = True

    call_command("demo_logins")

    words = [line.split() for line in told()]
    assert words == [
        ["medical", "assistant", "nurse@demo.example", PASSWORD],
        ["member", "maria@demo.example", PASSWORD],
        ["admin", "admin@demo.example", PASSWORD],
    ]
    assert capsys.readouterr().out.split() == [word for line in words for word in line]


@pytest.mark.django_db
def test_the_demos_machine_is_told_with_a_secret_that_opens(client):
    system = make_system()
    add_client(system, by=User.objects.system("seed"), on=timezone.localdate())
    assert [line.split() for line in told()] == [["integration", "client", CLIENT_ID, PASSWORD]]
    asked = {"grant_type": "client_credentials", "scope": "members:read"}
    for secret, status in ((PASSWORD, 200), ("another", 401)):
        known = base64.b64encode(f"{CLIENT_ID}:{secret}".encode()).decode()
        answer = client.post("/oauth/token/", asked, headers={"Authorization": f"Basic {known}"})
        assert answer.status_code == status, answer.content


@pytest.fixture
def preparation(tmp_path, monkeypatch):
    monkeypatch.setattr(preparing.paths, "server_home", lambda name: tmp_path)
    return preparing.Preparation(2000, {})


def test_every_command_of_a_start_takes_what_it_is_given(preparation, monkeypatch):
    """One that checks nothing knows no `--skip-checks`: then nobody's first start gets past it."""
    asked = []
    monkeypatch.setattr(preparing, "step", lambda say, arguments, run: asked.append([*arguments]))
    monkeypatch.setattr(preparing, "Cluster", lambda kind: SimpleNamespace(sql=lambda statement: "t"))
    monkeypatch.setattr(preparation, "_as", lambda login: None)

    preparation.lay()
    preparation.first_jobs()
    preparation.lay_day()

    assert {"migrate", "seed", "evaluate_prevention", "demo_work"} <= {name for name, *_ in asked}
    for name, *arguments in asked:
        load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(arguments)


def test_the_day_is_laid_once_on_each_day(preparation, monkeypatch):
    laid = []
    monkeypatch.setattr(preparing, "step", lambda say, arguments, run: laid.append(arguments))
    days = iter(["2026-11-22", "2026-11-22", "2026-11-23"])
    monkeypatch.setattr(preparing, "demo_date", lambda: next(days))

    for _ in range(3):
        preparation.lay_day()

    assert [arguments[0] for arguments in laid] == ["demo_day", "demo_day"]


def test_a_day_that_failed_is_laid_by_the_next_start(preparation, monkeypatch):
    def fail(say, arguments, run):
        raise preparing.Problem("no")

    monkeypatch.setattr(preparing, "step", fail)
    with pytest.raises(preparing.Problem):
        preparation.lay_day()

    laid = []
    monkeypatch.setattr(preparing, "step", lambda say, arguments, run: laid.append(arguments))
    preparation.lay_day()
    assert [arguments[0] for arguments in laid] == ["demo_day"]
