"""Everything that decides the database's schema, and what comes with it: a change means that `migrate` has work."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from kpcare.embedded.paths import ROOT

# Triggers are stated on models and in triggers.py, and installed after a migrate: no migration file tells of them.
IN_ROOMS = ("migrations/*.py", "**/models.py", "**/models/*.py", "**/triggers.py")
ELSEWHERE = (
    "core/constraints.py",
    "core/history.py",
    "core/partitions.py",
    "core/security.py",
    "core/postgres/*.py",
    "core/terminology/*.csv",
    "requirements/runtime.txt",
)


def sources(root: Path = ROOT) -> Iterator[Path]:
    rooms = sorted(folder.parent for folder in root.glob("[a-z]*/migrations"))
    for room in rooms:
        yield from sorted({file for pattern in IN_ROOMS for file in room.glob(pattern)})
    for pattern in ELSEWHERE:
        yield from sorted(root.glob(pattern))


def schema_digest(root: Path = ROOT) -> str:
    """Changes whenever `migrate` might have something to do; sha256 in hexadecimal digits."""
    digest = hashlib.sha256()
    for file in sources(root):
        digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()
