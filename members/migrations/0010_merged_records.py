"""Merged records: the audit stays as it was written, the way to the record that stayed has no end, unmerge takes all.

* The audit is no more re-pointed: seals lie over it, and one rightful merge made `verify_audit` cry forgery for good.
  What earlier merges re-pointed goes back to what was sealed, the last merge first.
* The number of a record that was merged twice found the one in between, which is nobody.
* Unmerge takes back besides what has come to hang on what it moves, or says in words why it cannot.
"""

from django.db import migrations

from members.migrations._sql_merge import MERGE
from members.migrations._sql_search import SEARCH

AS_SEALED = """
DO $$
DECLARE
    merge record;
BEGIN
    -- Until the triggers are renewed after this migration, they let the tables' owner re-point by this word.
    PERFORM set_config('kpcare.merge', 'on', true);
    FOR merge IN
        SELECT m.member_id, m.merged_id, m.moved -> 'core_auditevent' AS ids FROM members_membermerge m
        WHERE m.moved ? 'core_auditevent' AND m.undone_at IS NULL ORDER BY m.at DESC, m.id DESC
    LOOP
        UPDATE core_auditevent SET member_id = merge.merged_id
        WHERE member_id = merge.member_id AND id IN (SELECT jsonb_array_elements_text(merge.ids)::bigint);
    END LOOP;
    PERFORM set_config('kpcare.merge', '', true);
END $$;
"""
# Only a session that has used the extension knows its settings.
LOAD = "SELECT similarity('', '');"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_birth_country"),
        ("core", "0005_finish_attempts"),
    ]
    operations = [
        migrations.RunSQL(
            LOAD + SEARCH + MERGE + AS_SEALED,
            "DROP FUNCTION IF EXISTS members_goes_back(jsonb, uuid);",
        )
    ]
