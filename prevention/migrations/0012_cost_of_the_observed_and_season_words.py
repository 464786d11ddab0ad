from django.db import migrations, models

# A roll-over kept an English sentence as its authority. Now it keeps whose word it is; the sentence is for who reads.
ORGANIZATION = """
UPDATE prevention_immunisationpolicy
SET overlay = jsonb_set(overlay #- '{seasons,authority}', '{seasons,organization}',
    to_jsonb(substring(overlay #>> '{seasons,authority}' FROM ' by (.*) until the CDC')))
WHERE overlay #>> '{seasons,authority}' LIKE 'CDC ACIP; season dates rolled over to % by % until the CDC%'
"""


class Migration(migrations.Migration):
    dependencies = [("prevention", "0011_hospice_stops")]

    operations = [
        migrations.AddField(
            model_name="outreachsummary",
            name="cost_observed",
            field=models.DecimalField(
                decimal_places=4,
                default=0,
                help_text="That part of `cost` which was for those of `observed`.",
                max_digits=14,
            ),
        ),
        migrations.AlterField(
            model_name="immunisationforecast",
            name="authority",
            field=models.CharField(help_text="A name, or a roll-over of seasons as a code says it.", max_length=120),
        ),
        migrations.AddField(
            model_name="immunisationforecast",
            name="asks",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="What is asked before a dose, since the answer may make it needless: birth_country.",
                max_length=20,
            ),
        ),
        migrations.RunSQL(ORGANIZATION, migrations.RunSQL.noop),
    ]
