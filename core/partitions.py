"""Monthly partitions of the append-only logs and of history, made ahead of time.

Rows of a month without a partition fall into the table's default partition; nothing is ever refused for lack of one.
"""

import datetime

from django.apps import apps
from django.db import connections, models

from core.postgres.schema import partition_key

MONTHS_AHEAD = 3

# Owner's rights, since a partition belongs to who owns the table; the jobs login may call it and nobody else.
FUNCTION = """
CREATE OR REPLACE FUNCTION core_make_partition(parent text, first date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    child text := left(parent, 54) || '_' || to_char(first, 'YYYYMM');
    upto date := (first + interval '1 month')::date;
    key text;
    occupied boolean;
BEGIN
    SELECT a.attname INTO key FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
        WHERE c.relname = parent AND n.nspname = 'public' AND p.partstrat = 'r';
    IF key IS NULL THEN
        RAISE EXCEPTION '% is not partitioned by month.', parent;
    END IF;
    IF first <> date_trunc('month', first)::date THEN
        RAISE EXCEPTION 'A partition begins on the first of a month, not on %.', first;
    END IF;
    IF to_regclass(format('public.%I', child)) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Rows that already fell into the default partition stay there: moving them would need to delete them.
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I >= %L::date::timestamp AT TIME ZONE ''UTC'' '
        'AND %I < %L::date::timestamp AT TIME ZONE ''UTC'')', parent || '_default', key, first, key, upto)
        INTO occupied;
    IF occupied THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
        child, parent, first || ' 00:00:00+00', upto || ' 00:00:00+00');
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION core_make_partition(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_make_partition(text, date) TO kpcare_jobs;
"""


def partitioned_models() -> list[type[models.Model]]:
    """Every model whose table is partitioned by month."""
    return [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and partition_key(model)
    ]


def month_starts(today: datetime.date, ahead: int = MONTHS_AHEAD) -> list[datetime.date]:
    """The first of this month and of the `ahead` months after it."""
    first = today.year * 12 + today.month - 1
    return [datetime.date(number // 12, number % 12 + 1, 1) for number in range(first, first + ahead + 1)]


def ensure(today: datetime.date | None = None, *, ahead: int = MONTHS_AHEAD, using: str = "default") -> list[str]:
    """Make what is missing from this month (in UTC) to `ahead` months on; returns the names made.

    With `ahead` -1 nothing is made: rows then go to the default partition. Needs the owner's or the jobs login; making
    a partition takes a short exclusive lock on its table.
    """
    today = today or datetime.datetime.now(datetime.UTC).date()
    tables = [model._meta.db_table for model in partitioned_models()]
    made = []
    with connections[using].cursor() as cursor:
        # What is there needs no lock and no transaction of its own.
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits")
        present = {name.strip('"') for (name,) in cursor.fetchall()}
        for table in tables:
            for first in month_starts(today, ahead):
                if f"{table[:54]}_{first:%Y%m}" in present:
                    continue
                # Each on its own: a lock is held no longer than for one partition.
                cursor.execute("SELECT core_make_partition(%s, %s)", [table, first])
                if cursor.fetchone()[0]:
                    made.append(f"{table}_{first:%Y%m}")
    return made
