"""What somebody may have at the clinic today, by vaccine: due, too early, after another live vaccine, or not at all."""

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.templatetags.kp import short_date
from members.models import Member
from prevention.immunisation.birth_country import ask_first, question
from prevention.immunisation.charts import read
from prevention.immunisation.contraindications import contraindicated_vaccines
from prevention.immunisation.dates import BEGINNING, END, plus, plus_or
from prevention.immunisation.engine import Assessor
from prevention.immunisation.patient import History, SeriesStatus
from prevention.immunisation.policy import Policies
from prevention.immunisation.schedule import Schedule

if TYPE_CHECKING:
    from prevention.immunisation.vaccine_group import VaccineGroupForecast


@dataclass(frozen=True)
class Advice:
    """Worked out from the chart as it stands at this moment, for whoever is about to give a dose.

    `earliest` is the first day for each vaccine group that asks for a dose; `waits` of them for another live vaccine;
    `settled` are complete or immune, `never` contraindicated as a whole, `ruled_out` single vaccines (CVX); `asks` are
    those for which it matters where the person was born, and nobody has asked.
    """

    schedule: Schedule
    today: datetime.date
    earliest: dict[str, datetime.date] = field(default_factory=dict)
    waits: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    ruled_out: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    born: datetime.date | None = None

    def groups_of(self, cvx: str) -> list[str]:
        """The vaccine groups that a vaccine is for."""
        antigens = [self.schedule.antigens.get(one.antigen) for one in self.schedule.associations.get(cvx, ())]
        return list(dict.fromkeys(antigen.vaccine_group for antigen in antigens if antigen is not None))

    def against(self, cvx: str) -> str:
        """Why this vaccine is not to be given today, in words; empty where one of its groups is due."""
        groups = self.groups_of(cvx)
        if cvx in self.ruled_out or any(group in self.never for group in groups):
            return _("Contraindicated for this person.")
        if groups and all(group in self.asks for group in groups):
            return ask_first()
        due = [group for group in groups if self.earliest.get(group, datetime.date.max) <= self.today]
        if due:
            return "" if any(self._is_for_age(cvx, group) for group in due) else _("Not a vaccine for this age.")
        for group in groups:
            if group in self.earliest:
                return self.against_group(group)
        if any(group in self.settled for group in groups):
            return _("Nothing is due: the series is complete.")
        return _("Not recommended for this person.")

    def against_group(self, group: str) -> str:
        """Why a group that asks for a dose is not for today; empty where it is."""
        first = self.earliest.get(group)
        if first is None or first <= self.today:
            return ""
        day = short_date(first, "year")
        if group in self.waits:
            return _("Too soon after another live vaccine: not before %(day)s.") % {"day": day}
        return _("Too early: not before %(day)s.") % {"day": day}

    def _is_for_age(self, cvx: str, group: str) -> bool:
        """Whether the vaccine is preferable for a dose of the group at this age (CDSi 6.9): what counts is more."""
        doses = (
            dose
            for antigen in self.schedule.antigens.values()
            if antigen.vaccine_group == group
            for series in antigen.series
            for dose in series.doses
        )
        return self.born is not None and any(
            plus_or(self.born, vaccine.begin_age, BEGINNING) <= self.today < plus_or(self.born, vaccine.end_age, END)
            for dose in doses
            for vaccine in dose.preferable_by_type.get(cvx, ())
        )


def advise(member: Member, today: datetime.date) -> Advice:
    """By the schedule of the member's market. For somebody without a birth date nothing is recommended."""
    policies = Policies(today)
    charts = read([member.pk], policies, today)
    schedule = policies.of(member.managing_organization_id, member.region_id).schedule
    if not charts:
        return Advice(schedule, today)
    result = Assessor(schedule, today).assess(charts[0].patient)
    earliest: dict[str, datetime.date] = {}
    settled, never, asks = set(), set(), set()
    for one in result.forecasts:
        if one.status in (SeriesStatus.COMPLETE, SeriesStatus.IMMUNE):
            settled.add(one.group)
        elif one.status is SeriesStatus.CONTRAINDICATED:
            never.add(one.group)
        elif day := _asks_from(one):
            earliest[one.group] = min(day, earliest.get(one.group, day))
            if question(schedule, one, result.history):
                asks.add(one.group)
    ruled_out = frozenset(
        cvx for antigen in schedule.antigens.values() for cvx in contraindicated_vaccines(antigen, result.history)
    )
    later = {group for group, day in earliest.items() if day > today}
    waits = frozenset(group for group in later if _waits(group, schedule, result.history))
    # A risk series may ask where the standard one is complete, or is ruled out where another asks: a dose goes before.
    return Advice(
        schedule,
        today,
        earliest,
        waits,
        frozenset(settled - earliest.keys()),
        frozenset(never - earliest.keys()),
        ruled_out,
        frozenset(asks),
        member.birth_date,
    )


def _asks_from(one: "VaccineGroupForecast") -> datetime.date | None:
    return one.forecast.earliest if one.may_start and one.status is SeriesStatus.NOT_COMPLETE else None


def _waits(group: str, schedule: Schedule, history: History) -> bool:
    """Whether a dose given lately conflicts with a vaccine of the group (CDSi 6.7)."""
    antigens = {name for name, antigen in schedule.antigens.items() if antigen.vaccine_group == group}
    theirs = [
        cvx
        for cvx, associations in schedule.associations.items()
        if any(one.antigen in antigens for one in associations)
    ]
    return any(
        plus(dose.given_on, conflict.end) > history.assessed_on
        for dose in history.doses
        for cvx in theirs
        if (conflict := schedule.conflicts.get(cvx, {}).get(dose.cvx)) is not None
    )
