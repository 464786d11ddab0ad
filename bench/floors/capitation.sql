-- What closing a month costs at least: the same reads and the same changed rows, in three bare statements.
-- Everybody covered in the month, one rate for each age, sex, region and line of business, one contract, nobody retroactive.
-- Of rows written a moment ago the planner knows nothing; without this the floor takes minutes where seconds do.
SET LOCAL enable_nestloop = off;
INSERT INTO billing_capitationeligibility (
    id, member_id, run_id, service_month, coverage_period_id, line_of_business, region_id, facility_id, department_id,
    sex, age, covered_days, days_in_month, covered_on_first, risk_score)
SELECT uuidv7(), c.member_id, %(run)s, %(month)s::date, c.id, p.line_of_business, m.region_id, d.facility_id, d.id,
    m.sex, extract(year FROM age(%(month)s::date, m.birth_date)),
    upper(c.valid * %(days)s::daterange) - lower(c.valid * %(days)s::daterange),
    upper(%(days)s::daterange) - lower(%(days)s::daterange), c.valid @> %(month)s::date, coalesce(r.payment_score, 1)
FROM plans_coverageperiod c
JOIN plans_product p ON p.id = c.product_id
JOIN plans_coverage v ON v.id = c.coverage_id
JOIN members_member m ON m.id = c.member_id
LEFT JOIN members_primarycareassignment a ON a.member_id = c.member_id AND a.period @> %(month)s::date
LEFT JOIN network_department d ON d.id = a.department_id
LEFT JOIN billing_riskscore r ON r.superseded_at IS NULL AND r.member_id = c.member_id AND r.payment_year = extract(year FROM %(month)s::date)
WHERE c.valid && %(days)s::daterange AND c.known @> %(known)s::timestamptz AND c.benefit = 'medical' AND c.payer_order = 1;

INSERT INTO billing_capitationline (
    id, member_id, run_id, contract_id, service_month, rate_cell_id, rate, risk_score, fraction, full_amount,
    posted_before, amount, line_of_business, region_id, facility_id, department_id)
SELECT uuidv7(), e.member_id, e.run_id, cell.contract_id, e.service_month, cell.id, cell.amount, e.risk_score, 1,
    round(cell.amount * e.risk_score, 2), 0, round(cell.amount * e.risk_score, 2), e.line_of_business, e.region_id,
    e.facility_id, e.department_id
FROM billing_capitationeligibility e
JOIN (
    SELECT c.*, years.age FROM billing_ratecell c CROSS JOIN LATERAL generate_series(c.age_from, c.age_to - 1) years (age)
) cell ON cell.line_of_business = e.line_of_business AND cell.region_id = e.region_id AND cell.sex = e.sex
    AND cell.age = e.age
WHERE e.run_id = %(run)s AND e.covered_on_first;

WITH entry AS (
    INSERT INTO billing_ledgerentry (id, source, description, posted_on, by_id)
    VALUES (uuidv7(), 'floor:' || %(run)s, 'floor', %(month)s::date, %(by)s) RETURNING id
), sums AS (
    SELECT department_id, line_of_business, sum(amount) AS amount FROM billing_capitationline
    WHERE run_id = %(run)s GROUP BY 1, 2
)
INSERT INTO billing_posting (entry_id, account_id, amount, department_id, line_of_business, service_month)
SELECT entry.id, side.account_id::uuid, side.sign * sums.amount, sums.department_id, sums.line_of_business, %(month)s::date
FROM entry, sums, (VALUES (%(debit)s, 1), (%(credit)s, -1)) side (account_id, sign);
