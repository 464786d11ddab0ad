"""The whole demo world in one transaction: places, people, charts, free times, money."""

import datetime
import random
import threading
import time
from collections.abc import Callable

from django.db import connection, transaction

from clinical.models import Task
from core import wakeups
from core.context import Context, use
from core.models import User
from core.terminology import load_own
from kpcare.demo import (
    ancillary,
    asked,
    catalogue,
    clinic_day,
    desk,
    fills,
    hero,
    outreach,
    past_quality,
    people,
    vaccines,
    world,
)
from kpcare.demo.charts import Charts
from kpcare.demo.copying import bulk_load
from kpcare.demo.free_times import FreeTimes
from kpcare.demo.sign_ins import add_account, encoded
from members.models import Member, Proxy
from network.models import Organization
from prevention import standing

# From here on a load drops indexes and keys first; below, keeping them is cheaper than making them again.
KEYS_ASIDE_FROM = 20_000
# Up to so many members everybody's visits are written; a larger world is for benchmarks, with about 30 rows a member.
FULL_UP_TO, THIN = 50_000, 0.15


class NotEmpty(Exception):
    """The database already holds members; a demo world is laid into an empty one."""


def build(
    *,
    members: int,
    seed: int,
    today: datetime.date,
    now: datetime.datetime,
    say: Callable[[str], None] = print,
) -> dict[str, int]:
    """Lay the Kaiser-like world with `members` people into an empty database; rows written by table.

    Charts, hours and money reach up to `today`; the visits of the clinic day lie around `now`. Raises `NotEmpty` where
    somebody lives there already.
    """
    started = time.monotonic()
    # A second of arithmetic beside the first questions to Postgres; it is asked for once the members are there.
    threading.Thread(target=encoded).start()
    user = User.objects.system("seed")
    with use(Context(user.pk, "job", "demo world", is_job=True)), transaction.atomic():
        if Organization.objects.exists():
            raise NotEmpty("The database already holds an organisation: seed an empty one (./kp help run).")
        load_own()
        rng = random.Random(f"catalogue-{seed}")
        place = world.build(by=user, members=members, seed=seed, today=today)
        charts = Charts(place, seed=seed, today=today, depth=1.0 if members <= FULL_UP_TO else THIN)
        charts.drug_ids = catalogue.add_medicines(place, rng, today)
        catalogue.add_laboratory(place)
        types = catalogue.add_visit_types(place)
        catalogue.add_rates(place)
        say(f"Places and catalogue after {time.monotonic() - started:.1f} s.")
        hours = FreeTimes()
        tables = [*hours.tables, *charts.tables.values()]
        with bulk_load(tables, set_aside_keys=members >= KEYS_ASIDE_FROM) as flush:
            catalogue.add_schedule(hours, place, types, today, days=21 if members <= 100_000 else 8)
            family = charts.add_home(people.hero_home(place, today))
            made = len(family)
            for home in people.homes(place, members=members - made, seed=seed, today=today):
                charts.add_home(home)
            flush()
            if members <= FULL_UP_TO:
                asked.add(place, family, today)
            say(f"{members:,} members copied after {time.monotonic() - started:.1f} s. Keys and indexes …")
        # No trigger saw these charts: whoever was answered before them answers for nobody.
        standing.forget()
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('members_mrn_seq', %s)", [charts.mrn])
        catalogue.add_budgets(place, today, members)
        accounts(place, family, today)
        past_quality.add_areas(place)
        outreach.add(place, today)
        vaccines.add(place, today)
        ancillary.add(place)
        clinic_day.add(place, now)
        vaccines.lay(now)
        hero.add(now)
        wakeups.leave_to_the_sweep()
    _look_at_what_is_there()
    say(f"Demo world of {members:,} members laid in {time.monotonic() - started:.1f} s; history did not fire for it.")
    return {name: table.written for name, table in charts.tables.items()}


def _look_at_what_is_there() -> None:
    """Statistics of the tables that hold something: of the others, most of six hundred, there is nothing to know."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(oid::regclass::text, ', ') FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
        )
        cursor.execute(f"ANALYZE {cursor.fetchone()[0]}")


def accounts(place: world.World, family: list[str], today: datetime.date) -> None:
    """Sign-ins: one for each staff role, and Maria's portal with access to her son and mother."""
    staff = dict(world.demo_accounts(place, today))
    fills.add_fills(place, family[0], staff["pharmacist"], today)
    maria = add_account("maria@demo.example", name="Maria Alvarez")
    Member.objects.filter(pk=family[0]).update(user=maria)
    for member in family[1:]:
        Proxy.objects.create(
            member_id=member,
            user=maria,
            relationship="parent" if member == family[1] else "child",
            scopes=["view", "schedule", "message", "refill", "costs"],
            period=(today - datetime.timedelta(days=400), None),
            granted_by=staff["front_desk"],
        )
    desk.add(place, family, staff, today)
    Task.objects.create(
        member_id=family[0],
        status="requested",
        kind="follow_up",
        title="Write about HbA1c",
        detail="New result 6.8 %. She expects a note by Thursday.",
        owner=staff["physician"],
        requested_by=staff["nurse"],
        due_at=datetime.datetime.combine(today + datetime.timedelta(days=4), datetime.time(17), datetime.UTC),
    )
