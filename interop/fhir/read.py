"""Files and folders → units: what is written whole or not at all."""

import gzip
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from interop.fhir.mapping import RANK, VERSION

SUFFIXES = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz")
# One transaction each: their entries stand or fall together. A batch's entries stand for themselves.
WHOLE = {"transaction", "collection", "document", "searchset"}
REFERENCE = re.compile(rb'"reference":"((?:[^"\\]|\\.)*)"')


class Unreadable(ValueError):
    """What cannot be read as FHIR at all; `code` is the kind of fault."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)

    def __reduce__(self) -> tuple:
        # See `Refused`: workers send it back.
        return Unreadable, (self.code, str(self))


@dataclass(slots=True)
class Entry:
    """One resource with where it stood and the address its bundle gives it."""

    resource: dict[str, Any]
    position: str
    full_url: str = ""
    type: str = ""
    source_id: str = ""
    raw: bytes = b""
    digest: bytes = b""
    targets: list[str] = field(default_factory=list)

    def identify(self, scope: str) -> None:
        """Type, id and digest. A resource without an id takes its bundle's address, then its content, for one."""
        kind = self.resource.get("resourceType") if isinstance(self.resource, dict) else None
        if not isinstance(kind, str) or not kind:
            raise Unreadable("no_resource", f"{self.position}: there is no resource with a resourceType.")
        self.type = kind[:40]
        meta = self.resource.get("meta")
        if isinstance(meta, dict) and (meta.keys() & {"lastUpdated", "versionId"}):
            meta = {k: v for k, v in meta.items() if k not in ("lastUpdated", "versionId")}
        plain = {**self.resource, "meta": meta, "text": None}
        self.raw = orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
        self.digest = hashlib.blake2b(self.raw, digest_size=16, salt=VERSION.to_bytes(2)).digest()
        self.targets = [target.decode() for target in REFERENCE.findall(self.raw)]
        own = self.resource.get("id")
        if not own and self.full_url:
            own = self.full_url.removeprefix("urn:uuid:").rsplit("/", 1)[-1]
        own = f"{scope}{own or self.digest.hex()}"
        if len(own) > 110:
            own = hashlib.sha256(own.encode()).hexdigest()
        self.source_id = own


@dataclass(slots=True)
class Unit:
    """Resources that are written in one transaction or set aside together. `scope` keeps their ids apart."""

    position: str
    entries: list[Entry]
    payload: bytes
    scope: str = ""

    @property
    def keys(self) -> dict[tuple[str, str], bytes]:
        return {(e.type, e.source_id): e.digest for e in self.entries}


def files(paths: list[Path]) -> list[Path]:
    """Every FHIR file under `paths`, NDJSON in an order in which what others point at comes first.

    Raises `FileNotFoundError` for a path that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(f for f in path.rglob("*") if f.is_file() and f.name.endswith(SUFFIXES))
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(path)
    return sorted(dict.fromkeys(found), key=_rank)


def _rank(path: Path) -> int:
    """Bulk exports name files by type; other files keep their order, after places and people."""
    head = re.match(r"[A-Za-z]+", path.name)
    name = head.group() if head else ""
    if name in ("hospitalInformation", "practitionerInformation"):
        return -1
    return RANK.get(name, 0) if is_stream(path) else 0


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.name.endswith(".gz") else data


def is_stream(path: Path) -> bool:
    """Whether the file holds a resource a line."""
    return ".ndjson" in path.name or ".jsonl" in path.name


def label(number: int, data: bytes) -> str:
    """Names a file of an import by its place and content: its own name may name a patient."""
    return f"file {number} ({hashlib.sha256(data).hexdigest()[:12]})"


def units(
    path: Path, data: bytes | None = None, scope: str = "", *, number: int = 1
) -> Iterator[Unit | tuple[str, bytes, Unreadable]]:
    """The units of file `number`; in place of one that cannot be read, its position, its bytes and what is wrong."""
    data = content(path) if data is None else data
    where = label(number, data)
    if is_stream(path):
        for line_number, line in enumerate(data.splitlines(), 1):
            if line.strip():
                yield from _document(f"{where}, line {line_number}", line, scope)
    else:
        yield from _document(where, data, scope)


def _document(position: str, data: bytes, scope: str) -> Iterator[Unit | tuple[str, bytes, Unreadable]]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        yield position, data, Unreadable("not_json", f"This is not JSON: it breaks off or goes wrong at {place}.")
        return
    try:
        yield from parse(position, document, data, scope)
    except Unreadable as fault:
        yield position, data, fault


def parse(position: str, document: Any, data: bytes = b"", scope: str = "") -> Iterator[Unit]:
    """The units of a parsed Bundle or single resource. Raises `Unreadable`."""
    if not isinstance(document, dict) or not isinstance(document.get("resourceType"), str):
        raise Unreadable("not_fhir", "This is JSON, but no FHIR resource: resourceType is missing.")
    if document["resourceType"] != "Bundle":
        entries = [Entry(document, "resource")]
        entries[0].identify(scope)
        yield Unit(position, entries, data, scope)
        return
    kind = document.get("type")
    if kind not in WHOLE and kind != "batch":
        raise Unreadable("bundle_type", "Bundle.type must be transaction, batch, collection, document or searchset.")
    listed = document.get("entry") or []
    if not isinstance(listed, list) or not all(isinstance(e, dict) for e in listed):
        raise Unreadable("not_fhir", "Bundle.entry is no list of entries.")
    entries = []
    for number, item in enumerate(listed):
        if (item.get("request") or {}).get("method") == "DELETE":
            raise Unreadable("delete", f"entry {number}: a DELETE is not taken; retract with status entered-in-error.")
        entry = Entry(item.get("resource"), f"entry {number}", item.get("fullUrl") or "")
        entry.identify(scope)
        if entry.type.isalpha():
            entry.position += f" ({entry.type})"
        entries.append(entry)
    if kind == "batch":
        for entry in sorted(entries, key=lambda e: RANK.get(e.type, 99)):
            yield Unit(f"{position}, {entry.position}"[:100], [entry], entry.raw, scope)
    else:
        yield Unit(position, entries, data, scope)
