"""Seasons that the CDC's supporting data no longer carry: which have run out, and a roll-over of their dates.

The supporting data give the dates of one season. Until the data of the next are loaded nobody would be due for it, so
an organisation may roll the dates over by a year: part of its policy, set by its people, in its own name. What the
schedule itself says of a later season goes before: dates that it no longer has are passed over.
"""

import copy
import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from prevention.immunisation.dates import Duration, plus
from prevention.immunisation.schedule import Schedule

YEAR = Duration(12, 0)
# As long as the column that keeps a forecast's authority leaves for it.
NAME_LENGTH = 36
# A forecast's authority is stored as a name; of a roll-over as what it is, whose season and whose word it is.
ROLLED_OVER = "rolled-over"


@dataclass(frozen=True)
class Ended:
    """A vaccine group whose season should have come again and has no dates; `on` was the last day of its latest."""

    vaccine_group: str
    on: date


def run_out(schedule: Schedule, on: date) -> list[Ended]:
    """Groups whose last season is over and began a year ago or more: what is between two seasons has not run out."""
    found: dict[str, date] = {}
    for antigen in schedule.antigens.values():
        for one in antigen.series:
            for dose in one.doses:
                if dose.season_start is None or dose.season_end is None or dose.season_end >= on:
                    continue
                if plus(dose.season_start, YEAR) <= on:
                    found[one.vaccine_group] = max(dose.season_end, found.get(one.vaccine_group, dose.season_end))
    return [Ended(group, day) for group, day in sorted(found.items())]


@dataclass(frozen=True)
class RollOver:
    """A roll-over that kpcare ships: antigen → date of the supporting data → date of the next season."""

    name: str
    source: str
    dates: dict[str, dict[str, str]]

    def overlay(self, organization: str) -> dict[str, Any]:
        """What a policy's overlay holds under `seasons`, in the name of the organisation that sets it."""
        return {
            "name": self.name,
            "organization": organization[:NAME_LENGTH],
            "source": self.source,
            "dates": self.dates,
        }


def stored_authority(seasons: dict[str, Any]) -> str:
    """The authority that a forecast by such a roll-over keeps: `rolled-over|2026–27|Redwood Health`, or a name."""
    if seasons.get("organization"):
        return "|".join((ROLLED_OVER, seasons["name"], seasons["organization"][:NAME_LENGTH].replace("|", " ")))
    return seasons.get("authority", "")


def in_words(authority: str) -> str:
    """A stored authority in the reader's language; a name stays as it is."""
    kind, *rest = authority.split("|")
    if kind != ROLLED_OVER or len(rest) != 2:
        return authority
    return _("CDC ACIP; season dates rolled over to %(season)s by %(organization)s until the CDC's come") % {
        "season": rest[0],
        "organization": rest[1],
    }


@lru_cache(maxsize=1)
def _files() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text()) for path in sorted(Path(__file__).parent.glob("season_*.json")))


def shipped(on: date) -> RollOver | None:
    """The roll-over for the seasons of a day, None where kpcare carries none."""
    for row in _files():
        first, after = map(date.fromisoformat, row["holds"])
        if first <= on < after:
            return RollOver(row["name"], row["source"], row["dates"])
    return None


def rolled_over(table: dict[str, Any], seasons: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The compact table with a season's dates, and vaccine group → authority for the groups in which any changed.

    Raises `ValueError` for an antigen that the table does not hold, and without authority.
    """
    if not seasons:
        return table, {}
    authority = stored_authority(seasons)
    if not authority:
        raise ValueError("a roll-over of seasons names its authority")
    antigens, authorities = dict(table["antigens"]), {}
    for antigen, dates in seasons.get("dates", {}).items():
        if antigen not in antigens:
            raise ValueError(f"no antigen {antigen}")
        if antigens[antigen] != (changed := _redated(antigens[antigen], dates)):
            antigens[antigen] = changed
            authorities[changed["vaccine_group"]] = authority
    return {**table, "antigens": antigens}, authorities


def _redated(row: dict[str, Any], dates: dict[str, str]) -> dict[str, Any]:
    row = copy.deepcopy(row)
    for dose in (dose for series in row["series"] for dose in series["doses"]):
        if "season" in dose:
            dose["season"] = [dates.get(day, day) for day in dose["season"]]
        for condition in (each for skip in dose.get("skips", []) for one in skip["sets"] for each in one["conditions"]):
            for name in ("start", "end"):
                if name in condition:
                    condition[name] = dates.get(condition[name], condition[name])
    return row
