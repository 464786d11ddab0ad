"""A rehearsal says what a file would do and leaves no trace; the file then does just that."""

import io
from datetime import date

import pytest
from django.core.management import call_command

from interop import actions
from plans.actions import register_termination_effect
from tests.interop.test_import_834 import AS_OF, CHILD, World
from tests.interop.test_import_fhir import checksums
from tests.interop.x12_files import member, write

END = {"ins": "Y*18*024*08", "dates": "DTP*357*D8*20260331", "coverage": ""}


@pytest.fixture
def world(db, tmp_path) -> World:
    world = World(tmp_path)
    world.take(member("S1", "DOE", "JANE"), name="before.834")
    return world


def rehearse(world, *loops):
    path = write(world.folder, *loops, name="next.834")
    return actions.rehearse_834(path, by=world.by, as_of=AS_OF)


def test_nothing_is_written_and_the_import_does_what_was_said(world):
    loops = (
        member("S2", "ROE", "KIM", **CHILD),
        member("S2", "ROE", "RICK", born="19700101", sex="M", line1="1 MAIN ST"),
        member("S1", "DOE", "JANE", ins="Y*18*001", coverage="HD*001**HMO*SILVER~DTP*348*D8*20260401"),
        member("S3", "POE", "ANN", group="G2"),
        member("S4", "X" * 150, "LONG"),
    )
    before = checksums("plans")

    said = rehearse(world, *loops)

    assert checksums("plans") == before
    assert {code for _, code, _ in said.set_aside} == {"refused", "unknown_group"}
    assert said.changes["members.member"] == 2
    run = actions.import_834(world.folder / "next.834", by=world.by, as_of=AS_OF)
    assert run.counts == said.counts
    assert (run.counts["accepted"], run.counts["set_aside"]) == (3, 2)


def test_it_says_who_would_lose_care_and_what_that_touches(world, monkeypatch):
    monkeypatch.setattr("plans.actions._effects", {})
    register_termination_effect("test", lambda member, start, end: [f"one visit between {start} and {end}"])

    said = rehearse(world, member("S1", "DOE", "JANE", **END))

    (loss,) = said.losing
    assert (loss.end, loss.effects) == (date(2026, 4, 1), ("one visit between 2026-04-01 and 2026-04-15",))
    assert world.now() == [("medical", "GOLD", date(2026, 1, 1), None)]


def test_the_command_rehearses(world):
    path = write(world.folder, member("S1", "DOE", "JANE", **END), name="end.834")
    out = io.StringIO()
    call_command("import_x12", str(path), "--as-of", "2026-04-15", "--dry-run", stdout=out)
    assert "1 would be accepted (0 new)" in out.getvalue()
    assert "would not be covered from 2026-04-01" in out.getvalue()
    assert "DOE" not in out.getvalue()
    assert world.now() == [("medical", "GOLD", date(2026, 1, 1), None)]
