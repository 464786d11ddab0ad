"""837 files of real senders: every claim is read, and what cannot be taken is set aside with where and why."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.claims import CPT
from billing.models import FeeScheduleLine, OutsideClaim, UtilisationCost
from billing.reconcile import differences
from core.db import as_job
from core.models import User
from core.terminology import concept
from interop.models import SetAside
from interop.x12.claim_import import import_837, replay_claims
from interop.x12.claims import read_claims
from plans.models import Benefit
from tests.billing.factories import ALWAYS, make_world

DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "x12"
DECKS = ("837_005010X222A2", "837_005010X223A3")
FILES = [path for deck in DECKS for path in sorted((DATA / deck).glob("*.837*"))]

needs_data = pytest.mark.skipif(not FILES, reason=f"No 837 examples under {DATA}: set KPCARE_DATA to their folder.")


def read(path: Path):
    with path.open() as file:
        return list(read_claims(file))


@needs_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_claim_of_the_examples_is_read_whole(path):
    loops = read(path)

    assert len(loops) == path.read_text().replace("\n", "").count("~CLM*")
    for loop in loops:
        assert loop.faults == []
        assert loop.claim.lines and loop.claim.diagnoses
        assert loop.claim.patient_family and loop.claim.birth_date
        assert sum(line.charged for line in loop.claim.lines) == loop.claim.charged


@needs_data
def test_patient_subscriber_and_other_payers_subscriber_are_told_apart():
    [loop] = read(DATA / "837_005010X222A2" / "demo.cob.example3.A.837")

    claim = loop.claim
    assert (claim.patient_given, claim.subscriber_given) == ("TED", "JANE")
    assert claim.subscriber_number == "111223333"
    assert claim.birth_date == date(1973, 5, 1)
    assert not claim.patient_is_subscriber
    assert [code for _, code in claim.diagnoses] == ["477.9", "272.4", "278.0", "530.81"]
    assert [(line.procedure, line.charged) for line in claim.lines] == [
        ("99213", Decimal("43.00")),
        ("90782", Decimal("15.00")),
        ("J3301", Decimal("21.04")),
    ]


@needs_data
def test_an_institutional_claim_with_separators_unlike_its_envelope():
    [loop] = read(DATA / "837_005010X223A3" / "ppo-repriced-claim.837i")

    assert loop.claim.place_of_service == "13"
    assert loop.claim.claim_type == "institutional"
    assert all(line.procedure for line in loop.claim.lines)


@pytest.mark.django_db(transaction=True)
@needs_data
def test_a_set_aside_claim_is_taken_when_its_member_is_enrolled():
    path = DATA / "837_005010X222A2" / "demo.example1.837"
    by = User.objects.system("import-test")
    with as_job(by, reason="test"):
        world = make_world()

    run = import_837(path, by=by)
    assert run.counts["set_aside"] == 1
    with as_job(by, reason="test"):
        row = SetAside.objects.get()
    assert (row.code, row.position.split()[1]) == ("member_not_found", "CLM")
    assert "SMITH" not in row.reason

    world.member(start=date(2000, 1, 1), family="Smith", given="Ted", birth_date=date(1973, 5, 1), sex="male")
    assert replay_claims(run, by=by) == (1, 0)
    again = import_837(path, by=by)

    assert again.counts == {"accepted": 0, "created": 0, "unchanged": 1, "set_aside": 0}
    with as_job(by, reason="test"):
        claim = OutsideClaim.objects.get()
        assert (claim.status, claim.charged, claim.incurred_from) == ("pended", Decimal("100.00"), date(2006, 10, 3))
        assert claim.lines.count() == 4


@pytest.mark.django_db(transaction=True)
def test_what_is_no_x12_says_so(tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear plan, " * 20)

    run = import_837(file, by=User.objects.system("import-test"))

    assert run.status == "failed"
    assert "ISA" in run.error


# --- Replaced and made void ------------------------------------------------------------------------------------------

ENVELOPE = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261106*1200*^*00501*000000001*0*T*:~"
    "GS*HC*SENDER*RECEIVER*20261106*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1*20261106*1200*CH~"
    "NM1*41*2*SENDER*****46*1~NM1*40*2*RECEIVER*****46*2~"
    "HL*1**20*1~NM1*85*2*FAR HOSPITAL*****XX*1234567893~N3*1 FAR ST~N4*RENO*NV*89501~REF*EI*123456789~"
)


def claim_file(
    folder: Path,
    name: str,
    member,
    *,
    frequency: str = "1",
    original: str = "",
    code: str = "99284",
    charged: str = "900",
    units: str = "1",
) -> Path:
    """An 837P with one emergency claim, A1, that may say which of ours it replaces or voids."""
    body = (
        f"HL*2*1*22*0~SBR*P*18*******CI~NM1*IL*1*{member.family}*{member.given}****MI*{member.mrn}~"
        f"DMG*D8*{member.birth_date:%Y%m%d}*F~NM1*PR*2*ANY PLAN*****PI*~CLM*A1*900***23:B:{frequency}*Y*A*Y*Y~"
        + (f"REF*F8*{original}~" if original else "")
        + f"HI*ABK:R079~LX*1~SV1*HC:{code}*{charged}*UN*{units}***1~"
        + "DTP*472*D8*20261005~SE*20*0001~GE*1*1~IEA*1*000000001~"
    )
    path = folder / name
    path.write_text(ENVELOPE + body)
    return path


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_replaced_and_then_made_void_by_files(tmp_path):
    by = User.objects.system("import-test")
    with as_job(by, reason="test"):
        world = make_world()
        member = world.member()
        product = world.products["commercial_group"]
        Benefit.objects.create(product=product, service="emergency", copay=Decimal(150), period=ALWAYS)
        for code, amount in (("99284", "600.00"), ("99283", "400.00")):
            FeeScheduleLine.objects.create(
                organization=world.plan, concept=concept(CPT, code), amount=Decimal(amount), period=ALWAYS
            )

    def taken(name: str, **said) -> dict[str, int]:
        return import_837(claim_file(tmp_path, name, member, **said), by=by).counts

    def standing() -> dict[str, tuple[str, Decimal | None]]:
        with as_job(by, reason="test"):
            assert differences() == []
            found = OutsideClaim.objects.order_by("pk").values_list("frequency", "status", "plan_share")
            return {f"{number}. {frequency}": tuple(rest) for number, (frequency, *rest) in enumerate(found, 1)}

    assert taken("first.837")["created"] == 1
    with as_job(by, reason="test"):
        number = OutsideClaim.objects.get().claim_number
    assert taken("second.837", frequency="7", original=number, code="99283")["created"] == 1
    assert standing() == {"1. 1": ("voided", Decimal("450.00")), "2. 7": ("priced", Decimal("250.00"))}

    with as_job(by, reason="test"):
        number = OutsideClaim.objects.get(status="priced").claim_number
    # Of the same sender's claim a second one: another number of ours stands in it, so it is no repetition.
    assert taken("third.837", frequency="7", original=number, code="99284")["created"] == 1
    assert taken("void.837", frequency="8", original=number)["created"] == 1
    assert taken("void.837", frequency="8", original=number)["unchanged"] == 1
    assert standing() == {
        "1. 1": ("voided", Decimal("450.00")),
        "2. 7": ("voided", Decimal("250.00")),
        "3. 7": ("voided", Decimal("450.00")),
        "4. 8": ("voided", None),
    }
    with as_job(by, reason="test"):
        assert sum(UtilisationCost.objects.values_list("amount", flat=True)) == 0


ODD = [
    {"units": "NaN"},
    {"units": "Infinity"},
    {"units": "-5"},
    {"units": "0"},
    {"charged": "-100"},
    {"charged": "1E30"},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.django_db(transaction=True)
def test_an_odd_amount_is_set_aside_and_the_claims_behind_it_are_taken(tmp_path, odd):
    by = User.objects.system("import-test")
    with as_job(by, reason="test"):
        world = make_world()
        member = world.member()
        Benefit.objects.create(
            product=world.products["commercial_group"], service="emergency", copay=Decimal(150), period=ALWAYS
        )
    wrong, right = claim_file(tmp_path, "wrong", member, **odd), claim_file(tmp_path, "right", member)
    both = tmp_path / "both.837"
    both.write_text(wrong.read_text() + right.read_text())

    run = import_837(both, by=by)

    assert (run.status, run.counts["created"], run.counts["set_aside"]) == ("done", 1, 1)
    with as_job(by, reason="test"):
        assert SetAside.objects.get(run=run).code == "no_amount"
