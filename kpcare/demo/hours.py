"""The hours of a demo clinic day: where in the day its visits lie, whatever the hour at which they are laid.

Nothing here reads the clock or the database: an instant and a time zone in, times out.
"""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

SLOT = datetime.timedelta(minutes=20)
# Stages of a visit's day in their order; a visit has come to one of them.
SEEN, BEGUN, ROOMED, ARRIVED, BOOKED = "seen", "begun", "roomed", "arrived", "booked"
# Minutes before the present at which the visits of the morning took their steps.
EARLIEST = 120
# How much of the day the clinic stays open after the present, where the day is long enough.
AHEAD = datetime.timedelta(hours=3)
# Seats left free in the day's last slot where nothing else later today is.
SPARE = 3


@dataclass(frozen=True)
class Hours:
    """A stretch of one local day: slots by start with their seats, and the present within it."""

    now: datetime.datetime
    day: datetime.date
    midnight: datetime.datetime
    next_midnight: datetime.datetime
    # In the order of the visits asked for: the start of each one's slot.
    starts: tuple[datetime.datetime, ...]
    seats: dict[datetime.datetime, int]

    @property
    def slots(self) -> list[tuple[datetime.datetime, datetime.datetime, int]]:
        """(start, end, seats) of every slot, in order."""
        return [(start, start + SLOT, seats) for start, seats in sorted(self.seats.items())]

    def ago(self, minutes: float) -> datetime.datetime:
        """The instant `minutes` before the present; nearer, and of this day, where the day is young."""
        age = min(self.now - self.midnight, datetime.timedelta(minutes=EARLIEST))
        return self.now - age * (min(max(minutes, 0), EARLIEST) / EARLIEST)


def lay_hours(instant: datetime.datetime, zone: ZoneInfo, places: tuple[int, ...]) -> Hours:
    """The hours around `instant` at a clinic in `zone` for visits at `places`.

    A place counts slots from the one in which `instant` lies: negative was earlier today, positive is later today.
    Near midnight, where the day has no such slot, visits share the first, or the last that is still to come. Some
    seat after the present is always free. Every start is on the local day of `instant`, those of positive places lie
    after it; the day's last minute has nothing after it, and its visits share the slot of the present.
    """
    local = instant.astimezone(zone)
    midnight = _midnight(local.date(), zone)
    following = _midnight(local.date() + datetime.timedelta(days=1), zone)
    # What has happened today needs a moment of today to have happened in.
    now = max(instant.astimezone(datetime.UTC), midnight + datetime.timedelta(minutes=1))
    present = midnight + SLOT * ((now - midnight) // SLOT)
    first = max(midnight, present + SLOT * min(places))
    last = _last(now, following)
    starts = tuple(min(max(midnight, present + SLOT * place), present if place <= 0 else last) for place in places)
    until = min(following, max(present + SLOT * (max(places) + 1), now + AHEAD))
    seats: dict[datetime.datetime, int] = {}
    begin = first
    while begin < until:
        seats[begin] = 1
        begin += SLOT
    for start in starts:
        seats[start] = max(seats.get(start, 1), starts.count(start))
    if not any(start > now and many > starts.count(start) for start, many in seats.items()):
        seats[last] = max(seats.get(last, 0), starts.count(last)) + SPARE
    return Hours(now, local.date(), midnight, following, starts, seats)


def _midnight(day: datetime.date, zone: ZoneInfo) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(), zone).astimezone(datetime.UTC)


def _last(now: datetime.datetime, following: datetime.datetime) -> datetime.datetime:
    """The day's last start that is still to come: a slot's, else the next five minutes', else the next minute's."""
    for step in (SLOT, datetime.timedelta(minutes=5), datetime.timedelta(minutes=1)):
        last = following - step
        if last > now:
            return last
    return following - SLOT
