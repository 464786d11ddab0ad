"""An installer that fails is one sentence; all that it said is in a file."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kpcare.embedded import environment, paths
from kpcare.embedded.problems import Problem

FULL = (
    "import sys; print('ERROR: Exception:\\nTraceback (most recent call last):', file=sys.stderr); "
    'sys.exit("OSError: [Errno 28] No space left on device")'
)


@pytest.fixture
def state(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(paths, "STATE", tmp_path / ".kpcare")
    paths.STATE.mkdir()
    return paths.STATE


def failing(program: str) -> str:
    with pytest.raises(Problem) as told:
        environment.run(sys.executable, "-c", program)
    return str(told.value)


def test_on_a_full_disk_the_sentence_stands_alone(state, capfd):
    said = failing(FULL)

    log = state / "log" / "packages.log"
    assert said == (
        f"The disk that holds {state} is full: free at least 1 GB and start again. "
        f"All that the installer said is in {log}."
    )
    assert capfd.readouterr() == ("", "")
    assert "Traceback" in log.read_text()


def test_where_the_log_finds_no_room_either_it_lies_in_the_temp_folder_or_nowhere(state, tmp_path, monkeypatch, capfd):
    (state / "log").write_text("no folder")
    monkeypatch.setattr(environment, "tempfile", SimpleNamespace(gettempdir=lambda: str(tmp_path)))
    assert "packages.log" in (said := failing(FULL))
    assert str(state / "log") not in said
    nowhere = str(state / "nowhere" / "at" / "all")
    monkeypatch.setattr(environment, "tempfile", SimpleNamespace(gettempdir=lambda: nowhere))
    assert failing(FULL).endswith("start again.")
    assert capfd.readouterr() == ("", "")


def test_what_the_installer_said_last_is_in_the_sentence(state):
    said = failing("import sys; sys.exit('error: no route to host')")
    assert "could not be installed (error: no route to host): check the network" in said


def test_what_succeeds_says_nothing(state, capfd):
    environment.run(sys.executable, "-c", "print('installed')")
    assert capfd.readouterr() == ("", "")
