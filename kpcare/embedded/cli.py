"""The command table of `./kp`. What is not listed here goes to `manage.py` with the servers up."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpcare.embedded import environment, paths
from kpcare.embedded.postgres import SERVING, Cluster
from kpcare.embedded.problems import Problem, sentence_for
from kpcare.embedded.servers import servers


@dataclass(frozen=True)
class Command:
    """One line of `./kp help`. `run` is None for a `manage.py` command."""

    usage: str
    does: str
    run: Callable[[list[str]], int] | None = None
    lock: str = environment.RUNTIME


def in_environment(arguments: Sequence[str], lock: str) -> int:
    """Replace this process by the environment's Python, which reads the same command table."""
    python = str(environment.ensure(lock))
    os.environ["PYTHONPATH"] = str(paths.ROOT)
    # Compiling 1,500 modules anew costs each process four seconds. Who wants no bytecode wants none among the sources.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(paths.STATE / "bytecode")
    os.execv(python, [python, "-m", "kpcare.embedded.cli", *arguments])  # noqa: S606  (no shell is meant)


def call(command: Sequence[str | Path], extra: dict[str, str]) -> int:
    """Run a child to its end and hand its exit code on. Ctrl-C reaches it from the terminal; TERM we pass on."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        command,
        cwd=paths.ROOT,
        env={**os.environ, **extra},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    terminate = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        code = child.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, terminate)
    return code if code >= 0 else 128 - code


def manage(arguments: list[str]) -> int:
    """`manage.py` with servers up. A terminal of one's own is a demo machine unless the environment says otherwise."""
    with servers() as found:
        if arguments[0] == "migrate" and "DATABASE_URL" in found:
            # `./kp run` looks again at what this leaves behind.
            (paths.server_home("pg") / "migrated").unlink(missing_ok=True)
        demo = {} if os.environ.get("DATABASE_URL") else {"KPCARE_DEMO": os.environ.get("KPCARE_DEMO", "1")}
        if "DATABASE_URL" in found and arguments[0] in COMMANDS and is_bare():
            print("The database is new: migrating it first …", file=sys.stderr)
            code = call([sys.executable, "manage.py", "migrate", "--noinput", "--verbosity=0"], {**found, **demo})
            if code:
                return code
        return call([sys.executable, "manage.py", *arguments], {**found, **demo})


def is_bare() -> bool:
    """Whether nobody has migrated the embedded database yet."""
    return Cluster(SERVING).sql("SELECT to_regclass('django_migrations') IS NULL").strip() == "t"


def run_all(arguments: list[str]) -> int:
    from kpcare.embedded.supervisor import main

    return main(arguments)


def run_tests(arguments: list[str]) -> int:
    from kpcare.embedded.testing import main

    return main(arguments)


def run_check(arguments: list[str]) -> int:
    from kpcare.embedded.checking import main

    return main(arguments)


def run_bench(arguments: list[str]) -> int:
    with servers() as found:
        return call([sys.executable, "-m", "bench", *arguments], {**found, "KPCARE_LOGIN": "app", "KPCARE_DEMO": "1"})


def run_backup(arguments: list[str]) -> int:
    from kpcare.embedded.archive import backup_main

    return backup_main(arguments)


def run_restore(arguments: list[str]) -> int:
    from kpcare.embedded.archive import restore_main

    return restore_main(arguments)


def run_assets(arguments: list[str]) -> int:
    from kpcare.assets import main

    return main(arguments)


def run_help(arguments: list[str]) -> int:
    width = max(len(command.usage) for command in COMMANDS.values())
    print("./kp COMMAND\n")
    for command in COMMANDS.values():
        print(f"  {command.usage:<{width}}  {command.does}")
    print("\nAny other command goes to manage.py, with Postgres and Redis up: `./kp shell`, `./kp dbshell`, …")
    return 0


DEV = environment.DEV
COMMANDS = {
    "run": Command("run [--port 8000] [--members 2000]", "everything on this machine, in the foreground", run_all),
    "test": Command("test [pytest arguments]", "all tests, browser tests included", run_tests, DEV),
    "check": Command("check", "formatting, lint, types, imports, migrations, templates", run_check, DEV),
    "bench": Command("bench [NAME…] [--members 100000]", "benchmarks, one JSON line each", run_bench),
    "conformance": Command("conformance [DECK…]", "official decks: passed / total for each"),
    "seed": Command("seed --members N --world NAME --seed S", "a deterministic demo world"),
    "import_x12": Command("import_x12 PATH…", "X12 834 files in; says what was accepted and what set aside"),
    "import_fhir": Command("import_fhir PATH…", "FHIR R4 bundles and NDJSON in"),
    "import_hl7": Command("import_hl7 PATH…", "HL7 v2 results, immunisations and stays in; says what was set aside"),
    "load_local_codes": Command("load_local_codes FILE.csv", "what laboratories' own codes mean in LOINC"),
    "evaluate_prevention": Command(
        "evaluate_prevention [--as-of D] [--member MRN] [--measure ID]", "the nightly job, now"
    ),
    "close_capitation": Command("close_capitation YYYY-MM", "the monthly job, now"),
    "load_fees": Command("load_fees FILE.csv [--plan NAME]", "what outside providers are paid; bad lines set aside"),
    "evaluate_ecqm": Command("evaluate_ecqm DIR [--measure NAME] --out FILE.csv", "official measure cases"),
    "measure_report": Command("measure_report ID [--year Y] [--member MRN]", "a measure as FHIR MeasureReport"),
    "evaluate_cdsi": Command("evaluate_cdsi FILE.csv --out FILE.csv", "official immunisation cases"),
    "evaluate_immunisations": Command(
        "evaluate_immunisations [--as-of D] [--member MRN] [--everybody]", "immunisation forecasts, now"
    ),
    "evaluate_registries": Command("evaluate_registries [--as-of D] [--member MRN]", "who is in which registry, now"),
    "load_cdsi": Command("load_cdsi DIR [--version-number N --published D]", "a version of the CDC's schedule in"),
    "load_valuesets": Command("load_valuesets DIR", "FHIR ValueSet expansions in"),
    "register_app": Command(
        'register_app NAME --organization "Redwood Health" [--scope S]', "an app or machine for the REST interface"
    ),
    "verify_audit": Command("verify_audit", "finds an edited, removed or inserted audit row"),
    "backup": Command("backup FILE", "everything out, with checksums", run_backup),
    "restore": Command("restore FILE [--force]", "everything in, checksums compared", run_restore),
    "reconcile": Command("reconcile", "ledgers, accumulators and stock recomputed from their rows"),
    "assets": Command("assets [--update-lock]", "stylesheet and front-end files built anew (needs Node)", run_assets),
    "messages": Command("messages [--check]", "words collected for translation and compiled (needs gettext)"),
    "help": Command("help", "this list", run_help),
}


def dispatch(arguments: list[str]) -> int:
    name = arguments[0] if arguments else "help"
    command = COMMANDS.get("help" if name in ("-h", "--help") else name, Command(name, ""))
    if command.run is run_help:
        return run_help(arguments[1:])
    inside = Path(sys.prefix).resolve() == (paths.STATE / "venv").resolve()
    if not inside or not environment.is_current(environment.read_stamp(), command.lock):
        return in_environment(arguments, command.lock)
    return manage(arguments) if command.run is None else command.run(arguments[1:])


def main(arguments: list[str]) -> int:
    """Run one command; a `Problem` is printed as its sentence and ends with 1."""
    # A polite end unwinds, so that the servers of this command stop with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return dispatch(arguments)
    except Problem as problem:
        print(problem, file=sys.stderr)
    except OSError as error:
        sentence = sentence_for(error, paths.STATE)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
