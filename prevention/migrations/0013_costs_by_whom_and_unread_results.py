"""A unit cost says who set it, as a policy does; gaps that wait for a result to be read are found without the others."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prevention", "0012_cost_of_the_observed_and_season_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="outreachcost",
            name="set_by",
            field=models.ForeignKey(
                db_index=False,
                help_text="Unknown of the first ones.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="caregap",
            index=models.Index(
                condition=models.Q(
                    ("last_done_what", "result that is not clear"), ("status__in", ["open", "deferred"])
                ),
                fields=["member"],
                name="prevention_gap_unclear",
            ),
        ),
    ]
