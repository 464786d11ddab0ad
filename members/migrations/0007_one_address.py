"""Of each use one address at a time. Two homes that stood at once gave a member two distances, two areas and two letters.

Of those that overlap the one that began later stands where they do; what a shorter stay interrupted goes on after it.
Where they began together the shorter stands, then the one recorded later. What never stands goes; history keeps it.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models

MEND = """
DO $$
DECLARE
    account text;
BEGIN
    IF NOT EXISTS (SELECT FROM members_memberaddress WHERE isempty(period)) AND NOT EXISTS (
        SELECT FROM members_memberaddress a JOIN members_memberaddress b
            ON b.member_id = a.member_id AND b.use = a.use AND b.id > a.id AND b.period && a.period) THEN
        RETURN;
    END IF;
    SELECT id::text INTO account FROM core_user WHERE kind = 'system' ORDER BY id LIMIT 1;
    PERFORM set_config('kpcare.user_id', coalesce(account, gen_random_uuid()::text), true),
        set_config('pghistory.context_metadata', jsonb_build_object(
            'user', coalesce(account, ''), 'role', 'migration', 'reason', 'Of each use one address at a time')::text, true);
    DELETE FROM members_memberaddress WHERE isempty(period);
    CREATE TEMPORARY TABLE stands ON COMMIT DROP AS
    WITH doubled AS (
        SELECT DISTINCT a.member_id, a.use FROM members_memberaddress a JOIN members_memberaddress b
            ON b.member_id = a.member_id AND b.use = a.use AND b.id <> a.id AND b.period && a.period
    ), held AS (
        SELECT r.id, r.member_id, r.use, coalesce(lower(r.period), '-infinity') AS since,
            coalesce(upper(r.period), 'infinity') AS until
        FROM members_memberaddress r JOIN doubled USING (member_id, use)
    ), edges AS (
        SELECT member_id, use, day, lead(day) OVER (PARTITION BY member_id, use ORDER BY day) AS next
        FROM (SELECT member_id, use, since AS day FROM held UNION SELECT member_id, use, until FROM held) e
    ), won AS (
        SELECT e.member_id, e.use, e.day, e.next, w.id
        FROM edges e CROSS JOIN LATERAL (
            SELECT h.id FROM held h
            WHERE h.member_id = e.member_id AND h.use = e.use AND h.since <= e.day AND h.until >= e.next
            ORDER BY h.since DESC, h.until, uuid_extract_timestamp(h.id)::date DESC NULLS LAST, h.id LIMIT 1) w
    ), marked AS (
        SELECT *, (lag(id) OVER p IS DISTINCT FROM id OR lag(next) OVER p <> day)::int AS begins
        FROM won WINDOW p AS (PARTITION BY member_id, use ORDER BY day)
    ), numbered AS (
        SELECT *, sum(begins) OVER (PARTITION BY member_id, use ORDER BY day) AS stretch FROM marked
    )
    SELECT id, member_id, use,
        daterange(nullif(min(day), '-infinity'), nullif(max(next), 'infinity')) AS period,
        row_number() OVER (PARTITION BY id ORDER BY min(day)) AS part
    FROM numbered GROUP BY id, member_id, use, stretch;
    DELETE FROM members_memberaddress a USING (SELECT DISTINCT member_id, use FROM stands) d
    WHERE a.member_id = d.member_id AND a.use = d.use AND NOT EXISTS (SELECT FROM stands s WHERE s.id = a.id);
    UPDATE members_memberaddress a SET period = s.period
    FROM stands s WHERE s.id = a.id AND s.part = 1 AND s.period <> a.period;
    INSERT INTO members_memberaddress
    SELECT (jsonb_populate_record(a, jsonb_build_object('id', uuidv7(), 'period', s.period))).*
    FROM stands s JOIN members_memberaddress a ON a.id = s.id WHERE s.part > 1;
    SET CONSTRAINTS ALL IMMEDIATE;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0005_proxy_by_another")]

    operations = [
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="memberaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)), name="members_address_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="memberaddress",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("member", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                    ("use", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                    ("period", django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS),
                ],
                name="members_address_one_at_a_time",
                violation_error_message="Another address of this use stands then: end it first.",
            ),
        ),
    ]
