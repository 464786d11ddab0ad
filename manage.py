#!/usr/bin/env python
"""Django's command line. `./kp` is the front door: it brings the environment and servers up first."""

import os
import sys

from kpcare.logins import login_for_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
    os.environ.setdefault("KPCARE_LOGIN", login_for_command(sys.argv))
    from django.core.management import execute_from_command_line
    from django.db import ProgrammingError

    try:
        execute_from_command_line(sys.argv)
    except ProgrammingError as error:
        if not is_bare(error):
            raise
        sys.exit("The database has no tables yet: run ./kp migrate first.")


def is_bare(error: Exception) -> bool:
    """Whether a table was missing because nobody has migrated the database."""
    from django.db import connection

    if getattr(error.__cause__, "pgcode", "") != "42P01":
        return False
    connection.close()
    return "django_migrations" not in connection.introspection.table_names()


if __name__ == "__main__":
    main()
