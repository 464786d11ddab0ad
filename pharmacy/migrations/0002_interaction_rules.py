"""The shipped interaction rules, each with its label as source. `./kp load_interactions DIR` adds the ONC lists."""

from django.db import migrations

from pharmacy.safety.facts import PAIRS


def add_rules(apps, schema_editor):
    rule = apps.get_model("pharmacy", "InteractionRule")
    rule.objects.bulk_create(
        [
            rule(first=pair.first, second=pair.second, severity=pair.severity, message=pair.message, source=pair.source)
            for pair in PAIRS
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0001_initial")]
    operations = [migrations.RunPython(add_rules, migrations.RunPython.noop, elidable=False)]
