"""What evaluation needs of many charts at once, read set-based."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from prevention.immunisation import indications
from prevention.immunisation.dates import Duration, plus
from prevention.immunisation.patient import Observation, Patient, VaccineDoseAdministered
from prevention.immunisation.policy import Policies, Policy

CVX = "http://hl7.org/fhir/sid/cvx"
SNOMED = "http://snomed.info/sct"
# The CDC's own codes: of its vocabulary server, and of the supporting data's observations, for what no terminology
# says (an occupation, a journey).
PHINVS = "urn:oid:2.16.840.1.114222.4.5.274"
OBSERVATIONS = "urn:kpcare:cdsi-observation"
SYSTEMS = {SNOMED: "sct", PHINVS: "phinvs", CVX: "cvx", OBSERVATIONS: "cdsi", indications.ICD10CM: "icd10cm"}
# How the supporting data call a birth country.
COUNTRIES = {"US": "U.S."}
GENDERS = {"female": "Female", "male": "Male"}


@dataclass(frozen=True, slots=True)
class Chart:
    member_id: uuid.UUID
    policy: Policy
    patient: Patient
    digest: str
    # Labels of the doses by key, and of all conditions together: what rests on them bears them too.
    dose_labels: dict[str, int]
    observation_labels: int
    # The first day on which something observed no longer holds although nobody writes anything.
    lapses_on: date | None = None


MEMBERS = """
SELECT id, managing_organization_id, region_id, birth_date, birth_country,
    CASE WHEN sex_for_clinical_use <> 'unknown' THEN sex_for_clinical_use ELSE sex END
FROM members_member WHERE id = ANY (%(ids)s) AND birth_date IS NOT NULL AND deceased_at IS NULL
ORDER BY birth_date, id
"""
# One row for a dose, whatever codings it has beside its CVX. Keys as text: making a UUID of each took longer than all
# else that is done with a dose here.
DOSES = """
SELECT f.member_id::text, f.id::text, min(c.code), (lower(f.effective) AT TIME ZONE %(zone)s)::date,
    f.manufacturer, f.expires_on, f.sensitivity
FROM clinical_immunization f
JOIN clinical_immunizationcoding k ON k.member_id = f.member_id AND k.fact_id = f.id AND k.role = 1
JOIN core_concept c ON c.id = k.concept_id JOIN core_codesystem s ON s.id = c.system_id AND s.uri = %(cvx)s
WHERE f.member_id = ANY (%(ids)s) AND f.status = 'completed' AND NOT f.is_negated AND NOT lower_inf(f.effective)
GROUP BY f.member_id, f.id
"""
# What a chart says under any of the codes that the schedule asks for; diagnoses in ICD-10-CM see `indications`.
FACTS = """
SELECT k.member_id::text, s.uri, c.code, (lower(f.effective) AT TIME ZONE %(zone)s)::date, f.sensitivity, {ended}
FROM clinical_{fact} f
JOIN clinical_{coding} k ON k.member_id = f.member_id AND k.fact_id = f.id AND k.role = 1
JOIN core_concept c ON c.id = k.concept_id
JOIN core_codesystem s ON s.id = c.system_id
WHERE f.member_id = ANY (%(ids)s) AND NOT f.is_negated AND {said} AND {coded}
"""
CODED = "s.uri = ANY (%(systems)s) AND c.code = ANY (%(codes)s)"
DIAGNOSED = f"({CODED} OR s.uri = %(icd10cm)s AND c.code LIKE ANY (%(diagnoses)s))"
# A vaccine's own code names a reaction to it, unless the chart says that it was a slight one.
REACTED = f"({CODED} OR s.uri = %(cvx)s AND f.criticality <> 'low')"
IN_FORCE = """f.status IN ('active', 'recurrence', 'relapse') AND f.verification NOT IN ('refuted', 'entered-in-error')
    AND (f.effective IS NULL OR upper_inf(f.effective)
        OR upper(f.effective) > %(as_of)s::timestamp AT TIME ZONE %(zone)s)"""
STANDING = "f.status = 'active' AND f.verification NOT IN ('refuted', 'entered-in-error')"
DONE = "f.status IN ('final', 'amended', 'corrected', 'completed')"
# The first day on which it is no longer in force, where its end is known ahead.
ENDED = """CASE WHEN NOT upper_inf(f.effective)
    THEN ((upper(f.effective) - interval '1 microsecond') AT TIME ZONE %(zone)s)::date + 1 END"""
NEVER = "NULL::date"
KINDS = (
    ("condition", "conditioncoding", IN_FORCE, DIAGNOSED, ENDED),
    ("allergyintolerance", "allergycoding", STANDING, REACTED, NEVER),
    ("observation", "observationcoding", DONE, CODED, NEVER),
    ("procedure", "procedurecoding", DONE, CODED, NEVER),
)


def read(ids: Sequence[uuid.UUID], policies: Policies, as_of: date) -> list[Chart]:
    """The living with a birth date, in order of birth."""
    parameters: dict[str, Any] = {
        "ids": list(ids),
        "zone": ZoneInfo(settings.TIME_ZONE).key,
        "cvx": CVX,
        "systems": [SNOMED, PHINVS, OBSERVATIONS],
        "as_of": as_of,
        "icd10cm": indications.ICD10CM,
        "diagnoses": indications.patterns(),
    }
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, parameters)
        members = cursor.fetchall()
        cursor.execute(DOSES, parameters)
        doses: dict[str, list[VaccineDoseAdministered]] = defaultdict(list)
        labels: dict[str, dict[str, int]] = defaultdict(dict)
        for member_id, dose_key, cvx, given_on, mvx, expires_on, sensitivity in cursor.fetchall():
            labels[member_id][dose_key] = sensitivity
            doses[member_id].append(
                VaccineDoseAdministered(
                    given_on=given_on, cvx=cvx.zfill(2), mvx=mvx, lot_expires_on=expires_on, key=dose_key
                )
            )
        by_market = {(row[1], row[2]): policies.of(row[1], row[2]) for row in members}
        asked: set[str] = set()
        for policy in by_market.values():
            asked |= {code for system, code in policy.schedule.coded if system != "cvx"} | set(
                policy.schedule.observations
            )
        parameters["codes"] = sorted(asked)
        found: dict[str, list[Said]] = defaultdict(list)
        for fact, coding, said, coded, ended in KINDS:
            cursor.execute(FACTS.format(fact=fact, coding=coding, said=said, coded=coded, ended=ended), parameters)
            for member_id, uri, code, since, sensitivity, until in cursor.fetchall():
                found[member_id].append((SYSTEMS[uri], code, since, sensitivity, until))
    charts = []
    for row in members:
        key = str(row[0])
        policy = by_market[row[1], row[2]]
        charts.append(_chart(row, policy, doses.get(key, []), found.get(key, []), labels.get(key, {}), as_of))
    return charts


# (code system in the schedule's words, code, since, labels, the first day on which it no longer holds)
Said = tuple[str, str, date | None, int, date | None]


@dataclass(slots=True)
class _Observed:
    """What a chart says that the schedule asks about, with the labels it rests on, and when the first of it lapses."""

    observations: set[Observation] = field(default_factory=set)
    labels: int = 0
    lapses_on: date | None = None

    @classmethod
    def of(
        cls,
        policy: Policy,
        said: list[Said],
        doses: list[VaccineDoseAdministered],
        labels: dict[str, int],
        as_of: date,
    ) -> "_Observed":
        """From the codes of facts, and from immune globulins among what was given."""
        it, schedule = cls(), policy.schedule
        for system, code, since, sensitivity, ended in said:
            if system == "icd10cm":
                for indication in indications.of_code(code):
                    known = indication.observations & schedule.observations.keys()
                    it.add(known, since, sensitivity, _sooner(indication.holds_until(since), ended), as_of)
            elif system == "cdsi":
                it.add({code} & schedule.observations.keys(), since, sensitivity, ended, as_of)
            else:
                meant = schedule.coded.get((system, code), frozenset())
                if "007" in meant:
                    it.add({"007"}, since, sensitivity, _sooner(indications.pregnant_until(since), ended), as_of)
                it.add(meant - {"007"}, since, sensitivity, ended, as_of)
        for dose in doses:
            globulin = indications.IMMUNE_GLOBULINS.get(dose.cvx)
            if globulin and globulin.observation in schedule.observations:
                until = plus(dose.given_on, Duration(globulin.months, 0))
                it.add({globulin.observation}, dose.given_on, labels.get(dose.key, 0), until, as_of)
        known_codes = {one.code for one in it.observations}
        for code, dated in indications.DATED_BY.items():
            if dated not in known_codes and dated in schedule.observations:
                it.observations |= {
                    Observation(dated, one.on) for one in it.observations if one.code == code and one.on
                }
        return it

    def add(self, codes: Set[str], since: date | None, sensitivity: int, until: date | None, as_of: date) -> None:
        """Observations that hold before `until`; nothing of what has lapsed."""
        if not codes or (until is not None and until <= as_of):
            return
        self.labels |= sensitivity
        self.observations |= {Observation(code, since) for code in codes}
        if until is not None:
            self.lapses_on = min(until, self.lapses_on or until)


def _sooner(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _chart(
    row: tuple[Any, ...],
    policy: Policy,
    doses: list[VaccineDoseAdministered],
    said: list[Said],
    labels: dict[str, int],
    as_of: date,
) -> Chart:
    member_id, _, _, born_on, birth_country, sex = row
    observed = _Observed.of(policy, said, doses, labels, as_of)
    patient = Patient(
        born_on=born_on,
        gender=GENDERS.get(sex, "Unknown"),
        country=COUNTRIES.get(birth_country, birth_country),
        doses=tuple(sorted(doses, key=lambda dose: (dose.given_on, dose.cvx, dose.key))),
        observations=tuple(sorted(observed.observations, key=lambda one: (one.code, one.on or date.min))),
    )
    # Not the objects' own repr, which takes longer than all else here.
    given = [(one.given_on.isoformat(), one.cvx, one.mvx, str(one.lot_expires_on), one.key) for one in patient.doses]
    seen = [(one.code, str(one.on)) for one in patient.observations]
    known = repr(
        (
            *(born_on.isoformat(), birth_country, patient.gender, given, seen, sorted(labels.items())),
            # An end that was moved changes nothing today, and when to look again.
            *(observed.labels, str(observed.lapses_on)),
        )
    )
    digest = hashlib.blake2b(known.encode(), digest_size=16).hexdigest()
    return Chart(member_id, policy, patient, digest, labels, observed.labels, observed.lapses_on)
