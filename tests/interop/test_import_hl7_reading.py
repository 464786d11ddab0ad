"""HL7 v2 reading: whatever the bytes are, each message is read or told, with segment and field, why not."""

import datetime
import os
from decimal import Decimal
from pathlib import Path

import hl7
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db import as_job
from core.models import User
from interop.hl7v2 import codes
from interop.hl7v2.ack import answer
from interop.hl7v2.faults import Fault, Place
from interop.hl7v2.read import STANDARD, Raw, messages_of, parse, unescape
from interop.hl7v2.results import limits, value_of
from interop.hl7v2.run import Import, payload_of, raw_of
from interop.hl7v2.taking import Taken
from interop.hl7v2.times import parse_moment
from tests.clinical import factories as chart
from tests.interop.hl7_files import message, msh, obr, obx, segment

DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
SAMPLES = DATA / "hl7v2"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="KPCARE_DATA holds no hl7v2")
PERSON = segment("PID", f3="1^^^Bay^MR", f5="Okafor^Ada", f7="19800101", f8="F")


def first(data: bytes | str, charset: str = ""):
    found, faults = messages_of(data.encode() if isinstance(data, str) else data)
    assert not faults
    return parse(found[0], charset)


def fault_of(data: bytes | str) -> Fault:
    with pytest.raises(Fault) as raised:
        first(data)
    return raised.value


# --- Files and batches ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r\n"])
def test_line_ends_are_what_the_sender_has(end):
    data = end.join([msh(), PERSON, obr(), obx("4.2"), msh(), PERSON]) + end
    found, faults = messages_of(data.encode())
    assert ([len(raw.lines) for raw in found], faults) == ([4, 2], [])


def test_a_batch_is_its_messages_and_its_counts_are_looked_at():
    def batch(messages: str, batches: str = "1") -> bytes:
        lines = ["FHS|^~\\&|A", "BHS|^~\\&|A", msh(), PERSON, msh(), PERSON, f"BTS|{messages}", f"FTS|{batches}"]
        return "\r".join(lines).encode()

    found, faults = messages_of(batch("2"))
    assert ([len(raw.lines) for raw in found], faults) == ([2, 2], [])
    found, faults = messages_of(batch("3"))
    assert (len(found), [fault.code for _, fault in faults]) == (2, ["batch_count"])
    found, faults = messages_of(batch("2", "4"))
    assert (len(found), [str(fault.place) for _, fault in faults]) == (2, ["segment 1 (FTS-1)"])
    found, faults = messages_of("\r".join(["BHS|^~\\&|A", msh(), PERSON]).encode())
    assert (len(found), [fault.code for _, fault in faults]) == (1, ["not_closed"])


def test_a_file_without_a_message_says_so():
    _, faults = messages_of(b"%PDF-1.7\nnot at all")
    assert [fault.code for _, fault in faults] == ["not_hl7"]


def test_frames_of_the_wire_and_marks_of_byte_order_are_left_out():
    text = message(PERSON)
    for data in (b"\x0b" + text.encode() + b"\x1c\r", b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        assert first(data).one("PID").text(5, 2) == "Ada"


# --- Character sets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "encoding"),
    [
        ("", "utf-8"),
        ("UNICODE UTF-8", "utf-8"),
        ("8859/1", "latin-1"),
        ("8859/15", "iso-8859-15"),
        ("8859/1~ISO IR87", "latin-1"),
    ],
)
def test_names_are_read_in_the_character_set_of_msh_18(named, encoding):
    text = message(msh(f18=named), segment("PID", f5="Muñoz^José"))
    assert first(text.encode(encoding)).one("PID").field(5)(1) == "Muñoz"


def test_bytes_of_another_character_set_are_never_guessed():
    data = message(segment("PID", f5="Muñoz^José")).encode("latin-1")
    found = fault_of(data)
    assert (found.code, str(found.place), found.is_rejected) == ("charset", "segment 2 (PID)", True)
    assert first(data, "latin-1").one("PID").text(5) == "Muñoz"
    assert fault_of(message(msh(f18="ISO IR87"), PERSON)).place == Place(1, "MSH", 1, 18)


# --- Segments, fields, escapes --------------------------------------------------------------------------------------


def test_other_delimiters_are_those_that_the_header_states():
    text = "MSH#*!?%#LIS#Lab###20260302##ADT*A08#X#P#2.5.1\rPID###1!2***Bay%2.16%ISO##Ok?F?afor*Ada\r"
    found = first(text)
    assert found.one("PID").text(5) == "Ok#afor"
    assert [one(1) for one in found.one("PID").repetitions(3)] == ["1", "2"]
    assert found.one("PID").repetitions(3)[1](4, 2) == "2.16"


@pytest.mark.parametrize("header", ["MSH|^~|A", "MSH|^^\\&|A", "MSHA^~\\&|B", "MSH", "MSH|", "MSH|abcd|A"])
def test_a_header_whose_signs_cannot_be_is_rejected(header):
    found = fault_of(f"{header}\r{PERSON}")
    assert (found.code, found.place.segment, found.is_rejected) == ("delimiters", "MSH", True)


@pytest.mark.parametrize("line", ["PID,1,2", "a line of a text", "pid|1", "P", "OBXX|1"])
def test_what_is_no_segment_is_told_with_its_number(line):
    found = fault_of(message(msh(), PERSON, line))
    assert (found.code, found.place.number) == ("segment", 3)


def test_control_characters_are_no_text():
    assert fault_of(message(msh(), "PID|1|\x00")).code == "not_text"
    assert fault_of(message(msh(), "PID|1|\\X00\\")).code == "not_text"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"),
        ("one\\.br\\two\\.sp2\\three", "one\ntwo\n\nthree"),
        ("\\H\\bold\\N\\", "bold"),
        ("Mu\\XC3B1\\oz", "Muñoz"),
        ("caf\\XE9\\", "café"),
        ("C:\\temp", "C:\\temp"),
        ("\\Zown\\kept", "\\Zown\\kept"),
        ("\\XZZ\\", "\\XZZ\\"),
    ],
)
def test_escape_sequences_mean_what_the_standard_says(sent, meant):
    assert unescape(sent, STANDARD) == meant


def test_hl7s_null_is_empty():
    assert first(message(segment("PID", f5='""', f8="F"))).one("PID").text(5) == ""


# --- Values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "sent", "unit", "quantity", "comparator", "words"),
    [
        ("NM", "4.20", "mmol/L", "4.20", "", ""),
        ("NM", "<0.01", "ng/mL", "0.01", "<", ""),
        ("SN", ">=^60", "mL/min/1.73m2", "60", ">=", ""),
        ("SN", "^1^:^128", "", None, "", "1:128"),
        ("SN", "^2^-^4", "", None, "", "2-4"),
        ("ST", "7.1", "%", "7.1", "", ""),
        ("ST", "7.1", "", None, "", "7.1"),
        ("TX", "one~two", "", None, "", "one\ntwo"),
        ("CWE", "260385009^Negative^SCT", "", None, "", "Negative"),
        ("CE", "POS^Positive^L", "", None, "", "Positive"),
    ],
)
def test_values_of_every_type_that_is_taken(kind, sent, unit, quantity, comparator, words):
    found = value_of(first(message(PERSON, obx(sent, kind=kind, unit=unit))).one("OBX"))
    assert (found.quantity, found.comparator, found.text) == (
        Decimal(quantity) if quantity else None,
        comparator,
        words,
    )


@pytest.mark.parametrize(
    ("kind", "sent", "unit", "code", "place"),
    [
        ("NM", "high", "mmol/L", "number", 5),
        ("NM", "1,5", "mmol/L", "number", 5),
        ("NM", "NaN", "mmol/L", "number", 5),
        ("NM", "4.2", "furlong", "unit", 6),
        ("SN", "about^4", "mmol/L", "number", 5),
        ("ED", "^application^pdf^Base64^JVBERi0=", "", "value_type", 2),
    ],
)
def test_a_value_that_cannot_be_taken_names_its_field(kind, sent, unit, code, place):
    with pytest.raises(Fault) as raised:
        value_of(first(message(PERSON, obx(sent, kind=kind, unit=unit))).one("OBX"))
    assert (raised.value.code, raised.value.place.field) == (code, place)
    assert sent not in raised.value.reason


def test_ranges_are_read_where_they_are_numbers():
    assert limits("3.5-5.1") == (Decimal("3.5"), Decimal("5.1"))
    assert (limits("<5"), limits(">= 60")) == ((None, Decimal(5)), (Decimal(60), None))
    assert limits("negative") == limits("5-3") == (None, None)


def test_units_are_written_as_ucum_has_them():
    found = {sent: codes.unit(sent) for sent in ("mg/dl", "K/uL", "mEq/L", "mmHg", "mm/hr", "", "mmol/L", "stone")}
    assert found == {
        "mg/dl": "mg/dL", "K/uL": "10*3/uL", "mEq/L": "meq/L", "mmHg": "mm[Hg]", "mm/hr": "mm/h", "": "",
        "mmol/L": "mmol/L", "stone": None,
    }  # fmt: skip
    assert codes.unit("{stone}", "UCUM") == "{stone}"


def test_a_loinc_is_known_by_its_check_digit():
    assert all(map(codes.is_loinc, ("2823-3", "4548-4", "29771-3", "718-7")))
    assert not any(map(codes.is_loinc, ("2823-4", "K", "28233", "12345678-1", "")))


def test_a_time_keeps_its_precision_and_takes_the_senders_offset():
    assert parse_moment("202603", "UTC").upper == datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)
    assert parse_moment("20260302", "UTC", -480).lower == datetime.datetime(2026, 3, 2, 8, tzinfo=datetime.UTC)
    assert parse_moment("202603020815+0100").lower.utcoffset() == datetime.timedelta(hours=1)
    for wrong in ("2026-03-02", "20261301", "20260302251500", "999", "00010101", "20260302+9900"):
        with pytest.raises(ValueError):
            parse_moment(wrong)


# --- Answers --------------------------------------------------------------------------------------------------------


def answered(data: str, fault: Fault | None, outcome: str = "refused") -> list[list[str]]:
    found = first(data)
    taken = Taken(found.raw, outcome, fault, found)
    return [line.split("|") for line in answer(taken).rstrip("\r").split("\r")]


def test_the_answer_names_segment_field_and_code():
    wrong = Fault("unit", "OBX-6 is no unit | at all.", Place(5, "OBX", 2, 6))
    header, msa, err = answered(message(msh(control="C9"), PERSON), wrong)
    assert (header[2:6], header[8]) == (["KPCARE", "", "LIS", "Bay Reference Lab"], "ACK^R01^ACK")
    assert msa == ["MSA", "AE", "C9"]
    assert (err[2], err[3], err[4]) == ("OBX^2^6^1", "103^Table value not found^HL70357", "E")
    assert err[8] == "OBX-6 is no unit \\F\\ at all."


def test_before_2_5_the_answer_says_it_all_in_err_1():
    _, msa, err = answered(
        message(msh(version="2.3"), PERSON), Fault("unit", "OBX-6 is no unit.", Place(5, "OBX", 2, 6))
    )
    assert (msa[3], err[1]) == ("OBX-6 is no unit.", "OBX^2^6^103&Table value not found&HL70357")


def test_a_message_that_cannot_be_read_is_answered_too():
    raw = Raw(1, [b"MSH|^~\\&|LIS|Lab|||2026||ORU^R01|C7|P|2.5.1|||||| \xff", b"PID|1"])
    taken = Taken(raw, "refused", Fault("charset", "No text.", Place(1, "MSH"), is_rejected=True))
    assert "MSA|AR|C7\r" in answer(taken)
    assert hl7.parse(answer(taken))["MSA.1"] == "AR"


def test_what_was_taken_is_answered_alike_each_time():
    _, msa = answered(message(msh(control="C8"), PERSON), None, "unchanged")
    assert msa == ["MSA", "AA", "C8"]


# --- Whatever comes -------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *("MSH|^~\\&|", "PID|", "OBR|1|", "OBX|1|NM|", "|", "^", "~", "\\", "&", "\\F\\", "\\X4", '""', "2823-3^K^LN"),
        *("4.2", "F", "\r", "\n", "BHS|", "BTS|9", "\x0b", "\x00", "ORU^R01", "2.5.1", "20260302", "ñ", "MSH", "FTS"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=40).map(lambda parts: "".join(parts).encode())))
def test_whatever_the_bytes_are_each_message_is_read_or_told_why_not(data):
    found, faults = messages_of(data)
    for raw in found:
        try:
            message = parse(raw)
            outcome = Taken(raw, "accepted", None, message)
        except Fault as fault:
            assert fault.reason.endswith(".")
            outcome = Taken(raw, "refused", fault)
        said = answer(outcome)
        assert said.startswith("MSH|^~\\&|")
        assert hl7.parse(said)["MSA.1"] in ("AA", "AE", "AR")
        again = raw_of(payload_of(raw))
        assert again is not None
        assert again.data == raw.data or b"\r" in raw.data
    assert all(fault.reason for _, fault in faults)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_text_comes_through_escaping_and_back(text):
    from interop.hl7v2.ack import escape

    found = first(message(segment("PID", f5=escape(text), f8="F")))
    assert found.one("PID").field(5)(1) == ("" if text == '""' else text)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_message_is_set_aside_and_never_raises(tmp_path, data):
    """A sound result with one place of it damaged."""
    sound = message(msh(control="H1"), PERSON, obr("", "F-1"), obx("4.2")).encode()
    at = data.draw(st.integers(0, len(sound) - 1))
    damaged = sound[:at] + data.draw(st.binary(max_size=4)) + sound[at + data.draw(st.integers(0, 6)) :]
    path = tmp_path / "damaged.hl7"
    path.write_bytes(damaged)
    user = User.objects.system("import_hl7")
    with as_job(user, reason="test"):
        system = chart.system()
    done = Import([path], by=user, system=system)
    done.execute()
    assert done.run.status == "done"
    assert done.total["accepted"] == 0, "nobody of that name is a member"


@needs_samples
@pytest.mark.django_db
def test_messages_of_real_systems_are_taken_or_told_why_not(tmp_path):
    user = User.objects.system("import_hl7")
    with as_job(user, reason="test"):
        system = chart.system()
    done = Import([SAMPLES], by=user, system=system, answers=tmp_path)
    done.execute()
    with as_job(user, reason="test"):
        codes_of = set(done.run.set_aside.values_list("code", flat=True))
    totals = done.totals()
    assert sum(totals[name] for name in ("accepted", "unchanged", "not_taken", "set_aside")) == done.run.total
    assert totals["accepted"] >= 3
    # They tell of nobody in the house, and most leave the birth date out.
    assert codes_of <= {"no_birth_date", "unknown_person"}
    assert len(list(tmp_path.glob("*.ack"))) == len(done.files)
