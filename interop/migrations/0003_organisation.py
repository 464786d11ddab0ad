import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import core.constraints
import core.ids

# Runs from before there was a column: where there is one system, they are its.
ONE_SYSTEM = """
UPDATE interop_importrun SET managing_organization_id = s.id
FROM network_organization s
WHERE s.kind = 'system' AND (SELECT count(*) FROM network_organization WHERE kind = 'system') = 1;
UPDATE interop_setaside a SET managing_organization_id = r.managing_organization_id
FROM interop_importrun r WHERE r.id = a.run_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("interop", "0002_fhir"),
        ("members", "0004_search_and_merge"),
        ("network", "0001_initial"),
        ("plans", "0002_family_reads"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="managing_organization",
            field=models.ForeignKey(
                db_index=False,
                help_text="The integrated system whose file it is; where nobody could tell, only jobs see the run.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.organization",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="options",
            field=models.JSONField(
                db_default={}, default=dict, help_text="How it was read, for replaying it the same way."
            ),
        ),
        migrations.AddField(
            model_name="setaside",
            name="managing_organization",
            field=models.ForeignKey(
                db_index=False,
                help_text="The run's: people of another system never see what was sent.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.organization",
            ),
        ),
        migrations.AlterField(
            model_name="setaside",
            name="position",
            field=models.CharField(
                help_text="Segment number and loop, or file, entry and type; no name.", max_length=100
            ),
        ),
        migrations.CreateModel(
            name="TerminationProposal",
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
                ("ends_on", models.DateField(help_text="First day without coverage: the day that the list speaks of.")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "listed again since"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "coverage",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.coverage",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="termination_proposals",
                        to="interop.importrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="interop_terminationproposal_member_key"),
                    core.constraints.MemberForeignKey("coverage", name="interop_terminationproposal_coverage_fk"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("coverage",),
                        name="interop_termination_open_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TerminationProposalHistoryevent",
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
                ("ends_on", models.DateField(help_text="First day without coverage: the day that the list speaks of.")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("withdrawn", "listed again since"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "coverage",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="plans.coverage",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.terminationproposal",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="interop.importrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.RunSQL(ONE_SYSTEM, migrations.RunSQL.noop),
    ]
