"""`./kp backup` and `./kp restore`: everything out and in, with checksums that both ends print.

The file is a tar of `manifest.json` and `database.dump` (pg_dump's custom format). The manifest holds, for each
table, its rows and an order-independent checksum, taken in the very snapshot that pg_dump reads.
"""

import argparse
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
            dump = Path(folder) / "database.dump"
            run([program("pg_dump"), "-Fc", "--no-comments", f"--snapshot={snapshot}", f"--file={dump}", url])
            names = migrations(cursor)
            sums = checksums(cursor)
            manifest = {"format": FORMAT, "migrations": names, "tables": sums}
            whole = Path(folder) / "whole.tar"
            with tarfile.open(whole, "w") as tar:
                text = json.dumps(manifest, indent=1).encode()
                entry = tarfile.TarInfo("manifest.json")
                entry.size = len(text)
                tar.addfile(entry, io.BytesIO(text))
                tar.add(dump, "database.dump")
            whole.chmod(0o600)
            whole.replace(file)
    return sums


def restore(url: str, file: Path, *, force: bool) -> Sums:
    """Fill the empty database at `url` from `file` and compare. Raises `Problem` when anything differs."""
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".kpcare-restore-") as folder, explained(file.parent):
        manifest = unpack(file, Path(folder))
        with owner_session(url) as cursor:
            make_room(cursor, force=force)
        dump = str(Path(folder) / "database.dump")
        run([program("pg_restore"), "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={url}", dump])
    with owner_session(url) as cursor:
        sums = checksums(cursor)
        # The planner knows nothing about what has just come in.
        cursor.connection.commit()
        cursor.connection.autocommit = True
        cursor.execute("ANALYZE")
    different = [table for table in {*sums, *manifest["tables"]} if sums.get(table) != manifest["tables"].get(table)]
    if different:
        raise Problem(f"Restored, but not equal in {', '.join(sorted(different))}: do not use it; try another backup.")
    return sums


def unpack(file: Path, folder: Path) -> dict:
    try:
        with tarfile.open(file) as tar:
            tar.extractall(folder, filter="data")
            manifest = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        raise Problem(f"{file} does not exist: name the file that `./kp backup` wrote.") from None
    except (tarfile.TarError, ValueError, EOFError):
        raise Problem(f"{file} is damaged or no kpcare backup: use another one.") from None
    if manifest.get("format") != FORMAT:
        raise Problem(f"{file} is of another format: restore it with the kpcare version that wrote it.")
    return manifest


def make_room(cursor: "psycopg2.extensions.cursor", *, force: bool) -> None:
    """Leave an empty `public` schema; a database that holds tables is only emptied with `force`."""
    cursor.execute(TABLES)
    if cursor.fetchall() and not force:
        raise Problem("The database holds tables already: `--force` deletes them and restores over them.")
    cursor.execute("DROP SCHEMA public CASCADE")
    cursor.execute("CREATE SCHEMA public")
    cursor.connection.commit()


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
