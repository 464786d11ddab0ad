"""Results of other laboratories that nobody here ordered: facts of the chart, with who reported them.

Order and specimen are required of our own laboratory alone (domain ruling 9). A result's identity is its sender, filler
number, specimen and code; the same again writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from clinical.actions.tasks import create_task
from clinical.coding import OBSERVATION_CATEGORY, add_codings, codings_of
from clinical.models import CodingRole, DiagnosticReport, Observation, Task
from clinical.triggers import RELEASED, RELEASED_REPORT
from core import audit
from core.models import Concept, SourceSystem, User
from core.permissions import require
from core.terminology import concept
from labs.interpretation import RANK
from members.models import Member, PrimaryCareAssignment
from members.telling import tell
from network.models import RoleAssignment

KIND = "outside_result"
NEW, CHANGED, UNCHANGED = "accepted", "changed", "unchanged"
WITHDRAWN = "entered-in-error"
READABLE = ("final", "amended", "corrected")
# As our own laboratory's: a far-off value within the hour, an abnormal one within a day.
DUE = {2: timedelta(hours=1), 1: timedelta(days=1)}
PRIORITY = {2: "stat", 1: "urgent"}


@dataclass(frozen=True)
class Reported:
    """One result as another laboratory states it. `codes` name what was found out, `values` are its coded answers."""

    source_id: str
    codes: Sequence[Concept]
    status: str
    effective: tuple[datetime, datetime] | None
    precision: str = "t"
    utc_offset: int | None = None
    # Whether `effective` is only the latest moment at which it can have been: sent again, it came no later.
    is_latest: bool = False
    value_quantity: Decimal | None = None
    value_unit: str = ""
    value_comparator: str = ""
    value_text: str = ""
    values: Sequence[Concept] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    interpretation: str = ""
    laboratory: str = ""
    issued: datetime | None = None
    sensitivity: int = 0

    def columns(self) -> dict[str, Any]:
        """What an Observation keeps of it, codings aside."""
        return {
            "effective": self.effective,
            "precision": self.precision,
            "utc_offset": self.utc_offset,
            "value_quantity": self.value_quantity,
            "value_unit": self.value_unit[:40],
            "value_comparator": self.value_comparator,
            "value_text": self.value_text,
            "low": self.low,
            "high": self.high,
            "interpretation": self.interpretation[:10],
            "performing_laboratory": self.laboratory[:200],
            "sensitivity": self.sensitivity,
        }


@dataclass
class Filed:
    """What became of one reported result."""

    observation: Observation | None
    outcome: str


@dataclass
class Report:
    """What a sender reports together: `codes` name the panel, `observations` are its results as filed."""

    source_id: str
    codes: Sequence[Concept]
    status: str
    effective: tuple[datetime, datetime] | None
    precision: str = "t"
    title: str = ""
    text: str = ""
    conclusion: str = ""
    sensitivity: int = 0
    observations: list[Observation] = field(default_factory=list)


@transaction.atomic
def file_outside_result(*, by: User, member: Member, source: SourceSystem, reported: Reported) -> Filed:
    """Write, renew, correct or withdraw one result of another laboratory.

    A preliminary one changes in place; a released one is withdrawn and a new row points at it (decision 0043). What
    is older than what stands (preliminary after final) changes nothing. Raises `PermissionDenied`.
    """
    require(by, "labs.file_outside_result", member)
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    standing = Observation.objects.filter(source_system=source, source_id=reported.source_id).first()
    if reported.status == WITHDRAWN:
        return _withdraw(by, member, source, standing, reported)
    if standing is None:
        return Filed(_write(by, member, source, reported), NEW)
    reported = _no_later(standing, reported)
    if _says_the_same(standing, reported):
        return Filed(standing, UNCHANGED)
    if standing.status not in RELEASED:
        return Filed(_renew(by, standing, reported), CHANGED)
    if reported.status == "preliminary":
        return Filed(standing, UNCHANGED)
    _give_up(standing)
    return Filed(_write(by, member, source, reported, corrects=standing), CHANGED)


def _no_later(standing: Observation, reported: Reported) -> Reported:
    """The result, of the moment that is known of it already where it names only the latest that can be."""
    known = standing.effective
    if not reported.is_latest or known is None:
        return reported
    return replace(
        reported,
        effective=(known.lower, known.upper),
        precision=standing.precision,
        utc_offset=standing.utc_offset,
    )


def _says_the_same(standing: Observation, reported: Reported) -> bool:
    """Whether nothing new is said: the same values, and no step from preliminary to final."""
    if standing.status not in RELEASED and standing.status != reported.status:
        return False
    if standing.status == WITHDRAWN:
        return False
    told = reported.columns()
    if reported.effective is not None and standing.effective is not None:
        told["effective"] = standing.effective if standing.effective.lower == reported.effective[0] else None
    kept = {name: getattr(standing, name) for name in told}
    codes = set(standing.codings.filter(role=CodingRole.VALUE).values_list("concept", flat=True))
    return kept == told and codes == {each.pk for each in reported.values}


def _write(
    by: User, member: Member, source: SourceSystem, reported: Reported, corrects: Observation | None = None
) -> Observation:
    made = Observation.objects.create(
        member=member,
        # A correction says so, whatever the sender calls it.
        status="corrected" if corrects is not None else reported.status,
        source_system=source,
        source_id=reported.source_id,
        recorded_at=reported.issued or timezone.now(),
        corrects=corrects,
        **reported.columns(),
    )
    _code(made, reported)
    verb = "labs.correct_outside_result" if corrects is not None else "labs.file_outside_result"
    audit.record(by=by, action="create", verb=verb, obj=made)
    return made


def _renew(by: User, standing: Observation, reported: Reported) -> Observation:
    """A preliminary result in its later form; its codings before its status, which closes them."""
    codings_of(Observation).objects.filter(fact=standing, role=CodingRole.VALUE).exclude(
        concept__in=[each.pk for each in reported.values]
    ).delete()
    _code(standing, reported)
    for name, value in {**reported.columns(), "status": reported.status}.items():
        setattr(standing, name, value)
    standing.recorded_at = reported.issued or timezone.now()
    standing.save()
    audit.record(by=by, action="update", verb="labs.file_outside_result", obj=standing)
    return standing


def _code(observation: Observation, reported: Reported) -> None:
    add_codings(observation, reported.codes)
    add_codings(observation, [concept(OBSERVATION_CATEGORY, "laboratory", "Laboratory")], CodingRole.CATEGORY)
    add_codings(observation, reported.values, CodingRole.VALUE)


def _give_up(standing: Observation) -> None:
    """Withdraw a released row; its source id goes to the row that corrects it."""
    kept = f"{standing.source_id[:83]}~{standing.pk}"
    Observation.objects.filter(pk=standing.pk).update(status=WITHDRAWN, source_id=kept)


def _withdraw(
    by: User, member: Member, source: SourceSystem, standing: Observation | None, reported: Reported
) -> Filed:
    """There is no such result (any more). What was never told is not told now."""
    if standing is None or standing.status in (WITHDRAWN, "cancelled"):
        return Filed(standing, UNCHANGED)
    released = standing.status in RELEASED
    status = WITHDRAWN if released else "cancelled"
    Observation.objects.filter(pk=standing.pk).update(status=status)
    standing.status = status
    audit.record(by=by, action="update", verb="labs.withdraw_outside_result", obj=standing)
    if released:
        open_review(by=by, member=member, focus=standing, urgency=1, title=_withdrawn_title(standing))
    return Filed(standing, CHANGED)


def _withdrawn_title(observation: Observation) -> str:
    return _("Outside result withdrawn: %(test)s") % {"test": _name_of(observation)}


def _name_of(observation: Observation) -> str:
    code = observation.codings.filter(role=CodingRole.CODE).select_related("concept").first()
    return (code.concept.display or code.concept.code) if code is not None else ""


@transaction.atomic
def file_outside_report(*, by: User, member: Member, source: SourceSystem, report: Report) -> DiagnosticReport:
    """The report that gathers results just filed, its task where something is abnormal, and word to the member."""
    require(by, "labs.file_outside_result", member)
    made = _write_report(member, source, report)
    readable = [each for each in report.observations if each.status in READABLE]
    urgency = max((RANK.get(each.interpretation, 0) for each in readable), default=0)
    if urgency:
        with override(None):
            words = _("Far outside its range, from outside: %(test)s") if urgency > 1 else _("Outside result: %(test)s")
        open_review(by=by, member=member, focus=made, urgency=urgency, title=words % {"test": report.title})
    if readable:
        tell_member(member, made)
    return made


def _write_report(member: Member, source: SourceSystem, report: Report) -> DiagnosticReport:
    """The report's row: a preliminary one changes in place; a released one is withdrawn and a new row points at it."""
    ids = [str(each.pk) for each in report.observations]
    standing = DiagnosticReport.objects.filter(source_system=source, source_id=report.source_id).first()
    values: dict[str, Any] = {
        "member": member,
        "status": report.status,
        "effective": report.effective,
        "precision": report.precision,
        "text": report.text,
        "conclusion": report.conclusion,
        "sensitivity": report.sensitivity,
        "observations": ids if standing is None else _still_standing(standing.observations, ids),
    }
    if standing is not None:
        if standing.status in RELEASED_REPORT and report.status not in RELEASED_REPORT:
            # Preliminary after final: it is older than what stands.
            return standing
        if standing.effective and report.effective and standing.effective.lower == report.effective[0]:
            values["effective"] = standing.effective
        if all(getattr(standing, name) == value for name, value in values.items()):
            return standing
        if standing.status not in RELEASED_REPORT:
            for name, value in values.items():
                setattr(standing, name, value)
            standing.save()
            return standing
        kept = f"{standing.source_id[:83]}~{standing.pk}"
        DiagnosticReport.objects.filter(pk=standing.pk).update(status=WITHDRAWN, source_id=kept)
    made = DiagnosticReport.objects.create(
        **values, source_system=source, source_id=report.source_id, corrects=standing, recorded_at=timezone.now()
    )
    add_codings(made, report.codes)
    return made


def _still_standing(before: list[str], now: list[str]) -> list[str]:
    """The results of a report that is sent again: those that stood and were not withdrawn, then the new ones."""
    gone = Observation.objects.filter(pk__in=before, status=WITHDRAWN).values_list("pk", flat=True)
    dropped = {str(pk) for pk in gone}
    return list(dict.fromkeys([*(pk for pk in before if pk not in dropped), *now]))


def open_review(
    *, by: User, member: Member, focus: DiagnosticReport | Observation, urgency: int, title: str
) -> Task | None:
    """Somebody of the member's primary care reads it in time; once for each version. None without primary care."""
    today = timezone.localdate()
    care = PrimaryCareAssignment.objects.filter(member=member, period__contains=today)
    found = care.select_related("clinician__user", "department").first()
    if found is None:
        return None
    return create_task(
        by=by,
        member=member,
        kind=KIND,
        title=title,
        due_at=timezone.now() + DUE[urgency],
        owner=found.clinician.user if found.clinician_id else None,
        department=found.department,
        role=RoleAssignment.Role.PHYSICIAN,
        priority=PRIORITY[urgency],
        focus=focus,
        dedupe_key=f"labs.outside:{focus.pk}:{focus.version}",
    )


def tell_member(member: Member, report: DiagnosticReport) -> None:
    """ "Something is new", as for our own results; labelled ones are not announced."""
    if not report.sensitivity:
        key = f"labs.report:{report.pk}:{report.version}"
        tell(member, "result_waiting", key=key, url_path="/results/", scope="view")
