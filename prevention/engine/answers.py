"""Many questions of one kind of fact, answered in one pass as the bits of a few numbers.

Each question asks whether a member has a fact of certain sets for which a condition holds. Asked one by one, every
fact would be held against every question; here a fact's set number leads straight to the few that it can answer.
"""

from dataclasses import dataclass, field

# (set numbers, condition on alias f): a fact of one of the sets for which the condition holds.
Part = tuple[tuple[int, ...], str]
BITS = 62  # of a bigint, sign and one more left alone
AT_ONCE = 4  # set numbers compared one after the other at the end of the search


@dataclass
class Answers:
    questions: dict[tuple[Part, ...], int] = field(default_factory=dict)

    def ask(self, parts: list[Part], table: str) -> str:
        """SQL for the answer: true or false, false also for a member who has no fact of this kind."""
        number = self.questions.setdefault(tuple(parts), len(self.questions))
        word, bit = divmod(number, BITS)
        return f"coalesce({table}.w{word} & {1 << bit} <> 0, false)"

    def columns(self) -> list[str]:
        """The aggregates that hold the answers, as columns `w0`, `w1`, …"""
        words: dict[int, dict[int, dict[str, int]]] = {}
        for parts, number in self.questions.items():
            word, bit = divmod(number, BITS)
            for numbers, condition in parts:
                for set_number in numbers:
                    conditions = words.setdefault(word, {}).setdefault(set_number, {})
                    conditions[condition] = conditions.get(condition, 0) | 1 << bit
        return [f"bit_or({_search(sorted(sets.items()))}) AS w{word}" for word, sets in sorted(words.items())]


def _search(sets: list[tuple[int, dict[str, int]]]) -> str:
    """The bits of a fact by its set number: half of the sets are left aside at each step."""
    if len(sets) <= AT_ONCE:
        cases = " ".join(f"WHEN {number} THEN {_bits(conditions)}" for number, conditions in sets)
        return f"CASE f.set_no {cases} END"
    middle = len(sets) // 2
    return f"CASE WHEN f.set_no < {sets[middle][0]} THEN {_search(sets[:middle])} ELSE {_search(sets[middle:])} END"


def _bits(conditions: dict[str, int]) -> str:
    return " | ".join(
        f"{bits}::bigint" if condition == "TRUE" else f"CASE WHEN {condition} THEN {bits}::bigint ELSE 0 END"
        for condition, bits in conditions.items()
    )
