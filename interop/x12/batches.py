"""Cuts the stream of loops into batches in which nobody appears twice: each sees what came before it."""

from collections.abc import Iterator

from interop.x12.enrolment import MemberLoop
from members.matching import fold

SIZE = 1000


class Batches:
    """Give loops to `add`; it yields a batch whenever one is full or the next loop may be about somebody in it."""

    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self.loops: list[MemberLoop] = []
        self.keys: set[tuple] = set()
        self.plan: tuple[str, str] | None = None

    def add(self, loop: MemberLoop) -> Iterator[list[MemberLoop]]:
        keys = keys_of(loop)
        plan = (loop.header.insurer_id, loop.header.insurer_name)
        if self.loops and (keys & self.keys or len(self.loops) >= self.size or plan != self.plan):
            yield self.rest()
        self.plan = plan
        self.loops.append(loop)
        self.keys |= keys

    def rest(self) -> list[MemberLoop]:
        """What is left; the batch starts anew."""
        full, self.loops, self.keys = self.loops, [], set()
        return full


def keys_of(loop: MemberLoop) -> set[tuple]:
    """What two loops about one person share: number, identifier, or name and birth date."""
    name = loop.name
    keys: set[tuple] = {("person", fold(name.family), fold(name.given), name.birth_date)}
    if name.id_number:
        keys.add(("id", name.id_number))
    if loop.is_subscriber:
        keys.add(("number", loop.subscriber_number))
    return keys
