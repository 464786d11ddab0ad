"""Who has died takes no place of a clinician's panel."""

from django.db import migrations

PANELS = r"""
CREATE OR REPLACE FUNCTION members_panel_counts(clinicians uuid[], on_day date)
RETURNS TABLE (clinician_id uuid, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT p.clinician_id, count(*) FROM members_primarycareassignment p
    JOIN members_member m ON m.id = p.member_id AND m.deceased_at IS NULL
    WHERE p.clinician_id = ANY (clinicians) AND p.period && daterange(on_day, NULL)
    GROUP BY p.clinician_id
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0010_merged_records")]

    operations = [migrations.RunSQL(PANELS, migrations.RunSQL.noop)]
