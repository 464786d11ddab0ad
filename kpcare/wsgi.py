"""The web application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kpcare.settings")
people = get_wsgi_application()

from kpcare.machines import MachineHandler, two_ways  # noqa: E402  (settings are there once Django is set up)

application = two_ways(people, MachineHandler())
