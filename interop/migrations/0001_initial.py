import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import core.constraints
import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinical", "0001_initial"),
        ("core", "0002_initial"),
        ("members", "0002_initial"),
        ("network", "0001_initial"),
        ("plans", "0001_initial"),
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
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The integrated system whose file it is; where nobody could tell, only jobs see the run.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
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
                (
                    "options",
                    models.JSONField(
                        db_default={}, default=dict, help_text="How it was read, for replaying it the same way."
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=500)),
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
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="set_aside", to="interop.importrun"
                    ),
                ),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The run's: people of another system never see what was sent.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "position",
                    models.CharField(
                        help_text="Segment number and loop, or file, entry and type; no name.", max_length=100
                    ),
                ),
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
                ("resolved_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name_plural": "set aside",
                "constraints": [
                    models.UniqueConstraint(fields=("run", "position", "code"), name="interop_setaside_once")
                ],
            },
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="termination_proposals",
                        to="interop.importrun",
                    ),
                ),
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
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
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
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.terminationproposal",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
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
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
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
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImportedResource",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "source_system",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.sourcesystem",
                    ),
                ),
                ("type", models.CharField(help_text="FHIR resource type.", max_length=40)),
                ("source_id", models.CharField(max_length=120)),
                ("object_id", models.UUIDField(help_text="The row; null for types that become none.", null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                ("digest", models.BinaryField(help_text="Of the resource and the mapping's version.", max_length=16)),
                (
                    "is_owner",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        help_text="This sender brought the row; false where it named one we had.",
                    ),
                ),
                (
                    "identifiers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=400),
                        help_text="system|value, for references by identifier.",
                        null=True,
                        size=None,
                    ),
                ),
                ("content", models.JSONField(help_text="Codes of a Medication, which becomes no row.", null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        condition=models.Q(("identifiers__isnull", False)),
                        fields=["identifiers"],
                        name="interop_imported_identifiers",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source_system", "source_id", "type"), name="interop_imported_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourceReference",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                ("from_type", models.CharField(max_length=40)),
                ("from_id", models.UUIDField()),
                ("path", models.CharField(help_text="The element that holds it.", max_length=200)),
                ("to_type", models.CharField(blank=True, default="", max_length=40)),
                ("to_id", models.UUIDField(help_text="Null: contained, or of a type that becomes no row.", null=True)),
                (
                    "target",
                    models.CharField(
                        blank=True, default="", help_text="As written, where `to_id` is null.", max_length=400
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["to_id"], name="interop_reference_to")],
                "constraints": [models.UniqueConstraint(fields=("from_id", "path"), name="interop_reference_once")],
            },
        ),
        migrations.CreateModel(
            name="CoverageStatement",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("status", models.CharField(help_text="The FHIR status of this kind of resource.", max_length=20)),
                ("effective", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                (
                    "precision",
                    models.CharField(
                        choices=[("y", "Year"), ("m", "Month"), ("d", "Day"), ("t", "Time")],
                        db_default="t",
                        default="t",
                        max_length=1,
                    ),
                ),
                (
                    "utc_offset",
                    models.SmallIntegerField(blank=True, help_text="Minutes east, as the source wrote it.", null=True),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="FHIR issued, recordedDate or authoredOn.",
                        null=True,
                    ),
                ),
                (
                    "is_negated",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Known not done or not present; why is a status_reason coding.",
                    ),
                ),
                (
                    "performer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.clinician",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "source_system",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.sourcesystem",
                    ),
                ),
                ("source_id", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ("payor_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("subscriber_number", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("relationship", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("payer_order", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="interop_coveragestatement_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="interop_coveragestatement_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="interop_coveragestatement_effective",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageStatementHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.coveragestatement",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
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
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("status", models.CharField(help_text="The FHIR status of this kind of resource.", max_length=20)),
                ("effective", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                (
                    "precision",
                    models.CharField(
                        choices=[("y", "Year"), ("m", "Month"), ("d", "Day"), ("t", "Time")],
                        db_default="t",
                        default="t",
                        max_length=1,
                    ),
                ),
                (
                    "utc_offset",
                    models.SmallIntegerField(blank=True, help_text="Minutes east, as the source wrote it.", null=True),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="FHIR issued, recordedDate or authoredOn.",
                        null=True,
                    ),
                ),
                (
                    "is_negated",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Known not done or not present; why is a status_reason coding.",
                    ),
                ),
                (
                    "performer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.clinician",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "source_system",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.sourcesystem",
                    ),
                ),
                ("source_id", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ("payor_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("subscriber_number", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("relationship", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("payer_order", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CoverageStatementCoding",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
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
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Code"),
                            (2, "Category"),
                            (3, "Value"),
                            (4, "Reason"),
                            (5, "Status Reason"),
                            (6, "Body Site"),
                            (7, "Type"),
                            (8, "Class"),
                            (9, "Discharge Disposition"),
                            (10, "Interpretation"),
                            (11, "Method"),
                            (12, "Severity"),
                            (13, "Performer Type"),
                            (14, "Route"),
                            (15, "Verification"),
                            (16, "Place"),
                        ],
                        db_default=1,
                        default=1,
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codings",
                        to="interop.coveragestatement",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="coveragestatementcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="interop_coveragestatementcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="interop_coveragestatementcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageStatementCodingHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.coveragestatementcoding",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
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
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Code"),
                            (2, "Category"),
                            (3, "Value"),
                            (4, "Reason"),
                            (5, "Status Reason"),
                            (6, "Body Site"),
                            (7, "Type"),
                            (8, "Class"),
                            (9, "Discharge Disposition"),
                            (10, "Interpretation"),
                            (11, "Method"),
                            (12, "Severity"),
                            (13, "Performer Type"),
                            (14, "Route"),
                            (15, "Verification"),
                            (16, "Place"),
                        ],
                        db_default=1,
                        default=1,
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.concept",
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="interop.coveragestatement",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CostRecord",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("status", models.CharField(help_text="The FHIR status of this kind of resource.", max_length=20)),
                ("effective", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                (
                    "precision",
                    models.CharField(
                        choices=[("y", "Year"), ("m", "Month"), ("d", "Day"), ("t", "Time")],
                        db_default="t",
                        default="t",
                        max_length=1,
                    ),
                ),
                (
                    "utc_offset",
                    models.SmallIntegerField(blank=True, help_text="Minutes east, as the source wrote it.", null=True),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="FHIR issued, recordedDate or authoredOn.",
                        null=True,
                    ),
                ),
                (
                    "is_negated",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Known not done or not present; why is a status_reason coding.",
                    ),
                ),
                (
                    "performer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.clinician",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "source_system",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.sourcesystem",
                    ),
                ),
                ("source_id", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "encounter",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.encounter",
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("claim", "Claim"), ("eob", "explanation of benefit")], max_length=5),
                ),
                ("use", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("outcome", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("insurer_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("charged", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("paid", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="interop_costrecord_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="interop_costrecord_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="interop_costrecord_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="interop_costrecord_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostRecordHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.costrecord",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
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
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("status", models.CharField(help_text="The FHIR status of this kind of resource.", max_length=20)),
                ("effective", django.contrib.postgres.fields.ranges.DateTimeRangeField(blank=True, null=True)),
                (
                    "precision",
                    models.CharField(
                        choices=[("y", "Year"), ("m", "Month"), ("d", "Day"), ("t", "Time")],
                        db_default="t",
                        default="t",
                        max_length=1,
                    ),
                ),
                (
                    "utc_offset",
                    models.SmallIntegerField(blank=True, help_text="Minutes east, as the source wrote it.", null=True),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(
                        blank=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="FHIR issued, recordedDate or authoredOn.",
                        null=True,
                    ),
                ),
                (
                    "is_negated",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="Known not done or not present; why is a status_reason coding.",
                    ),
                ),
                (
                    "performer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.clinician",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "source_system",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.sourcesystem",
                    ),
                ),
                ("source_id", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "encounter",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.encounter",
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("claim", "Claim"), ("eob", "explanation of benefit")], max_length=5),
                ),
                ("use", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("outcome", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("insurer_name", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("charged", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("paid", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CostRecordCoding",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
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
                (
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Code"),
                            (2, "Category"),
                            (3, "Value"),
                            (4, "Reason"),
                            (5, "Status Reason"),
                            (6, "Body Site"),
                            (7, "Type"),
                            (8, "Class"),
                            (9, "Discharge Disposition"),
                            (10, "Interpretation"),
                            (11, "Method"),
                            (12, "Severity"),
                            (13, "Performer Type"),
                            (14, "Route"),
                            (15, "Verification"),
                            (16, "Place"),
                        ],
                        db_default=1,
                        default=1,
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codings",
                        to="interop.costrecord",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="costrecordcoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="interop_costrecordcoding_once"),
                    core.constraints.MemberForeignKey("fact", name="interop_costrecordcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostRecordCodingHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.costrecordcoding",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                ("id", models.BigIntegerField()),
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
                    "role",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (1, "Code"),
                            (2, "Category"),
                            (3, "Value"),
                            (4, "Reason"),
                            (5, "Status Reason"),
                            (6, "Body Site"),
                            (7, "Type"),
                            (8, "Class"),
                            (9, "Discharge Disposition"),
                            (10, "Interpretation"),
                            (11, "Method"),
                            (12, "Severity"),
                            (13, "Performer Type"),
                            (14, "Route"),
                            (15, "Verification"),
                            (16, "Place"),
                        ],
                        db_default=1,
                        default=1,
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.concept",
                    ),
                ),
                (
                    "fact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="interop.costrecord",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CostLine",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="interop.costrecord",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "concept",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.concept",
                    ),
                ),
                ("service_date", models.DateField(blank=True, null=True)),
                ("place_of_service", models.CharField(blank=True, db_default="", default="", max_length=2)),
                ("quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("charged", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("allowed", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("paid", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("member_share", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="interop_costline_member_key"),
                    core.constraints.MemberForeignKey("record", name="interop_costline_record_fk"),
                    models.UniqueConstraint(fields=("record", "number"), name="interop_costline_number"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CostLineHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="interop.costline",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
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
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "record",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="interop.costrecord",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "concept",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.concept",
                    ),
                ),
                ("service_date", models.DateField(blank=True, null=True)),
                ("place_of_service", models.CharField(blank=True, db_default="", default="", max_length=2)),
                ("quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("charged", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("allowed", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("paid", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("member_share", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
