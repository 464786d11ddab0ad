"""Which numbers of a campaign's effect no page shows: of fewer than 11, or what would give such away by subtraction.

The numbers of a campaign are its arms and, of those reached out to, the same again by language and by wording, each of
which adds up to that arm; by channel bookings and closures add up to it, gaps do not: several may contact one.
"""

from collections.abc import Sequence

from prevention.models import OutreachSummary
from prevention.quality.suppression import Sum, hide, hide_rates

Cell = tuple[str, str]
WHOLE: Cell = ("arm", "outreach")
PARTS = ("language", "wording")
# Counted among a cell's gaps; what adds up over channels as well.
OF_GAPS = ("sent", "opened", "booked", "done")
BY_CHANNEL = ("booked", "done", "rate")
NAMES = ("gaps", *OF_GAPS, "rate")


def hidden(rows: Sequence[OutreachSummary]) -> dict[str, set[Cell]]:
    """Name of a number (`NAMES`; `rate` is both numbers of a rate) → cells (dimension, stratum) in which it is hidden.

    `rows` are all summaries of one campaign. Where `gaps` is hidden, everything of the cell is.
    """
    by_cell = {(row.dimension, row.stratum): row for row in rows}
    parts: list[Sum[Cell]] = []
    ways: list[Sum[Cell]] = []
    if WHOLE in by_cell:
        of = {name: tuple(sorted(cell for cell in by_cell if cell[0] == name)) for name in (*PARTS, "channel")}
        parts = [Sum(WHOLE, of[name]) for name in PARTS if of[name]]
        ways = [Sum(WHOLE, of["channel"])] if of["channel"] else []
    people = hide({cell: row.gaps for cell, row in by_cell.items()}, parts)
    found = {"gaps": people}
    for name in (*OF_GAPS, "rate"):
        met = {cell: row.done_observed if name == "rate" else getattr(row, name) for cell, row in by_cell.items()}
        unmet = {
            # A kit's channel may be credited with more than went out by it.
            cell: max(0, (row.observed if name == "rate" else row.gaps) - met[cell])
            for cell, row in by_cell.items()
        }
        found[name] = hide_rates(met, unmet, [*parts, *(ways if name in BY_CHANNEL else ())], people)
    return found
