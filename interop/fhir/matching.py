"""Incoming patients → members we have: by identifier, then by what agrees; never against the date of birth."""

import datetime
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection

from interop.fhir.mapping import Row
from members.matching import SSN_SYSTEM, Known, Person, Verdict, candidates_for, decide, ssn_digest

SSN = ("http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1")


class Conflict(ValueError):
    """The identifiers contradict each other or the member they name; a person must decide."""


def protect(row: Row) -> None:
    """Social security numbers are kept as keyed digests, which match and tell nothing."""
    for child in row.children:
        if child.model == "members.memberidentifier" and child.values["system"] in SSN:
            child.values["system"], child.values["value"] = SSN_SYSTEM, ssn_digest(child.values["value"])


def identifiers(row: Row) -> list[tuple[str, str]]:
    """The (system, value) pairs that can name a person; a number without its issuer cannot."""
    return [
        (child.values["system"], child.values["value"])
        for child in row.children
        if child.model == "members.memberidentifier" and child.values["system"]
    ]


class Matches:
    """The members of one organisation that a batch of patients may be."""

    def __init__(self, organization_id: UUID, rows: Iterable[Row]) -> None:
        pairs = sorted({pair for row in rows for pair in identifiers(row)})
        self.found: dict[tuple[str, str], list[tuple[UUID, Any]]] = {}
        self.organization_id = organization_id
        self.alike: dict[int, list[Known]] = {}
        if not pairs:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT w.system, w.value, k.id, k.birth_date "
                "FROM unnest(%s::text[], %s::text[]) w(system, value) "
                "JOIN members_memberidentifier i ON i.value = w.value AND i.system = w.system "
                "JOIN members_member m ON m.id = i.member_id AND m.managing_organization_id = %s "
                "JOIN members_member k ON k.id = "
                "CASE WHEN m.merged_into_id IS NULL THEN m.id ELSE members_kept(m.merged_into_id) END",
                [[s for s, _ in pairs], [v for _, v in pairs], organization_id],
            )
            for system, value, member_id, birth_date in cursor.fetchall():
                self.found.setdefault((system, value), []).append((member_id, birth_date))

    def match(self, row: Row) -> UUID | None:
        """The member that `row` is, or None for somebody new. Raises `Conflict`."""
        candidates = dict(member for pair in identifiers(row) for member in self.found.get(pair, ()))
        if len(candidates) > 1:
            raise Conflict("Patient.identifier: the identifiers belong to different members; see which is meant.")
        for member_id, birth_date in candidates.items():
            self.alike.pop(id(row), None)
            ours, theirs = birth_date and birth_date.isoformat(), row.values["birth_date"]
            if ours and theirs and ours != theirs:
                raise Conflict("Patient.birthDate differs from that of the member with the same identifier.")
            return member_id
        verdict, _ = decide(person_of(row), self.alike.get(id(row), ()))
        if verdict is Verdict.REVIEW:
            raise Conflict("Patient resembles a member we have; a person must say whether it is the same one.")
        if verdict is Verdict.SAME:
            return decide(person_of(row), self.alike[id(row)])[1][0].member_id
        return None

    def look_alike(self, rows: list[Row]) -> None:
        """Find those of our members who might be the people in `rows`."""
        found = candidates_for([person_of(row) for row in rows], self.organization_id)
        self.alike = {id(row): known for row, known in zip(rows, found, strict=True)}


def person_of(row: Row) -> Person:
    """What matching compares."""
    by_model: dict[str, list[dict[str, Any]]] = {}
    for child in row.children:
        by_model.setdefault(child.model, []).append(child.values)
    home = next(iter(by_model.get("members.memberaddress", ())), {})
    born = row.values["birth_date"]
    return Person(
        family=row.values["family"],
        given=row.values["given"],
        middle=row.values["middle"],
        birth_date=datetime.date.fromisoformat(born) if born else None,
        sex=row.values["sex"],
        line1=home.get("line1", ""),
        postal_code=home.get("postal_code", ""),
        phones=frozenset(t["value"] for t in by_model.get("members.membertelecom", ()) if t["system"] != "email"),
        ssn=next((value for system, value in identifiers(row) if system == SSN_SYSTEM), ""),
    )
