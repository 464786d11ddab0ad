"""The text of migration 0002's functions."""

FORWARD = r"""
-- core_reaches is made after migrate, with the policies.
SET LOCAL check_function_bodies = off;
CREATE FUNCTION plans_is_job() RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT session_user = 'kpcare_jobs' OR current_setting('role') = 'kpcare_jobs' $$;

CREATE FUNCTION plans_contract_of(covered uuid) RETURNS TABLE (
    contract_id uuid, subscriber_id uuid, group_id uuid, group_name text, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT k.id, k.member_id, g.id, g.name, k.number
    FROM plans_coverage c
    JOIN plans_coveragecontract k ON k.id = c.contract_id
    JOIN plans_employergroup g ON g.id = k.group_id
    WHERE c.id = covered AND (plans_is_job() OR core_reaches(c.member_id))
$$;

CREATE FUNCTION plans_family_totals(contract uuid, on_day date) RETURNS TABLE (
    category text, limit_amount numeric, total numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT a.category, a."limit", a.total FROM plans_accumulator a
    WHERE a.contract_id = contract AND a.scope = 'family' AND a.plan_year @> on_day
      AND (plans_is_job() OR EXISTS (
        SELECT 1 FROM plans_coverage c WHERE c.contract_id = contract AND core_reaches(c.member_id)))
$$;
SET LOCAL check_function_bodies = on;
"""

BACKWARD = """
DROP FUNCTION plans_family_totals(uuid, date);
DROP FUNCTION plans_contract_of(uuid);
DROP FUNCTION plans_is_job();
"""
