import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
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
        ("core", "0002_initial"),
        ("members", "0002_initial"),
        ("network", "0001_initial"),
        ("scheduling", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BreakTheGlass",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("until", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["user", "member", "-until"], name="clinical_breaktheglass_now")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_breaktheglass_member_key"),
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))), name="clinical_breaktheglass_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="clinical_breaktheglass_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessReview",
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
                    "access",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="clinical.breaktheglass",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("appropriate", "appropriate"),
                            ("follow_up", "needs follow-up"),
                            ("inappropriate", "inappropriate"),
                        ],
                        max_length=13,
                    ),
                ),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["access", "-at"], name="clinical_accessreview_last")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_accessreview_member_key"),
                    core.constraints.MemberForeignKey("access", name="clinical_accessreview_access_fk"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "appropriate"), models.Q(("note", ""), _negated=True), _connector="OR"
                        ),
                        name="clinical_accessreview_note",
                        violation_error_message="Say in the note what was found and what is to follow.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Encounter",
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
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.facility",
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encounters",
                        to="network.clinician",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="encounters",
                        to="scheduling.appointment",
                    ),
                ),
                (
                    "part_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="clinical.encounter",
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_encounter_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_encounter_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_encounter_effective",
                    ),
                    core.constraints.MemberForeignKey("appointment", name="clinical_encounter_appointment_fk"),
                    core.constraints.MemberForeignKey("part_of", name="clinical_encounter_part_of_fk"),
                    models.UniqueConstraint(
                        condition=models.Q(("appointment__isnull", False)),
                        fields=("appointment",),
                        name="clinical_encounter_appointment",
                        violation_error_message="This appointment already has its visit.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EncounterHistoryevent",
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
                        to="clinical.encounter",
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
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.facility",
                    ),
                ),
                (
                    "clinician",
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
                    "appointment",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scheduling.appointment",
                    ),
                ),
                (
                    "part_of",
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
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EncounterCoding",
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
                        to="clinical.encounter",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="encountercoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_encountercoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_encountercoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EncounterCodingHistoryevent",
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
                        to="clinical.encountercoding",
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
                        to="clinical.encounter",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Condition",
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
                    "verification",
                    models.CharField(blank=True, db_default="confirmed", default="confirmed", max_length=20),
                ),
                ("is_problem", models.BooleanField(db_default=False, default=False, help_text="On the problem list.")),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_condition_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_condition_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_condition_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_condition_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EncounterDiagnosis",
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
                    "encounter",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="diagnoses",
                        to="clinical.encounter",
                    ),
                ),
                (
                    "condition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.condition",
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="FHIR diagnosis-role: AD, DD, CC, billing …",
                        max_length=20,
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_encounterdiagnosis_member_key"),
                    core.constraints.MemberForeignKey("encounter", name="clinical_encounterdiagnosis_encounter_fk"),
                    core.constraints.MemberForeignKey("condition", name="clinical_encounterdiagnosis_condition_fk"),
                    models.UniqueConstraint(
                        fields=("encounter", "condition", "use"), name="clinical_encounterdiagnosis_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EncounterDiagnosisHistoryevent",
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
                        to="clinical.encounterdiagnosis",
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
                    "encounter",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.encounter",
                    ),
                ),
                (
                    "condition",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.condition",
                    ),
                ),
                (
                    "use",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="FHIR diagnosis-role: AD, DD, CC, billing …",
                        max_length=20,
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Note",
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
                    "encounter",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="clinical.encounter",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("progress", "visit note"),
                            ("history", "history and physical"),
                            ("discharge", "discharge summary"),
                            ("consult", "consultation"),
                            ("phone", "telephone encounter"),
                            ("addendum", "Addendum"),
                        ],
                        default="progress",
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(blank=True, default="", max_length=200)),
                ("body", models.TextField(blank=True, default="")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "amends",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="clinical.note",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_note_member_key"),
                    core.constraints.MemberForeignKey("encounter", name="clinical_note_encounter_fk"),
                    core.constraints.MemberForeignKey("amends", name="clinical_note_amends_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoteHistoryevent",
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
                        to="clinical.note",
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
                    models.CharField(
                        choices=[
                            ("progress", "visit note"),
                            ("history", "history and physical"),
                            ("discharge", "discharge summary"),
                            ("consult", "consultation"),
                            ("phone", "telephone encounter"),
                            ("addendum", "Addendum"),
                        ],
                        default="progress",
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(blank=True, default="", max_length=200)),
                ("body", models.TextField(blank=True, default="")),
                (
                    "author",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "amends",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.note",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Document",
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
                    "encounter",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="clinical.encounter",
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                ("author_name", models.CharField(blank=True, default="", max_length=200)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_document_member_key"),
                    core.constraints.MemberForeignKey("encounter", name="clinical_document_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentHistoryevent",
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
                        to="clinical.document",
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
                ("kind", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=200)),
                ("content_type", models.CharField(max_length=100)),
                ("content", models.BinaryField()),
                ("author_name", models.CharField(blank=True, default="", max_length=200)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DiagnosticReport",
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
                ("conclusion", models.TextField(blank=True, db_default="", default="")),
                ("text", models.TextField(blank=True, db_default="", default="")),
                (
                    "observations",
                    models.JSONField(
                        blank=True, db_default=[], default=list, help_text="Ids of the Observations it reports."
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_diagnosticreport_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_diagnosticreport_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_diagnosticreport_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_diagnosticreport_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiagnosticReportHistoryevent",
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
                        to="clinical.diagnosticreport",
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
                ("conclusion", models.TextField(blank=True, db_default="", default="")),
                ("text", models.TextField(blank=True, db_default="", default="")),
                (
                    "observations",
                    models.JSONField(
                        blank=True, db_default=[], default=list, help_text="Ids of the Observations it reports."
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DiagnosticReportCoding",
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
                        to="clinical.diagnosticreport",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="diagnosticreportcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_diagnosticreportcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_diagnosticreportcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiagnosticReportCodingHistoryevent",
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
                        to="clinical.diagnosticreportcoding",
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
                        to="clinical.diagnosticreport",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceRequest",
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
                    "intent",
                    models.CharField(
                        db_default="order", default="order", help_text="FHIR request-intent.", max_length=20
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("asap", "Asap"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "requester",
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
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Standing order under which it was placed.",
                        max_length=60,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="laboratory, imaging, referral, procedure …",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_servicerequest_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_servicerequest_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_servicerequest_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_servicerequest_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceRequestHistoryevent",
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
                        to="clinical.servicerequest",
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
                    "intent",
                    models.CharField(
                        db_default="order", default="order", help_text="FHIR request-intent.", max_length=20
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("asap", "Asap"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "requester",
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
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Standing order under which it was placed.",
                        max_length=60,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="laboratory, imaging, referral, procedure …",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceRequestCoding",
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
                        to="clinical.servicerequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="servicerequestcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_servicerequestcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_servicerequestcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceRequestCodingHistoryevent",
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
                        to="clinical.servicerequestcoding",
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
                        to="clinical.servicerequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeviceRequest",
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
                    "intent",
                    models.CharField(
                        db_default="order", default="order", help_text="FHIR request-intent.", max_length=20
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("asap", "Asap"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "requester",
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
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Standing order under which it was placed.",
                        max_length=60,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_devicerequest_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_devicerequest_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_devicerequest_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_devicerequest_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceRequestHistoryevent",
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
                        to="clinical.devicerequest",
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
                    "intent",
                    models.CharField(
                        db_default="order", default="order", help_text="FHIR request-intent.", max_length=20
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("asap", "Asap"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "requester",
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
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Standing order under which it was placed.",
                        max_length=60,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DeviceRequestCoding",
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
                        to="clinical.devicerequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="devicerequestcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_devicerequestcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_devicerequestcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceRequestCodingHistoryevent",
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
                        to="clinical.devicerequestcoding",
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
                        to="clinical.devicerequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderAlert",
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
                ("order_model", models.CharField(help_text="app.model of the order.", max_length=60)),
                ("order_id", models.UUIDField(help_text="Null where the order was not placed.", null=True)),
                ("check_name", models.CharField(help_text="Name of the registered check.", max_length=60)),
                (
                    "severity",
                    models.CharField(
                        choices=[("information", "Information"), ("warning", "Warning"), ("hard_stop", "Hard Stop")],
                        max_length=12,
                    ),
                ),
                ("message", models.CharField(max_length=500)),
                ("override_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["order_id"], name="clinical_orderalert_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_orderalert_member_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderAlertHistoryevent",
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
                        to="clinical.orderalert",
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
                ("order_model", models.CharField(help_text="app.model of the order.", max_length=60)),
                ("order_id", models.UUIDField(help_text="Null where the order was not placed.", null=True)),
                ("check_name", models.CharField(help_text="Name of the registered check.", max_length=60)),
                (
                    "severity",
                    models.CharField(
                        choices=[("information", "Information"), ("warning", "Warning"), ("hard_stop", "Hard Stop")],
                        max_length=12,
                    ),
                ),
                ("message", models.CharField(max_length=500)),
                ("override_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CareTeamMembership",
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
                    "clinician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care_team_memberships",
                        to="network.clinician",
                    ),
                ),
                ("role", models.CharField(max_length=60)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_careteammembership_member_key"),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="clinical_careteam_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("member", "="), ("clinician", "="), ("role", "="), ("period", "&&")],
                        name="clinical_careteam_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareTeamMembershipHistoryevent",
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
                        to="clinical.careteammembership",
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
                    "clinician",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.clinician",
                    ),
                ),
                ("role", models.CharField(max_length=60)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Referral",
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="referrals",
                        to="clinical.servicerequest",
                    ),
                ),
                (
                    "to_department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "to_organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "from_department",
                    models.ForeignKey(
                        blank=True,
                        help_text="Whose loop it is: who works there follows it beside the sender.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
                ("question", models.CharField(max_length=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("scheduled", "Scheduled"),
                            ("seen", "seen, report awaited"),
                            ("closed", "report received and read"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="requested",
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decline_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.note",
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, help_text="When the letter went outside.", null=True)),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sent_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("direct", "secure e-mail (Direct)"),
                            ("fax", "Fax"),
                            ("mail", "letter by mail"),
                            ("hand", "given to the member"),
                        ],
                        db_default="",
                        default="",
                        max_length=10,
                    ),
                ),
                ("visit_on", models.DateField(blank=True, help_text="The day of the visit outside.", null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_referral_member_key"),
                    core.constraints.MemberForeignKey("request", name="clinical_referral_request_fk"),
                    core.constraints.MemberForeignKey("report", name="clinical_referral_report_fk"),
                    models.UniqueConstraint(fields=("request",), name="clinical_referral_request"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("to_department__isnull", False), ("to_organization__isnull", True)),
                            models.Q(("to_department__isnull", True), ("to_organization__isnull", False)),
                            _connector="OR",
                        ),
                        name="clinical_referral_receiver",
                        violation_error_message="A referral goes to one of our departments, or to one organisation outside.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), _negated=True),
                            models.Q(("closed_at__isnull", False), ("report__isnull", False)),
                            _connector="OR",
                        ),
                        name="clinical_referral_closed_by_report",
                        violation_error_message="A referral is closed by the specialist's report.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralHistoryevent",
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
                        to="clinical.referral",
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
                    "request",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.servicerequest",
                    ),
                ),
                (
                    "to_department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "to_organization",
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
                    "from_department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Whose loop it is: who works there follows it beside the sender.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                ("question", models.CharField(max_length=1000)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("accepted", "Accepted"),
                            ("declined", "Declined"),
                            ("scheduled", "Scheduled"),
                            ("seen", "seen, report awaited"),
                            ("closed", "report received and read"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="requested",
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decline_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "report",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.note",
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, help_text="When the letter went outside.", null=True)),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sent_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("direct", "secure e-mail (Direct)"),
                            ("fax", "Fax"),
                            ("mail", "letter by mail"),
                            ("hand", "given to the member"),
                        ],
                        db_default="",
                        default="",
                        max_length=10,
                    ),
                ),
                ("visit_on", models.DateField(blank=True, help_text="The day of the visit outside.", null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConditionHistoryevent",
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
                        to="clinical.condition",
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
                    "verification",
                    models.CharField(blank=True, db_default="confirmed", default="confirmed", max_length=20),
                ),
                ("is_problem", models.BooleanField(db_default=False, default=False, help_text="On the problem list.")),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ConditionCoding",
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
                        to="clinical.condition",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="conditioncoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_conditioncoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_conditioncoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConditionCodingHistoryevent",
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
                        to="clinical.conditioncoding",
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
                        to="clinical.condition",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AllergyIntolerance",
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
                    "verification",
                    models.CharField(blank=True, db_default="confirmed", default="confirmed", max_length=20),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="allergy or intolerance", max_length=12
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="food, medication, environment, biologic",
                        max_length=12,
                    ),
                ),
                (
                    "criticality",
                    models.CharField(
                        blank=True,
                        choices=[("low", "Low"), ("high", "High"), ("unable-to-assess", "not assessed")],
                        db_default="",
                        default="",
                        max_length=16,
                    ),
                ),
                (
                    "reactions",
                    models.JSONField(
                        blank=True, db_default=[], default=list, help_text="[{manifestation: [...], severity, onset}]"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_allergyintolerance_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_allergyintolerance_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_allergyintolerance_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_allergyintolerance_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AllergyIntoleranceHistoryevent",
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
                        to="clinical.allergyintolerance",
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
                    "verification",
                    models.CharField(blank=True, db_default="confirmed", default="confirmed", max_length=20),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="allergy or intolerance", max_length=12
                    ),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="food, medication, environment, biologic",
                        max_length=12,
                    ),
                ),
                (
                    "criticality",
                    models.CharField(
                        blank=True,
                        choices=[("low", "Low"), ("high", "High"), ("unable-to-assess", "not assessed")],
                        db_default="",
                        default="",
                        max_length=16,
                    ),
                ),
                (
                    "reactions",
                    models.JSONField(
                        blank=True, db_default=[], default=list, help_text="[{manifestation: [...], severity, onset}]"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AllergyCoding",
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
                        to="clinical.allergyintolerance",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="allergycoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_allergycoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_allergycoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AllergyCodingHistoryevent",
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
                        to="clinical.allergycoding",
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
                        to="clinical.allergyintolerance",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FamilyHistory",
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
                ("relationship", models.CharField(help_text="HL7 v3 RoleCode, like MTH.", max_length=20)),
                ("onset_age", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_familyhistory_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_familyhistory_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_familyhistory_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_familyhistory_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FamilyHistoryHistoryevent",
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
                        to="clinical.familyhistory",
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
                ("relationship", models.CharField(help_text="HL7 v3 RoleCode, like MTH.", max_length=20)),
                ("onset_age", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FamilyHistoryCoding",
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
                        to="clinical.familyhistory",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="familyhistorycoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_familyhistorycoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_familyhistorycoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FamilyHistoryCodingHistoryevent",
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
                        to="clinical.familyhistorycoding",
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
                        to="clinical.familyhistory",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Goal",
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
                ("description", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("target", models.JSONField(blank=True, help_text="FHIR Goal.target.", null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_goal_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_goal_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_goal_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_goal_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoalHistoryevent",
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
                        to="clinical.goal",
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
                ("description", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("target", models.JSONField(blank=True, help_text="FHIR Goal.target.", null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GoalCoding",
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
                        to="clinical.goal",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="goalcoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_goalcoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_goalcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="GoalCodingHistoryevent",
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
                        to="clinical.goalcoding",
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
                        to="clinical.goal",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CarePlan",
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
                ("title", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("activities", models.JSONField(blank=True, db_default=[], default=list)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_careplan_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_careplan_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_careplan_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_careplan_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CarePlanHistoryevent",
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
                        to="clinical.careplan",
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
                ("title", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("activities", models.JSONField(blank=True, db_default=[], default=list)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CarePlanCoding",
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
                        to="clinical.careplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="careplancoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_careplancoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_careplancoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CarePlanCodingHistoryevent",
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
                        to="clinical.careplancoding",
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
                        to="clinical.careplan",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationRequest",
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
                    "intent",
                    models.CharField(
                        db_default="order", default="order", help_text="FHIR request-intent.", max_length=20
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("asap", "Asap"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "requester",
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
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Standing order under which it was placed.",
                        max_length=60,
                    ),
                ),
                ("dosage_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("dosage", models.JSONField(blank=True, help_text="FHIR dosageInstruction.", null=True)),
                ("quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("quantity_unit", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("refills", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days_supply", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="inpatient, outpatient, community, discharge",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_medicationrequest_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_medicationrequest_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_medicationrequest_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_medicationrequest_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicationRequestHistoryevent",
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
                        to="clinical.medicationrequest",
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
                    "intent",
                    models.CharField(
                        db_default="order", default="order", help_text="FHIR request-intent.", max_length=20
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("asap", "Asap"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "requester",
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
                    "ordered_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "protocol",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Standing order under which it was placed.",
                        max_length=60,
                    ),
                ),
                ("dosage_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("dosage", models.JSONField(blank=True, help_text="FHIR dosageInstruction.", null=True)),
                ("quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("quantity_unit", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("refills", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days_supply", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="inpatient, outpatient, community, discharge",
                        max_length=20,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationRequestCoding",
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
                        to="clinical.medicationrequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="medicationrequestcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_medicationrequestcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_medicationrequestcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicationRequestCodingHistoryevent",
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
                        to="clinical.medicationrequestcoding",
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
                        to="clinical.medicationrequest",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationDispense",
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
                    "request",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispenses",
                        to="clinical.medicationrequest",
                    ),
                ),
                ("quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("quantity_unit", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("days_supply", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("dosage", models.JSONField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_medicationdispense_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_medicationdispense_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_medicationdispense_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_medicationdispense_encounter_fk"),
                    core.constraints.MemberForeignKey("request", name="clinical_medicationdispense_request_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicationDispenseHistoryevent",
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
                        to="clinical.medicationdispense",
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
                    "request",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.medicationrequest",
                    ),
                ),
                ("quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("quantity_unit", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("days_supply", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("dosage", models.JSONField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationDispenseCoding",
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
                        to="clinical.medicationdispense",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="medicationdispensecoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_medicationdispensecoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_medicationdispensecoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicationDispenseCodingHistoryevent",
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
                        to="clinical.medicationdispensecoding",
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
                        to="clinical.medicationdispense",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationStatement",
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
                    "request",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="clinical.medicationrequest",
                    ),
                ),
                ("dosage_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("information_source", models.CharField(blank=True, db_default="", default="", max_length=40)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_medicationstatement_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_medicationstatement_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_medicationstatement_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_medicationstatement_encounter_fk"),
                    core.constraints.MemberForeignKey("request", name="clinical_medicationstatement_request_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicationStatementHistoryevent",
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
                        to="clinical.medicationstatement",
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
                    "request",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.medicationrequest",
                    ),
                ),
                ("dosage_text", models.CharField(blank=True, db_default="", default="", max_length=500)),
                ("information_source", models.CharField(blank=True, db_default="", default="", max_length=40)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MedicationStatementCoding",
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
                        to="clinical.medicationstatement",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="medicationstatementcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_medicationstatementcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_medicationstatementcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MedicationStatementCodingHistoryevent",
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
                        to="clinical.medicationstatementcoding",
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
                        to="clinical.medicationstatement",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MessageThread",
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
                ("subject", models.CharField(max_length=200)),
                (
                    "clinician",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.clinician",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
                ("is_closed", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_message_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_messagethread_member_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageThreadHistoryevent",
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
                        to="clinical.messagethread",
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
                ("subject", models.CharField(max_length=200)),
                (
                    "clinician",
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
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                ("is_closed", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_message_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Message",
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
                    "thread",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="clinical.messagethread",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("from_member", models.BooleanField(help_text="Written by the member or a proxy.")),
                ("body", models.TextField()),
                ("sent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_message_member_key"),
                    core.constraints.MemberForeignKey("thread", name="clinical_message_thread_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Observation",
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
                    "part_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="components",
                        to="clinical.observation",
                    ),
                ),
                ("value_quantity", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                (
                    "value_unit",
                    models.CharField(blank=True, db_default="", default="", help_text="UCUM.", max_length=40),
                ),
                (
                    "value_comparator",
                    models.CharField(blank=True, db_default="", default="", help_text="<, <=, >=, >", max_length=2),
                ),
                ("value_integer", models.IntegerField(blank=True, null=True)),
                ("value_boolean", models.BooleanField(blank=True, null=True)),
                ("value_time", models.DateTimeField(blank=True, null=True)),
                ("value_text", models.TextField(blank=True, db_default="", default="")),
                (
                    "low",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="reference low"
                    ),
                ),
                (
                    "high",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="reference high"
                    ),
                ),
                (
                    "interpretation",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="HL7 0078: N, L, H, LL, HH, A …", max_length=10
                    ),
                ),
                ("performing_laboratory", models.CharField(blank=True, db_default="", default="", max_length=200)),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="clinical.observation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_observation_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_observation_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_observation_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_observation_encounter_fk"),
                    core.constraints.MemberForeignKey("part_of", name="clinical_observation_part_of_fk"),
                    core.constraints.MemberForeignKey("corrects", name="clinical_observation_corrects_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObservationHistoryevent",
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
                        to="clinical.observation",
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
                    "part_of",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.observation",
                    ),
                ),
                ("value_quantity", models.DecimalField(blank=True, decimal_places=6, max_digits=18, null=True)),
                (
                    "value_unit",
                    models.CharField(blank=True, db_default="", default="", help_text="UCUM.", max_length=40),
                ),
                (
                    "value_comparator",
                    models.CharField(blank=True, db_default="", default="", help_text="<, <=, >=, >", max_length=2),
                ),
                ("value_integer", models.IntegerField(blank=True, null=True)),
                ("value_boolean", models.BooleanField(blank=True, null=True)),
                ("value_time", models.DateTimeField(blank=True, null=True)),
                ("value_text", models.TextField(blank=True, db_default="", default="")),
                (
                    "low",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="reference low"
                    ),
                ),
                (
                    "high",
                    models.DecimalField(
                        blank=True, decimal_places=6, max_digits=18, null=True, verbose_name="reference high"
                    ),
                ),
                (
                    "interpretation",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="HL7 0078: N, L, H, LL, HH, A …", max_length=10
                    ),
                ),
                ("performing_laboratory", models.CharField(blank=True, db_default="", default="", max_length=200)),
                (
                    "corrects",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.observation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ObservationCoding",
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
                        to="clinical.observation",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="observationcoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_observationcoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_observationcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObservationCodingHistoryevent",
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
                        to="clinical.observationcoding",
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
                        to="clinical.observation",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Procedure",
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
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_procedure_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_procedure_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_procedure_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_procedure_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureHistoryevent",
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
                        to="clinical.procedure",
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
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProcedureCoding",
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
                        to="clinical.procedure",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="procedurecoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_procedurecoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_procedurecoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProcedureCodingHistoryevent",
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
                        to="clinical.procedurecoding",
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
                        to="clinical.procedure",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Immunization",
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
                ("lot_number", models.CharField(blank=True, db_default="", default="", max_length=40)),
                (
                    "manufacturer",
                    models.CharField(blank=True, db_default="", default="", help_text="MVX.", max_length=10),
                ),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("dose_quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True)),
                ("dose_unit", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("is_primary_source", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_immunization_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_immunization_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_immunization_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_immunization_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImmunizationHistoryevent",
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
                        to="clinical.immunization",
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
                ("lot_number", models.CharField(blank=True, db_default="", default="", max_length=40)),
                (
                    "manufacturer",
                    models.CharField(blank=True, db_default="", default="", help_text="MVX.", max_length=10),
                ),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("dose_quantity", models.DecimalField(blank=True, decimal_places=3, max_digits=8, null=True)),
                ("dose_unit", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("is_primary_source", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ImmunizationCoding",
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
                        to="clinical.immunization",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="immunizationcoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_immunizationcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_immunizationcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImmunizationCodingHistoryevent",
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
                        to="clinical.immunizationcoding",
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
                        to="clinical.immunization",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Communication",
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
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "in_response_to",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="basedOn or inResponseTo reference.",
                        max_length=120,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_communication_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_communication_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_communication_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_communication_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommunicationHistoryevent",
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
                        to="clinical.communication",
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
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "in_response_to",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="basedOn or inResponseTo reference.",
                        max_length=120,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CommunicationCoding",
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
                        to="clinical.communication",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        fields=["concept", "role", "member"], include=("fact",), name="communicationcoding_cpt"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_communicationcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_communicationcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommunicationCodingHistoryevent",
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
                        to="clinical.communicationcoding",
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
                        to="clinical.communication",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AdverseEvent",
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
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_adverseevent_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_adverseevent_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_adverseevent_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_adverseevent_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdverseEventHistoryevent",
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
                        to="clinical.adverseevent",
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
                ("note", models.CharField(blank=True, db_default="", default="", max_length=500)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AdverseEventCoding",
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
                        to="clinical.adverseevent",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="adverseeventcoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "role", "concept"), name="clinical_adverseeventcoding_once"
                    ),
                    core.constraints.MemberForeignKey("fact", name="clinical_adverseeventcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdverseEventCodingHistoryevent",
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
                        to="clinical.adverseeventcoding",
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
                        to="clinical.adverseevent",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Task",
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
                    models.CharField(
                        db_default="", help_text="A registered in-basket kind, like critical_result.", max_length=40
                    ),
                ),
                ("title", models.CharField(db_default="", default="", max_length=200)),
                ("detail", models.TextField(blank=True, db_default="", default="")),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("physician", "Physician"),
                            ("nurse", "Nurse"),
                            ("medical_assistant", "Medical Assistant"),
                            ("pharmacist", "Pharmacist"),
                            ("laboratory_technologist", "Laboratory Technologist"),
                            ("front_desk", "Front Desk"),
                            ("care_coordinator", "Care Coordinator"),
                            ("plan_administrator", "Plan Administrator"),
                            ("administrator", "administrator of access"),
                            ("finance", "Finance"),
                            ("auditor", "Auditor"),
                            ("quality", "quality and population health"),
                            ("integration", "integration client"),
                        ],
                        db_default="",
                        default="",
                        max_length=25,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "completed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("outcome", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "focus_model",
                    models.CharField(blank=True, db_default="", default="", help_text="app.model", max_length=60),
                ),
                ("focus_id", models.UUIDField(blank=True, null=True)),
                ("dedupe_key", models.CharField(blank=True, max_length=150, null=True, unique=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["requested", "accepted", "in-progress"])),
                        fields=["owner", "due_at"],
                        name="clinical_task_owner",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["requested", "accepted", "in-progress"])),
                        fields=["department", "role", "due_at"],
                        name="clinical_task_queue",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="clinical_task_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="clinical_task_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("effective__isnull", True), ("effective__isempty", False), _connector="OR"),
                        name="clinical_task_effective",
                    ),
                    core.constraints.MemberForeignKey("encounter", name="clinical_task_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskHistoryevent",
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
                        to="clinical.task",
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
                    models.CharField(
                        db_default="", help_text="A registered in-basket kind, like critical_result.", max_length=40
                    ),
                ),
                ("title", models.CharField(db_default="", default="", max_length=200)),
                ("detail", models.TextField(blank=True, db_default="", default="")),
                (
                    "priority",
                    models.CharField(
                        choices=[("routine", "Routine"), ("urgent", "Urgent"), ("stat", "Stat")],
                        db_default="routine",
                        default="routine",
                        max_length=10,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("physician", "Physician"),
                            ("nurse", "Nurse"),
                            ("medical_assistant", "Medical Assistant"),
                            ("pharmacist", "Pharmacist"),
                            ("laboratory_technologist", "Laboratory Technologist"),
                            ("front_desk", "Front Desk"),
                            ("care_coordinator", "Care Coordinator"),
                            ("plan_administrator", "Plan Administrator"),
                            ("administrator", "administrator of access"),
                            ("finance", "Finance"),
                            ("auditor", "Auditor"),
                            ("quality", "quality and population health"),
                            ("integration", "integration client"),
                        ],
                        db_default="",
                        default="",
                        max_length=25,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                ("completed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "completed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("outcome", models.CharField(blank=True, db_default="", default="", max_length=500)),
                (
                    "focus_model",
                    models.CharField(blank=True, db_default="", default="", help_text="app.model", max_length=60),
                ),
                ("focus_id", models.UUIDField(blank=True, null=True)),
                ("dedupe_key", models.CharField(blank=True, max_length=150, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TaskCoding",
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
                        to="clinical.task",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["concept", "role", "member"], include=("fact",), name="taskcoding_cpt")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("fact", "role", "concept"), name="clinical_taskcoding_once"),
                    core.constraints.MemberForeignKey("fact", name="clinical_taskcoding_fact_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskCodingHistoryevent",
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
                        to="clinical.taskcoding",
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
                        to="clinical.task",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
