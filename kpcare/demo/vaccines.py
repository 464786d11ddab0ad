"""The schedule of vaccines as the demo's plan has set it: the CDC's, with this season's dates."""

import datetime

from kpcare.demo.ancillary import staff
from kpcare.demo.world import World
from prevention.immunisation import seasons
from prevention.immunisation.actions import roll_over_seasons


def add(place: World, today: datetime.date) -> None:
    """Where the CDC's dates have run out and kpcare carries a roll-over for today, it is in force from today."""
    if seasons.shipped(today) is not None:
        roll_over_seasons(by=staff("plan.administrator"), system=place.system, today=today)
