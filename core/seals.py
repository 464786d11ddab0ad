"""Seals over the audit: SHA-256 digests, each over the rows of finished transactions and over the seal before it.

A seal covers the rows whose transaction id lies in `[below_xid of the seal before, below_xid)`. A transaction that
commits late therefore falls into a later seal and never looks like a forgery. Seals are appended to a file outside
the database as well: who can rewrite the tables cannot rewrite what was written there. What the file lost is never
filled up silently from the table: `verify` names it, and a person has it written again.

A restored database counts its transactions anew. The first seal there closes the old count and begins a new era:
`above_id` is the last row of the old one. A restore says so in the file (`restored`): the seals that were written
after the backup was taken belong to rows that it gave up, and stay there to be read.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from core.db import as_job
from core.locks import AUDIT_SEAL, take
from core.models import AuditSeal, User

# Seals are made every minute; what has waited longer without a running transaction in its way is told.
OVERDUE_MINUTES = 15
START = b"\0" * 32
# A line of the file outside that is no seal: this word, when, and the last seal that the backup held. It is written by
# kpcare/embedded/archive.py.
RESTORED = "restored"
# One text for each row, the same whatever the session's time zone and date style. Digests of rows are digested
# again, so that a seal over a million rows holds 32 bytes for each in memory.
ROW = """sha256(convert_to(jsonb_build_array(e.id, extract(epoch FROM e.at)::text, e.xid, e.user_id, e.role, e.action,
    e.verb, e.member_id, e.object_type, e.object_id, e.reason, host(e.ip_address), e.request_id, e.detail)::text,
    'UTF8'))"""
ROWS = f"""
SELECT count(*), min(e.id), max(e.id), coalesce(sha256(string_agg({ROW}, ''::bytea ORDER BY e.id)), ''::bytea)
FROM core_auditevent e WHERE e.xid >= %s AND e.xid < %s AND e.id > %s
"""
# All seals in one scan: bucket n holds the rows of the n-th seal of one era.
BUCKETS = f"""
SELECT width_bucket(e.xid, %(edges)s::bigint[]) AS bucket, count(*),
    sha256(string_agg({ROW}, ''::bytea ORDER BY e.id))
FROM core_auditevent e WHERE e.id > %(above)s AND e.id <= %(until)s AND e.xid < %(last)s GROUP BY bucket
"""
# Rows that no seal covers: all; with an id that no sequence gives; of a transaction that has not begun; overdue.
UNSEALED = """
SELECT count(*), count(*) FILTER (WHERE e.id <= 0),
    count(*) FILTER (WHERE e.xid <= 0 OR e.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint),
    count(*) FILTER (WHERE e.id > 0 AND e.xid > 0 AND e.at < clock_timestamp() - make_interval(mins => %(overdue)s)
        AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
FROM core_auditevent e WHERE NOT EXISTS (
    SELECT FROM unnest(%(above)s::bigint[], %(until)s::bigint[], %(below)s::bigint[]) AS era (above, until, below)
    WHERE e.id > era.above AND e.id <= era.until AND e.xid < era.below AND e.xid > 0
)
"""


def digest(before: bytes, first: int, last: int, below: int, count: int, rows: bytes) -> bytes:
    """The digest of a seal: over the seal before it, its own bounds and its rows' digest."""
    return hashlib.sha256(before + f"|{first}|{last}|{below}|{count}|".encode() + rows).digest()


# --- sealing --------------------------------------------------------------------------------------------


def seal() -> int:
    """Seal what has finished since the last seal; returns how many rows. Needs the jobs login."""
    with as_job(User.objects.system("seals"), reason="seal the audit"):
        take(AUDIT_SEAL)
        last = AuditSeal.objects.order_by("-id").first()
        newest = last.pk if last else 0
        sealed = 0
        if last and _oldest_running() < last.below_xid:
            sealed += _close_era(last)
            last = AuditSeal.objects.latest("id")
            above, since = last.last_id, 0
        else:
            above, since = (last.above_id, last.below_xid) if last else (0, 0)
        sealed += _seal_range(last, above, since, _oldest_running())
    append_to_file(after=newest)
    return sealed


def _oldest_running() -> int:
    """Every transaction below this one has ended, and the next statement sees all that they wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]


def _close_era(last: AuditSeal) -> int:
    """Seal what a restored database brought along unsealed, so that the old count of transactions is closed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(xid), 0) FROM core_auditevent WHERE xid >= %s AND id > %s",
            [last.below_xid, last.above_id],
        )
        newest = cursor.fetchone()[0]
    return _seal_range(last, last.above_id, last.below_xid, newest + 1) if newest else 0


def _seal_range(last: AuditSeal | None, above: int, since: int, below: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [since, below, above])
        count, first_id, last_id, rows = cursor.fetchone()
    if not count:
        return 0
    before = bytes(last.digest) if last else START
    # `last_id` also bounds an era: it must not fall behind a late, lower id.
    last_id = max(last_id, last.last_id) if last else last_id
    AuditSeal.objects.create(
        first_id=first_id,
        last_id=last_id,
        above_id=above,
        below_xid=below,
        row_count=count,
        digest=digest(before, first_id, last_id, below, count, bytes(rows)),
    )
    return count


# --- the file outside -----------------------------------------------------------------------------------


def seal_file() -> Path:
    """Where seals are kept outside the database; best on another machine's disk."""
    return Path(settings.AUDIT_SEAL_FILE)


def append_to_file(*, after: int = 0) -> int:
    """Append the seals after that id which the file lacks, one line each: id, time, rows, digest; returns how many."""
    path = seal_file()
    known = standing(path)
    missing = [one for one in AuditSeal.objects.filter(id__gt=after).order_by("id") if one.pk not in known]
    if not missing:
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        for one in missing:
            file.write(f"{one.pk} {one.sealed_at.isoformat()} {one.row_count} {bytes(one.digest).hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def standing(path: Path) -> dict[int, str]:
    """The file's seals, number → digest, without those that a restore gave up."""
    found: dict[int, str] = {}
    for words in _lines(path):
        if words[0] == RESTORED:
            found = {number: written for number, written in found.items() if number <= int(words[2])}
        else:
            found[int(words[0])] = words[3]
    return found


def restores(path: Path) -> list[str]:
    """When the file says that the database was restored from a backup."""
    return [words[1] for words in _lines(path) if words[0] == RESTORED]


def _lines(path: Path) -> Iterator[list[str]]:
    if path.exists():
        yield from (line.split(" ") for line in path.read_text(encoding="ascii").splitlines())


# --- verifying ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: seals and rows that hold, rows not sealed yet, and what does not hold."""

    seals: int
    rows: int
    unsealed: int
    problems: list[str]


def verify() -> Verdict:
    """Recompute every seal from the rows and compare with the table and with the file outside.

    An edited, removed or inserted row, a removed or rewritten seal are each a problem, named with its seal; so are
    rows that no seal will ever cover, or should have long ago, and seals that the file outside lacks. Needs the jobs
    login, since nobody else reads every row.
    """
    with as_job(User.objects.system("seals"), reason="verify the audit"):
        return _verify()


def _verify() -> Verdict:
    seals = list(AuditSeal.objects.order_by("id"))
    problems: list[str] = []
    found = _recomputed(seals)
    before, rows = START, 0
    for one in seals:
        count, rows_digest = found.get(one.pk, (0, b""))
        rows += count
        where = f"Seal {one.pk} of {one.sealed_at:%Y-%m-%d %H:%M} (rows {one.first_id} to {one.last_id})"
        if count != one.row_count:
            difference = count - one.row_count
            problems.append(f"{where}: {abs(difference)} rows {'inserted' if difference > 0 else 'removed'}.")
        elif digest(before, one.first_id, one.last_id, one.below_xid, count, rows_digest) != bytes(one.digest):
            problems.append(f"{where}: a row was changed, or the seal or the one before it.")
        before = bytes(one.digest)
    unsealed, found_outside = _outside(seals)
    problems += found_outside + _against_file(seals)
    return Verdict(seals=len(seals), rows=rows, unsealed=unsealed, problems=problems)


def _eras(seals: list[AuditSeal]) -> list[tuple[int, int, list[AuditSeal]]]:
    """The seals of each era with the ids between which its rows lie: above the first, up to the second."""
    eras: dict[int, list[AuditSeal]] = {}
    for one in seals:
        eras.setdefault(one.above_id, []).append(one)
    bounds = [*sorted(eras), 2**63 - 1]
    return [(above, until, eras[above]) for above, until in pairwise(bounds)]


def _outside(seals: list[AuditSeal]) -> tuple[int, list[str]]:
    """How many rows no seal covers, and what is wrong with them."""
    eras = _eras(seals)
    bounds: dict[str, Any] = {
        "above": [above for above, _, _ in eras],
        "until": [until for _, until, _ in eras],
        "below": [era[-1].below_xid for _, _, era in eras],
    }
    with connection.cursor() as cursor:
        cursor.execute(UNSEALED, {**bounds, "overdue": OVERDUE_MINUTES})
        count, no_id, no_transaction, overdue = cursor.fetchone()
    problems = []
    if no_id:
        problems.append(f"{no_id} rows inserted with an id that no sequence gives.")
    if no_transaction:
        problems.append(f"{no_transaction} rows inserted under a transaction that has not taken place here.")
    if overdue:
        problems.append(
            f"{overdue} rows are older than {OVERDUE_MINUTES} minutes and no seal covers them: inserted, or seal-audit "
            "does not run."
        )
    return count, problems


def _recomputed(seals: list[AuditSeal]) -> dict[int, tuple[int, bytes]]:
    """Seal id → number of its rows and their digest, with one scan for each era."""
    found: dict[int, tuple[int, bytes]] = {}
    for above, until, era in _eras(seals):
        edges = [0, *(one.below_xid for one in era)]
        with connection.cursor() as cursor:
            cursor.execute(BUCKETS, {"edges": edges, "above": above, "until": until, "last": edges[-1]})
            for bucket, count, rows in cursor.fetchall():
                found[era[bucket - 1].pk] = (count, bytes(rows))
    return found


def _against_file(seals: list[AuditSeal]) -> list[str]:
    table = {one.pk: bytes(one.digest).hex() for one in seals}
    problems = []
    lines = standing(seal_file())
    lacking = sorted(set(table) - set(lines))
    if lacking:
        problems.append(
            f"{len(lacking)} seals, {lacking[0]} to {lacking[-1]}, are not in the file outside at {seal_file()}: it "
            "was removed or cut, or the database was restored on a new machine. Copy the file from the old machine (it "
            "alone can prove that the restored rows are those that were written) to that place, or name its place in "
            "AUDIT_SEAL_FILE, and verify again. Only where it is lost: verify_audit --write-file writes it anew from "
            "the table, and from then on proves what comes after."
        )
    for number, written in lines.items():
        if number not in table:
            problems.append(f"Seal {number} is in the file outside and not in the database any more.")
        elif table[number] != written:
            problems.append(f"Seal {number} is not the one that was written to the file outside.")
    return problems
