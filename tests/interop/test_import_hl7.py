"""HL7 v2 results in: what a laboratory sends is filed once, for the right person, as its screens would have it."""

import datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clinical.models import CodingRole, DiagnosticReport, Observation, Task
from core.db import acting_as, as_job
from core.models import AuditEvent, OutboxMessage, User
from interop.actions import replay_run
from interop.hl7v2.run import Import
from interop.models import ImportRun, SetAside
from labs.actions import specimens
from labs.models import LabOrder, LabResult, LabTest, ResultMismatch, Specimen
from members.actions import decide_match
from members.models import MatchReview, Member, MemberIdentifier
from tests.interop.hl7_files import message, msh, obr, obx, pid, save, segment
from tests.labs import factories
from tests.labs.factories import arranging

pytestmark = pytest.mark.django_db


class EarlierOrders(factories.Laboratory):
    """Our orders were placed on the day before the messages' specimens were taken."""

    def order(self, *args, **kwargs) -> LabOrder:
        return self.placed(super().order(*args, **kwargs), datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC))


@pytest.fixture
def lab():
    return EarlierOrders()


@pytest.fixture
def user() -> User:
    return User.objects.system("import_hl7")


@pytest.fixture
def take(tmp_path, lab, user):
    """Write messages to a file and import it; returns the finished `Import`."""

    def run(*messages: str | bytes, name: str = "results.hl7", system=None) -> Import:
        done = Import([save(tmp_path, name, *messages)], by=user, system=system or lab.system)
        done.execute()
        return done

    return run


@pytest.fixture
def everything(lab):
    with arranging():
        yield


def standing(run: Import) -> list[tuple[str, str]]:
    """Code and sentence of what the run set aside."""
    return list(run.run.set_aside.filter(status="open").order_by("id").values_list("code", "reason"))


# --- Our own orders -------------------------------------------------------------------------------------------------


def test_a_result_of_our_order_goes_through_the_bench_into_the_chart(lab, take, everything):
    order = lab.order()

    run = take(message(pid(lab.maria), obr(str(order.pk)), obx("4.24")))

    assert (run.totals()["accepted"], run.set_aside) == (1, 0)
    order.refresh_from_db()
    result = LabResult.objects.get()
    assert (order.status, result.status, result.value_quantity) == ("released", "final", Decimal("4.2"))
    assert result.specimen.collected_at == datetime.datetime(2026, 3, 2, 16, 15, tzinfo=datetime.UTC)
    found = Observation.objects.get()
    assert (found.status, found.interpretation, found.low, found.high) == ("final", "N", Decimal("3.5"), Decimal("5.1"))
    assert found.codings.get(role=CodingRole.CODE).concept.code == "2823-3"
    assert OutboxMessage.objects.filter(member_id=lab.maria.pk, template="result_waiting").count() == 2
    verbs = set(AuditEvent.objects.filter(verb__startswith="labs.").values_list("verb", flat=True))
    assert verbs >= {"labs.collect_specimen", "labs.enter_result", "labs.release_result"}


@pytest.mark.parametrize("named", ["order", "request", "hex", "tube in OBR-2", "tube in SPM-2"])
def test_the_order_is_known_by_its_number_its_requests_or_its_tubes(lab, take, everything, named):
    order = lab.order()
    tube = lab.collected(order)
    numbers = {"order": str(order.pk), "request": str(order.request_id), "hex": order.pk.hex, "tube in OBR-2": tube}
    spm = [segment("SPM", f1="1", f2=f"{tube}^L-77", f4="SER")] if named == "tube in SPM-2" else []
    take(message(pid(lab.maria, mrn=""), obr(numbers.get(named, "")), obx("4.2"), *spm))
    order.refresh_from_db()
    assert order.status == "released"
    assert Observation.objects.count() == 1


def test_preliminary_waits_at_the_bench_and_final_releases_it(lab, take, everything):
    order = lab.order()
    take(message(pid(lab.maria), obr(str(order.pk)), obx("4.1", status="P")), name="p.hl7")
    order.refresh_from_db()
    assert (order.status, Observation.objects.count()) == ("resulted", 0)
    take(message(pid(lab.maria), obr(str(order.pk)), obx("4.3")), name="f.hl7")
    assert Observation.objects.get().value_quantity == Decimal("4.3")
    late = take(message(pid(lab.maria), obr(str(order.pk)), obx("4.1", status="P")), name="late.hl7")
    assert (late.totals()["unchanged"], Observation.objects.count()) == (1, 1)


@pytest.mark.parametrize("status", ["C", "F"])
def test_another_value_corrects_what_was_released(lab, take, everything, status):
    order = lab.order()
    take(message(pid(lab.maria), obr(str(order.pk)), obx("6.9")), name="one.hl7")
    note = segment("NTE", f1="1", f3="Haemolysis seen later")
    run = take(message(pid(lab.maria), obr(str(order.pk)), obx("4.4", status=status), note), name="two.hl7")
    assert run.totals()["changed"] == 1
    readable = Observation.objects.filter(status__in=("final", "corrected")).get()
    assert (readable.value_quantity, readable.status, readable.corrects.status) == (
        Decimal("4.4"), "corrected", "entered-in-error",
    )  # fmt: skip
    assert DiagnosticReport.objects.get(status="corrected").conclusion == "Haemolysis seen later"


def test_a_withdrawn_result_leaves_the_chart_and_the_order_waits_again(lab, take, everything):
    order = lab.order()
    take(message(pid(lab.maria), obr(str(order.pk)), obx("6.9")), name="one.hl7")
    take(message(pid(lab.maria), obr(str(order.pk)), obx("", status="W")), name="two.hl7")
    order.refresh_from_db()
    order.request.refresh_from_db()
    assert (order.status, order.request.status) == ("ordered", "active")
    assert Observation.objects.get().status == "entered-in-error"
    assert not LabResult.objects.released().exists()
    kinds = dict(Task.objects.values_list("kind", "status"))
    assert kinds == {"critical_result": "cancelled", "result_withdrawn": "requested"}
    take(message(pid(lab.maria), obr(str(order.pk)), obx("4.0")), name="three.hl7")
    assert Observation.objects.get(status="final").value_quantity == 4


def test_a_test_that_could_not_be_done_sends_the_order_back_to_collection(lab, take, everything):
    order = lab.order()
    note = segment("NTE", f3="Quantity not sufficient")
    take(message(pid(lab.maria), obr(str(order.pk)), obx("", status="X"), note))
    order.refresh_from_db()
    assert (order.status, order.specimens.get().rejected_reason) == ("ordered", "Quantity not sufficient")
    assert not Observation.objects.exists()


def test_a_report_without_results_that_none_can_be_had_does_so_too(lab, take, everything):
    order = lab.order()
    lab.collected(order)
    take(message(pid(lab.maria), obr(str(order.pk), f25="X"), segment("NTE", f3="Clotted")))
    order.refresh_from_db()
    assert (order.status, order.specimens.get().rejected_reason) == ("ordered", "Clotted")


def test_the_laboratorys_own_alarm_counts_where_it_is_louder_than_our_range(lab, take, everything):
    order = lab.order()
    take(message(pid(lab.maria), obr(str(order.pk)), obx("6.0", f8="HH")))
    assert (LabResult.objects.get().is_critical, Task.objects.get().kind) == (True, "critical_result")


@pytest.mark.parametrize(("value", "kind", "flag"), [("<^2.0", "SN", "LL"), (">9", "NM", "HH"), ("<4", "NM", "")])
def test_beyond_what_is_measured_keeps_its_sign(lab, take, everything, value, kind, flag):
    order = lab.order()
    take(message(pid(lab.maria), obr(str(order.pk)), obx(value, kind=kind)))
    found = Observation.objects.get()
    assert (found.value_comparator, found.interpretation) == (value[0], flag)
    assert found.value_quantity == Decimal(value[-1] if kind == "NM" else "2.0")


def test_a_home_kit_is_received_by_its_result(lab, take, everything):
    order = lab.order(lab.fit)
    with acting_as(lab.tom, reason="test"):
        specimens.mail_kit(by=lab.tom, order=order)
    stool = "29771-3^Occult blood^LN"
    take(message(pid(lab.maria), obr(str(order.pk), test=stool), obx("260385009^Negative^SCT", stool, "CWE", "")))
    order.refresh_from_db()
    result = LabResult.objects.get()
    assert (order.status, result.value_text, result.flag) == ("released", "negative", "N")


def test_our_catalogues_own_code_names_the_test_of_our_order(lab, take, everything):
    order = lab.order()
    take(message(pid(lab.maria), obr(str(order.pk), test="K^Potassium^L"), obx("4.2", "K^Potassium^L")))
    assert LabResult.objects.get().test == lab.potassium


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("another person", "order_mismatch"),
        ("another test", "other_test"),
        ("another unit", "unit"),
        ("no record number", "identity"),
        ("cancelled", "stage"),
        ("no number", "number"),
    ],
)
def test_what_does_not_fit_the_order_is_set_aside_and_nothing_is_written(lab, take, everything, case, code):
    order = lab.order()
    whose = lab.pedro if case == "another person" else lab.maria
    person = pid(whose, mrn="" if case == "no record number" else None)
    result = {
        "another test": obx("5.0", "2345-7^Glucose^LN", unit="mg/dL"),
        "another unit": obx("4.2", unit="mg/dL"),
        "no number": obx("high"),
    }.get(case, obx("4.2"))
    if case == "cancelled":
        LabOrder.objects.filter(pk=order.pk).update(status="cancelled")
    run = take(message(person, obr(str(order.pk)), result))
    assert [found for found, _ in standing(run)] == [code]
    assert not LabResult.objects.exists()
    assert not Observation.objects.exists()


def test_a_tube_of_another_order_is_refused_and_kept_for_the_laboratory(lab, take, everything):
    marias, pedros = lab.order(), lab.order(member=lab.pedro)
    lab.collected(marias)
    tube = lab.collected(pedros)
    sent = message(pid(lab.maria), obr(str(marias.pk)), obx("4.0"), segment("SPM", f2=f"{tube}^X"))
    run = take(sent)
    assert [code for code, _ in standing(run)] == ["mismatch"]
    assert (ResultMismatch.objects.get().accession, LabResult.objects.count()) == (tube, 0)
    replay_run(run.run, by=run.by)
    assert ResultMismatch.objects.count() == 1


# --- Other laboratories ---------------------------------------------------------------------------------------------


def test_an_unsolicited_result_becomes_a_fact_of_the_chart_with_its_laboratory(lab, take, everything):
    sent = message(
        pid(lab.maria),
        obr("", "F-900", "24323-8^Metabolic panel^LN", f22="20260302180000-0800"),
        obx("5.6", f7="3.5-5.1", f8="H", f15="^Bay Reference Lab"),
        segment("NTE", f3="Slightly haemolysed"),
        obx("^Yellow", "5778-6^Colour of urine^LN", "CE", ""),
        obx("Second line follows.", "11502-2^Report^LN", "TX", ""),
        obx("The end.", "11502-2^Report^LN", "TX", ""),
        segment("SPM", f1="1", f2="^S-5", f4="SER"),
    )  # fmt: skip
    take(sent)
    potassium = Observation.objects.get(codings__concept__code="2823-3", codings__role=CodingRole.CODE)
    assert (potassium.member, potassium.value_quantity, potassium.value_unit) == (lab.maria, Decimal("5.6"), "mmol/L")
    assert (potassium.low, potassium.high, potassium.interpretation) == (Decimal("3.5"), Decimal("5.1"), "H")
    assert (potassium.performing_laboratory, potassium.status) == ("Bay Reference Lab", "final")
    assert potassium.source_id == "observation|F-900|S-5|2823-3"
    assert potassium.recorded_at == datetime.datetime(2026, 3, 3, 2, tzinfo=datetime.UTC)
    text = Observation.objects.get(codings__concept__code="11502-2")
    assert text.value_text == "Second line follows.\nThe end."
    report = DiagnosticReport.objects.get()
    assert (len(report.observations), report.conclusion) == (3, "Potassium: Slightly haemolysed")
    task = Task.objects.get()
    assert (task.kind, task.owner, task.priority) == ("outside_result", lab.chen.user, "urgent")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        # Analysed, else reported, else sent: it was taken before each of them.
        ({"obx": {"f19": "20260302190000-0800"}, "obr": {"f22": "20260303080000-0800"}}, "2026-03-03T03:00:00+00:00"),
        ({"obr": {"f22": "20260303080000-0800"}}, "2026-03-03T16:00:00+00:00"),
        ({}, "2026-03-02T18:15:00+00:00"),
    ],
)
def test_a_result_that_does_not_say_when_it_was_taken_was_so_by_then(lab, take, everything, more, expected):
    header = msh(m7="20260302101500-0800")
    sent = [pid(lab.maria), obr("", "F-970", at="", **more.get("obr", {})), obx("4.4", **more.get("obx", {}))]
    take(message(header, *sent))
    again = take(message(msh(m7="20260401080000-0700"), *sent), name="again.hl7")

    found = Observation.objects.get()
    assert found.effective.lower.isoformat() == expected
    assert "names no time of collection" in DiagnosticReport.objects.get().conclusion
    assert again.totals()["unchanged"] == 1, "sent again it came no later"


def test_a_result_without_any_day_is_set_aside_until_the_sender_gives_one(lab, take, everything):
    run = take(message(msh(m7=""), pid(lab.maria), obr("", "F-971", at=""), obx("4.4")))

    ((code, reason),) = standing(run)
    assert code == "date" and "Nothing says when it was" in reason and "replay" in reason
    assert not Observation.objects.exists()
    mended = take(message(msh(m7=""), pid(lab.maria), obr("", "F-971"), obx("4.4")), name="mended.hl7")
    assert mended.totals()["accepted"] == 1


def test_a_sender_whose_clock_is_far_ahead_does_not_date_a_result(lab, take, everything):
    run = take(message(msh(m7="20990101080000-0800"), pid(lab.maria), obr("", "F-972", at=""), obx("4.4")))

    ((code, reason),) = standing(run)
    assert code == "date" and "MSH-7" in reason


def test_the_member_and_the_physician_see_it(client, lab, take):
    take(message(pid(lab.maria), obr("", "F-901"), obx("4.7", f7="3.5-5.1")))
    client.force_login(lab.maria.user)
    assert "4.7" in client.get("/results/").content.decode()
    client.force_login(lab.chen.user)
    assert "4.7" in client.get(f"/staff/chart/{lab.maria.pk}/").content.decode()


def test_preliminary_final_corrected_and_withdrawn_are_one_result(lab, take, everything):
    def send(value: str, status: str) -> dict:
        sent = message(pid(lab.maria), obr("", "F-902"), obx(value, status=status))
        return take(sent, name=f"{status}{value}.hl7").totals()

    assert send("4.1", "P")["accepted"] == 1
    assert send("4.2", "P")["changed"] == 1
    assert send("4.2", "F")["changed"] == 1
    assert Observation.objects.get().status == "final"
    assert send("4.0", "P")["unchanged"] == 1
    assert send("4.9", "C")["changed"] == 1
    new, old = Observation.objects.get(status="corrected"), Observation.objects.get(status="entered-in-error")
    assert (new.value_quantity, new.corrects, new.source_id) == (Decimal("4.9"), old, "observation|F-902||2823-3")
    reports = {one.status: one for one in DiagnosticReport.objects.all()}
    assert len(reports) == DiagnosticReport.objects.count() == 2
    corrected = next(one for status, one in reports.items() if status != "entered-in-error")
    assert (corrected.observations, corrected.corrects) == ([str(new.pk)], reports["entered-in-error"])
    assert reports["entered-in-error"].observations == [str(old.pk)], "as it was read"
    assert send("", "D")["changed"] == 1
    assert set(Observation.objects.values_list("status", flat=True)) == {"entered-in-error"}
    assert send("", "X")["unchanged"] == 1


@pytest.mark.parametrize("is_ours", [True, False], ids=["our order", "nobody's order"])
@pytest.mark.parametrize("value", ["-5", "42", "400"])
def test_a_value_that_nobody_has_is_set_aside_with_its_segment_until_the_sender_mends_it(
    lab, take, everything, value, is_ours
):
    LabTest.objects.filter(code="K").update(least="0.5", most="20")
    placer = str(lab.order().pk) if is_ours else ""

    run = take(message(pid(lab.maria), obr(placer), obx(value)))

    ((code, reason),) = standing(run)
    assert code == "value"
    assert "0.5 to 20 mmol/L" in reason
    assert value not in reason.removeprefix("OBX-5")
    assert run.run.set_aside.get().position.endswith("(OBX-5)")
    assert not Observation.objects.exists() and not LabResult.objects.exists()
    assert take(message(pid(lab.maria), obr(placer), obx("4.2")), name="mended.hl7").set_aside == 0
    assert Observation.objects.get().value_quantity == Decimal("4.2")


@pytest.mark.parametrize("at", ["19000101000000+0000", "20260225081500-0800"], ids=["before birth", "before the order"])
def test_a_specimen_of_another_time_is_set_aside(lab, take, everything, at):
    run = take(message(pid(lab.maria), obr(str(lab.order().pk), at=at), obx("4.2")))

    assert [code for code, _ in standing(run)] == ["date"]
    assert run.run.set_aside.get().position.endswith("(OBR-7)")
    assert not Specimen.objects.exists()


def test_another_laboratorys_result_is_of_the_persons_life(lab, take, everything):
    run = take(message(pid(lab.maria), obr(at="19000101000000+0000"), obx("4.2")))

    assert [code for code, _ in standing(run)] == ["date"]
    assert not Observation.objects.exists()


def test_a_local_code_is_set_aside_and_says_what_is_missing(lab, take, everything):
    run = take(message(pid(lab.maria), obr("", "F-903"), obx("4.2", "K1^Kalium^L")))
    ((code, reason),) = standing(run)
    assert (code, "LOINC" in reason, "4.2" in reason) == ("local_code", True, False)
    assert run.run.set_aside.get().position.endswith("message 1, segment 4 (OBX-3)")


def test_a_table_of_the_senders_codes_mends_it_for_that_sender_alone(lab, take, everything, tmp_path):
    local = message(pid(lab.maria), obr("", "F-903"), obx("4.2", "K1^Kalium^L"))
    run = take(local)
    table = tmp_path / "codes.csv"
    table.write_text("application,facility,system,code,loinc,name\nLIS,Bay Reference Lab,L,K1,2823-3,Potassium\n")
    out = StringIO()
    call_command("load_local_codes", table, organization=lab.system.name, stdout=out)
    assert out.getvalue().startswith("1 codes added, 0 changed, 0 as they were, 0 set aside.")

    assert replay_run(run.run, by=run.by) == (1, 0)
    codes = Observation.objects.get().codings.filter(role=CodingRole.CODE).values_list("concept__code", flat=True)
    assert set(codes) == {"2823-3", "K1"}
    other = message(msh(f4="Elsewhere"), pid(lab.maria), obr("", "F-903"), obx("4.2", "K1^Kalium^L"))
    assert [code for code, _ in standing(take(other, name="other.hl7"))] == ["local_code"]


def test_a_table_with_a_wrong_line_says_which(lab, tmp_path):
    table = tmp_path / "codes.csv"
    table.write_text("code,loinc\nK1,2823-4\nK2,2823-3\n,2823-3\n")
    err = StringIO()
    with pytest.raises(CommandError, match="set aside"):
        call_command("load_local_codes", table, organization=lab.system.name, stdout=StringIO(), stderr=err)
    assert [line.partition(":")[0] for line in err.getvalue().splitlines()] == ["line 2", "line 4"]
    table.write_text("something,else\n1,2\n")
    with pytest.raises(CommandError, match="names no column"):
        call_command("load_local_codes", table, organization=lab.system.name)


def test_a_labelled_result_is_hidden_and_not_announced(lab, take, everything):
    orc = segment("ORC", f1="RE", f3="F-904", f28="HIV")
    take(
        message(
            pid(lab.maria),
            orc,
            obr("", "F-904", "56888-1^HIV^LN"),
            obx("260415000^ND^SCT", "56888-1^HIV^LN", "CWE", ""),
        )
    )
    assert Observation.objects.get().sensitivity == 16
    assert not OutboxMessage.objects.exists()


# --- Who ------------------------------------------------------------------------------------------------------------


def test_somebody_unknown_is_no_member_by_a_result(lab, take, everything):
    before = Member.objects.count()
    stranger = pid(None, f3="77^^^Bay&2.16.1&ISO", f5="Okafor^Ada", f7="19800101", f8="F")
    assert [code for code, _ in standing(take(message(stranger, obr(), obx("4.2"))))] == ["unknown_person"]
    assert Member.objects.count() == before


def test_who_may_be_somebody_we_know_is_decided_by_a_person_and_replayed(lab, take, everything):
    run = take(message(pid(lab.maria, mrn=""), obr("", "F-905"), obx("4.2")))
    assert [code for code, _ in standing(run)] == ["match_review"]
    review = MatchReview.objects.get()
    assert (review.managing_organization, review.incoming["family"]) == (lab.system, "Alvarez")
    assert replay_run(run.run, by=run.by) == (0, 1)
    assert MatchReview.objects.count() == 1

    decide_match(review, by=lab.chen.user, member=lab.maria)
    assert replay_run(run.run, by=run.by) == (1, 0)
    assert Observation.objects.get().member == lab.maria
    assert run.run.set_aside.get().status == SetAside.Status.REPLAYED


def test_an_identifier_names_somebody_only_where_name_and_birth_date_agree(lab, take, everything):
    MemberIdentifier.objects.create(member=lab.maria, system="urn:oid:2.16.1", value="77")
    number = {"f3": "77^^^Bay&2.16.1&ISO^MR"}
    take(message(pid(lab.maria, mrn="", **number), obr("", "F-906"), obx("4.2")), name="a.hl7")
    assert Observation.objects.get().member == lab.maria
    run = take(message(pid(lab.pedro, mrn="", **number, f7="19500101"), obr("", "F-907"), obx("4.2")), name="b.hl7")
    assert [code for code, _ in standing(run)] == ["identity"]


def test_a_record_number_and_birth_date_stand_a_new_family_name(lab, take, everything):
    take(message(pid(lab.maria, f5="Zubiri^Maria"), obr("", "F-920"), obx("4.2")))
    assert Observation.objects.get().member == lab.maria


def test_a_record_number_of_somebody_else_does_not_win_over_name_and_birth_date(lab, take, everything):
    run = take(message(pid(lab.maria, mrn=lab.pedro.mrn, f7="19310101"), obr("", "F-908"), obx("4.2")))
    assert [code for code, _ in standing(run)] == ["unknown_person"]
    assert not Observation.objects.exists()


def test_two_systems_never_meet(lab, take, everything, user):
    theirs = factories.chart.member(lab.other_system, "Maria", "Alvarez", with_account=False)
    run = take(message(pid(theirs), obr("", "F-909"), obx("4.2")))
    assert not Observation.objects.filter(member=theirs).exists()
    assert standing(run)
    named = take(message(msh(f6=lab.other_system.name), pid(lab.maria), obr("", "F-910"), obx("4.2")), name="o.hl7")
    assert [code for code, _ in standing(named)] == ["other_system"]
    own = take(message(pid(theirs), obr("", "F-911"), obx("4.2")), name="own.hl7", system=lab.other_system)
    assert own.set_aside == 0
    assert Observation.objects.get().member == theirs


# --- Once, again, and who sees it -----------------------------------------------------------------------------------


def test_the_same_again_changes_nothing(lab, take, everything):
    order = lab.order()
    sent = [
        message(pid(lab.maria), obr(str(order.pk)), obx("4.2")),
        message(pid(lab.maria), obr("", "F-912"), obx("4.2")),
    ]
    first = take(*sent)
    before = (Observation.objects.count(), LabResult.objects.count(), OutboxMessage.objects.count())
    second = take(*sent)
    assert second.run == first.run
    renamed = take(*sent, message(msh("ORU^R01"), pid(lab.maria), obr("", "F-912"), obx("4.2")), name="more.hl7")
    assert renamed.totals() == {"accepted": 0, "changed": 0, "unchanged": 3, "not_taken": 0, "set_aside": 0}
    assert (Observation.objects.count(), LabResult.objects.count(), OutboxMessage.objects.count()) == before


def test_the_same_control_number_with_another_content_is_another_message(lab, take, everything):
    for value in ("4.2", "4.4"):
        take(message(msh(control="SAME"), pid(lab.maria), obr("", f"F-{value}"), obx(value)), name=f"{value}.hl7")
    assert Observation.objects.count() == 2


def test_what_was_set_aside_is_taken_when_the_files_come_again_after_the_mend(lab, take, everything):
    theirs = message(pid(lab.maria, f7="19740212"), obr("", "F-913"), obx("4.2"))
    run = take(theirs)
    assert run.set_aside == 1
    Member.objects.filter(pk=lab.maria.pk).update(birth_date="1974-02-12")
    again = take(theirs)
    assert (again.run, again.set_aside, ImportRun.objects.count()) == (run.run, 0, 1)
    assert again.run.counts["accepted"] == 1


def test_one_bad_message_never_stops_the_others(lab, take, everything):
    run = take(
        message(pid(lab.maria), obr("", "F-914"), obx("4.2")),
        b"MSH|^~\\&|A|B|||2026||ORU^R01|X1|P|2.5\rPID|1|\xff\xfe\r",
        message(pid(lab.maria), obr("", "F-915"), obx("4.3")),
    )
    assert (run.totals()["accepted"], [code for code, _ in standing(run)]) == (2, ["charset"])


def test_a_fault_of_ours_stops_no_other_message_and_tells_nothing(lab, take, everything, monkeypatch, caplog):
    from interop.hl7v2 import taking

    def broken(work):
        if work.message.one("PID").text(3) == lab.pedro.mrn:
            raise ZeroDivisionError("Alvarez 4.2")
        return "accepted"

    monkeypatch.setitem(taking.HANDLERS, "ORU", {"R01": broken})
    run = take(message(pid(lab.pedro), obr(), obx("4.2")), message(pid(lab.maria), obr(), obx("4.2")))
    ((code, reason),) = standing(run)
    assert (code, "ZeroDivisionError" in reason, "4.2" in reason) == ("internal", True, False)
    assert run.totals()["accepted"] == 1
    assert "Alvarez" not in caplog.text


def test_a_person_of_the_system_sees_the_run_and_the_message_as_sent(client, lab, take):
    run = take(message(pid(lab.maria), obr("", "F-916"), obx("4.2", "K1^Kalium^L")), message(msh("ZZZ^Z01"), "PID|1"))
    admin = factories.chart.account("Ad Min")
    with arranging():
        factories.chart.role(admin, "plan_administrator", lab.system)
        row = run.run.set_aside.get()
    client.force_login(admin)
    page = client.get(f"/staff/imports/{run.run.pk}/")
    assert "local_code" in page.content.decode() or "LOINC" in page.content.decode()
    figures = {str(figure["label"]): figure["value"] for figure in page.context["figures"]}
    assert (figures["Records in the file"], figures["Not taken"], figures["Waiting"]) == (2, 1, 1)
    lines = client.get(f"/staff/imports/{run.run.pk}/set-aside/{row.pk}/").context["lines"]
    assert [line[:3] for line in lines] == ["MSH", "PID", "OBR", "OBX"]
    outsider = factories.chart.account("Out Sider")
    with arranging():
        factories.chart.role(outsider, "plan_administrator", lab.other_system)
    client.force_login(outsider)
    assert client.get(f"/staff/imports/{run.run.pk}/").status_code == 404


def test_only_the_interface_in_a_job_may_file_results_without_a_role(lab):
    from core.permissions import may
    from labs.permissions import INTERFACE

    account = User.objects.system(INTERFACE)
    with acting_as(account, reason="test"):
        assert not may(account, "labs.file_outside_result", lab.maria)
    with as_job(account, reason="test"):
        assert may(account, "labs.file_outside_result", lab.maria)
    for other in (User.objects.system("prevention"), lab.chen.user):
        with as_job(other, reason="test"):
            assert not may(other, "labs.file_outside_result", lab.maria)


# --- The command ----------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_taken_and_ends_with_1_where_something_was_set_aside(lab, tmp_path):
    good = message(pid(lab.maria), obr("", "F-917"), obx("4.2"))
    bad = message(pid(lab.maria), obr("", "F-918"), obx("4.2", "K1^Kalium^L"))
    folder, answers = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    save(folder, "a.hl7", good, bad, message(msh("SIU^S12"), "PID|1"))
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("import_hl7", folder, organization=lab.system.name, answers=answers, stdout=out)
    assert ended.value.code == 1
    told = out.getvalue()
    assert "accepted / set aside: 1 / 1" in told
    assert "a.hl7, file 1" in told
    assert "SIU^S12" in told
    assert "4.2" not in told
    codes = [line for line in (answers / "a.hl7.ack").read_bytes().decode().split("\r") if line.startswith("MSA")]
    assert [line.split("|")[1] for line in codes] == ["AA", "AE", "AR"]
    again = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_hl7", folder, organization=lab.system.name, stdout=again)
    assert again.getvalue().startswith("These files were taken before")
    out = StringIO()
    call_command("import_hl7", save(tmp_path, "b.hl7", good), organization=lab.system.name, stdout=out)
    assert "accepted / set aside: 1 / 0" in out.getvalue()


def test_with_two_systems_the_command_asks_which(lab, tmp_path):
    path = save(tmp_path, "a.hl7", message(pid(lab.maria), obr(), obx("4.2")))
    with pytest.raises(CommandError, match="more than one system"):
        call_command("import_hl7", path)
    with pytest.raises(CommandError, match="no system with the id or name"):
        call_command("import_hl7", path, organization="Nowhere")
