import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportRun",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("x12_834", "X12 834 enrolment"),
                            ("x12_837", "X12 837 claims"),
                            ("x12_820", "X12 820 premium payment"),
                            ("fhir", "FHIR R4"),
                            ("hl7v2", "HL7 v2"),
                        ],
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=255)),
                ("digest", models.CharField(help_text="SHA-256 of the content.", max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("failed", "Failed")],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("total", models.PositiveIntegerField(help_text="Records in the file, once known.", null=True)),
                ("counts", models.JSONField(default=dict, help_text="accepted, unchanged, set_aside, by type")),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
                (
                    "started_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["-started_at"], name="interop_importrun_recent")],
            },
        ),
        migrations.CreateModel(
            name="SetAside",
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
                ("position", models.CharField(help_text="Segment number and loop, or entry and path.", max_length=100)),
                ("code", models.CharField(help_text="Kind of fault.", max_length=40)),
                (
                    "reason",
                    models.CharField(
                        help_text="What is wrong and how to mend it. Names fields, not values.", max_length=500
                    ),
                ),
                ("payload", models.TextField(help_text="The record as sent.")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("replayed", "Replayed"), ("dismissed", "Dismissed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("resolved_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "resolved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="set_aside", to="interop.importrun"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "set aside",
                "constraints": [
                    models.UniqueConstraint(fields=("run", "position", "code"), name="interop_setaside_once")
                ],
            },
        ),
    ]
