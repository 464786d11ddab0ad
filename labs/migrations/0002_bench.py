import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import core.constraints
import core.ids


class Migration(migrations.Migration):
    dependencies = [
        ("clinical", "0001_initial"),
        ("core", "0002_job_shares"),
        ("labs", "0001_initial"),
        ("members", "0003_portal_reach"),
        ("network", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Accession numbers: unique over all laboratories, never re-used.
        migrations.RunSQL(
            "CREATE SEQUENCE labs_accession_seq AS bigint CYCLE MAXVALUE 999999", "DROP SEQUENCE labs_accession_seq"
        ),
        migrations.CreateModel(
            name="ResultMismatch",
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
                ("accession", models.CharField(help_text="What stood on the tube.", max_length=20)),
                ("reason", models.CharField(max_length=300)),
                ("value", models.CharField(blank=True, default="", max_length=500, verbose_name="value as entered")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("resolved", "Resolved")],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("resolution", models.CharField(blank=True, default="", max_length=300)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ResultMismatchHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("accession", models.CharField(help_text="What stood on the tube.", max_length=20)),
                ("reason", models.CharField(max_length=300)),
                ("value", models.CharField(blank=True, default="", max_length=500, verbose_name="value as entered")),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("resolved", "Resolved")],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("resolution", models.CharField(blank=True, default="", max_length=300)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="laborder",
            name="status_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), help_text="Since when it waits at this stage."
            ),
        ),
        migrations.AddField(
            model_name="laborderhistoryevent",
            name="status_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), help_text="Since when it waits at this stage."
            ),
        ),
        migrations.AlterField(
            model_name="laborder",
            name="status",
            field=models.CharField(
                choices=[
                    ("ordered", "Ordered"),
                    ("mailed", "kit mailed"),
                    ("collected", "Collected"),
                    ("received", "at the bench"),
                    ("resulted", "entered, not released"),
                    ("released", "Released"),
                    ("cancelled", "Cancelled"),
                ],
                db_default="ordered",
                default="ordered",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="laborderhistoryevent",
            name="status",
            field=models.CharField(
                choices=[
                    ("ordered", "Ordered"),
                    ("mailed", "kit mailed"),
                    ("collected", "Collected"),
                    ("received", "at the bench"),
                    ("resulted", "entered, not released"),
                    ("released", "Released"),
                    ("cancelled", "Cancelled"),
                ],
                db_default="ordered",
                default="ordered",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="laborder",
            index=models.Index(
                condition=models.Q(("status__in", ["released", "cancelled"]), _negated=True),
                fields=["status", "status_at"],
                name="labs_laborder_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="labresult",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["preliminary", "final"])),
                fields=("specimen", "test"),
                name="labs_labresult_one",
                violation_error_message="This specimen already has a result for this test.",
            ),
        ),
        migrations.AddConstraint(
            model_name="labresult",
            constraint=models.UniqueConstraint(
                fields=("corrects",),
                name="labs_labresult_corrected_once",
                violation_error_message="This result has been corrected already: correct the correction.",
            ),
        ),
        migrations.AddField(
            model_name="resultmismatch",
            name="entered_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resultmismatch",
            name="member",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"
            ),
        ),
        migrations.AddField(
            model_name="resultmismatch",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mismatches",
                to="labs.laborder",
            ),
        ),
        migrations.AddField(
            model_name="resultmismatch",
            name="resolved_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resultmismatchhistoryevent",
            name="entered_by",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="resultmismatchhistoryevent",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="resultmismatchhistoryevent",
            name="order",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="labs.laborder",
            ),
        ),
        migrations.AddField(
            model_name="resultmismatchhistoryevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="history_events",
                to="labs.resultmismatch",
            ),
        ),
        migrations.AddField(
            model_name="resultmismatchhistoryevent",
            name="resolved_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="resultmismatch",
            constraint=models.UniqueConstraint(fields=("member", "id"), name="labs_resultmismatch_member_key"),
        ),
        migrations.AddConstraint(
            model_name="resultmismatch",
            constraint=core.constraints.MemberForeignKey("order", name="labs_resultmismatch_order_fk"),
        ),
        migrations.AddConstraint(
            model_name="resultmismatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "open"),
                    models.Q(
                        ("resolved_at__isnull", False),
                        ("resolved_by__isnull", False),
                        models.Q(("resolution", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="labs_resultmismatch_resolved",
            ),
        ),
    ]
