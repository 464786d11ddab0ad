"""Incoming patients → members we have: by identifier, never twice, and never against the date of birth."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from interop.fhir.mapping import Row

SSN = ("http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1")


class Conflict(ValueError):
    """The identifiers contradict each other or the member they name; a person must decide."""


def protect(row: Row) -> None:
    """Social security numbers are kept as keyed digests, which match and tell nothing."""
    for child in row.children:
        if child.model == "members.memberidentifier" and child.values["system"] in SSN:
            digits = "".join(c for c in child.values["value"] if c.isdigit())
            child.values["system"] = SSN[0]
            child.values["value"] = salted_hmac("members.ssn", digits, algorithm="sha256").hexdigest()


def identifiers(row: Row) -> list[tuple[str, str]]:
    """The (system, value) pairs that can name a person; a number without its issuer cannot."""
    return [
        (child.values["system"], child.values["value"])
        for child in row.children
        if child.model == "members.memberidentifier" and child.values["system"]
    ]


class Matches:
    """The members of one organisation that a batch of patients may be."""

    def __init__(self, organization_id: UUID, rows: Iterable[Row]):
        pairs = sorted({pair for row in rows for pair in identifiers(row)})
        self.found: dict[tuple[str, str], list[tuple[UUID, Any]]] = {}
        if not pairs:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT w.system, w.value, coalesce(m.merged_into_id, m.id), m.birth_date "
                "FROM unnest(%s::text[], %s::text[]) w(system, value) "
                "JOIN members_memberidentifier i ON i.value = w.value AND i.system = w.system "
                "JOIN members_member m ON m.id = i.member_id AND m.managing_organization_id = %s",
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
            ours, theirs = birth_date and birth_date.isoformat(), row.values["birth_date"]
            if ours and theirs and ours != theirs:
                raise Conflict("Patient.birthDate differs from that of the member with the same identifier.")
            return member_id
        return None
