"""Interaction rules in the database: those shipped, and the ONC lists where an installation has them."""

import csv
from collections.abc import Iterable
from pathlib import Path

from pharmacy.models import InteractionRule
from pharmacy.safety import facts
from pharmacy.safety.substances import normal

HIGH_PRIORITY, NON_INTERRUPTIVE = "onc_high_priority_pairs.csv", "onc_non_interruptive_pairs.csv"
ONC = {
    HIGH_PRIORITY: (
        "hard_stop",
        "High-priority interaction: {first} with {second}.",
        "ONC high-priority list (Phansalkar et al., JAMIA 2012;19:735)",
    ),
    NON_INTERRUPTIVE: (
        "information",
        "Low-priority interaction: {first} with {second}.",
        "ONC non-interruptive list (Phansalkar et al., JAMIA 2013;20:489)",
    ),
}


def rule_of(pair: facts.Pair) -> InteractionRule:
    return InteractionRule(
        first=pair.first, second=pair.second, severity=pair.severity, message=pair.message, source=pair.source
    )


def read_pairs(folder: Path) -> list[facts.Pair]:
    """The ONC pairs of a folder, each once, the high-priority list first. Raises `FileNotFoundError`."""
    found: dict[tuple[str, str], facts.Pair] = {}
    for name, (severity, message, source) in ONC.items():
        with (folder / name).open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                first, second = sorted((normal(row["drug_a"]), normal(row["drug_b"])))
                if first and second and first != second:
                    words = message.format(first=first, second=second)
                    found.setdefault((first, second), facts.Pair(first, second, severity, words, source))
    return list(found.values())


def save_pairs(pairs: Iterable[facts.Pair]) -> int:
    """Add rules that are not there; a rule that stands, like one from a label, is left as it is."""
    before = InteractionRule.objects.count()
    InteractionRule.objects.bulk_create([rule_of(pair) for pair in pairs], ignore_conflicts=True, batch_size=1000)
    return InteractionRule.objects.count() - before
