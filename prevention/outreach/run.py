"""What outreach does after an evaluation: the same for everybody at night as for one member after a change."""

from datetime import date, datetime

from django.conf import settings

from prevention.engine.evaluate import Partition
from prevention.models import Campaign
from prevention.outreach.elsewhere import settle_charted
from prevention.outreach.follow_up import watch
from prevention.outreach.kits import track_kits
from prevention.outreach.queue import queue_outreach
from prevention.outreach.vaccines import sync_vaccine_gaps


def reach_out(partition: Partition, *, as_of: date, at: datetime) -> dict[str, int]:
    """Vaccine gaps, follow-ups and kits as they now stand; then campaigns a step on for the members of `partition`.

    Needs the jobs login and an open transaction. Returns counts of rows written; a second call over an unchanged chart
    writes none.
    """
    zone = settings.TIME_ZONE
    return {
        "vaccine_gaps": sync_vaccine_gaps(partition, as_of=as_of, at=at, zone=zone),
        "follow_ups": watch(partition, as_of=as_of, at=at, zone=zone),
        "reports": settle_charted(partition, at=at),
        "kits": track_kits(partition, as_of=as_of, at=at),
        **queue_outreach(partition, as_of=as_of, at=at).counts(),
    }


def asks_everybody(as_of: date) -> bool:
    """Whether some campaign takes so many a day only: then who comes first is told among all members, not by share."""
    return Campaign.objects.filter(daily_limit__isnull=False, period__contains=as_of).exists()
