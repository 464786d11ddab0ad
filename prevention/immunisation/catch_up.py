"""A catch-up schedule: at which visits somebody who is behind gets every dose that they lack.

Each dose is given, on paper, on the first day on which the schedule allows it, and the forecast after it says what
follows. So ages, intervals, live vaccines and combinations are the engine's (CDSi 4.6, chapters 4 to 9), under the
policy that holds for the market. Doses of one day are given together.
"""

import dataclasses
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from clinical.sensitivity import visible
from core.models import User
from members.models import Member
from prevention.immunisation.charts import read
from prevention.immunisation.contraindications import contraindicated_vaccines
from prevention.immunisation.dates import BEGINNING, END, plus_or
from prevention.immunisation.engine import Assessor, Result
from prevention.immunisation.outlook import IN_WORDS
from prevention.immunisation.patient import Patient, SeriesStatus, VaccineDoseAdministered
from prevention.immunisation.policy import Policies
from prevention.immunisation.schedule import Schedule
from prevention.immunisation.table import packaged
from prevention.immunisation.vaccine_group import VaccineGroupForecast
from prevention.models import ImmunisationForecast

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

MOST_VISITS = 12
# A dose on its ordinary day belongs to the plan when it comes this soon after the visit before; a booster in ten years
# does not.
SOON = timedelta(days=366)
# Of a plan's own doses: no row has this key.
PLANNED = "planned"

# Vaccine group, and whether it is asked for because of a risk.
Group = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class PlannedDose:
    """`number` counts within the vaccine group; `cvx` is a vaccine that the schedule prefers for it, and of these one
    against as little else as can be: what is on the shelf may cover more at once."""

    group: str
    number: int | None
    cvx: str

    @property
    def words(self) -> "str | StrPromise":
        return IN_WORDS.get(self.group, self.group)

    @property
    def vaccine(self) -> str:
        return packaged().vaccine_names.get(self.cvx, self.cvx)


@dataclass(frozen=True, slots=True)
class Visit:
    """On `on` or as soon after it as can be: a later day moves what follows, which is worked out anew."""

    on: date
    doses: tuple[PlannedDose, ...]


def catch_up_of(member: Member, user: User, today: date) -> list[Visit]:
    """The member's plan from what `user` may see: of a vaccine asked for by a labelled fact nothing is said."""
    rows = visible(ImmunisationForecast.objects.filter(member=member), user, member).exclude(asks__gt="")
    seen = set(rows.values_list("vaccine_group", "is_risk"))
    charts = read([member.pk], Policies(today), today) if seen else []
    return [visit for chart in charts for visit in plan(chart.patient, chart.policy.schedule, today, groups=seen)]


def plan(patient: Patient, schedule: Schedule, today: date, *, groups: Collection[Group]) -> list[Visit]:
    """Visits from `today` on for whoever is past due in any of `groups`; none for whoever is past due in nothing."""
    return list(_Planner(patient, schedule, today, groups).visits())


class _Planner:
    """Gives doses on paper, one after the other; `late` are the groups that are followed to their end."""

    def __init__(self, patient: Patient, schedule: Schedule, today: date, groups: Collection[Group]) -> None:
        self.patient, self.schedule, self.today = patient, schedule, today
        # Of a season's vaccine only this season's dose is lacking.
        self.seasonal = {
            series.vaccine_group
            for antigen in schedule.antigens.values()
            for series in antigen.series
            if any(dose.season_start for dose in series.doses)
        }
        self.stuck: set[Group] = set()
        self.groups = set(groups)
        self._assessors: dict[date, Assessor] = {}
        self.late = {
            _group(one)
            for one in _open(self._assess(today))
            if _group(one) in self.groups and one.forecast.past_due and one.forecast.past_due < today
        }

    def visits(self) -> Iterator[Visit]:
        day: date | None = self.today
        for _ in range(MOST_VISITS):
            if day is None or not self.late:
                return
            if doses := tuple(self._give(day)):
                yield Visit(day, doses)
            day = self._next_after(day)

    def _assess(self, on: date, *more: VaccineDoseAdministered) -> Result:
        """As of a day, with the doses that are planned so far and some more."""
        if on not in self._assessors:
            # Days come in order: the one before is done with.
            self._assessors = {on: Assessor(self.schedule, on)}
        doses = (*self.patient.doses, *more)
        return self._assessors[on].assess(dataclasses.replace(self.patient, doses=doses))

    def _give(self, on: date) -> Iterator[PlannedDose]:
        """Everything that may be given on the day, those that are late first.

        What may be given is settled before the first dose: live vaccines of one day do not conflict, those of two days
        do. A group that another's combination vaccine brought on is passed over.
        """
        for one in self._due(on):
            if not self._asks(one, self._assess(on)):
                continue
            cvx = self._vaccine_for(one, on)
            if cvx is None:
                self.stuck.add(_group(one))
                continue
            self.patient = dataclasses.replace(self.patient, doses=(*self.patient.doses, _dose(cvx, on)))
            yield PlannedDose(one.group, one.forecast.dose_number, cvx)

    def _asks(self, one: VaccineGroupForecast, after: Result) -> bool:
        """Whether the group still waits for the dose that `one` asks for."""
        return any(
            _group(each) == _group(one) and each.forecast.dose_number == one.forecast.dose_number
            for each in _open(after)
        )

    def _due(self, on: date) -> list[VaccineGroupForecast]:
        wanted = self.groups - self.stuck
        found = [
            one
            for one in _open(self._assess(on))
            if _group(one) in wanted
            and one.forecast.earliest is not None
            and one.forecast.earliest <= on
            and (_group(one) in self.late or (one.forecast.recommended or on) <= on)
        ]
        return sorted(found, key=lambda one: (_group(one) not in self.late, one.group))

    def _vaccine_for(self, one: VaccineGroupForecast, on: date) -> str | None:
        """The first vaccine that brings the group on; None where none does."""
        tried = (cvx for cvx in self._preferred(one, on) if not self._asks(one, self._assess(on, _dose(cvx, on))))
        return next(tried, None)

    def _preferred(self, one: VaccineGroupForecast, on: date) -> list[str]:
        """Preferable vaccines of the target doses at this age, against most of the group's antigens first, then against
        the least else; in the schedule's order."""
        result, born = self._assess(on), self.patient.born_on
        counts: dict[str, int] = {}
        for name in one.antigens:
            ruled_out = contraindicated_vaccines(self.schedule.antigens[name], result.history)
            fitting: dict[str, None] = {}
            for series in result.best[name]:
                if series.series.name in one.series and series.current < len(series.targets):
                    for each in series.targets[series.current].dose.preferable:
                        if plus_or(born, each.begin_age, BEGINNING) <= on < plus_or(born, each.end_age, END):
                            fitting[each.cvx] = None
            for cvx in fitting.keys() - ruled_out:
                counts[cvx] = counts.get(cvx, 0) + 1
        order = list(self.schedule.vaccine_names)

        def place(cvx: str) -> tuple[int, int, int]:
            others = {each.antigen for each in self.schedule.associations.get(cvx, ())} - set(one.antigens)
            return -counts[cvx], len(others), order.index(cvx) if cvx in order else len(order)

        return sorted(counts, key=place)

    def _next_after(self, on: date) -> date | None:
        """The first day on which a late group asks again: as early as can be while it is late, then on its day."""
        days: dict[Group, date] = {}
        for one in _open(self._assess(on)):
            group, forecast = _group(one), one.forecast
            if group not in self.late - self.stuck or forecast.earliest is None or one.group in self.seasonal:
                continue
            is_late = forecast.unadjusted_past_due is not None and forecast.unadjusted_past_due <= forecast.earliest
            day = forecast.earliest if is_late else forecast.recommended or forecast.earliest
            if on < day <= on + SOON:
                days[group] = min(day, days.get(group, day))
        self.late = set(days)
        return min(days.values(), default=None)


def _open(result: Result) -> list[VaccineGroupForecast]:
    return [one for one in result.forecasts if one.status is SeriesStatus.NOT_COMPLETE and one.may_start]


def _group(one: VaccineGroupForecast) -> Group:
    return one.group, one.risk


def _dose(cvx: str, on: date) -> VaccineDoseAdministered:
    return VaccineDoseAdministered(given_on=on, cvx=cvx, key=PLANNED)
