"""By what the results of everybody were answered, and who was answered since by something else than a night."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0005_proxy_by_another"),
        ("prevention", "0008_guideline_retired"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResultsStanding",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "fingerprint",
                    models.CharField(help_text="Of the measures' text, the engine and the value sets.", max_length=64),
                ),
                (
                    "since",
                    models.DateTimeField(help_text="The instant whose knowledge counted in the night that wrote it."),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="prevention_standing_one")],
            },
        ),
        migrations.CreateModel(
            name="AnsweredSince",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [],
            },
        ),
    ]
