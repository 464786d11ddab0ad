"""Functions with the owner's rights, each with a fixed search path: reach, search, merge and unmerge, panel counts.

* `members_reach`: row-level security shows the member table only to a transaction that already says whom it reaches;
  somebody has to answer that first. It tells ids alone, and only for the account asked about.
* `members_search`: trigram operators are not leakproof, so under row-level security a name search reads every row
  (2.6 s over a million members). The function applies reach itself and gives back ids. Names that are all but the
  same come first, and the rest only where none is: to compare every name that shared two fifths of its letters took
  107 ms among a million.
* `members_merge`, `members_unmerge`: the one way to re-point `member_id`, also of rows that are final. What was
  moved is written down, so that unmerge is exact; what two records cannot both hold (a second preference row, the
  same race twice) stays where it was.
"""

from django.db import migrations

from members.migrations._sql_merge import MERGE, PANELS
from members.migrations._sql_search import SEARCH

REACH = """
CREATE FUNCTION members_reach(account uuid, on_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id FROM members_member WHERE user_id = account AND status = 'active'
    UNION
    SELECT member_id FROM members_proxy WHERE user_id = account AND period @> on_day
$$;
"""
# Only a session that has used the extension knows its settings.
LOAD = "SELECT similarity('', '');"
BACKWARD = """
DROP FUNCTION members_panel_counts(uuid[], date);
DROP FUNCTION members_unmerge(uuid, uuid);
DROP FUNCTION IF EXISTS members_goes_back(jsonb, uuid);
DROP FUNCTION members_merge(uuid, uuid, uuid, text);
DROP FUNCTION members_repoint(uuid, uuid);
DROP FUNCTION members_owned_tables();
DROP FUNCTION members_search(text, date, text, text, integer, date);
DROP FUNCTION members_reach(uuid, date);
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0002_initial")]
    operations = [migrations.RunSQL(REACH + LOAD + SEARCH + MERGE + PANELS, BACKWARD)]
