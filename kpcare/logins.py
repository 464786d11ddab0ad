"""Which of the three database logins a process uses.

`owner` owns the tables and migrates; `app` serves people and is bound by row-level security; `jobs` runs
work over the whole membership (it has BYPASSRLS, and no process that answers a request uses it).
"""

import os
from collections.abc import Mapping, Sequence

LOGINS = ("app", "jobs", "owner")
URL_VARIABLES = {"app": "DATABASE_URL", "jobs": "DATABASE_JOBS_URL", "owner": "DATABASE_OWNER_URL"}

OWNER_COMMANDS = frozenset({"migrate", "sqlmigrate", "flush", "pgtrigger", "ensure_partitions", "dbshell", "seed"})
APP_COMMANDS = frozenset({"runserver", "check", "shell", "test"})


def login_for_command(argv: Sequence[str]) -> str:
    """The login for `manage.py <command>`: schema work as owner, serving as app, every other command as jobs."""
    command = argv[1] if len(argv) > 1 else "help"
    if command in OWNER_COMMANDS:
        return "owner"
    return "app" if command in APP_COMMANDS else "jobs"


def current_login(environ: Mapping[str, str] = os.environ) -> str:
    """The login of this process, from `KPCARE_LOGIN`; `app` unless told otherwise.

    Raises `ValueError` for a name that is none of the three.
    """
    login = environ.get("KPCARE_LOGIN", "app")
    if login not in LOGINS:
        raise ValueError(f"KPCARE_LOGIN is {login!r}. Set it to one of {', '.join(LOGINS)}.")
    return login
