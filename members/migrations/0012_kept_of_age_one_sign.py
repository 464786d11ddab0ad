"""Three answers of the database that fell short.

* `members_kept`: FHIR imports followed a merged record one step; merged twice it led to a record that is nobody.
* `members_reach`: a parent's access ends when the child is of age, also where no end was written.
* `members_search`: Chinese and Korean names are written without a blank between the names.
"""

from django.db import migrations

from members.migrations._sql_search import SEARCH

# Only two active records are merged, so the way has an end.
KEPT = """
CREATE OR REPLACE FUNCTION members_kept(record uuid) RETURNS uuid
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE way AS (
        SELECT m.id, m.merged_into_id FROM members_member m WHERE m.id = record
        UNION
        SELECT n.id, n.merged_into_id FROM way JOIN members_member n ON n.id = way.merged_into_id
    )
    SELECT id FROM way WHERE merged_into_id IS NULL
$$;
"""
REACH = """
CREATE OR REPLACE FUNCTION members_reach(account uuid, on_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id FROM members_member WHERE user_id = account AND status = 'active'
    UNION
    SELECT p.member_id FROM members_proxy p JOIN members_member m ON m.id = p.member_id
    WHERE p.user_id = account AND p.period @> on_day
      AND NOT (p.relationship = 'parent' AND coalesce(m.birth_date <= on_day - interval '18 years', false))
$$;
"""
# Only a session that has used the extension knows its settings.
LOAD = "SELECT similarity('', '');"


class Migration(migrations.Migration):
    dependencies = [("members", "0011_panels_of_the_living")]
    operations = [
        migrations.RunSQL(KEPT + REACH + LOAD + SEARCH, "DROP FUNCTION IF EXISTS members_kept(uuid);"),
    ]
