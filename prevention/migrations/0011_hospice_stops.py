"""Outreach stops in hospice care, and says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("prevention", "0010_followed_stops")]

    operations = [
        migrations.AlterField(
            model_name="outreachepisode",
            name="stop_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("done", "Done"),
                    ("excluded", "the rule no longer applies"),
                    ("declined", "the member does not want it"),
                    ("refused", "the member asked not to be contacted"),
                    ("deceased", "Deceased"),
                    ("disenrolled", "Disenrolled"),
                    ("undeliverable", "no way left to reach the member"),
                    ("ended", "the campaign ended"),
                    ("labelled", "what is due carries a sensitivity label now"),
                    ("followed", "a result is being followed by a clinician"),
                    ("hospice", "in hospice care"),
                ],
                db_default="",
                default="",
                max_length=13,
            ),
        ),
    ]
