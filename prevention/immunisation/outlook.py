"""A member's vaccines as pages show them: what to give now, what comes when, what was given and how it counts."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from clinical.models import CodingRole, Immunization, ImmunizationCoding
from clinical.sensitivity import visible
from core.models import User
from members.models import Member
from prevention.immunisation.charts import CVX
from prevention.immunisation.patient import EvaluationStatus, SeriesStatus
from prevention.immunisation.seasons import in_words
from prevention.immunisation.table import packaged
from prevention.models import ImmunisationEvaluation, ImmunisationForecast

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Vaccine groups in words for members.
IN_WORDS = {
    "Chikungunya": _("Chikungunya"),
    "Cholera": _("Cholera"),
    "COVID-19": _("COVID-19"),
    "Dengue": _("Dengue"),
    "DTaP/Tdap/Td": _("Tetanus, diphtheria and whooping cough"),
    "Ebola": _("Ebola"),
    "HepA": _("Hepatitis A"),
    "HepB": _("Hepatitis B"),
    "Hib": _("Hib (meningitis in small children)"),
    "HPV": _("HPV"),
    "Influenza": _("Flu"),
    "Japanese Encephalitis": _("Japanese encephalitis"),
    "Meningococcal": _("Meningitis (ACWY)"),
    "Meningococcal B": _("Meningitis (B)"),
    "MMR": _("Measles, mumps and rubella"),
    "Orthopoxvirus": _("Mpox and smallpox"),
    "Pneumococcal": _("Pneumonia (pneumococcal)"),
    "Polio": _("Polio"),
    "Rabies": _("Rabies"),
    "Rotavirus": _("Rotavirus"),
    "RSV": _("RSV"),
    "TBE": _("Tick-borne encephalitis"),
    "Typhoid": _("Typhoid"),
    "Varicella": _("Chickenpox"),
    "Yellow Fever": _("Yellow fever"),
    "Zoster": _("Shingles"),
}
REASONS = {
    "Age: Too Young": _("too young"),
    "Age: Too Old": _("past the age for it"),
    "Interval: Too Soon": _("too soon after the dose before"),
    "Vaccine Conflict": _("too soon after another live vaccine"),
    "Not a preferable or allowable vaccine": _("not a vaccine for this dose"),
    "Inadvertent Vaccine": _("given in error"),
    "Series Already Complete": _("the series was complete"),
    "Dose Condition": _("expired or spoiled"),
}
WORST_FIRST = {
    status.value: place
    for place, status in enumerate(
        (EvaluationStatus.SUB_STANDARD, EvaluationStatus.NOT_VALID, EvaluationStatus.VALID, EvaluationStatus.EXTRANEOUS)
    )
}


# Days after which "recommended since" no longer says when somebody fell behind, but when they came of age for it.
LONG_AGO = 730


@dataclass(frozen=True, slots=True)
class Due:
    """One vaccine group that asks for a dose."""

    row: ImmunisationForecast
    today: date

    @property
    def words(self) -> "str | StrPromise":
        return IN_WORDS.get(self.row.vaccine_group, self.row.vaccine_group)

    @property
    def is_overdue(self) -> bool:
        return self.row.past_due_on is not None and self.row.past_due_on < self.today

    @property
    def since(self) -> date | None:
        """Since when it is due; None where that is only as long as nobody wrote a first dose down."""
        on = self.row.recommended_on
        is_first = (self.row.dose_number or 1) == 1
        return None if on is None or (is_first and (self.today - on).days > LONG_AGO) else on

    @property
    def is_recommended(self) -> bool:
        """Its recommended date has come, not only the earliest possible one."""
        return self.row.recommended_on is not None and self.row.recommended_on <= self.today

    @property
    def vaccines(self) -> str:
        names = packaged().vaccine_names
        return ", ".join(names.get(cvx, cvx) for cvx in self.row.vaccines)


@dataclass(slots=True)
class Given:
    """A dose on record, and how it counts."""

    dose: Immunization
    name: str
    on: date | None
    status: str = ""
    reasons: list["str | StrPromise"] = field(default_factory=list)

    @property
    def must_be_repeated(self) -> bool:
        return self.status in (EvaluationStatus.NOT_VALID.value, EvaluationStatus.SUB_STANDARD.value)


@dataclass(frozen=True, slots=True)
class Outlook:
    """`now` may be given in one visit: earliest dates already wait for live-virus conflicts to end (CDSi 6.7), and
    live vaccines of the same day do not conflict. `may` is possible but not yet recommended. `coming` by date. `asks`
    waits for where the person was born."""

    now: list[Due]
    may: list[Due]
    coming: list[Due]
    contraindicated: list[ImmunisationForecast]
    done: list[ImmunisationForecast]
    authorities: list[str]
    asks: list[Due] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.authorities)


def outlook(member: Member, user: User, today: date, *, with_risk: bool = True) -> Outlook:
    """As `user` may see it. `with_risk=False` leaves out what rests on an underlying condition: a proxy need not
    learn of it this way."""
    rows = visible(ImmunisationForecast.objects.filter(member=member), user, member)
    if not with_risk:
        rows = rows.filter(is_risk=False)
    now: list[Due] = []
    may: list[Due] = []
    coming: list[Due] = []
    asks: list[Due] = []
    contraindicated, done, authorities = [], [], []
    for row in rows.order_by("recommended_on", "vaccine_group"):
        if (authority := in_words(row.authority)) not in authorities:
            authorities.append(authority)
        if row.status == SeriesStatus.CONTRAINDICATED.value:
            contraindicated.append(row)
        elif row.status in (SeriesStatus.COMPLETE.value, SeriesStatus.IMMUNE.value):
            done.append(row)
        elif row.asks:
            # Answered and not worked out anew yet: that takes seconds.
            if not member.birth_country:
                asks.append(Due(row, today))
        elif row.earliest_on is not None:
            due = Due(row, today)
            place = coming if row.earliest_on > today else now if due.is_recommended else may
            place.append(due)
    return Outlook(now, may, coming, contraindicated, done, authorities, asks)


def given(member: Member, user: User) -> list[Given]:
    """The doses that `user` may see, newest first, with what each counts for.

    Of several vaccine groups what must be repeated is said first.
    """
    doses = Immunization.objects.filter(member=member, status="completed", is_negated=False)
    doses = visible(doses, user, member).order_by("-effective")
    names = packaged().vaccine_names
    named: dict[uuid.UUID, str] = {}
    codings = ImmunizationCoding.objects.filter(member=member, role=CodingRole.CODE)
    columns = ("fact", "concept__system__uri", "concept__code", "concept__display")
    for dose_id, system, code, display in codings.values_list(*columns):
        if system == CVX:
            named[dose_id] = names.get(code.zfill(2)) or display
        else:
            named.setdefault(dose_id, display)
    found = {
        dose.pk: Given(dose, named.get(dose.pk, ""), dose.effective.lower if dose.effective else None) for dose in doses
    }
    by_group: dict[tuple[uuid.UUID, str], list[tuple[str, list[str]]]] = defaultdict(list)
    rows = ImmunisationEvaluation.objects.filter(member=member)
    for dose_id, group, status, reasons in rows.values_list("immunization", "vaccine_group", "status", "reasons"):
        by_group[dose_id, group].append((status, reasons))
    for (dose_id, _group), several in by_group.items():
        dose = found.get(dose_id)
        if dose is None:
            continue
        # Valid in the risk or the standard series of a group is valid for it; of several groups the worst is said.
        status, reasons = next((one for one in several if one[0] == EvaluationStatus.VALID.value), several[0])
        if not dose.status or WORST_FIRST[status] < WORST_FIRST[dose.status]:
            dose.status = status
            dose.reasons = [REASONS.get(reason, reason) for reason in reasons]
    return list(found.values())
