"""The shipped interaction rules, each with its label as source. `./kp load_interactions DIR` adds the ONC lists."""

from django.db import migrations

from pharmacy.safety.facts import PAIRS

# By SQL, not by the model: that would render the whole house once, a tenth of a fresh migrate.
ADD = """
INSERT INTO pharmacy_interactionrule (first, second, severity, message, source)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("pharmacy", "0001_initial")]
    operations = [
        migrations.RunSQL(
            [(ADD, [pair.first, pair.second, pair.severity, pair.message, pair.source]) for pair in PAIRS],
            migrations.RunSQL.noop,
        )
    ]
