"""A merge that is taken apart leaves the record that stayed closed online, until a second person has looked.

Decision 0056. What was charted after the merge stays with the record that stayed. Whoever merged somebody's true record
into a false one, whose account is theirs, waited, and took the merge apart, would have opened that to themselves.

* `members_unmerge` leaves `access` at `waits` where an account or a proxy opened the record that stayed.
* `members_open_to` and `members_access_waits` heed such a merge as well.
"""

from django.db import migrations

from members.migrations._sql_merge import MERGE

CLOSED = """
CREATE OR REPLACE FUNCTION members_open_to(account uuid, on_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT m.id FROM members_reach(account, on_day) AS r (id) JOIN members_member m ON m.id = r.id
    WHERE m.status = 'active' AND NOT EXISTS (
        SELECT FROM members_membermerge w WHERE w.member_id = m.id AND w.access = 'waits')
$$;

CREATE OR REPLACE FUNCTION members_access_waits(account uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM members_membermerge w WHERE w.access = 'waits' AND (
            account = w.kept_account_id OR (account = w.gone_account_id AND w.undone_at IS NULL) OR EXISTS (
                SELECT FROM members_proxy p WHERE p.user_id = account
                    AND (p.member_id = w.member_id OR (p.member_id = w.merged_id AND w.undone_at IS NULL)))))
$$;
"""
# Those that were taken apart before: what they opened has been open since.
BEFORE = """
UPDATE members_membermerge SET access = 'none' WHERE access = 'waits' AND undone_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0015_accounts_of_two_systems")]
    operations = [migrations.RunSQL(BEFORE + CLOSED + MERGE, migrations.RunSQL.noop)]
