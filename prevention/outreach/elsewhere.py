"""Done elsewhere: the member says so, somebody looks at it, and the fact that closes the gap is written as reported."""

import datetime
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinical.actions.immunizations import record_immunization
from clinical.actions.tasks import create_task
from clinical.coding import CVX, LOINC, OBSERVATION_CATEGORY, SNOMED, add_codings, concepts
from clinical.models import CodingRole, Document, Fact, Observation, Procedure, Task
from core import audit
from core.models import User
from core.terminology import concept, source_system
from members.models import Member, PrimaryCareAssignment
from network.models import Department, RoleAssignment
from prevention.engine.evaluate import Partition
from prevention.immunisation.table import packaged
from prevention.models import CareGap, ElsewhereReport, ImmunisationForecast, OutreachContact
from prevention.outreach.kinds import VACCINE, closer_words, closers_of, kind_of

MAX_PROOF = 5_000_000
# The first bytes say what a file is, whatever it is called.
PROOFS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
SOURCE = "urn:kpcare:reported"
UNPROVEN = "urn:kpcare:reported-without-proof"
HCPCS = "http://www.nlm.nih.gov/research/umls/hcpcs"

# What a rule calls it → the fact that is written for it. Codes stand in the rules' own value sets.
FACTS: dict[str, tuple[type[Fact], str, str]] = {
    "colonoscopy": (Procedure, SNOMED, "73761001"),
    "flexible sigmoidoscopy": (Procedure, SNOMED, "44441009"),
    "CT colonography": (Observation, LOINC, "79101-2"),
    "stool DNA test": (Observation, LOINC, "77353-1"),
    "stool test": (Observation, LOINC, "29771-3"),
    "mammogram": (Observation, LOINC, "24606-6"),
    "HPV test": (Observation, LOINC, "21440-3"),
    "Pap test": (Observation, LOINC, "10524-7"),
    "HbA1c": (Observation, LOINC, "4548-4"),
    "blood pressure": (Observation, LOINC, "85354-9"),
    "low-dose CT": (Observation, LOINC, "79086-5"),
    "bone density scan": (Procedure, SNOMED, "312681000"),
    "blood sugar test": (Observation, LOINC, "1558-6"),
    "ultrasound": (Observation, LOINC, "24547-2"),
    "HIV test": (Observation, LOINC, "56888-1"),
    "hepatitis C test": (Observation, LOINC, "16128-1"),
    "hepatitis B test": (Observation, LOINC, "5195-3"),
    "syphilis test": (Observation, LOINC, "20507-0"),
    "chlamydia test": (Observation, LOINC, "21613-5"),
    "gonorrhoea test": (Observation, LOINC, "24111-7"),
    "tuberculosis test": (Observation, LOINC, "71773-6"),
    "rhesus factor": (Observation, LOINC, "10331-7"),
    "antibody screen": (Observation, LOINC, "890-4"),
    "urine culture": (Observation, LOINC, "630-4"),
    "glucose test": (Observation, LOINC, "1504-0"),
    "eye test": (Procedure, HCPCS, "S0620"),
    "eye examination": (Procedure, SNOMED, "308110009"),
    "urine albumin": (Observation, LOINC, "9318-7"),
    "eGFR": (Observation, LOINC, "69405-9"),
    "blood fats": (Observation, LOINC, "24331-1"),
    "thyroid test": (Observation, LOINC, "3016-3"),
    "INR": (Observation, LOINC, "6301-6"),
    "potassium": (Observation, LOINC, "2823-3"),
    "creatinine": (Observation, LOINC, "2160-0"),
}
# Where what was found is a value or a type: written as the report says it, so that it is never read as a number of ours
# (a rule that goes by the number asks again at its shorter interval).
SAID = frozenset(
    {
        *("blood sugar test", "glucose test", "rhesus factor", "urine albumin", "eGFR", "blood fats"),
        *("thyroid test", "INR", "potassium", "creatinine"),
    }
)
# Numbers that measures and rules go by, which a reviewer reads off the report.
MEASURED = frozenset({"HbA1c", "blood pressure"})
# Written in words, and still normal or not: what is not asks for something more (`rules.positives`).
JUDGED = frozenset({"blood sugar test", "glucose test"})
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
# Pictures are no laboratory results; the measures ask each for its own category.
IMAGING = ("CT colonography", "mammogram", "low-dose CT", "ultrasound")
RESULTS = ("negative", "positive")


def has_result(what: str) -> bool:
    """Whether it is told as negative or positive: a laboratory test, or a picture somebody read."""
    return what in FACTS and FACTS[what][0] is Observation and what not in MEASURED | (SAID - JUDGED)


def needs_result(what: str) -> bool:
    """Whether it is none without one: measures count a laboratory test by its result (CMS130, CMS124, CMS153, CMS349).

    A picture counts by having been taken (CMS125, CMS130).
    """
    return has_result(what) and what not in IMAGING


@dataclass(frozen=True)
class Proof:
    """An uploaded file. `content_type` is what its first bytes say."""

    name: str
    content: bytes

    @property
    def content_type(self) -> str:
        return next((kind for head, kind in PROOFS.items() if self.content.startswith(head)), "")


@transaction.atomic
def report_elsewhere(
    gap: CareGap,
    *,
    by: User,
    when: str,
    where: str,
    what: str = "",
    done_on: datetime.date | None = None,
    proof: Proof | None = None,
) -> ElsewhereReport:
    """The member had it elsewhere: a report for the care team, who look at it. The gap stays until a fact.

    A second report while one waits is the same. Raises `ValueError` for a proof that is no PDF or picture or too large.
    """
    CareGap.objects.select_for_update().get(pk=gap.pk, member_id=gap.member_id)
    waiting = ElsewhereReport.objects.filter(member_id=gap.member_id, gap=gap, status="waiting").first()
    if waiting is not None:
        return waiting
    report = ElsewhereReport.objects.create(
        member_id=gap.member_id,
        gap=gap,
        what=what[:60],
        done_on=done_on,
        said_when=when[:60],
        place=where[:120],
        proof=_keep(gap, proof, by=by) if proof else None,
        reported_by=by,
        sensitivity=gap.sensitivity,
    )
    with override(None):
        title = str(kind_of(gap.rule).title)
        create_task(
            by=by,
            member=gap.member,
            kind="outside_record",
            title=f"Reported as done elsewhere: {title}",
            detail=f"{title}: the member says it was done {when} at {where}."[:1000],
            department=care_department(gap.member),
            role=RoleAssignment.Role.CARE_COORDINATOR,
            due_at=timezone.now() + datetime.timedelta(days=7),
            focus=report,
            dedupe_key=f"prevention:elsewhere:{report.pk}",
        )
    OutreachContact.objects.create(
        member_id=gap.member_id, gap=gap, by=by, outcome="done_elsewhere", note=f"{when}, {where}"[:300]
    )
    audit.record(by=by, action="create", verb="prevention.report_elsewhere", obj=report)
    return report


def _keep(gap: CareGap, proof: Proof, *, by: User) -> Document:
    if not proof.content_type:
        raise ValueError(_("Send a PDF or a photo (JPEG or PNG)."))
    if len(proof.content) > MAX_PROOF:
        raise ValueError(_("The file is too large: 5 MB at most."))
    return Document.objects.create(
        member_id=gap.member_id,
        kind="outside record, sent by the member",
        title=str(kind_of(gap.rule).title)[:200],
        content_type=proof.content_type,
        content=proof.content,
        author_name=str(gap.member)[:200],
        added_by=by,
        sensitivity=gap.sensitivity,
    )


def choices_for(report: ElsewhereReport) -> list[tuple[str, str]]:
    """What a reviewer may say was done: the rule's own words, or the vaccines of the group; value and label."""
    gap = report.gap
    if gap.rule.startswith(VACCINE):
        names = packaged().vaccine_names
        forecast = ImmunisationForecast.objects.filter(
            member_id=gap.member_id, vaccine_group=gap.rule.removeprefix(VACCINE)
        ).first()
        return [(cvx, names.get(cvx, cvx)) for cvx in (forecast.vaccines if forecast else [])]
    return [(what, str(closer_words(what))) for what in closers_of(kind_of(gap.rule)) if what in FACTS]


@transaction.atomic
def accept_report(
    report: ElsewhereReport,
    *,
    by: User,
    what: str,
    done_on: datetime.date,
    result: str = "",
    value: Decimal | None = None,
    systolic: int | None = None,
    diastolic: int | None = None,
    finding: str = "",
    note: str = "",
) -> ElsewhereReport:
    """Write the fact as reported, with its source; the rule closes its gap a moment later, as for any other fact.

    A positive result keeps it open until its answer. Raises `ValueError` for a settled report, an impossible day,
    something that cannot be written here, a result or value that is missing, or no proof and no `note` that says why it
    is accepted without.
    """
    report = _waiting(report)
    member = report.gap.member
    if report.proof_id is None and not note.strip():
        raise ValueError(_("Nobody sent a proof: say why it is accepted without."))
    if done_on > timezone.localdate() or (member.birth_date and done_on < member.birth_date):
        raise ValueError(_("That day cannot be."))
    if what not in dict(choices_for(report)):
        raise ValueError(_("Chart this in the record itself; the gap then closes by it."))
    fact = (
        record_immunization(by=by, member=member, vaccine=concept(CVX, what), on=done_on)
        if report.gap.rule.startswith(VACCINE)
        else _write_fact(report, what, done_on, Read(result, value, systolic, diastolic, finding.strip()))
    )
    report.status, report.what, report.done_on, report.note = ElsewhereReport.Status.ACCEPTED, what, done_on, note[:300]
    report.fact_model, report.fact_id = fact._meta.label_lower, fact.pk
    return _settle(report, by=by)


@dataclass(frozen=True)
class Read:
    """What a reviewer read off the report."""

    result: str = ""
    value: Decimal | None = None
    systolic: int | None = None
    diastolic: int | None = None
    finding: str = ""

    def refuse_missing(self, what: str) -> None:
        """Raises `ValueError` where something is missing without which this is none."""
        if what == "HbA1c" and self.value is None:
            raise ValueError(_("Give the value in percent."))
        if what == "blood pressure" and (self.systolic is None or self.diastolic is None):
            raise ValueError(_("Give both numbers of the blood pressure."))
        if what in SAID and not self.finding:
            raise ValueError(_("Say what the report says: the value with its unit."))
        if needs_result(what) and self.result not in RESULTS:
            raise ValueError(_("Say what came out: a test without a result does not settle it."))


def _write_fact(report: ElsewhereReport, what: str, done_on: datetime.date, read: Read) -> Fact:
    read.refuse_missing(what)
    fact = _new_fact(report, *FACTS[what], done_on)
    if isinstance(fact, Observation):
        fact.status = "final"
        judged = read.result if has_result(what) else ""
        fact.value_text = read.finding[:200] if what in SAID else judged if judged in RESULTS else ""
        fact.interpretation = {"positive": "A", "negative": "N"}.get(judged, "")
        if what == "HbA1c":
            fact.value_quantity, fact.value_unit = read.value, "%"
        fact.performing_laboratory = report.place
    else:
        fact.status = "completed"
    fact.save(force_insert=True)
    add_codings(fact, [concept(*FACTS[what][1:])])
    if isinstance(fact, Observation):
        kind = "imaging" if what in IMAGING else "vital-signs" if what == "blood pressure" else "laboratory"
        add_codings(fact, concepts(OBSERVATION_CATEGORY, {kind: kind.capitalize()}).values(), CodingRole.CATEGORY)
    if what == "blood pressure":
        for code, number in ((SYSTOLIC, read.systolic), (DIASTOLIC, read.diastolic)):
            part = _new_fact(report, Observation, LOINC, code, done_on)
            part.status, part.part_of = "final", fact
            part.value_quantity, part.value_unit = Decimal(number or 0), "mm[Hg]"
            part.save(force_insert=True)
            add_codings(part, [concept(LOINC, code)])
    return fact


def _new_fact(report: ElsewhereReport, model: type[Fact], _system: str, code: str, done_on: datetime.date) -> Any:
    """A fact of the day with its source, not saved yet."""
    start = timezone.make_aware(datetime.datetime.combine(done_on, datetime.time.min))
    return model(
        member_id=report.member_id,
        effective=(start, start + datetime.timedelta(days=1)),
        precision="d",
        recorded_at=timezone.now(),
        source_system=source_system(SOURCE, "Reported by the member, proof seen")
        if report.proof_id
        else source_system(UNPROVEN, "Reported by the member, without proof"),
        # A part has an identifier of its own.
        source_id=str(report.pk) if code not in (SYSTOLIC, DIASTOLIC) else f"{report.pk}/{code}",
        sensitivity=report.sensitivity,
    )


@transaction.atomic
def refuse_report(report: ElsewhereReport, *, by: User, note: str) -> ElsewhereReport:
    """It does not settle the gap, for a reason that the member can be told; outreach goes on.

    Raises `ValueError` for a settled report or without a reason.
    """
    report = _waiting(report)
    if not note.strip():
        raise ValueError(_("Say why, so that the member can be told."))
    report.status, report.note = ElsewhereReport.Status.REFUSED, note.strip()[:300]
    return _settle(report, by=by)


SETTLED = """
UPDATE prevention_elsewherereport w SET status = 'accepted', reviewed_by_id = %(by)s, reviewed_at = %(at)s,
    note = %(note)s, done_on = g.last_done_on, what = left(g.last_done_what, 60),
    fact_model = g.evidence -> 'facts' -> 0 ->> 'model', fact_id = (g.evidence -> 'facts' -> 0 ->> 'id')::uuid
FROM prevention_caregap g
WHERE {w} AND w.status = 'waiting' AND g.id = w.gap_id AND g.member_id = w.member_id AND g.status = 'closed'
    AND g.last_done_on IS NOT NULL AND g.evidence -> 'facts' -> 0 ->> 'id' IS NOT NULL
RETURNING w.id
"""


def settle_charted(partition: Partition, *, at: datetime.datetime) -> int:
    """Reports whose gap a charted fact closed meanwhile need nobody to look any more; returns how many."""
    by = User.objects.system("prevention")
    parameters = {**partition.parameters, "by": by.pk, "at": at, "note": "Charted in the record meanwhile."}
    with connection.cursor() as cursor:
        cursor.execute(SETTLED.format(w=partition.test("w.member_id")), parameters)
        keys = [f"prevention:elsewhere:{report}" for (report,) in cursor.fetchall()]
    if keys:
        Task.objects.filter(dedupe_key__in=keys, status__in=Task.OPEN).update(
            status="completed", completed_at=at, completed_by=by, outcome="Charted in the record"
        )
    return len(keys)


def _waiting(report: ElsewhereReport) -> ElsewhereReport:
    found = (
        ElsewhereReport.objects.select_for_update(of=("self",))
        .select_related("gap__member")
        .get(pk=report.pk, member_id=report.member_id)
    )
    if found.status != ElsewhereReport.Status.WAITING:
        raise ValueError(_("Somebody has looked at this report already."))
    return found


def _settle(report: ElsewhereReport, *, by: User) -> ElsewhereReport:
    report.reviewed_by, report.reviewed_at = by, timezone.now()
    report.save()
    Task.objects.filter(dedupe_key=f"prevention:elsewhere:{report.pk}", status__in=Task.OPEN).update(
        status="completed", completed_at=report.reviewed_at, completed_by=by, outcome=report.get_status_display()
    )
    audit.record(by=by, action="update", verb="prevention.review_report", obj=report, detail={"status": report.status})
    return report


def care_department(member: Member) -> Department | None:
    """Whose coordinators ask for a record: the member's primary care department, else the first with one."""
    today = timezone.localdate()
    care = PrimaryCareAssignment.objects.filter(member=member, period__contains=today).first()
    if care is not None:
        return care.department
    held = RoleAssignment.objects.filter(
        role=RoleAssignment.Role.CARE_COORDINATOR,
        organization__system=member.managing_organization_id,
        department__isnull=False,
        period__contains=today,
    )
    first = held.select_related("department").order_by("id").first()
    if first is not None:
        return first.department
    return Department.objects.filter(facility__organization__system=member.managing_organization_id).first()


def report_for(task: Task) -> uuid.UUID | None:
    """The report that a task is about."""
    return task.focus_id if task.focus_model == "prevention.elsewherereport" else None
