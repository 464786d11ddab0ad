"""`migrate` from nothing: every migration, trigger, grant, policy and partition.

The number of members means nothing here.
"""

import os
import resource
import subprocess
import sys
import time
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings

from bench.runner import Result


def run(members: int) -> Result:
    name = f"bench_migrate_{os.getpid()}"
    home = os.environ["DATABASE_OWNER_URL"]
    address = urlunsplit(urlsplit(home)._replace(path=f"/{name}"))
    owner = psycopg2.connect(home)
    owner.autocommit = True
    try:
        with owner.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "KPCARE_LOGIN": "owner", "DATABASE_OWNER_URL": address},
            check=True,
        )
        seconds = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
    finally:
        with owner.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        owner.close()
    return Result(seconds, None, {"processor_seconds": round(used.ru_utime - before.ru_utime, 1)})
