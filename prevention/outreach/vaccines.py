"""Vaccines that are due as gaps, for the groups that a campaign names: opened and closed by the forecasts."""

from datetime import date, datetime

from django.db import connection

from prevention.engine.evaluate import Partition
from prevention.outreach.hospice import IN_HOSPICE
from prevention.outreach.queue import OF_AGE

# What the forecasts say today of the groups that a campaign for people of that age names. What rests on a condition
# (`is_risk`) is no gap: its reminder would tell of the condition. It stands on the member's own page of vaccines, and
# so does what waits for an answer.
# Nor is anything in hospice care.
DUE = f"""
CREATE TEMPORARY TABLE po_vaccine ON COMMIT DROP AS
SELECT f.member_id, r.rule, max(f.sensitivity) AS sensitivity,
    min(f.recommended_on) FILTER (WHERE f.status = 'Not Complete' AND f.recommended_on <= %(today)s::date
        AND f.asks = '') AS due_on
FROM prevention_campaign c CROSS JOIN LATERAL unnest(c.rules) r(rule)
JOIN prevention_immunisationforecast f ON f.vaccine_group = substr(r.rule, 14)
JOIN members_member m ON m.id = f.member_id AND m.deceased_at IS NULL AND m.status = 'active'
    AND m.managing_organization_id = c.managing_organization_id
    AND (c.region_id IS NULL OR c.region_id = m.region_id)
WHERE r.rule LIKE 'immunisation:%%' AND c.period @> %(today)s::date AND {OF_AGE}
    AND {{f}} AND NOT f.is_risk AND m.id NOT IN (SELECT h.member_id FROM ({IN_HOSPICE}) h) AND EXISTS (
    SELECT FROM plans_coverageperiod v WHERE v.member_id = f.member_id AND v.benefit = 'medical'
        AND v.valid @> %(today)s::date AND v.known @> %(at)s::timestamptz)
GROUP BY f.member_id, r.rule
"""
OPEN = """
INSERT INTO prevention_caregap (member_id, sensitivity, rule, status, due_on, evidence, opened_at)
SELECT v.member_id, v.sensitivity, v.rule, 'open', v.due_on, '{}'::jsonb, %(at)s FROM po_vaccine v
WHERE v.due_on IS NOT NULL AND NOT EXISTS (SELECT FROM prevention_caregap g
    WHERE g.member_id = v.member_id AND g.rule = v.rule AND g.status IN ('open', 'deferred'))
ON CONFLICT (member_id, rule) WHERE status IN ('open', 'deferred') DO NOTHING
"""
# Closed by the dose that was given since, which is named; otherwise the vaccine is due no longer.
CLOSE = """
UPDATE prevention_caregap g SET status = CASE WHEN d.on_day IS NULL THEN 'excluded' ELSE 'closed' END,
    closed_at = %(at)s,
    last_done_on = d.on_day, last_done_what = CASE WHEN d.on_day IS NULL THEN '' ELSE 'vaccine' END,
    evidence = CASE WHEN d.on_day IS NULL THEN g.evidence ELSE jsonb_build_object('facts', jsonb_build_array(
        jsonb_build_object('model', 'clinical.immunization', 'id', d.id, 'on', d.on_day))) END
FROM (
    SELECT g.id, g.member_id FROM prevention_caregap g
    LEFT JOIN po_vaccine v ON v.member_id = g.member_id AND v.rule = g.rule
    WHERE {g} AND g.rule LIKE 'immunisation:%%' AND g.status IN ('open', 'deferred') AND v.due_on IS NULL
) s LEFT JOIN LATERAL (
    SELECT i.id, (lower(i.effective) AT TIME ZONE %(zone)s)::date AS on_day FROM prevention_caregap o
    JOIN prevention_immunisationevaluation e ON e.member_id = o.member_id AND e.vaccine_group = substr(o.rule, 14)
    JOIN clinical_immunization i ON i.id = e.immunization_id AND i.member_id = e.member_id
    WHERE o.id = s.id AND (lower(i.effective) AT TIME ZONE %(zone)s)::date >= o.due_on
    ORDER BY i.effective DESC LIMIT 1
) d ON true
WHERE g.id = s.id AND g.member_id = s.member_id
"""
AGAIN = """
UPDATE prevention_caregap g SET status = 'open' WHERE {g} AND g.rule LIKE 'immunisation:%%' AND g.status = 'deferred'
    AND g.deferred_until <= %(today)s::date
"""


def sync_vaccine_gaps(partition: Partition, *, as_of: date, at: datetime, zone: str) -> int:
    """Open and close vaccine gaps as the forecasts have it; returns rows written. Needs the jobs login."""
    parameters = {**partition.parameters, "today": as_of, "at": at, "zone": zone}
    written = 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS po_vaccine")
        cursor.execute(DUE.format(f=partition.test("f.member_id"), k=partition.test("k.member_id")), parameters)
        cursor.execute("ANALYZE po_vaccine")
        for sql in (CLOSE.format(g=partition.test("g.member_id")), AGAIN.format(g=partition.test("g.member_id")), OPEN):
            cursor.execute(sql, parameters)
            written += cursor.rowcount
    return written
