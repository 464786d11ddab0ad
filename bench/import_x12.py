"""An 834 of new members, file to rows; beside it the same rows by bare SQL. In a database of its own, dropped after."""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from bench._x12_834 import write_834
from bench.runner import Result, add_defaults, floor_sql
from interop.scratch import scratch_database

STAGE = """
CREATE TEMP TABLE floor_834 AS
SELECT uuidv7() AS member_id, uuidv7() AS contract_id, uuidv7() AS coverage_id, 'F' || n AS number,
    'FLOOR' || n AS family, 'GIVEN' || n %% 97 AS given, date '1950-01-01' + n %% 25000 AS birth_date,
    n || ' MAIN ST' AS line1,
    (SELECT id FROM network_organization WHERE kind = 'system' LIMIT 1) AS organization_id,
    (SELECT id FROM plans_employergroup LIMIT 1) AS group_id, (SELECT id FROM plans_product LIMIT 1) AS product_id,
    (SELECT id FROM core_user LIMIT 1) AS user_id
FROM generate_series(1, %s) n
"""


def run(members: int) -> Result:
    with scratch_database() as jobs, tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder) / "members.834", Path(folder) / "first.834"
        write_834(small, 10, seed=2)
        write_834(path, members)
        # The first file makes group and product, so that the second is timed without them.
        _measured(jobs, "import_x12", str(small), "--create-missing", "--as-of", "2026-04-15")
        began = time.perf_counter()
        said, memory = _measured(jobs, "import_x12", str(path), "--as-of", "2026-04-15")
        seconds = time.perf_counter() - began
        floor = _floor(jobs, members)
    detail = {"members_per_second": round(members / seconds), "memory_mb": memory, "said": said.strip()[:200]}
    return Result(seconds, floor, detail)


def _measured(environ: dict[str, str], *arguments: str) -> tuple[str, int]:
    """What a `manage.py` command said, and the megabytes that it held at most."""
    with tempfile.TemporaryFile("w+") as output:
        command = [sys.executable, "manage.py", *arguments]
        child = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if child.returncode:
        raise RuntimeError(f"{arguments[0]} ended with {child.returncode}: {said[-500:]}")
    return said, used.ru_maxrss // 1024


def _floor(environ: dict[str, str], members: int) -> float:
    with closing(psycopg2.connect(environ["DATABASE_OWNER_URL"])) as owner, owner, owner.cursor() as cursor:
        add_defaults(cursor)
    with closing(psycopg2.connect(environ["DATABASE_JOBS_URL"])) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM core_user LIMIT 1")
            cursor.execute("SELECT set_config('kpcare.user_id', %s, true)", [str(cursor.fetchone()[0])])
            cursor.execute("SELECT set_config('pghistory.context_metadata', '{}', true)")
            cursor.execute(STAGE, [members])
            began = time.perf_counter()
            cursor.execute(floor_sql("import_x12"))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            seconds = time.perf_counter() - began
        connection.commit()
    return seconds
