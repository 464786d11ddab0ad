"""Where a checkout keeps its servers, and under which system user they run."""

import hashlib
import os
import pwd
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kpcare.embedded.problems import Problem, explained

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / ".kpcare"
# A Unix socket's address holds 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET = 100
ROOT_HOME = Path("/var/lib/kpcare")
# In order of preference: one made for us, Postgres's own, the one that every system has.
SYSTEM_USERS = ("kpcare", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """The unprivileged user that runs Postgres where we are root, since Postgres refuses to run as root."""

    name: str
    uid: int
    gid: int


def state_dir() -> Path:
    """`.kpcare/`, made private to its owner when new. Raises `Problem` when it cannot be made."""
    with explained(STATE):
        STATE.mkdir(mode=0o700, exist_ok=True)
        probe = STATE / f".probe-{os.getpid()}"
        try:
            probe.write_text("x")
            probe.unlink()
        except OSError as error:
            # What the reader mends is the folder.
            error.filename = str(STATE)
            raise
    return STATE


def server_account() -> Account | None:
    """The user for Postgres where we are root, otherwise None (then it runs as we do)."""
    if os.geteuid() != 0:
        return None
    for name in SYSTEM_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise Problem(
        "Postgres does not run as root and no unprivileged user was found: run `useradd --system kpcare`, "
        "or start `./kp` as a normal user."
    )


def checkout_key() -> str:
    """12 hex digits that no other checkout has: of this path and of a random number made on the first start.

    The path alone would hand a fresh clone the data of an older one at the same place; the number alone would
    hand a copied folder the data of its original.
    """
    file = state_dir() / "id"
    if not file.exists():
        with explained(STATE):
            try:
                with file.open("x") as out:
                    out.write(secrets.token_hex(16))
            except FileExistsError:
                pass
    return hashlib.sha256(f"{ROOT}\n{file.read_text().strip()}".encode()).hexdigest()[:12]


def private_dir(path: Path, account: Account | None = None) -> Path:
    """Make `path` (0700), owned by `account` if given; its parents keep their modes. Refuses another's folder."""
    with explained(path):
        path.mkdir(mode=0o700, exist_ok=True)
        owner = account.uid if account else os.geteuid()
        found = path.lstat()
        if found.st_uid != owner and os.geteuid() == 0:
            os.chown(path, owner, account.gid if account else 0, follow_symlinks=False)
        elif found.st_uid != owner or path.is_symlink():
            raise Problem(f"{path} belongs to someone else: remove it, or set TMPDIR to a folder of your own.")
    return path


def server_home(name: str) -> Path:
    """The folder of one server (`pg`, `redis`, …): `.kpcare/<name>`, or as root a folder under /var/lib/kpcare.

    A checkout in root's private home cannot be entered by the unprivileged user. Loosening the home's mode
    would be wrong, so the data lives outside and `.kpcare/<name>` points there.
    """
    pointer = state_dir() / name
    if os.geteuid() != 0:
        return private_dir(pointer)
    with explained(ROOT_HOME):
        ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        ours = ROOT_HOME / checkout_key()
        if not ours.exists():
            remove_predecessors()
            ours.mkdir(mode=0o711)
            ours.chmod(0o711)
            (ours / "checkout").write_text(str(ROOT))
        home = ours / name
        home.mkdir(mode=0o711, exist_ok=True)
        home.chmod(0o711)
    if not pointer.is_symlink() or pointer.resolve() != home:
        if pointer.is_symlink():
            pointer.unlink()
        if pointer.exists():
            raise Problem(
                f"{pointer} was made by another user: start `./kp` as that user, or move the folder away to begin anew."
            )
        pointer.symlink_to(home)
    return home


def remove_predecessors() -> None:
    """Delete what an earlier, since deleted, checkout at this same path left under /var/lib/kpcare."""
    from kpcare.embedded.leftovers import remove_home

    for home in ROOT_HOME.iterdir():
        record = home / "checkout"
        if record.is_file() and record.read_text() == str(ROOT):
            remove_home(home)


def socket_dir(home: Path, account: Account | None = None) -> Path:
    """A private folder for a server's socket whose path is short enough: in `home`, otherwise in the temp folder."""
    inside = home / "sockets"
    if len(str(inside / ".s.PGSQL.5432.lock")) < LONGEST_SOCKET:
        return private_dir(inside, account)
    outside = Path(tempfile.gettempdir()) / f"kpcare-{os.geteuid()}-{checkout_key()}-{home.name}"
    if len(str(outside / ".s.PGSQL.5432.lock")) >= LONGEST_SOCKET:
        outside = Path("/tmp") / outside.name  # noqa: S108  (private_dir refuses a folder of another user)
    return private_dir(outside, account)
