from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_audit_lists")]

    operations = [
        migrations.AddField(
            model_name="jobrun",
            name="finish_attempts",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="How often its end was lost with the session."
            ),
        ),
    ]
