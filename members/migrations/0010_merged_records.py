"""Merged records: the audit stays as it was written, the way to the record that stayed has no end, unmerge takes all.

* The audit is no more re-pointed: seals lie over it, and one rightful merge made `verify_audit` cry forgery for good.
  What earlier merges re-pointed goes back to what was sealed.
* The number of a record that was merged twice found the one in between, which is nobody.
* Unmerge takes back besides what has come to hang on what it moves, or says in words why it cannot.
"""

from django.db import migrations

from members.migrations._sql_merge import MERGE
from members.migrations._sql_search import SEARCH

AS_SEALED = """
DO $$
DECLARE
    change record;
BEGIN
    -- Until the triggers are renewed after this migration, they let the tables' owner re-point by this word.
    PERFORM set_config('kpcare.merge', 'on', true);
    -- Of each row what merges and unmerges did after it was sealed is taken back, the last first. What they had done
    -- before lies under the seal and stays; what no seal covers yet is about whom it was written of.
    FOR change IN
        SELECT m.undone_at AS at, true AS is_undone, m.id, m.merged_id AS after, m.member_id AS before,
            m.moved -> 'core_auditevent' AS ids
        FROM members_membermerge m WHERE m.moved ? 'core_auditevent' AND m.undone_at IS NOT NULL
        UNION ALL
        SELECT m.at, false, m.id, m.member_id, m.merged_id, m.moved -> 'core_auditevent'
        FROM members_membermerge m WHERE m.moved ? 'core_auditevent'
        ORDER BY at DESC, is_undone DESC, id DESC
    LOOP
        UPDATE core_auditevent e SET member_id = change.before
        WHERE e.member_id = change.after AND e.id IN (SELECT jsonb_array_elements_text(change.ids)::bigint)
            AND coalesce((
                SELECT min(s.sealed_at) FROM core_auditseal s
                WHERE e.id > s.above_id AND e.id <= s.last_id AND e.xid < s.below_xid
            ), '-infinity') < change.at;
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
