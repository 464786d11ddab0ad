"""The close as set-based SQL over a share of the members. Values are parameters; only table names are filled in.

No statement asks the clock: `known_at`, the month and the closed months are given.
"""

# Look-back where a contract says nothing for a line of business.
DEFAULT_LOOKBACK_MONTHS = 12

CHANGED = """
CREATE TEMP TABLE billing_changed ON COMMIT DROP AS
SELECT DISTINCT member_id FROM plans_coverageperiod
WHERE member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR member_id < %(upper)s) AND benefit = 'medical'
    AND (lower(known) > %(since)s AND lower(known) <= %(known_at)s
        OR upper(known) > %(since)s AND upper(known) <= %(known_at)s)
UNION
SELECT member_id FROM billing_riskscore
WHERE member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR member_id < %(upper)s)
    AND run <> 'initial' AND computed_at > %(since)s AND computed_at <= %(known_at)s
UNION
-- A death that was recorded or taken back. The day before as well: history dates a row by when its transaction began.
SELECT told.pgh_obj_id FROM members_memberhistoryevent told
WHERE told.pgh_obj_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR told.pgh_obj_id < %(upper)s)
    AND told.pgh_created_at > %(since)s::timestamptz - interval '1 day'
    AND (told.deceased_at IS NOT NULL OR EXISTS (
        SELECT 1 FROM members_memberhistoryevent earlier
        WHERE earlier.pgh_obj_id = told.pgh_obj_id AND earlier.deceased_at IS NOT NULL))
"""

# {members}: which members of the share; {eligibility}: where to.
FREEZE = """
WITH months AS (
    SELECT first, daterange(first, (first + interval '1 month')::date) AS days
    FROM unnest(%(months)s::date[]) AS first
)
INSERT INTO {eligibility} (
    id, sensitivity, member_id, run_id, service_month, coverage_period_id, line_of_business, region_id, facility_id,
    department_id, sex, age, covered_days, days_in_month, covered_on_first, risk_score)
SELECT uuidv7(), 0, c.member_id, %(run)s, m.first, c.id, product.line_of_business,
    coalesce(member.region_id, facility.region_id), department.facility_id, department.id,
    CASE coverage.administrative_sex WHEN 'unknown' THEN member.sex ELSE coverage.administrative_sex END,
    -- greatest() passes a null by, and a person without a birth date is set aside, not newborn.
    CASE WHEN member.birth_date IS NOT NULL THEN greatest(extract(year FROM age(m.first, member.birth_date)), 0) END,
    upper(lived.valid * m.days) - lower(lived.valid * m.days), upper(m.days) - lower(m.days), lived.valid @> m.first,
    coalesce(risk.payment_score, 1)
FROM months m
JOIN plans_coverageperiod c ON c.valid && m.days
JOIN plans_product product ON product.id = c.product_id AND product.organization_id = %(organization)s
JOIN plans_coverage coverage ON coverage.id = c.coverage_id AND coverage.member_id = c.member_id
JOIN members_member member ON member.id = c.member_id
LEFT JOIN members_primarycareassignment care
    ON care.member_id = c.member_id AND care.period @> greatest(m.first, lower(c.valid))
LEFT JOIN network_department department ON department.id = care.department_id
LEFT JOIN network_facility facility ON facility.id = department.facility_id
LEFT JOIN network_region place ON place.id = coalesce(member.region_id, facility.region_id)
-- Nobody is paid for after the day of their death, however long the coverage stands open.
CROSS JOIN LATERAL (
    SELECT c.valid * daterange(
        NULL, (member.deceased_at AT TIME ZONE coalesce(place.time_zone, %(zone)s))::date, '(]') AS valid
) lived
LEFT JOIN LATERAL (
    SELECT r.payment_score FROM billing_riskscore r
    WHERE product.line_of_business = 'medicare' AND r.member_id = c.member_id
        AND r.payment_year = extract(year FROM m.first) AND r.model = %(model)s
        AND r.computed_at <= %(known_at)s AND (r.superseded_at IS NULL OR r.superseded_at > %(known_at)s)
    ORDER BY CASE r.run WHEN 'final' THEN 1 WHEN 'mid_year' THEN 2 ELSE 3 END LIMIT 1
) risk ON true
WHERE c.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR c.member_id < %(upper)s)
    AND c.benefit = 'medical' AND c.payer_order = 1 AND c.known @> %(known_at)s AND lived.valid && m.days
    AND {members}
ON CONFLICT DO NOTHING
"""

# {members}, {eligibility}, {lines}. `keys` are the few distinct (month, line of business, region, sex, age): each is
# priced once, and the members join on equality. A cell for the sex goes before one for any sex.
LINES = """
WITH keys AS MATERIALIZED (
    SELECT service_month, line_of_business, region_id, sex, age, count(*) AS members
    FROM {eligibility} e
    WHERE run_id = %(run)s AND service_month = ANY (%(months)s::date[])
        AND member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR member_id < %(upper)s) AND {members}
    GROUP BY 1, 2, 3, 4, 5
), contracts AS MATERIALIZED (
    SELECT k.id, k.member_month, k.is_risk_adjusted, k.lookback_months, c.period
    FROM billing_capitationcontract k JOIN network_contract c ON c.id = k.contract_id
    WHERE c.payer_id = %(organization)s AND c.kind = 'capitation'
), cells AS MATERIALIZED (
    SELECT DISTINCT ON (k.id, keys.service_month, keys.line_of_business, keys.region_id, keys.sex, keys.age)
        k.id AS contract_id, k.member_month, k.is_risk_adjusted, keys.*, cell.id AS cell_id, cell.amount AS rate
    FROM keys
    JOIN contracts k ON k.period @> keys.service_month
    JOIN billing_ratecell cell ON cell.contract_id = k.id AND cell.line_of_business = keys.line_of_business
        AND cell.region_id = keys.region_id AND cell.sex IN ('', keys.sex)
        AND keys.age >= cell.age_from AND keys.age < cell.age_to AND cell.period @> keys.service_month
    ORDER BY k.id, keys.service_month, keys.line_of_business, keys.region_id, keys.sex, keys.age, cell.sex DESC
), now AS (
    SELECT cells.contract_id, e.member_id, e.service_month, cells.cell_id, cells.rate, cells.line_of_business,
        cells.region_id, (max(ARRAY[e.department_id]))[1] AS department_id,
        CASE WHEN cells.is_risk_adjusted THEN max(e.risk_score) ELSE 1 END AS risk_score,
        CASE WHEN cells.member_month = 'first' THEN bool_or(e.covered_on_first)::integer
            ELSE round(sum(e.covered_days)::numeric / max(e.days_in_month), 8) END AS fraction
    FROM {eligibility} e
    JOIN cells ON cells.service_month = e.service_month AND cells.line_of_business = e.line_of_business
        AND cells.region_id = e.region_id AND cells.sex = e.sex AND cells.age = e.age
    WHERE e.run_id = %(run)s AND e.service_month = ANY (%(months)s::date[])
        AND e.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR e.member_id < %(upper)s) AND {members}
    GROUP BY cells.contract_id, e.member_id, e.service_month, cells.cell_id, cells.rate, cells.line_of_business,
        cells.region_id, cells.is_risk_adjusted, cells.member_month
), before AS (
    SELECT e.contract_id, e.member_id, e.service_month, e.rate_cell_id AS cell_id, sum(e.amount) AS posted,
        (max(ARRAY[e.department_id]))[1] AS department_id
    FROM billing_capitationline e
    WHERE e.run_id = ANY (%(earlier)s::uuid[]) AND e.service_month = ANY (%(months)s::date[])
        AND e.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR e.member_id < %(upper)s) AND {members}
    GROUP BY 1, 2, 3, 4
), priced AS (
    SELECT coalesce(now.contract_id, before.contract_id) AS contract_id,
        coalesce(now.member_id, before.member_id) AS member_id,
        coalesce(now.service_month, before.service_month) AS service_month,
        cell.id AS cell_id, cell.line_of_business, cell.region_id, cell.amount AS rate,
        CASE WHEN now.cell_id IS NULL THEN before.department_id ELSE now.department_id END AS department_id,
        coalesce(now.risk_score, 1) AS risk_score, coalesce(now.fraction, 0) AS fraction,
        coalesce(billing_half_even(now.rate * now.risk_score * now.fraction), 0) AS full_amount,
        coalesce(before.posted, 0) AS posted
    FROM now
    FULL JOIN before ON before.contract_id = now.contract_id AND before.member_id = now.member_id
        AND before.service_month = now.service_month AND before.cell_id = now.cell_id
    JOIN billing_ratecell cell ON cell.id = coalesce(now.cell_id, before.cell_id)
), written AS (
    INSERT INTO {lines} (
        id, sensitivity, member_id, run_id, contract_id, service_month, rate_cell_id, rate, risk_score, fraction,
        full_amount, posted_before, amount, line_of_business, region_id, facility_id, department_id)
    SELECT uuidv7(), 0, p.member_id, %(run)s, p.contract_id, p.service_month, p.cell_id, p.rate, p.risk_score,
        p.fraction, p.full_amount, p.posted, p.full_amount - p.posted, p.line_of_business, p.region_id,
        department.facility_id, p.department_id
    FROM priced p
    JOIN contracts k ON k.id = p.contract_id
    LEFT JOIN network_department department ON department.id = p.department_id
    WHERE (p.full_amount <> p.posted OR p.service_month = %(month)s AND p.fraction > 0)
        AND p.service_month >= %(month)s::date - make_interval(
            months => coalesce((k.lookback_months ->> p.line_of_business)::integer, %(lookback)s))
    ON CONFLICT DO NOTHING
    RETURNING amount
)
SELECT (SELECT count(*) FROM written), (SELECT coalesce(sum(amount), 0) FROM written),
    (SELECT coalesce(sum(members), 0) FROM keys),
    (SELECT coalesce(sum(members), 0) FROM keys WHERE region_id IS NULL),
    (SELECT coalesce(sum(members), 0) FROM keys WHERE age IS NULL AND region_id IS NOT NULL),
    (SELECT coalesce(sum(members), 0) FROM keys WHERE region_id IS NOT NULL AND age IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM cells WHERE cells.service_month = keys.service_month AND cells.region_id = keys.region_id
            AND cells.line_of_business = keys.line_of_business AND cells.sex = keys.sex AND cells.age = keys.age))
"""

TOTALS = """
SELECT contract_id, line_of_business, service_month = %(month)s AS is_current, region_id, facility_id, department_id,
    count(*), sum(amount)
FROM {lines} WHERE run_id = %(run)s GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
"""

# Postings are the lines summed per contract, place, line of business and service month, once for each of the
# accounts given as (account, sign).
POSTINGS = """
INSERT INTO billing_posting (
    entry_id, account_id, amount, region_id, facility_id, department_id, line_of_business, service_month)
SELECT %(entry)s, side.account_id, side.sign * sums.amount, sums.region_id, sums.facility_id, sums.department_id,
    sums.line_of_business, sums.service_month
FROM (
    SELECT region_id, facility_id, department_id, line_of_business, service_month, sum(amount) AS amount
    FROM billing_capitationline WHERE run_id = %(run)s AND contract_id = %(contract)s
    GROUP BY 1, 2, 3, 4, 5
) sums
CROSS JOIN unnest(%(accounts)s::uuid[], %(signs)s::integer[]) AS side (account_id, sign)
WHERE sums.amount <> 0
ORDER BY sums.service_month, sums.line_of_business, sums.region_id, sums.facility_id, sums.department_id, side.sign DESC
"""
