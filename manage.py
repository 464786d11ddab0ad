#!/usr/bin/env python
"""Django's command line. `./kp` is the front door: it brings the environment and servers up first."""

import os
import sys

from kpcare.logins import login_for_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
    os.environ.setdefault("KPCARE_LOGIN", login_for_command(sys.argv))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
