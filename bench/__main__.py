"""`./kp bench [NAME…] [--members N]`: every module of this package that has `run(members)`, one JSON line each."""

import argparse
import importlib
import json
import os
import pkgutil
import sys
import traceback

import bench

NOT_BENCHMARKS = {"__main__", "runner"}


def names() -> list[str]:
    """Benchmarks in alphabetical order: modules of this package, without helpers that begin with an underscore."""
    found = (module.name for module in pkgutil.iter_modules(bench.__path__))
    return sorted(name for name in found if name not in NOT_BENCHMARKS and not name.startswith("_"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kp bench", description="Benchmarks, one JSON line each.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()) or "there are none yet")
    parser.add_argument("--members", type=int, default=100_000)
    options = parser.parse_args()
    unknown = set(options.names) - set(names())
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}: there are {', '.join(names())}")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
    import django

    django.setup()
    failed = False
    for name in options.names or names():
        try:
            line = importlib.import_module(f"bench.{name}").run(options.members).line(name, options.members)
        except Exception as error:
            # One that breaks must not keep the others from being measured.
            traceback.print_exc()
            failed = True
            line = {"name": name, "members": options.members, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(line), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
