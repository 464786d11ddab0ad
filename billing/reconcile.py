"""Every total that is kept beside its rows, recomputed from them. An empty list means that all agree."""

from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True)
class Difference:
    """A total that does not agree with its rows. `what` names the record by id, never a person."""

    ledger: str
    what: str
    stated: str
    recomputed: str


# name: SQL whose every row is a difference (what, stated, recomputed).
CHECKS = {
    "ledger entries": """
        SELECT e.source || ' entity ' || a.entity_id, sum(p.amount)::text, '0' FROM billing_ledgerentry e
        JOIN billing_posting p ON p.entry_id = e.id JOIN billing_ledgeraccount a ON a.id = p.account_id
        GROUP BY e.source, a.entity_id HAVING sum(p.amount) <> 0
    """,
    "entries without postings": """
        SELECT e.source, count(p.id)::text, '2 or more' FROM billing_ledgerentry e
        LEFT JOIN billing_posting p ON p.entry_id = e.id GROUP BY e.source HAVING count(p.id) < 2
    """,
    "capitation run totals": """
        SELECT r.id::text, r.totals ->> 'amount', coalesce(sum(l.amount), 0)::text FROM billing_capitationrun r
        LEFT JOIN billing_capitationline l ON l.run_id = r.id WHERE r.status IN ('posted', 'withdrawn')
        GROUP BY r.id HAVING coalesce((r.totals ->> 'amount')::numeric, 0) <> coalesce(sum(l.amount), 0)
    """,
    "capitation postings": """
        WITH posted AS (
            SELECT e.source, p.department_id, p.line_of_business, p.service_month, sum(p.amount) AS amount
            FROM billing_ledgerentry e JOIN billing_posting p ON p.entry_id = e.id
            JOIN billing_ledgeraccount a ON a.id = p.account_id AND a.code IN ('5100', '5900')
            WHERE e.source LIKE 'capitation:%' GROUP BY 1, 2, 3, 4
        ), lines AS (
            SELECT 'capitation:' || l.run_id || ':' || l.contract_id AS source, l.department_id, l.line_of_business,
                l.service_month, sum(l.amount) AS amount
            FROM billing_capitationline l JOIN billing_capitationrun r ON r.id = l.run_id
            WHERE r.status IN ('posted', 'withdrawn') GROUP BY 1, 2, 3, 4
        )
        SELECT coalesce(p.source, l.source) || ' ' || coalesce(p.service_month, l.service_month)
            || ' department ' || coalesce(p.department_id, l.department_id)::text,
            coalesce(p.amount, 0)::text, coalesce(l.amount, 0)::text
        FROM posted p FULL JOIN lines l ON l.source = p.source AND l.line_of_business = p.line_of_business
            AND l.service_month = p.service_month
            AND coalesce(l.department_id::text, '') = coalesce(p.department_id::text, '')
        WHERE coalesce(p.amount, 0) <> coalesce(l.amount, 0)
    """,
    "capitation adjustments": """
        SELECT 'line ' || last_line::text, full_amount::text, paid::text FROM (
            SELECT sum(l.amount) AS paid, (array_agg(l.full_amount ORDER BY r.posted_at DESC))[1] AS full_amount,
                (array_agg(l.id ORDER BY r.posted_at DESC))[1] AS last_line
            FROM billing_capitationline l JOIN billing_capitationrun r ON r.id = l.run_id AND r.status = 'posted'
            GROUP BY l.contract_id, l.member_id, l.service_month, l.rate_cell_id HAVING count(*) > 1
        ) cells WHERE paid <> full_amount
    """,
    "cost rows": """
        WITH posted AS (
            SELECT p.service_month, a.code, p.facility_id, p.department_id, e.posted_on, sum(p.amount) AS amount
            FROM billing_ledgerentry e JOIN billing_posting p ON p.entry_id = e.id
            JOIN billing_ledgeraccount a ON a.id = p.account_id AND a.code LIKE '52%'
            WHERE e.source LIKE 'costs:%' GROUP BY 1, 2, 3, 4, 5
        ), costs AS (
            SELECT date_trunc('month', c.incurred_on)::date AS service_month, CASE c.category WHEN 'care' THEN '5210'
                    WHEN 'hospital' THEN '5220' WHEN 'pharmacy' THEN '5230' WHEN 'laboratory' THEN '5240'
                    WHEN 'outside' THEN '5250' ELSE '5260' END AS code,
                c.facility_id, c.department_id, c.posted_on, sum(c.amount) AS amount
            FROM billing_utilisationcost c WHERE c.posted_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5
        )
        SELECT coalesce(p.code, c.code) || ' ' || coalesce(p.service_month, c.service_month),
            coalesce(p.amount, 0)::text, coalesce(c.amount, 0)::text
        FROM posted p FULL JOIN costs c ON c.service_month = p.service_month AND c.code = p.code
            AND c.posted_on = p.posted_on AND coalesce(c.facility_id::text, '') = coalesce(p.facility_id::text, '')
            AND coalesce(c.department_id::text, '') = coalesce(p.department_id::text, '')
        WHERE coalesce(p.amount, 0) <> coalesce(c.amount, 0)
    """,
    "claims": """
        SELECT 'claim ' || c.id, c.allowed::text, coalesce(sum(l.allowed), 0)::text FROM billing_outsideclaim c
        LEFT JOIN billing_claimline l ON l.claim_id = c.id AND l.member_id = c.member_id
        WHERE c.status IN ('priced', 'paid') GROUP BY c.id HAVING c.allowed <> coalesce(sum(l.allowed), 0)
    """,
    "claim costs": """
        SELECT 'claim ' || c.id, c.plan_share::text, coalesce(sum(u.amount), 0)::text FROM billing_outsideclaim c
        LEFT JOIN billing_utilisationcost u ON u.source = 'billing.outsideclaim:' || c.id
        WHERE c.status IN ('priced', 'paid') GROUP BY c.id HAVING c.plan_share <> coalesce(sum(u.amount), 0)
    """,
    "void claims": """
        WITH sources AS (
            SELECT c.id, 'billing.outsideclaim:' || c.id || suffix AS source
            FROM billing_outsideclaim c CROSS JOIN (VALUES (''), (':reversal')) v(suffix) WHERE c.status = 'voided'
        ), kept AS (
            SELECT s.id, 'cost' AS kind, u.amount FROM sources s JOIN billing_utilisationcost u USING (source)
            UNION ALL SELECT s.id, 'share', h.amount FROM sources s JOIN billing_costshare h USING (source)
            UNION ALL SELECT s.id, 'limit ' || e.accumulator_id, e.amount
            FROM sources s JOIN plans_accumulatorentry e USING (source)
        )
        SELECT 'claim ' || id || ' ' || kind, sum(amount)::text, '0' FROM kept GROUP BY id, kind HAVING sum(amount) <> 0
    """,
    "accumulators": """
        SELECT 'accumulator ' || a.id, a.total::text, coalesce(sum(e.amount), 0)::text FROM plans_accumulator a
        LEFT JOIN plans_accumulatorentry e ON e.accumulator_id = a.id GROUP BY a.id
        HAVING a.total <> coalesce(sum(e.amount), 0)
    """,
    "stock": """
        SELECT 'lot ' || l.id, l.on_hand::text, coalesce(sum(m.quantity), 0)::text FROM pharmacy_stocklot l
        LEFT JOIN pharmacy_stockmovement m ON m.lot_id = l.id GROUP BY l.id
        HAVING l.on_hand <> coalesce(sum(m.quantity), 0)
    """,
}


def differences() -> list[Difference]:
    """Run every check over all rows; needs a transaction that sees the whole membership (`core.db.as_job`)."""
    found = []
    with connection.cursor() as cursor:
        for ledger, statement in CHECKS.items():
            cursor.execute(statement)
            found += [Difference(ledger, *map(str, row)) for row in cursor.fetchall()]
    return found
