"""Keys that nobody looks anything up by, on the tables that the nightly run fills: each row pays for each of them.

Nothing refers to a result or a rule's state by member and id; the keys over gap, and over gap and step, find the
episode and the reminders of a gap.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prevention", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="carerulestate",
            name="prevention_carerulestate_member_key",
        ),
        migrations.RemoveConstraint(
            model_name="measureresult",
            name="prevention_measureresult_member_key",
        ),
        migrations.AlterField(
            model_name="outreachepisode",
            name="gap",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="episodes",
                to="prevention.caregap",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="gap",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="prevention.caregap",
            ),
        ),
    ]
