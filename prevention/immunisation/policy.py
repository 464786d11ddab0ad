"""Which schedule holds for a member's market on a day, and in whose name."""

import copy
import hashlib
import json
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from prevention.immunisation.changes import Steps
from prevention.immunisation.engine import evaluate_and_forecast
from prevention.immunisation.patient import Patient, VaccineDoseAdministered
from prevention.immunisation.schedule import Schedule
from prevention.immunisation.seasons import rolled_over
from prevention.immunisation.table import PACKAGED, build

SPECIFICATION = "4.6"
BASE_AUTHORITY = "CDC ACIP, CDSi {version}"


@dataclass(frozen=True)
class Policy:
    """A market's schedule. `key` changes whenever anything in it does, or in what evaluates by it."""

    key: str
    schedule: Schedule
    steps: Steps
    base_authority: str
    authorities: dict[str, str] = field(default_factory=dict)

    def authority(self, vaccine_group: str) -> str:
        """Who says so, for a vaccine group."""
        return self.authorities.get(vaccine_group, self.base_authority)


@cache
def engine() -> str:
    """A digest of this folder's own text, how charts are read and which diagnosis indicates what included.

    A version whose text is another evaluates everybody again: nobody has to remember to say that it answers otherwise.
    """
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *here.glob("*.csv")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class PolicyError(ValueError):
    """An overlay that names what the schedule does not hold, or no authority."""


def make(table: dict[str, Any], overlay: dict[str, Any]) -> Policy:
    """The policy of a compact table with an overlay. Raises `PolicyError`."""
    text = json.dumps([table["version"], overlay], sort_keys=True)
    digest = hashlib.sha256((text + json.dumps(table, sort_keys=True)).encode()).hexdigest()[:32]
    base = BASE_AUTHORITY.format(version=table["version"])
    authorities: dict[str, str] = {}
    if overlay:
        try:
            table, authorities = rolled_over(table, overlay.get("seasons", {}))
        except ValueError as error:
            raise PolicyError(str(error)) from None
        try:
            table, touched = _overlaid(table, overlay)
        except (AttributeError, KeyError, TypeError) as error:
            raise PolicyError(f"the overlay is not understood: {error!r}") from None
        if overlay.keys() - {"seasons"}:
            if not overlay.get("authority"):
                raise PolicyError("an overlay names its authority")
            authorities |= dict.fromkeys(touched, overlay["authority"])
    try:
        schedule = build(table)
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"the overlay is not understood: {error!r}") from None
    return Policy(
        f"{SPECIFICATION}-{engine()}:{schedule.version}:{digest}", schedule, Steps(schedule), base, authorities
    )


def try_out(policy: Policy, on: date) -> None:
    """Evaluate invented people of all ages who had every vaccine there is: what would stop the nightly run is found
    before anybody follows it. Raises `PolicyError`."""
    types = sorted(packaged_policy().schedule.associations)
    try:
        for age in (1, 5, 12, 19, 35, 67):
            born = on - timedelta(days=366 * age)
            given = tuple(VaccineDoseAdministered(on - timedelta(days=40 + n), cvx) for n, cvx in enumerate(types))
            for doses in ((), given):
                result = evaluate_and_forecast(Patient(born, "Female", doses), policy.schedule, on)
                policy.steps.next_after(result.history)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"nobody can be evaluated by it: {error!r}") from None


def _overlaid(table: dict[str, Any], overlay: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    table = copy.deepcopy(table)
    touched: set[str] = set()
    for group in overlay.get("without", []):
        if group not in table["groups"]:
            raise PolicyError(f"no vaccine group {group}")
        for antigen in table["groups"].pop(group)["antigens"]:
            del table["antigens"][antigen]
    # A dose of what is left out stays on record and counts for nothing.
    table["associations"] = {
        cvx: [row for row in rows if row[0] in table["antigens"]] for cvx, rows in table["associations"].items()
    }
    for antigen, row in overlay.get("antigens", {}).items():
        if antigen not in table["antigens"]:
            raise PolicyError(f"no antigen {antigen}")
        group = row["vaccine_group"]
        if antigen not in table["groups"].get(group, {}).get("antigens", ()):
            raise PolicyError(f"{antigen} is not of the vaccine group {group}")
        if not row["series"] or not all(series["doses"] for series in row["series"]):
            raise PolicyError(f"{antigen} has no series, or one without doses")
        table["antigens"][antigen] = row
        touched.add(group)
    return table, touched


@lru_cache(maxsize=1)
def packaged_policy() -> Policy:
    """CDSi as kpcare carries it, without overlay."""
    return make(json.loads(PACKAGED.read_text()), {})


@lru_cache(maxsize=16)
def _stored(fingerprint: str, supporting_data_id: uuid.UUID | None) -> Policy:
    """The policy of an overlay and the digest of the data below it, as `fingerprint` says both."""
    from prevention.immunisation.models import SupportingDataTable

    overlay, _digest = json.loads(fingerprint)
    if supporting_data_id is None:
        return make(json.loads(PACKAGED.read_text()), overlay)
    return make(SupportingDataTable.objects.get(pk=supporting_data_id).table, overlay)


class Policies:
    """The policies in force on a day, by market."""

    def __init__(self, on: date) -> None:
        from prevention.immunisation.models import ImmunisationPolicy

        rows = ImmunisationPolicy.objects.filter(period__contains=on)
        self._by_market: dict[tuple[uuid.UUID, uuid.UUID | None], Policy] = {}
        for row in rows.values_list(
            "managing_organization_id", "region_id", "overlay", "supporting_data_id", "supporting_data__digest"
        ):
            organization, region, overlay, data, digest = row
            fingerprint = json.dumps([overlay, digest], sort_keys=True)
            self._by_market[organization, region] = _stored(fingerprint, data)

    def of(self, organization: uuid.UUID, region: uuid.UUID | None) -> Policy:
        """The region's policy, else the system's own, else CDSi as packaged."""
        return (
            self._by_market.get((organization, region))
            or self._by_market.get((organization, None))
            or packaged_policy()
        )

    def keys(self) -> list[tuple[uuid.UUID, uuid.UUID | None, str]]:
        """(system, region, key) of what is stored: whoever was evaluated by another key is evaluated again."""
        return [(organization, region, policy.key) for (organization, region), policy in self._by_market.items()]
