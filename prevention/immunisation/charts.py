"""What evaluation needs of many charts at once, read set-based."""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from prevention.immunisation import indications
from prevention.immunisation.patient import Observation, Patient, VaccineDoseAdministered
from prevention.immunisation.policy import Policies, Policy

CVX = "http://hl7.org/fhir/sid/cvx"
SNOMED = "http://snomed.info/sct"
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
SELECT id, managing_organization_id, region_id, birth_date,
    CASE WHEN sex_for_clinical_use <> 'unknown' THEN sex_for_clinical_use ELSE sex END
FROM members_member WHERE id = ANY (%(ids)s) AND birth_date IS NOT NULL AND deceased_at IS NULL
ORDER BY birth_date, id
"""
# One row for a dose, whatever codings it has beside its CVX.
DOSES = """
SELECT f.member_id, f.id, min(c.code), (lower(f.effective) AT TIME ZONE %(zone)s)::date,
    f.manufacturer, f.expires_on, f.sensitivity
FROM clinical_immunization f
JOIN clinical_immunizationcoding k ON k.member_id = f.member_id AND k.fact_id = f.id AND k.role = 1
JOIN core_concept c ON c.id = k.concept_id JOIN core_codesystem s ON s.id = c.system_id AND s.uri = %(cvx)s
WHERE f.member_id = ANY (%(ids)s) AND f.status = 'completed' AND NOT f.is_negated AND NOT lower_inf(f.effective)
GROUP BY f.member_id, f.id
"""
CONDITIONS = """
SELECT k.member_id, c.code, (lower(f.effective) AT TIME ZONE %(zone)s)::date, f.sensitivity
FROM clinical_{fact} f
JOIN clinical_{coding} k ON k.member_id = f.member_id AND k.fact_id = f.id AND k.role = 1
JOIN core_concept c ON c.id = k.concept_id AND c.code = ANY (%(codes)s)
JOIN core_codesystem s ON s.id = c.system_id AND s.uri = %(snomed)s
WHERE f.member_id = ANY (%(ids)s) AND NOT f.is_negated
    AND f.status IN ('active', 'recurrence', 'relapse', 'final', 'amended', 'corrected', 'completed')
    AND (f.effective IS NULL OR upper_inf(f.effective) OR '{fact}' <> 'condition'
        OR upper(f.effective) > %(as_of)s::timestamp AT TIME ZONE %(zone)s)
"""
# Diagnoses of charts that hold no SNOMED CT (see `indications`).
DIAGNOSES = """
SELECT k.member_id, c.code, (lower(f.effective) AT TIME ZONE %(zone)s)::date, f.sensitivity
FROM clinical_condition f
JOIN clinical_conditioncoding k ON k.member_id = f.member_id AND k.fact_id = f.id AND k.role = 1
JOIN core_concept c ON c.id = k.concept_id AND c.code LIKE ANY (%(diagnoses)s)
JOIN core_codesystem s ON s.id = c.system_id AND s.uri = %(icd10cm)s
WHERE f.member_id = ANY (%(ids)s) AND NOT f.is_negated AND f.verification NOT IN ('refuted', 'entered-in-error')
    AND f.status IN ('active', 'recurrence', 'relapse')
    AND (f.effective IS NULL OR upper_inf(f.effective)
        OR upper(f.effective) > %(as_of)s::timestamp AT TIME ZONE %(zone)s)
"""
KINDS = (
    ("condition", "conditioncoding"),
    ("allergyintolerance", "allergycoding"),
    ("observation", "observationcoding"),
    ("procedure", "procedurecoding"),
)


def read(ids: Sequence[uuid.UUID], policies: Policies, as_of: date) -> list[Chart]:
    """The living with a birth date, in order of birth."""
    parameters: dict[str, Any] = {
        "ids": list(ids),
        "zone": ZoneInfo(settings.TIME_ZONE).key,
        "cvx": CVX,
        "snomed": SNOMED,
        "as_of": as_of,
        "icd10cm": indications.ICD10CM,
        "diagnoses": indications.patterns(),
    }
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, parameters)
        members = cursor.fetchall()
        cursor.execute(DOSES, parameters)
        doses: dict[uuid.UUID, list[VaccineDoseAdministered]] = defaultdict(list)
        labels: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
        for member_id, dose_id, cvx, given_on, mvx, expires_on, sensitivity in cursor.fetchall():
            labels[member_id][str(dose_id)] = sensitivity
            doses[member_id].append(
                VaccineDoseAdministered(
                    given_on=given_on, cvx=cvx.zfill(2), mvx=mvx, lot_expires_on=expires_on, key=str(dose_id)
                )
            )
        by_market = {(row[1], row[2]): policies.of(row[1], row[2]) for row in members}
        coded = {code for policy in by_market.values() for system, code in policy.schedule.coded if system == "sct"}
        parameters["codes"] = sorted(coded)
        found: dict[uuid.UUID, list[tuple[str, date | None, int]]] = defaultdict(list)
        for fact, coding in KINDS if coded else ():
            cursor.execute(CONDITIONS.format(fact=fact, coding=coding), parameters)
            for member_id, code, since, sensitivity in cursor.fetchall():
                found[member_id].append((code, since, sensitivity))
        diagnosed: dict[uuid.UUID, list[tuple[str, date | None, int]]] = defaultdict(list)
        cursor.execute(DIAGNOSES, parameters)
        for member_id, code, since, sensitivity in cursor.fetchall():
            diagnosed[member_id].append((code, since, sensitivity))
    return [
        _chart(
            row,
            by_market[row[1], row[2]],
            doses.get(row[0], []),
            _Observed.of(by_market[row[1], row[2]], found.get(row[0], []), diagnosed.get(row[0], []), as_of),
            labels.get(row[0], {}),
        )
        for row in members
    ]


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
        coded: list[tuple[str, date | None, int]],
        diagnosed: list[tuple[str, date | None, int]],
        as_of: date,
    ) -> "_Observed":
        """From SNOMED CT codes and ICD-10-CM diagnoses, each `(code, since, labels)`."""
        it = cls()
        for code, since, sensitivity in coded:
            it.labels |= sensitivity
            it.observations |= {Observation(found, since) for found in policy.schedule.coded.get(("sct", code), ())}
        for code, since, sensitivity in diagnosed:
            for indication in indications.of_code(code):
                until = indication.holds_until(since)
                if until is not None and until <= as_of:
                    continue
                it.labels |= sensitivity
                it.observations |= {
                    Observation(found, since)
                    for found in indication.observations
                    if found in policy.schedule.observations
                }
                if until is not None:
                    it.lapses_on = min(until, it.lapses_on or until)
        return it


def _chart(
    row: tuple[Any, ...],
    policy: Policy,
    doses: list[VaccineDoseAdministered],
    observed: _Observed,
    labels: dict[str, int],
) -> Chart:
    member_id, _, _, born_on, sex = row
    patient = Patient(
        born_on=born_on,
        gender=GENDERS.get(sex, "Unknown"),
        doses=tuple(sorted(doses, key=lambda dose: (dose.given_on, dose.cvx, dose.key))),
        observations=tuple(sorted(observed.observations, key=lambda one: (one.code, one.on or date.min))),
    )
    known = repr((patient, sorted(labels.items()), observed.labels))
    digest = hashlib.blake2b(known.encode(), digest_size=16).hexdigest()
    return Chart(member_id, policy, patient, digest, labels, observed.labels, observed.lapses_on)
