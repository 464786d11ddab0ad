"""`./kp backup` and `./kp restore`: everything out and in, with checksums that both ends print.

The file is a tar of `manifest.json` and `database.dump` (pg_dump's custom format). The manifest holds, for each
table, its rows and an order-independent checksum, taken in the very snapshot that pg_dump reads, and the dump's digest.
"""

import argparse
import contextlib
import datetime
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kpcare.embedded import paths
from kpcare.embedded.postgres import SERVING, wheel_folder
from kpcare.embedded.problems import Problem, explained
from kpcare.embedded.servers import servers

if TYPE_CHECKING:
    import psycopg2.extensions

FORMAT = 1
DUMP = "database.dump"
Sums = dict[str, dict[str, int | str]]

# Checksums compare text, so text must not depend on who asks.
STEADY = (
    "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; "
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET row_security = off;"
)
TABLES = """
    SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1
"""


def program(name: str) -> str:
    """A Postgres client program: the wheel's own, otherwise the one on the PATH."""
    try:
        return str(wheel_folder() / "bin" / name)
    except Problem:
        found = shutil.which(name)
        if found is None:
            raise Problem(f"{name} is missing: install the client programs of Postgres 18.") from None
        return found


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        if "No space left on device" in done.stderr:
            raise Problem("The disk is full: free as much as the database takes and start again.")
        raise Problem(f"{Path(command[0]).name} failed: {done.stderr.strip().splitlines()[0]}")


@contextmanager
def owner_session(url: str) -> Iterator["psycopg2.extensions.cursor"]:
    import psycopg2

    try:
        connection = psycopg2.connect(url)
    except psycopg2.OperationalError as error:
        raise Problem(
            f"The database does not answer as owner ({str(error).strip()}): check DATABASE_OWNER_URL."
        ) from None
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def checksums(cursor: "psycopg2.extensions.cursor") -> Sums:
    """Table → rows and the sum of its rows' 64-bit hashes: equal for equal content in any order."""
    cursor.execute(STEADY)
    cursor.execute(TABLES)
    sums: Sums = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM {table} t")
        rows, total = cursor.fetchone()
        sums[table] = {"rows": rows, "checksum": f"{int(total) % 2**64:016x}"}
    return sums


def digest(sums: Sums) -> str:
    """One line for all tables, to be compared by eye."""
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()[:32]


def summary(sums: Sums) -> str:
    rows = sum(int(of["rows"]) for of in sums.values())
    return f"{len(sums)} tables, {rows} rows, checksum {digest(sums)}"


def migrations(cursor: "psycopg2.extensions.cursor") -> list[str]:
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if not cursor.fetchone()[0]:
        raise Problem("There is no kpcare database to back up yet: start `./kp run` once, or `./kp migrate`.")
    cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
    return [name for (name,) in cursor.fetchall()]


def backup(url: str, file: Path) -> Sums:
    """Write the database at `url` (as owner) to `file`; appears whole or not at all."""
    with owner_session(url) as cursor, explained(file.parent):
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".kpcare-backup-") as folder:
            dump = Path(folder) / DUMP
            run([program("pg_dump"), "-Fc", "--no-comments", f"--snapshot={snapshot}", f"--file={dump}", url])
            names = migrations(cursor)
            sums = checksums(cursor)
            manifest = {"format": FORMAT, "migrations": names, "dump": digest_of(dump), "tables": sums}
            whole = Path(folder) / "whole.tar"
            with tarfile.open(whole, "w") as tar:
                text = json.dumps(manifest, indent=1).encode()
                entry = tarfile.TarInfo("manifest.json")
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
                tar.add(dump, DUMP)
            whole.chmod(0o600)
            whole.replace(file)
    return sums


def restore(url: str, file: Path, *, force: bool) -> Sums:
    """Fill the database at `url` from `file` and compare. Raises `Problem` when anything differs.

    What it held is dropped, what comes in is read, and the checksums are compared in one transaction: whatever goes
    wrong, and wherever it is killed, the database is as it was.
    """
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".kpcare-restore-") as folder, explained(file.parent):
        manifest = unpack(file, Path(folder))
        with owner_session(url) as cursor:
            refuse_tables(cursor, force=force)
        exchange(url, Path(folder) / DUMP, manifest["tables"])
    with owner_session(url) as cursor:
        # The planner knows nothing about what has just come in.
        cursor.connection.commit()
        cursor.connection.autocommit = True
        cursor.execute("ANALYZE")
    return manifest["tables"]


def exchange(url: str, dump: Path, sums: Sums) -> None:
    """Put the dump in the place of what the database holds, if it comes to `sums`; otherwise nothing has happened."""
    with tempfile.TemporaryFile("w+", dir=dump.parent) as said, tempfile.TemporaryFile("w+", dir=dump.parent) as told:
        reading = subprocess.Popen(
            [program("pg_restore"), "--exit-on-error", "--no-owner", "--file=-", str(dump)],
            stdout=subprocess.PIPE,
            stderr=said,
        )
        # No psql of its own transaction: at the end of its input it would commit what was read until then.
        writing = subprocess.Popen(
            [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=told,
        )
        assert reading.stdout is not None and writing.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError), writing.stdin:
                writing.stdin.write(b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n")
                shutil.copyfileobj(reading.stdout, writing.stdin, 1 << 20)
                if reading.wait() == 0:
                    writing.stdin.write(comparison(sums).encode())
            writing.wait()
        finally:
            # Whoever writes goes first: without the end of its input it has committed nothing.
            for process in (writing, reading):
                if process.poll() is None:
                    process.kill()
                process.wait()
            reading.stdout.close()
        for process, name, words in ((writing, "psql", told), (reading, "pg_restore", said)):
            words.seek(0)
            if process.returncode:
                raise Problem(why(name, words.read()))


def comparison(sums: Sums) -> str:
    """SQL that ends the transaction: committed where every table comes to its rows and checksum, refused otherwise."""
    wanted = json.dumps({table: [int(of["rows"]), str(int(str(of["checksum"]), 16))] for table, of in sums.items()})
    return f"""
RESET search_path;
{STEADY}
DO $comparison$
DECLARE
    wanted jsonb := $wanted${wanted}$wanted$;
    held text;
    rows bigint;
    total numeric;
    different text[] := '{{}}';
    seen text[] := '{{}}';
BEGIN
    FOR held IN {TABLES} LOOP
        EXECUTE format('SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM %s t', held)
            INTO rows, total;
        seen := seen || held;
        -- The sum as an unsigned number of 64 bits.
        total := mod(mod(total, 18446744073709551616) + 18446744073709551616, 18446744073709551616);
        IF (wanted -> held) IS DISTINCT FROM jsonb_build_array(rows, total::text) THEN
            different := different || held;
        END IF;
    END LOOP;
    SELECT different || coalesce(array_agg(key), '{{}}') INTO different FROM jsonb_object_keys(wanted) AS k (key)
        WHERE NOT key = ANY (seen);
    IF different <> '{{}}' THEN
        RAISE EXCEPTION 'Not equal to the backup in %.', array_to_string(different, ', ');
    END IF;
END $comparison$;
COMMIT;
"""


def why(name: str, said: str) -> str:
    """One sentence about a restore that did not go through; the database is as it was."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    stands = "What the database held stands as it was."
    if "No space left on device" in said:
        return f"The disk is full: free as much as the database takes and start again. {stands}"
    differs = next((line for line in lines if "Not equal to the backup" in line), "")
    if differs:
        return f"{differs[differs.index('Not equal') :]} Use another backup. {stands}"
    first = next((line for line in lines if "ERROR" in line or "error" in line), lines[0] if lines else "no message")
    return f"{name} failed: {first[:300]}. {stands}"


def unpack(file: Path, folder: Path) -> dict:
    """Manifest and dump of an archive, whole. Raises `Problem` for one that is damaged or none of ours."""
    damaged = f"{file} is damaged or no kpcare backup: use another one."
    if not file.exists():
        raise Problem(f"{file} does not exist: name the file that `./kp backup` wrote.")
    try:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")
        manifest = json.loads((folder / "manifest.json").read_text())
        written = digest_of(folder / DUMP)
    except (tarfile.TarError, ValueError, EOFError, FileNotFoundError, IsADirectoryError):
        raise Problem(damaged) from None
    if not isinstance(manifest, dict):
        raise Problem(damaged)
    if manifest.get("format") != FORMAT:
        raise Problem(f"{file} is of another format: restore it with the kpcare version that wrote it.")
    try:
        comparison(manifest["tables"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Problem(damaged) from None
    # Backups of earlier versions do not say it; theirs shows when they are read or compared.
    if manifest.get("dump", written) != written:
        raise Problem(damaged)
    return manifest


def digest_of(dump: Path) -> str:
    """SHA-256 of the dump's bytes, told before anything is touched whether they are those that were written."""
    with dump.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()


def refuse_tables(cursor: "psycopg2.extensions.cursor", *, force: bool) -> None:
    """A database that holds tables is only exchanged with `force`."""
    cursor.execute(TABLES)
    if cursor.fetchall() and not force:
        raise Problem("The database holds tables already: `--force` deletes them and restores over them.")


def owner_url(found: dict[str, str]) -> str:
    url = found.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_OWNER_URL")
    if not url:
        raise Problem("DATABASE_OWNER_URL is not set: backups are made and restored as the tables' owner.")
    return url


def seal_file() -> Path:
    """Where the audit's seals are kept outside the database (settings.AUDIT_SEAL_FILE)."""
    return Path(os.environ.get("AUDIT_SEAL_FILE") or paths.STATE / "audit-seals.txt")


def note_restore(url: str, file: Path) -> None:
    """Say in the file of seals that the database went back: seals written since the backup are of rows given up."""
    if not file.exists():
        return
    with owner_session(url) as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM core_auditseal")
        (last,) = cursor.fetchone() or (0,)
    at = datetime.datetime.now(datetime.UTC).isoformat()
    with file.open("a", encoding="ascii") as lines:
        lines.write(f"restored {at} {last}\n")


def backup_main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./kp backup", description="Everything out, with checksums.")
    parser.add_argument("file", type=Path)
    file = parser.parse_args(arguments).file.absolute()
    with servers() as found:
        print(f"{file}: {summary(backup(owner_url(found), file))}")
    return 0


def restore_main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./kp restore", description="Everything in, checksums compared.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--force", action="store_true", help="delete what the database holds")
    options = parser.parse_args(arguments)
    with servers() as found:
        if "DATABASE_OWNER_URL" in found:
            (paths.server_home(SERVING.name) / "migrated").unlink(missing_ok=True)
        sums = restore(owner_url(found), options.file.absolute(), force=options.force)
        print(f"{options.file}: {summary(sums)}, equal to the backup")
        note_restore(owner_url(found), seal_file())
        print(
            "The audit's seals outside the database (AUDIT_SEAL_FILE) are in no backup of it: on a new machine copy "
            "that file too, then run `./kp verify_audit`."
        )
    return 0
