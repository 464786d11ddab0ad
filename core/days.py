"""Which days are believed, wherever they come from: pages, the REST interface, FHIR, HL7 and X12.

One date in the year 1 or 9999 shuts a chart: what counts from it, or shows it at another clock, leaves the calendar.
"""

import datetime

from django.utils import timezone

# Days beyond these are slips of the keyboard; a margin to the calendar's ends leaves room to count from them.
FIRST_DAY, LAST_DAY = datetime.date(1850, 1, 1), datetime.date(2199, 12, 31)
# The clocks of the earth are at most this far ahead of UTC: a day has begun somewhere.
FURTHEST = datetime.timedelta(hours=14)


def is_believed(day: datetime.date) -> bool:
    """Whether somebody may live on that day, or an agreement name it. Of an instant its day as written is asked."""
    return FIRST_DAY <= (day.date() if isinstance(day, datetime.datetime) else day) <= LAST_DAY


def is_ahead(when: datetime.date) -> bool:
    """Whether a day has begun nowhere yet, or an instant is still to come."""
    now = timezone.now()
    if isinstance(when, datetime.datetime):
        return when > now
    return when > (now.astimezone(datetime.UTC) + FURTHEST).date()
