"""The outbox's key without the second index that Django gives to unique text, for searches by how it begins."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outboxmessage",
            name="dedupe_key",
            field=models.CharField(help_text="Delivered once for each key, however often written.", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="outboxmessage",
            constraint=models.UniqueConstraint(fields=("dedupe_key",), name="core_outbox_once"),
        ),
    ]
