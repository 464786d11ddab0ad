"""One entry's references → keys; what no column holds is kept with its path; what leads nowhere is refused."""

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from interop.fhir.index import COLUMN_TYPES, Index, Target
from interop.fhir.mapping import Code, Reference, Row

if TYPE_CHECKING:
    from interop.fhir.load import Work


class Refused(ValueError):
    """A unit that cannot be taken. `is_waiting` where what it points at may still come."""

    def __init__(self, code: str, reason: str, position: str = "", *, is_waiting: bool = False) -> None:
        self.code, self.position, self.is_waiting = code, position, is_waiting
        super().__init__(reason)

    def __reduce__(self) -> tuple:
        # An exception is pickled by its message alone: one that a worker sends back would break the whole pool.
        return partial(Refused, is_waiting=self.is_waiting), (self.code, str(self), self.position)


class Resolver:
    """Turns one entry's references into keys, and keeps those for which there is no column."""

    def __init__(self, work: "Work", index: Index, lenient: bool) -> None:
        self.work, self.index, self.lenient = work, index, lenient
        self.member_id: UUID | None = None
        self.used: set[tuple[str, str]] = set()

    def find(self, ref: Reference) -> Target | None:
        """The target, or None where leniency allows. Raises `Refused`."""
        try:
            target = self.index.resolve(self.work.unit, ref.target)
        except LookupError:
            raise self._refused(ref, "finds more than one resource") from None
        if target is None and not self.lenient:
            raise self._refused(ref, "points at something that is neither here nor imported before", is_waiting=True)
        return target

    def _refused(self, ref: Reference, fault: str, *, is_waiting: bool = False) -> Refused:
        entry = self.work.entry
        return Refused("reference", f"{entry.type}.{ref.path} {fault}.", entry.position, is_waiting=is_waiting)

    def subject(self, only: Target | None) -> Target:
        """Whose it is. A resource that names nobody, in a bundle of one patient, is that patient's."""
        ref = self.work.row.subject
        target = self.find(ref) if ref else only
        if target is None and self.lenient:
            target = only
        if target is None:
            raise Refused("subject", f"{self.work.entry.type} names no patient.", self.work.entry.position)
        if target.type != "Patient" or target.member_id is None:
            raise Refused("subject", f"{self.work.entry.type} is about no patient.", self.work.entry.position)
        if ref:
            self.used.add((ref.path, ref.target))
        return target

    def row(self, row: Row) -> None:
        for column, ref in row.refs.items():
            if ref.target.startswith("#"):
                continue
            target = self.find(ref)
            allowed = COLUMN_TYPES.get(column)
            if target is None or target.object_id is None or (allowed and target.type not in allowed):
                continue
            if target.member_id and self.member_id and target.member_id != self.member_id:
                if self.lenient:
                    continue
                raise self._refused(ref, "points at another patient's record")
            row.values[column] = target.object_id
            if column == "focus_id":
                row.values["focus_model"] = target.row.model if target.row else FOCUS.get(target.type, "")
            self.used.add((ref.path, ref.target))
        for role, ref in row.coding_refs:
            target = self.find(ref)
            if target is not None:
                row.codings += [(role, Code(*code)) for code in target.content or ()]
                self.used.add((ref.path, ref.target))
        for column, refs in row.lists.items():
            found = [(ref, self.find(ref)) for ref in refs]
            row.values[column] = [str(t.object_id) for _, t in found if t and t.object_id and t.type == "Observation"]
            self.used |= {(r.path, r.target) for r, t in found if t and t.object_id and t.type == "Observation"}
        for child in row.children:
            self.row(child)

    def leftovers(self) -> None:
        """References that no column took, each with its path."""
        entry = self.work.entry
        written = set(entry.targets)
        if sum(target in written for _, target in self.used) == len(entry.targets):
            return
        for path, target in walk(entry.resource):
            if (path, target) in self.used:
                continue
            if target.startswith("#"):
                self.work.references.append((path, "", None, target))
                continue
            found = self.find(Reference(path, target))
            words = target if found is None or found.object_id is None else ""
            kind = found.type if found else ""
            self.work.references.append((path, kind, found.object_id if found else None, words))


FOCUS = {"ServiceRequest": "clinical.servicerequest", "MedicationRequest": "clinical.medicationrequest"}


def needs_subject(row: Row) -> bool:
    return row.model.startswith(("clinical.", "interop."))


def walk(resource: dict) -> list[tuple[str, str]]:
    """Every reference in `resource` with the path of the element that holds it."""
    found: list[tuple[str, str]] = []
    stack: list[tuple[Any, str]] = [(resource, "")]
    while stack:
        node, path = stack.pop()
        if type(node) is dict:
            target = node.get("reference")
            if type(target) is str:
                found.append((path, target))
            for name, value in node.items():
                if type(value) is dict or type(value) is list:
                    stack.append((value, f"{path}.{name}" if path else name))
        else:
            for number, value in enumerate(node):
                if type(value) is dict or type(value) is list:
                    stack.append((value, f"{path}[{number}]"))
    return found
