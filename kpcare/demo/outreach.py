"""Outreach as a system begins it: policy, campaigns, unit costs, and the protocols that its physician has signed."""

import datetime
from decimal import Decimal

from core.models import User
from kpcare.demo.world import World
from network.models import Clinician
from prevention.outreach.defaults import sign_protocols, start_outreach


def add(place: World, today: datetime.date) -> None:
    physician = User.objects.get(email="physician@demo.example")
    clinician = Clinician.objects.get(user=physician)
    since = today - datetime.timedelta(days=200)
    start_outreach(place.system, by=place.user, since=since, holdout_percent=Decimal(5))
    sign_protocols(
        place.system, by=physician, clinician=clinician, since=since, review_by=today + datetime.timedelta(days=165)
    )
