"""What an 834 says, loop by loop, and what is said of one that cannot be read."""

import io
from datetime import date

import pytest

from interop.x12 import enrolment, segments
from interop.x12.enrolment import Fault, MemberLoop
from tests.interop.x12_files import HEAD, interchange, member


def read(text: str):
    return list(enrolment.read(io.StringIO(text)))


def test_a_whole_member_loop():
    more = "LUI*LE*SPA**7~LUI*LE*ENG**5~NM1*31*1~N3*BOX 7~N4*RENO*NV*895010000"
    (loop,) = read(
        interchange(
            member(
                "S1", "DOE", "JANE", ssn="123456789", line1="1 MAIN ST", more=more,
                coverage="HD*021**HMO*GOLD*FAM~DTP*348*D8*20260201~DTP*349*D8*20261231~LX*1~NM1*P3*1*LEE*****XX*1234567893",
            )
        )
    )  # fmt: skip
    assert (loop.subscriber_number, loop.group_number, loop.maintenance) == ("S1", "G1", "021")
    assert (loop.name.family, loop.name.birth_date, loop.name.sex) == ("DOE", date(1980, 5, 15), "female")
    assert loop.language == "es"
    assert loop.address["line1"] == "1 MAIN ST"
    assert loop.mailing == {
        "line1": "BOX 7",
        "line2": "",
        "city": "RENO",
        "state": "NV",
        "postal_code": "89501",
        "country": "US",
    }
    (line,) = loop.lines
    assert (line.plan, line.tier, line.clinician_npi) == ("GOLD", "FAM", "1234567893")
    assert line.dates == {"348": date(2026, 2, 1), "349": date(2026, 12, 31)}


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\n\n"])
def test_line_breaks_after_segments_do_not_count(eol):
    (loop,) = read(interchange(member("S1", "DOE", "JANE"), eol=eol))
    assert loop.faults == []
    assert loop.name.given == "JANE"


def test_other_delimiters_and_a_second_interchange_with_others_again():
    one = interchange(member("S1", "DOE", "JANE"))
    other = one.replace("*", "|").replace("~", "\n").replace("^", "!").replace(":", ">")
    found = read(one + other)
    assert [loop.name.given for loop in found] == ["JANE", "JANE"]
    assert found[1].segments[0].delimiters.element == "|"


def test_a_loop_that_is_written_down_is_read_again_the_same():
    text = interchange(member("S1", "DOE", "JANE", more="DMG*D8*19800515*F**C:RET:2186-5")).replace("*", "|")
    (loop,) = read(text)
    again = enrolment.read_one(loop.raw)
    assert (again.name, again.races, again.lines[0].plan) == (loop.name, ["2106-3", "2186-5"], "GOLD")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": ""}, "no_subscriber_number"),
        ({"family": ""}, "no_name"),
        ({"born": "19801332"}, "date"),
        ({"born": "20270101"}, "birth_date"),
        ({"ins": "Y*18*999"}, "ins03"),
        ({"ins": "Q*18*021"}, "ins01"),
        ({"ins": "Y*18*001*28*A******D8*20260402"}, "death_date"),
        ({"ins": "Y*18*001*28*A******D8*19300101"}, "death_date"),
        ({"coverage": "HD*021***GOLD"}, "hd03"),
        ({"dates": "DTP*356*RD8*20260101-20260201"}, "date_format"),
    ],
)
def test_a_fault_names_its_segment_and_the_mend_and_no_value(change, code):
    values = {"number": "S1", "family": "DOE", "given": "JANE", **change}
    (loop,) = read(interchange(member(**values)))
    assert code in [fault.code for fault in loop.faults]
    for fault in loop.faults:
        assert fault.position.startswith("segment ")
        assert "DOE" not in fault.reason and "1980" not in fault.reason


def test_a_file_cut_off_sets_only_its_last_loop_aside():
    text = interchange(member("S1", "DOE", "JANE"), member("S2", "ROE", "RICK"))
    found = read(text[: text.index("DMG", text.index("ROE"))])
    assert [[fault.code for fault in loop.faults] for loop in found] == [[], ["truncated"]]


def test_a_wrong_count_and_another_transaction_set_are_told():
    text = interchange(member("S1", "DOE", "JANE"))
    wrong = text.replace("SE*", "SE*9")
    assert [f.code for f in read(wrong) if isinstance(f, Fault)] == ["segment_count"]
    assert [f.code for f in read(text.replace("ST*834", "ST*835"))] == ["not_834"]


@pytest.mark.parametrize(
    ("was", "now", "code", "where"),
    [
        ("*0001~GE", "*0002~GE", "control_number", "SE"),
        ("GE*1*1", "GE*1*2", "control_number", "GE"),
        ("GE*1*1", "GE*2*1", "envelope_count", "GE"),
        ("IEA*1*000000001", "IEA*1*000000007", "control_number", "IEA"),
        ("IEA*1*", "IEA*3*", "envelope_count", "IEA"),
        ("IEA*1*000000001~", "", "not_closed", "ISA"),
        ("005010X220A1~ST", "004010X095A1~ST", "version", "GS"),
    ],
)
def test_an_envelope_that_does_not_agree_is_told_and_its_loops_are_read(was, now, code, where):
    text = interchange(member("S1", "DOE", "JANE"))
    assert was in text
    found = read(text.replace(was, now))
    assert [loop.name.given for loop in found if isinstance(loop, MemberLoop)] == ["JANE"]
    (fault,) = [item for item in found if isinstance(item, Fault)]
    assert fault.code == code
    assert fault.position.endswith(f", {where}")


@pytest.mark.parametrize("text", ["", "   \n", "hello", "ISA*00*short~", HEAD[:60]])
def test_what_is_no_interchange_is_said_so(text):
    with pytest.raises(segments.NotX12):
        read(text)


def test_the_reader_holds_no_more_than_a_chunk():
    loops = [member(f"S{n}", "DOE", "JANE") for n in range(3000)]
    seen = 0
    for loop in enrolment.read(io.StringIO(interchange(*loops))):
        assert isinstance(loop, MemberLoop)
        seen += 1
    assert seen == 3000
