"""Every sample 834 file, each in the world that it speaks of. The files stay outside the repository."""

import os
from datetime import date
from pathlib import Path

import pytest

from core.db import as_job
from interop import actions
from members.models import Member
from plans.models import Coverage, CoveragePeriod
from tests.interop.test_import_834 import World
from tests.interop.x12_files import member

DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).parents[2].parent / "shared" / "data")) / "x12"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is absent: set KPCARE_DATA to the folder of the decks."),
]
GUIDE, AWKWARD = "834_005010X220A1", "pyx12"


def sub(family, given, born, *, number="123456789", group="123456001", line="HLT", start="19960601", ssn="", **more):
    coverage = f"HD*021**{line}~DTP*348*D8*{start}"
    return member(number, family, given, born=born, group=group, dates="", ssn=ssn, coverage=coverage, **more)


DOE = sub("DOE", "JOHN", "19400816", sex="M")
JAMES = sub("DOE", "JAMES", "19500416", sex="M")
SMITH = sub("SMITH", "WILLIAM", "19700614", sex="M")
SMITH_BY_SSN = sub("SMITH", "WILLIAM", "19700614", sex="M", number="202443307", line="DEN", start="20000101")
ENDED = {"dates": "DTP*357*D8*20011231", "coverage": "", "ins": "Y*18*024*08"}
SMITH_ENDED = member("202443307", "SMITH", "WILLIAM", born="19700614", sex="M", group="123456001", **ENDED)
JAMES_ENDED = member(
    "123456789", "DOE", "JAMES", born="19500416", sex="M", group="123456001",
    **{**ENDED, "dates": "DTP*357*D8*19960731"},
)  # fmt: skip
CHILD = member(
    "123456789", "DOE", "JAMES", ins="N*19*021", born="19770816", sex="M", ssn="103229876", group="123456001",
    dates="", coverage="HD*021**HLT~DTP*348*D8*19960601",
)  # fmt: skip


def aside(run) -> list[tuple[str, str]]:
    with as_job(run.started_by, reason="test"):
        return list(run.set_aside.values_list("code", "reason"))


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


CASES = [
    # folder, file, what was sent before, what is believed afterwards of whom
    (
        GUIDE,
        "enroll-employee-multiple-products.834",
        [],
        "JOHN",
        [("medical", "1996-06-01", None), ("vision", "1996-06-01", None)],
    ),
    (GUIDE, "enroll-employee-managed-care.834", [], "WILLIAM", [("medical", "1996-06-01", None)]),
    (GUIDE, "add-dependent.834", [sub("DOE", "MARY", "19400816")], "JOHN", [("medical", "1996-06-01", None)]),
    (
        GUIDE,
        "add-subscriber-coverage.834",
        [[SMITH]],
        "WILLIAM",
        [("dental", "2002-07-01", None), ("medical", "1996-06-01", None)],
    ),
    (GUIDE, "change-subscriber-information.834", [[JAMES]], "JAMES", [("medical", "1996-06-01", None)]),
    (GUIDE, "terminate-subscriber-eligibility.834", [[DOE]], "JOHN", [("medical", "1996-06-01", "1996-08-02")]),
    (
        GUIDE,
        "cancel-dependent.834",
        [[sub("DOE", "MARY", "19400816"), CHILD]],
        "JAMES",
        [("medical", "1996-06-01", "1996-08-02")],
    ),
    (
        GUIDE,
        "reinstate-employee.834",
        [[JAMES], [JAMES_ENDED]],
        "JAMES",
        [("medical", "1996-06-01", "1996-08-01"), ("medical", "1996-10-01", None)],
    ),
    (
        GUIDE,
        "reinstate-employee-coverage-level.834",
        [[SMITH_BY_SSN], [SMITH_ENDED]],
        "WILLIAM",
        [("dental", "2000-01-01", "2002-01-01"), ("dental", "2002-07-01", None)],
    ),
    (
        GUIDE,
        "reinstate-member-eligiblity-ins.834",
        [[SMITH_BY_SSN], [SMITH_ENDED]],
        "WILLIAM",
        [("dental", "2000-01-01", None)],
    ),
    (AWKWARD, "834_deident_new_enroll.txt", [], "JANE", [("medical", "2026-04-01", None)]),
    (AWKWARD, "834_deident_family.txt", [], "MICHAEL", [("medical", "2026-04-01", None)]),
]


@pytest.mark.parametrize(("folder", "name", "before", "given", "believed"), CASES, ids=[case[1] for case in CASES])
def test_the_file_does_what_it_says(tmp_path, folder, name, before, given, believed):
    world = World(tmp_path)
    for number, loops in enumerate(before):
        loops = loops if isinstance(loops[0], list) else [loops]
        assert world.take(*loops, name=f"before{number}.834", create_missing=True).counts["set_aside"] == 0
    run = actions.import_834(DATA / folder / name, by=world.by, as_of=date(2026, 4, 15), create_missing=True)
    assert aside(run) == []
    assert run.counts["accepted"] >= 1
    with as_job(world.by, reason="test"):
        rows = CoveragePeriod.objects.as_known_at().filter(member__given=given).order_by("benefit", "valid")
        found = [(row.benefit, row.valid.lower, row.valid.upper) for row in rows]
    assert found == [(benefit, day(start), day(end)) for benefit, start, end in believed]
    again = actions.import_834(
        DATA / folder / name, by=world.by, as_of=date(2026, 4, 15), create_missing=True, again=True
    )
    assert again.counts["accepted"] == 0, "the same file again is no news"


def test_a_corrected_birth_date_finds_its_person_by_what_was_wrong(tmp_path):
    world = World(tmp_path)
    world.take(JAMES, create_missing=True)
    actions.import_834(DATA / GUIDE / "change-subscriber-information.834", by=world.by, as_of=date(2026, 4, 15))
    with as_job(world.by, reason="test"):
        assert Member.objects.get(given="JAMES").birth_date == date(1950, 4, 15)


def test_two_terminations_of_people_whom_their_group_had_sent(tmp_path):
    world = World(tmp_path)
    common = {"group": "GRP003", "line": "PPO", "start": "20210101"}
    world.take(
        sub("JONES", "PATRICIA", "19680924", number="M000010", **common),
        sub("BROWN", "THOMAS", "19720415", number="M000011", sex="M", **common),
        create_missing=True,
    )
    path = DATA / AWKWARD / "834_deident_term.txt"
    run = actions.import_834(path, by=world.by, as_of=date(2026, 4, 15))
    assert (run.counts["accepted"], run.counts["set_aside"]) == (2, 0)
    with as_job(world.by, reason="test"):
        ends = {row.valid.upper for row in CoveragePeriod.objects.as_known_at()}
    assert ends == {date(2026, 4, 1)}


def test_a_states_change_with_reporting_categories_is_taken_once_the_person_is_known(tmp_path):
    world = World(tmp_path)
    path = DATA / AWKWARD / "834_ls_le_ls.txt"
    run = actions.import_834(path, by=world.by, as_of=date(2013, 3, 12), create_missing=True)
    assert [code for code, _ in aside(run)] == ["unknown_member"]
    known = member(
        "REF OF", "SUBSCRIBER LAST 1", "SUBSCRIBER FIRST 1", born="19830719", group="500647166", dates="",
        coverage="HD*021**HMO~DTP*348*D8*20120101",
    )  # fmt: skip
    world.take(known, create_missing=True)
    assert actions.replay_run(run, by=world.by, as_of=date(2013, 3, 12), create_missing=True) == (1, 0)
    with as_job(world.by, reason="test"):
        assert Coverage.objects.count() == 1
        assert CoveragePeriod.objects.as_known_at().count() == 2, "the plan of HD04 from its day on"
