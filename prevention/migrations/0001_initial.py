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
        ("core", "0001_initial"),
        ("core", "__first__"),
        ("members", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CareGap",
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
                ("rule", models.CharField(help_text="Care rule id, like colorectal_screening.", max_length=60)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("closed", "closed by a fact"),
                            ("excluded", "the rule no longer applies"),
                            ("deferred", "not now"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField(help_text="Since when it is due.")),
                ("last_done_on", models.DateField(blank=True, null=True)),
                ("last_done_what", models.CharField(blank=True, db_default="", default="", max_length=60)),
                (
                    "evidence",
                    models.JSONField(db_default={}, default=dict, help_text="Facts the rule used: model and id."),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("deferred_until", models.DateField(blank=True, null=True)),
                ("defer_reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["rule", "due_on", "member"],
                        name="prevention_gap_worklist",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_caregap_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["open", "deferred"])),
                        fields=("member", "rule"),
                        name="prevention_caregap_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status__in", ["open", "deferred"])),
                            models.Q(("closed_at__isnull", False), ("status__in", ["closed", "excluded"])),
                            _connector="OR",
                        ),
                        name="prevention_caregap_closed_at",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CareGapHistoryevent",
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
                ("rule", models.CharField(help_text="Care rule id, like colorectal_screening.", max_length=60)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("closed", "closed by a fact"),
                            ("excluded", "the rule no longer applies"),
                            ("deferred", "not now"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                ("due_on", models.DateField(help_text="Since when it is due.")),
                ("last_done_on", models.DateField(blank=True, null=True)),
                ("last_done_what", models.CharField(blank=True, db_default="", default="", max_length=60)),
                (
                    "evidence",
                    models.JSONField(db_default={}, default=dict, help_text="Facts the rule used: model and id."),
                ),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("deferred_until", models.DateField(blank=True, null=True)),
                ("defer_reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
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
                        to="prevention.caregap",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CareRuleState",
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
                ("rule", models.CharField(max_length=60)),
                ("applies", models.BooleanField()),
                ("last_done_on", models.DateField(blank=True, null=True)),
                ("last_done_what", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("next_due_on", models.DateField(blank=True, null=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_carerulestate_member_key"),
                    models.UniqueConstraint(fields=("member", "rule"), name="prevention_careruleststate_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureResult",
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
                (
                    "measure",
                    models.CharField(help_text="Measure name and version, like CMS125/0.0.001.", max_length=120),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField(help_text="Measurement period.")),
                ("group", models.PositiveSmallIntegerField(default=1)),
                ("initial_population", models.PositiveSmallIntegerField(default=0)),
                ("denominator", models.PositiveSmallIntegerField(default=0)),
                ("denominator_exclusion", models.PositiveSmallIntegerField(default=0)),
                ("denominator_exception", models.PositiveSmallIntegerField(default=0)),
                ("numerator", models.PositiveSmallIntegerField(default=0)),
                ("numerator_exclusion", models.PositiveSmallIntegerField(default=0)),
                ("changed_at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_measureresult_member_key"),
                    models.UniqueConstraint(
                        fields=("member", "measure", "period", "group"), name="prevention_result_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureSummary",
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
                ("measure", models.CharField(max_length=120)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("group", models.PositiveSmallIntegerField(default=1)),
                (
                    "dimension",
                    models.CharField(
                        help_text="all, region, facility, clinician, sex, age_band, race, language …", max_length=30
                    ),
                ),
                ("stratum", models.CharField(max_length=100)),
                ("denominator", models.IntegerField()),
                ("numerator", models.IntegerField()),
                (
                    "run",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="core.jobrun"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "measure", "group", "dimension", "stratum"), name="prevention_summary_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutreachContact",
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
                (
                    "outcome",
                    models.CharField(
                        help_text="booked, kit_ordered, done_elsewhere, not_now, declined, no_answer", max_length=30
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="prevention.caregap",
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_outreachcontact_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_outreachcontact_gap_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
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
                ("step", models.PositiveSmallIntegerField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("portal", "notice in the portal"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("letter", "Letter"),
                            ("push", "Push"),
                        ],
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("send_after", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sent", "Sent"),
                            ("skipped", "not sent: quiet, capped or no longer due"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="prevention.caregap",
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
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.outboxmessage",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_reminder_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_reminder_gap_fk"),
                    models.UniqueConstraint(fields=("gap", "step"), name="prevention_reminder_once"),
                ],
            },
        ),
    ]
