"""An enrolment file makes members: once, whole, and again without change."""

import io
import json
import threading
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from bench._x12_834 import write_834
from core.accounts import invited
from core.db import as_job
from core.models import AuditEvent, MemberChange, OutboxMessage, User
from interop import actions
from interop.models import ImportRun, SetAside
from interop.x12.batches import Batches
from members.actions import decide_match
from members.models import MatchReview, Member, MemberAddress, MemberTelecom, PrimaryCareAssignment, RaceEthnicity
from network.models import Employment
from plans.models import Accumulator, Coverage, CoverageContract, CoveragePeriod, GroupClass
from scheduling import actions as scheduling
from tests.clinical import factories as charted
from tests.interop.x12_files import interchange, member, write
from tests.members.factories import make_member
from tests.network.factories import ALWAYS, make_clinician, make_department, make_staff, make_system
from tests.plans.factories import make_group, make_plan, make_product
from tests.scheduling.factories import hours, visit_type

AS_OF = date(2026, 4, 15)
CHILD = {"ins": "N*19*021*28*A", "born": "20150101", "coverage": "HD*021**HMO*GOLD*FAM~DTP*348*D8*20260101"}


class World:
    """A plan with a group G1 that offers GOLD, and one clinician with room for two."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.by = User.objects.system("import_x12")
        self.system = make_system()
        self.plan = make_plan(self.system)
        self.gold = make_product(self.plan, code="GOLD")
        self.silver = make_product(self.plan, code="SILVER")
        self.group = make_group(self.plan, number="G1")
        self.department = make_department(self.system)
        self.doctor = self.clinician(panel_limit=2, npi="1234567893")

    def clinician(self, **fields):
        doctor = make_clinician(is_accepting=True, **fields)
        Employment.objects.create(
            clinician=doctor,
            organization=self.department.facility.organization,
            department=self.department,
            fte=1,
            period=ALWAYS,
        )
        return doctor

    def take(self, *loops, **kwargs) -> ImportRun:
        options = {name: kwargs.pop(name) for name in ("again", "create_missing") if name in kwargs}
        path = write(self.folder, *loops, **kwargs)
        return actions.import_834(path, by=self.by, as_of=AS_OF, **options)

    def acting(self):
        return as_job(self.by, reason="test")

    def now(self, family="DOE", given="JANE"):
        with self.acting():
            rows = CoveragePeriod.objects.as_known_at().filter(member__family=family, member__given=given)
            return [
                (row.benefit, row.product.code, row.valid.lower, row.valid.upper)
                for row in rows.select_related("product").order_by("benefit", "valid")
            ]


@pytest.fixture
def world(db, tmp_path) -> World:
    return World(tmp_path)


def codes(run) -> list[str]:
    with as_job(User.objects.system("test"), reason="test"):
        return sorted(run.set_aside.filter(status=SetAside.Status.OPEN).values_list("code", flat=True))


def test_one_addition_makes_everything_that_care_needs(world):
    run = world.take(
        member(
            "S1", "DOE", "JANE", ssn="123456789", line1="1 MAIN ST",
            more="PER*IP**EM*JANE@EXAMPLE.TEST~LUI*LE*SPA**7~DMG*D8*19800515*F**H",
        )
    )  # fmt: skip
    assert run.counts == {"accepted": 1, "unchanged": 0, "created": 1, "without_primary_care": 0, "set_aside": 0}
    with world.acting():
        jane = Member.objects.get(family="DOE")
        assert jane.language == "es"
        assert CoverageContract.objects.get().number == "S1"
        care = PrimaryCareAssignment.objects.get(member=jane)
        assert (care.clinician, care.origin, care.period.lower) == (world.doctor, "assigned", date(2026, 1, 1))
        assert RaceEthnicity.objects.get(member=jane).code == "2135-2"
        invitation = OutboxMessage.objects.get(member_id=jane.pk)
        assert (invitation.channel, invitation.address, invitation.language) == ("email", "jane@example.test", "es")
        token = invitation.url_path.rstrip("/").rsplit("/", 1)[-1]
        assert invited(token) == jane.user, "the link leads to the account of this member"
        assert AuditEvent.objects.filter(member_id=jane.pk, verb="interop.import_x12").count() == 1
        assert MemberChange.objects.filter(member_id=jane.pk, source="plans_coverageperiod").exists()
        assert "123456789" not in str(list(jane._meta.apps.get_model("members.MemberIdentifier").objects.values()))
    assert world.now() == [("medical", "GOLD", date(2026, 1, 1), None)]


def test_the_same_file_again_changes_nothing(world):
    loops = member("S1", "DOE", "JANE", ssn="123456789", line1="1 MAIN ST"), member("S1", "DOE", "KIM", **CHILD)
    first = world.take(*loops)
    with world.acting():
        before = {m: m._base_manager.count() for m in (Member, MemberAddress, CoveragePeriod, AuditEvent)}
    assert world.take(*loops).pk == first.pk
    again = world.take(*loops, again=True)
    assert (again.counts["accepted"], again.counts["unchanged"]) == (0, 2)
    with world.acting():
        before[AuditEvent] += 1  # the run itself
        assert {m: m._base_manager.count() for m in before} == before


def test_a_dependant_may_stand_before_its_subscriber(world):
    run = world.take(member("S1", "DOE", "KIM", **CHILD), member("S1", "DOE", "JANE", line1="1 MAIN ST"))
    assert run.counts["accepted"] == 2
    with world.acting():
        assert Coverage.objects.filter(contract__number="S1").count() == 2
        kim, jane = Member.objects.get(given="KIM"), Member.objects.get(given="JANE")
        assert kim.household_id == jane.household_id is not None
        assert MemberAddress.objects.get(member=kim).line1 == "1 MAIN ST"
        assert not OutboxMessage.objects.filter(member_id=kim.pk).exists(), "a child gets no invitation"


def test_a_change_of_product_a_termination_and_a_reinstatement(world):
    world.take(member("S1", "DOE", "JANE"))
    world.take(
        member("S1", "DOE", "JANE", ins="Y*18*001", dates="", coverage="HD*001**HMO*SILVER*EMP~DTP*348*D8*20260301"),
        name="change.834",
    )
    gold, silver = (
        ("medical", "GOLD", date(2026, 1, 1), date(2026, 3, 1)),
        ("medical", "SILVER", date(2026, 3, 1), None),
    )
    assert world.now() == [gold, silver]
    world.take(
        member("S1", "DOE", "JANE", ins="Y*18*024*08", dates="DTP*357*D8*20260331", coverage=""), name="term.834"
    )
    assert world.now() == [gold, (*silver[:3], date(2026, 4, 1))]
    world.take(member("S1", "DOE", "JANE", ins="Y*18*025*20", dates="", coverage=""), name="again.834")
    assert world.now() == [gold, silver]


def test_a_subscriber_who_leaves_takes_the_family_along_and_a_cancelled_dependant_was_never_covered(world):
    world.take(member("S1", "DOE", "JANE"), member("S1", "DOE", "KIM", **CHILD), member("S1", "DOE", "LEE", **CHILD))
    cancelled = {**CHILD, "ins": "N*19*002", "coverage": "HD*002**HMO*GOLD"}
    world.take(member("S1", "DOE", "LEE", **cancelled), name="cancel.834")
    assert world.now(given="LEE") == []
    world.take(
        member("S1", "DOE", "JANE", ins="Y*18*024*08", dates="DTP*357*D8*20260331", coverage=""), name="term.834"
    )
    for given in ("JANE", "KIM"):
        assert world.now(given=given) == [("medical", "GOLD", date(2026, 1, 1), date(2026, 4, 1))]


def test_several_products_in_one_loop(world):
    GroupClass.objects.create(group=world.group, code="VIS", product=make_product(world.plan, code="EYES"))
    world.take(
        member("S1", "DOE", "JANE", coverage="HD*021**HMO*GOLD~DTP*348*D8*20260101~HD*021**VIS~DTP*348*D8*20260201")
    )
    assert world.now() == [
        ("medical", "GOLD", date(2026, 1, 1), None),
        ("vision", "EYES", date(2026, 2, 1), None),
    ]


def test_a_full_list_changes_only_what_differs(world):
    world.take(member("S1", "DOE", "JANE"), member("S2", "ROE", "RICK", born="19700101"))
    listed = {"ins": "Y*18*030*XN"}
    run = world.take(
        member("S1", "DOE", "JANE", **listed),
        member("S2", "ROE", "RICK", born="19700101", coverage="HD*030**HMO*SILVER~DTP*348*D8*20260401", **listed),
        name="audit.834",
    )
    assert (run.counts["accepted"], run.counts["unchanged"]) == (1, 1)
    assert world.now("ROE", "RICK")[-1] == ("medical", "SILVER", date(2026, 4, 1), None)


def test_what_cannot_be_taken_is_set_aside_alone_and_replayed_after_the_mend(world):
    run = world.take(
        member("S1", "DOE", "JANE"),
        member("S2", "ROE", "RICK", group="G2"),
        member("S3", "POE", "ANN", coverage="HD*021**HMO*PLATINUM~DTP*348*D8*20260101"),
        member("S9", "LOST", "KIM", **CHILD),
        member("S4", "X" * 150, "LONG"),
        member("S5", "NODATE", "NO", dates="", coverage="HD*021**HMO*GOLD"),
    )
    assert run.counts["accepted"] == 1
    assert codes(run) == ["no_start", "refused", "unknown_group", "unknown_product", "unknown_subscriber"]
    with world.acting():
        for row in run.set_aside.all():
            assert row.position.startswith("segment ")
            assert json.loads(row.payload)["x12"].startswith("ISA*")

    make_group(world.plan, number="G2")
    taken, still = actions.replay_run(run, by=world.by, as_of=AS_OF)

    assert (taken, still) == (1, 4)
    assert world.now("ROE", "RICK") == [("medical", "GOLD", date(2026, 1, 1), None)]
    assert world.take().pk != run.pk


def test_the_command_says_what_stands_aside_and_ends_with_1(world, capsys):
    path = write(world.folder, member("S1", "DOE", "JANE"), member("S2", "ROE", "RICK", group="G2"))
    with pytest.raises(SystemExit) as ended:
        call_command("import_x12", str(path), "--as-of", "2026-04-15")
    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "1 accepted (1 new), 0 unchanged, 1 set aside" in said
    assert "unknown_group" in said
    call_command("import_x12", str(path), "--as-of", "2026-04-15", "--create-missing", stdout=(out := io.StringIO()))
    assert "1 accepted (1 new), 1 unchanged, 0 set aside" in out.getvalue()


def test_the_command_says_of_the_same_file_that_nothing_is_new(world):
    path = str(write(world.folder, member("S1", "DOE", "JANE"), member("S1", "DOE", "KIM", **CHILD)))
    said = []
    for more in ([], [], ["--again"]):
        call_command("import_x12", path, "--as-of", "2026-04-15", *more, stdout=(out := io.StringIO()))
        said.append(out.getvalue())
    assert "2 accepted (2 new), 0 unchanged, 0 set aside" in said[0]
    assert "taken before" not in said[0]
    assert "0 accepted (0 new), 2 unchanged, 0 set aside" in said[1]
    assert "taken before on" in said[1]
    assert "0 accepted (0 new), 2 unchanged, 0 set aside" in said[2]


def test_somebody_we_know_without_coverage_is_not_made_twice(world):
    known = make_member(world.system, family="DOE", given="JANE", birth_date=date(1980, 5, 15), sex="female")
    with world.acting():
        MemberAddress.objects.create(member=known, line1="1 Main St", postal_code="94601")
    world.take(member("S1", "DOE", "JANE", line1="1 MAIN ST"))
    with world.acting():
        assert Member.objects.filter(family="DOE").count() == 1
        assert Coverage.objects.get().member_id == known.pk


@pytest.mark.parametrize(
    ("held", "then"),
    [
        ([(None, None)], [(None, date(2026, 3, 1))]),
        # Whoever is to leave soon, and goes before.
        ([(None, date(2027, 1, 1))], [(None, date(2026, 3, 1))]),
        ([(date(2020, 1, 1), date(2021, 1, 1))], [(date(2020, 1, 1), date(2021, 1, 1))]),
        ([(date(2020, 1, 1), date(2026, 6, 1)), (date(2026, 6, 1), None)], [(date(2020, 1, 1), date(2026, 6, 1))]),
    ],
)
def test_a_new_address_ends_those_before_it(world, held, then):
    world.take(member("S1", "DOE", "JANE"))
    with world.acting():
        jane = Member.objects.get(given="JANE")
        for number, period in enumerate(held):
            MemberAddress.objects.create(member=jane, line1=f"{number} OLD ST", period=period)
    moved = member("S1", "DOE", "JANE", ins="Y*18*001", dates="DTP*303*D8*20260301", coverage="", line1="2 NEW ST")
    assert world.take(moved, name="moved.834").counts["accepted"] == 1
    with world.acting():
        homes = [(a.line1, a.period.lower, a.period.upper) for a in MemberAddress.objects.order_by("period")]
    assert [(lower, upper) for _line, lower, upper in homes[:-1]] == then
    assert homes[-1] == ("2 NEW ST", then[-1][1] if held[-1][0] == date(2026, 6, 1) else date(2026, 3, 1), None)


@pytest.mark.parametrize("same", [True, False])
def test_who_may_be_somebody_we_know_waits_for_a_person(world, same):
    known = make_member(world.system, family="DOE", given="JAN", birth_date=date(1980, 5, 15), sex="female")
    run = world.take(member("S1", "DOE", "JANE"))
    assert codes(run) == ["match_review"]
    with world.acting():
        assert Member.objects.filter(family="DOE").count() == 1
        review = MatchReview.objects.get()
        decide_match(review, by=world.by, member=known if same else None)
    assert actions.replay_run(run, by=world.by, as_of=AS_OF) == (1, 0)
    with world.acting():
        assert Member.objects.filter(family="DOE").count() == (1 if same else 2)
        assert Coverage.objects.filter(member=known).exists() is same


def test_a_product_ends_and_another_begins_in_one_loop(world):
    world.take(member("S1", "DOE", "JANE"))
    lines = "HD*024**HMO*GOLD~DTP*349*D8*20260131~HD*021**HMO*SILVER~DTP*348*D8*20260301"
    world.take(member("S1", "DOE", "JANE", ins="Y*18*001", dates="", coverage=lines), name="swap.834")
    assert world.now() == [
        ("medical", "GOLD", date(2026, 1, 1), date(2026, 2, 1)),
        ("medical", "SILVER", date(2026, 3, 1), None),
    ]


def test_an_employee_who_covers_only_the_children_holds_the_contract_alone(world):
    """HD01 032: the line is not about the employee."""
    run = world.take(member("S1", "DOE", "JANE", coverage="HD*032**HMO*GOLD"), member("S1", "DOE", "KIM", **CHILD))
    assert run.counts["accepted"] == 2
    assert world.now() == []
    assert world.now(given="KIM") == [("medical", "GOLD", date(2026, 1, 1), None)]
    world.take(
        member("S1", "DOE", "JANE", ins="Y*18*024*08", dates="DTP*357*D8*20260331", coverage=""), name="term.834"
    )
    assert world.now(given="KIM") == [("medical", "GOLD", date(2026, 1, 1), date(2026, 4, 1))]


def test_a_dependant_who_gives_the_subscribers_address_is_of_the_household(world):
    world.take(
        member("S1", "DOE", "JANE", line1="1 Main St"),
        member("S1", "DOE", "KIM", line1="1 MAIN ST", **CHILD),
        member("S1", "DOE", "LEE", line1="9 OAK ST", **CHILD),
    )
    with world.acting():
        lives = {m.given: m.household_id for m in Member.objects.all()}
    assert lives["KIM"] == lives["JANE"] is not None
    assert lives["LEE"] is None


def test_what_is_refused_is_told_at_its_segment(world):
    run = world.take(
        member("S3", "POE", "ANN", coverage="HD*021**HMO*PLATINUM~DTP*348*D8*20260101"),
        member("S9", "LOST", "KIM", **CHILD),
    )
    with world.acting():
        told = {row.code: row.position for row in run.set_aside.all()}
    # ISA, GS, ST, BGN, N1, INS, REF*0F, REF*1L, DTP, NM1, DMG, HD; then INS and REF*0F of the next.
    assert told == {
        "unknown_product": "segment 12, HD; segment 6, loop 2000 (INS)",
        "unknown_subscriber": "segment 15, REF*0F; segment 14, loop 2000 (INS)",
    }


def test_a_file_never_writes_for_a_second_system(world):
    other = make_plan(make_system())
    make_group(other, number="G1")
    for plan, tax_id in ((world.plan, "1"), (other, "2")):
        plan.tax_id = tax_id
        plan.save()
    path = world.folder / "two.834"
    theirs = interchange(member("S2", "ROE", "RICK"), header="BGN*00*1*20260401*1200****2~N1*IN*PLAN*FI*2")
    path.write_text(interchange(member("S1", "DOE", "JANE")) + theirs)
    run = actions.import_834(path, by=world.by, as_of=AS_OF)
    assert codes(run) == ["other_system"]
    assert run.managing_organization_id == world.system.pk
    with world.acting():
        assert set(Member.objects.values_list("managing_organization", flat=True)) == {world.system.pk}


@pytest.mark.parametrize("size", [1, 3])
def test_batches_of_any_size_give_the_same_rows(world, monkeypatch, size, tmp_path):
    """Five hundred at once, or one: who is made, covered, housed and cared for does not depend on it."""
    path = tmp_path / "many.834"
    write_834(path, 40)
    for _ in range(3):
        world.clinician(panel_limit=10)
    taken = {}
    for round_size in (500, size):
        with world.acting():
            point = transaction.savepoint()
            monkeypatch.setattr("interop.x12.file.Batches", partial(Batches, round_size))
            run = actions.import_834(path, by=world.by, as_of=AS_OF, create_missing=True)
            taken[round_size] = run.counts, standing()
            transaction.savepoint_rollback(point)
    assert taken[500][0]["accepted"] == 40
    assert taken[500] == taken[size]


def standing() -> list[tuple]:
    """Everybody with what a file gives them, by name."""
    return [
        (
            str(m), m.birth_date, m.language, m.household_id is not None, m.user_id is not None,
            sorted(MemberAddress.objects.filter(member=m).values_list("use", "line1", "postal_code")),
            sorted(
                (p.benefit, p.product.code, p.tier, p.valid.lower, p.valid.upper, p.coverage.relationship)
                for p in CoveragePeriod.objects.filter(member=m).select_related("product", "coverage")
            ),
            PrimaryCareAssignment.objects.filter(member=m).count(),
            OutboxMessage.objects.filter(member_id=m.pk).values_list("channel", "template").first(),
        )
        for m in Member.objects.order_by("family", "given", "birth_date", "middle")
    ]  # fmt: skip


def test_twins_are_two_people(world):
    run = world.take(
        member("S1", "DOE", "JANE", line1="1 MAIN ST"),
        member("S1", "DOE", "PETER", line1="1 MAIN ST", sex="M", **CHILD),
        member("S1", "DOE", "ALICE", line1="1 MAIN ST", **CHILD),
    )
    assert run.counts["created"] == 3


def test_an_addition_under_the_number_of_a_namesake_born_the_same_day_is_asked_about(world):
    world.take(member("S1", "DOE", "ALFRED", line1="1 MAIN ST", sex="M"))
    run = world.take(member("S1", "DOE", "ALBERT", line1="1 MAIN ST", sex="M"), name="other.834")
    assert codes(run) == ["number_taken"], "a twin is not the one who is known"


def test_nobody_was_born_before_anybody_lives(world):
    run = world.take(member("S1", "DOE", "JANE", born="18000101"))
    assert codes(run) == ["birth_date"]


def test_a_number_that_belongs_to_somebody_else_is_not_taken_over(world):
    world.take(member("S1", "DOE", "JANE"))
    run = world.take(member("S1", "SMITH", "WILLIAM", born="19700614", sex="M"), name="other.834")
    assert codes(run) == ["number_taken"]
    assert world.now() == [("medical", "GOLD", date(2026, 1, 1), None)]


def test_a_second_coverage_needs_its_place_in_the_payer_order(world):
    make_group(world.plan, number="G2")
    world.take(member("S1", "DOE", "JANE", ssn="123456789", line1="1 MAIN ST"))
    other = {"ssn": "123456789", "line1": "1 MAIN ST", "group": "G2"}
    assert codes(world.take(member("S7", "DOE", "JANE", **other), name="second.834")) == ["overlap"]
    second = "HD*021**HMO*GOLD~DTP*348*D8*20260101~COB*S**1"
    assert world.take(member("S8", "DOE", "JANE", coverage=second, **other), name="cob.834").counts["accepted"] == 1


def test_full_panels_leave_members_without_rather_than_overfilled(world):
    run = world.take(*(member(f"S{n}", family, "ANN") for n, family in enumerate(("ADAMS", "BAKER", "CLARK"))))
    assert run.counts["without_primary_care"] == 1
    with world.acting():
        assert PrimaryCareAssignment.objects.filter(clinician=world.doctor).count() == 2


def test_the_clinician_who_is_named_or_speaks_the_language_comes_first(world):
    spanish = world.clinician(panel_limit=5, languages=["es"])
    named = "HD*021**HMO*GOLD~DTP*348*D8*20260101~LX*1~NM1*P3*1*LEE*****XX*1234567893"
    world.take(
        member("S1", "DOE", "JANE", more="LUI*LE*SPA**7"),
        member("S2", "ROE", "RICK", more="LUI*LE*SPA**7", coverage=named),
    )
    with world.acting():
        chosen = {
            a.member.given: (a.clinician, a.origin) for a in PrimaryCareAssignment.objects.select_related("member")
        }
    assert chosen == {"JANE": (spanish, "assigned"), "RICK": (world.doctor, "enrolment")}


def test_a_file_that_is_no_interchange_fails_with_a_sentence(world):
    path = world.folder / "photo.834"
    path.write_bytes(b"\x89PNG")
    run = actions.import_834(path, by=world.by, as_of=AS_OF)
    assert run.status == "failed"
    assert "ISA" in run.error


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_one_person_and_never_overfill(tmp_path):
    world = World(tmp_path)
    world.doctor.panel_limit = 3
    world.doctor.save()
    people = [
        member(f"S{n}", family, "ANN", line1=f"{n} OAK")
        for n, family in enumerate(("ADAMS", "BAKER", "CLARK", "DAVIS"))
    ]
    # Other bytes, so that it is not the same file: the second says the same people in another order.
    paths = [write(tmp_path, *people, name="a.834"), write(tmp_path, *people[::-1], name="b.834")]
    together, failed = threading.Barrier(2), []

    def take(path):
        try:
            together.wait(10)
            actions.import_834(path, by=world.by, as_of=AS_OF)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    with world.acting():
        assert Member.objects.count() == 4
        assert CoveragePeriod.objects.count() == 4
        assert PrimaryCareAssignment.objects.count() == 3
        assert Accumulator.objects.count() == 0


def test_a_death_in_the_file_cancels_what_is_booked_and_queued(world):
    world.take(member("S1", "DOE", "JANE", line1="1 MAIN ST"), member("S2", "ROE", "RICK", line1="2 MAIN ST"))
    with world.acting():
        people = [Member.objects.get(given=given) for given in ("JANE", "RICK")]
        nurse, kind = charted.clinician(world.department), visit_type(world.department)
    slots = hours(nurse, world.department)
    with world.acting():
        visits = [
            scheduling.book(by=world.by, member=who, slot=slot, visit_type=kind)
            for who, slot in zip(people, slots, strict=False)
        ]
    world.take(
        member("S1", "DOE", "JANE", ins="Y*18*001*28*A******D8*20260330", dates="", line1="1 MAIN ST"),
        name="died.834",
    )
    with world.acting():
        assert Member.objects.get(given="JANE").deceased_at.date() == date(2026, 3, 30)
        for visit in visits:
            visit.refresh_from_db()
        assert [visit.status for visit in visits] == ["cancelled", "booked"]
        waiting = OutboxMessage.objects.filter(status="queued").values_list("member_id", flat=True)
        assert set(waiting) == {people[1].pk}


def test_a_subscriber_of_anchorage_gets_no_doctor_in_oakland_and_stands_on_the_list(world, client):
    facility = world.department.facility
    facility.postal_code = "94601"
    facility.save()
    desk, elsewhere = make_staff("front_desk", world.system), make_staff("front_desk", make_system())
    near = member("S1", "DOE", "JANE", line1="1 MAIN ST", postal="94601")
    far = member("S2", "ROE", "RICK", line1="2 MAIN ST", postal="99501")
    assert world.take(near, far).counts["without_primary_care"] == 1
    with world.acting():
        assert PrimaryCareAssignment.objects.get().member.given == "JANE"
    client.force_login(desk)
    page = client.get("/staff/members/without-doctor/")
    assert [(row["member"].given, row["postal_code"]) for row in page.context["rows"]] == [("RICK", "99501")]
    assert "Without a doctor near" in client.get("/staff/members/register/").content.decode()
    client.force_login(elsewhere)
    assert client.get("/staff/members/without-doctor/").context["rows"] == []
    client.force_login(make_staff("finance", world.system))
    assert client.get("/staff/members/without-doctor/").status_code == 403


def test_a_subscriber_without_an_address_gets_a_doctor_only_where_the_market_is_known(world, client):
    """A file without N3 and N4: in a plan of one market that one; of two nobody can say, unless a doctor is named."""
    world.take(member("S1", "DOE", "JANE"))
    make_department(world.system)  # a second market
    named = "HD*021**HMO*GOLD~DTP*348*D8*20260101~LX*1~NM1*P3*1*LEE*****XX*1234567893"
    run = world.take(member("S2", "ROE", "RICK"), member("S3", "POE", "PAT", coverage=named), name="second.834")
    assert run.counts["without_primary_care"] == 1
    with world.acting():
        found = PrimaryCareAssignment.objects.select_related("member")
        assert sorted((a.member.given, a.origin) for a in found) == [("JANE", "assigned"), ("PAT", "enrolment")]
    client.force_login(make_staff("front_desk", world.system))
    rows = client.get("/staff/members/without-doctor/").context["rows"]
    assert [(row["member"].given, row["postal_code"]) for row in rows] == [("RICK", "")]


NEWBORN = {**CHILD, "born": "20260301"}


def children(world):
    with world.acting():
        return sorted(Member.objects.filter(birth_date=date(2026, 3, 1)).values_list("given", "sex"))


@pytest.mark.parametrize(
    ("first", "second"),
    [("JAYDEN", "KAYDEN"), ("BABY GIRL A", "BABY GIRL B"), ("DANIEL", "DANIELA"), ("PAUL", "PETER")],
)
@pytest.mark.parametrize("line1", ["", "1 MAIN ST"])
def test_an_addition_never_turns_one_twin_into_the_other(world, first, second, line1):
    sexes = ("M", "F") if first == "DANIEL" else ("M", "M")
    one, two = (
        member("S1", "DOE", given, sex=sex, line1=line1, more="PER*IP**TE*5105550100", **NEWBORN)
        for given, sex in zip((first, second), sexes, strict=True)
    )
    world.take(member("S1", "DOE", "JANE", line1=line1), one)
    standing = children(world)
    assert [given for given, _sex in standing] == [first]
    run = world.take(two, name="second.834")
    assert standing[0] in children(world), "the first keeps name and sex"
    if not run.counts["created"]:
        assert codes(run) == ["match_review"]
        # Nor does an end or a change of the second, who waits, touch the first.
        for maintenance in ("024", "001"):
            ins = {"ins": f"N*19*{maintenance}*28*A", "coverage": "HD*024**HMO*GOLD~DTP*349*D8*20260430"}
            late = member("S1", "DOE", second, **{**NEWBORN, **ins, "sex": sexes[1], "line1": line1})
            assert world.take(late, name=f"{maintenance}.834").counts["accepted"] == 0
        assert children(world) == standing
        with world.acting():
            decide_match(MatchReview.objects.get(), by=world.by, member=None)
        assert actions.replay_run(run, by=world.by, as_of=AS_OF) == (1, 0)
    assert [given for given, _sex in children(world)] == sorted([first, second])


@pytest.mark.parametrize("size", [1, 50])
def test_twins_of_one_file_are_two_however_it_is_cut(world, monkeypatch, size):
    monkeypatch.setattr("interop.x12.file.Batches", partial(Batches, size))
    run = world.take(
        member("S1", "DOE", "JANE", line1="1 MAIN ST"),
        member("S1", "DOE", "JAYDEN", sex="M", **NEWBORN),
        member("S1", "DOE", "KAYDEN", sex="M", **NEWBORN),
    )
    assert run.counts["created"] + len(codes(run)) == 3
    assert ("JAYDEN", "male") in children(world)


@pytest.mark.parametrize("maintenance", ["001", "026"])
def test_a_change_corrects_a_name(world, maintenance):
    world.take(member("S1", "DOE", "JANE"), member("S1", "DOE", "JAYDEN", sex="M", **NEWBORN))
    change = {**NEWBORN, "ins": f"N*19*{maintenance}*25*A", "coverage": "", "dates": ""}
    run = world.take(member("S1", "DOE", "JAYDON", sex="M", **change), name="change.834")
    assert (run.counts["accepted"], children(world)) == (1, [("JAYDON", "male")])
    prior = {**change, "more": "NM1*70*1*DOE*JAYDON~DMG*D8*20260301*M"}
    run = world.take(member("S1", "DOE", "PETER", sex="M", **prior), name="prior.834")
    assert (run.counts["accepted"], children(world)) == (1, [("PETER", "male")])


def test_a_change_that_could_mean_either_twin_is_set_aside(world):
    twins = [member("S1", "DOE", given, sex="M", **NEWBORN) for given in ("JAYDEN", "KAYDEN")]
    world.take(member("S1", "DOE", "JANE"), *twins)
    assert [given for given, _sex in children(world)] == ["JAYDEN", "KAYDEN"]
    change = {**NEWBORN, "ins": "N*19*001*25*A", "coverage": "", "dates": ""}
    assert codes(world.take(member("S1", "DOE", "HAYDEN", sex="M", **change), name="third.834")) == ["unknown_member"]
    assert [given for given, _sex in children(world)] == ["JAYDEN", "KAYDEN"]


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Honolulu"])
def test_the_day_of_a_death_is_that_day_where_the_member_lives(world, zone):
    region = world.department.facility.region
    with world.acting():
        type(region).objects.filter(pk=region.pk).update(time_zone=zone)
    world.take(member("S1", "DOE", "JANE"))
    with world.acting():
        Member.objects.filter(given="JANE").update(region=region)
    died = member("S1", "DOE", "JANE", ins="Y*18*001*28*A******D8*20260330", dates="")
    world.take(died, name="died.834")
    with world.acting():
        at = Member.objects.get(given="JANE").deceased_at.astimezone(ZoneInfo(zone))
    assert (at.date(), at.hour) == (date(2026, 3, 30), 12)
    assert world.take(died, name="died.834", again=True).counts["unchanged"] == 1


def test_an_address_that_is_none_is_left_out_and_said(world):
    run = world.take(member("S1", "DOE", "JANE", more="PER*IP**EM*not an email*TE*5105550100"))
    assert run.counts["created"] == 1
    with world.acting():
        jane = Member.objects.get(given="JANE")
        assert list(MemberTelecom.objects.filter(member=jane).values_list("system", flat=True)) == ["phone"]
        assert not User.objects.filter(email__icontains="not an").exists()
        event = AuditEvent.objects.get(member_id=jane.pk, verb="interop.import_x12")
        assert event.detail["left_out"] == ["email"]
