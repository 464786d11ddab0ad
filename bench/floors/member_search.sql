-- The floor of `member_search`: who fits, asked of the members' own indexes by the tables' owner, so without reach,
-- without row-level security, without a page around it. One statement for each way of asking, after its name.
-- name
SELECT id FROM members_member WHERE managing_organization_id = %(system)s AND status = 'active'
    AND name_key >= %(asked)s AND name_key < %(asked)s || chr(1114111) ORDER BY name_key LIMIT 20;
-- misspelt
SELECT id FROM members_member WHERE name_key %% %(asked)s AND status = 'active' AND managing_organization_id = %(system)s
    ORDER BY similarity(name_key, %(asked)s) DESC, name_key LIMIT 20;
-- mrn
SELECT id FROM members_member WHERE mrn = %(asked)s;
-- birth date
SELECT id FROM members_member WHERE birth_date = %(asked)s::date AND status = 'active'
    AND managing_organization_id = %(system)s ORDER BY name_key LIMIT 20;
-- phone
SELECT DISTINCT m.id FROM members_membertelecom t JOIN members_member m ON m.id = t.member_id
    WHERE t.value = %(asked)s AND upper_inf(t.period) AND m.status = 'active' LIMIT 20;
