"""The demo world into an empty database, with its peak memory. It has no floor: no bare SQL makes households."""

from bench._world import world
from bench.runner import Result


def run(members: int) -> Result:
    spent = dict(world(members))
    if not spent:
        raise RuntimeError("KPCARE_BENCH_WORLD names a world that is there already: there is nothing to time.")
    seconds = spent.pop("seconds")
    return Result(seconds, None, {**spent, "rows_per_second": round(spent["rows"] / seconds)})
