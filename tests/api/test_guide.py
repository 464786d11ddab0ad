"""docs/api.md is run: every example, in its order, by curl against a live server, with the answers that it promises."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.urls import get_resolver
from django.utils import timezone

from network.actions import register_app
from tests.api.world import World
from tests.clinical import factories as make
from tests.scheduling.factories import hours, visit_type
from tests.test_urls_walk import patterns

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
PRELUDE = r"""
set -eu
curl() { command curl -sS --max-time 20 -w '%{stderr}%{http_code}\n' "$@"; }
field() { python3 -c "import json,sys; print(eval('json.load(sys.stdin)' + ''.join(
  '[%r]' % (int(k) if k.isdigit() else k) for k in sys.argv[1:])))" "$@"; }
"""


def examples() -> str:
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", GUIDE.read_text(), re.MULTILINE | re.DOTALL))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_every_example_answers_as_the_guide_says(live_server):
    world = World()
    with make.arranging():
        visit_type(world.office)
        app = register_app(by=world.machine, name="Interface engine", organization=world.here, on=timezone.localdate())
    hours(world.physician, world.office)
    told = {
        "KPCARE": live_server.url,
        "CLIENT_ID": app.application.client_id,
        "CLIENT_SECRET": app.secret,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }

    ran = subprocess.run(["bash", "-c", PRELUDE + examples()], env=told, capture_output=True, text=True, timeout=120)

    promised = re.findall(r"# → (\d{3})", examples())
    assert len(promised) >= 15
    assert ran.stderr.split() == promised, ran.stderr + ran.stdout
    assert ran.returncode == 0


def test_the_table_of_work_names_places_that_exist():
    table = GUIDE.read_text().split("## What is done where")[1]
    known = {at.removeprefix("api/v1/") for at, _ in patterns(get_resolver()) if at.startswith("api/v1/")}
    words = {part for place in known for part in place.split("/")}

    named = {part for place in re.findall(r"`([^`]+)`", table) for part in place.split("?")[0].split("/")}

    assert named - {"", "…", "{id}"} <= words
    assert len(named) > 40
