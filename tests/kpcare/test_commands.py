"""A command on a database that nobody migrated says so instead of showing a traceback."""

import os
import subprocess
import sys

import pytest

from kpcare.embedded.paths import ROOT
from tests import database


@pytest.fixture
def bare_database():
    name = f"test_{os.getpid()}_bare"
    with database.owner_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield {variable: database.url(login, name) for login, variable in database.VARIABLES.items()}
    database.drop(name)


@pytest.mark.django_db
@pytest.mark.parametrize("command", [["seed", "--members", "10"], ["reconcile"]])
def test_without_tables_it_says_what_to_run_first(bare_database, command):
    environ = {name: value for name, value in os.environ.items() if name != "KPCARE_LOGIN"}
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**environ, **bare_database},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert done.stderr.strip() == "The database has no tables yet: run ./kp migrate first."
