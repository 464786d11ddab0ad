"""What a kind of visit is to measures. Those that there are: by their service; a preventive one by its code or name."""

from django.db import migrations, models

FILL = """
UPDATE scheduling_visittype SET counts_as = CASE
    WHEN modality <> 'in_person' OR service IN ('primary_care', 'specialty_care', 'urgent_care') THEN 'office'
    WHEN service = 'preventive' AND (code ILIKE '%wellness%' OR name ILIKE 'preventive visit%') THEN 'wellness'
    ELSE '' END
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0002_seats")]

    operations = [
        migrations.AddField(
            model_name="visittype",
            name="counts_as",
            field=models.CharField(
                blank=True,
                choices=[("office", "office visit"), ("wellness", "preventive visit"), ("home", "home visit")],
                db_default="office",
                default="office",
                help_text="What a visit in person is to measures; empty: none of theirs, as a nurse's visit or a picture.",
                max_length=10,
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
