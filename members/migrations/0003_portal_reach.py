"""`members_reach(account)`: the members that an account reaches through the portal.

Row-level security shows the member table only to a transaction that already says whom it reaches; somebody has to
answer that first. The function runs with the owner's rights, tells ids alone, and only for the account asked about.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION members_reach(account uuid, on_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id FROM members_member WHERE user_id = account AND status = 'active'
    UNION
    SELECT member_id FROM members_proxy WHERE user_id = account AND period @> on_day
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0002_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION members_reach(uuid, date);")]
