"""A Django that stands by runs `manage.py` commands one after another in one process."""

import os

from kpcare.embedded.standby import Standby, standby


def test_a_command_that_fails_leaves_the_next_one_unharmed(tmp_path):
    with standby("app", dict(os.environ)) as waiting:
        codes = [
            waiting.run([name], tmp_path / f"{name}.log") for name in ("version", "no_such_command", "diffsettings")
        ]

    assert codes == [0, 1, 0]
    assert (tmp_path / "version.log").read_text().startswith("5.")
    assert "Unknown command: 'no_such_command'" in (tmp_path / "no_such_command.log").read_text()
    assert "LOGIN = 'app'" in (tmp_path / "diffsettings.log").read_text()
    assert waiting.process.returncode == 0


def test_a_process_that_is_gone_is_a_failure_and_no_wait(tmp_path, monkeypatch):
    monkeypatch.setattr("kpcare.embedded.standby.sys.executable", "/bin/false")
    waiting = Standby("app", dict(os.environ))

    assert waiting.run(["version"], tmp_path / "version.log") == 1
    waiting.end()


def test_who_gives_up_does_not_wait_for_a_command_to_finish(tmp_path):
    waiting = Standby("app", dict(os.environ))

    waiting.end(at_once=True)

    # Had it been waited for, it would have ended by itself, with 0.
    assert waiting.process.returncode != 0
