import datetime
from decimal import Decimal

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import core.constraints
import core.ids

# A link is opened by somebody who has not signed in: row-level security shows them no member. The function runs with the
# owner's rights and tells two ids alone, only of a link whose signed address was given and that still works.
LINK_OWNER = """
CREATE FUNCTION prevention_link_owner(link uuid) RETURNS TABLE (member uuid, account uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT m.id, m.user_id FROM prevention_onetaplink l JOIN members_member m ON m.id = l.member_id
    WHERE l.id = link AND l.expires_at > now() AND m.status = 'active' AND m.deceased_at IS NULL
$$;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinical", "0001_initial"),
        ("core", "0002_initial"),
        ("members", "0002_initial"),
        ("network", "0001_initial"),
    ]

    operations = [
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
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_measureresult_member_key"),
                    models.UniqueConstraint(
                        fields=("member", "measure", "period", "group"), name="prevention_result_once"
                    ),
                ],
            },
        ),
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
            ],
            options={
                "abstract": False,
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
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="prevention.caregap",
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
            ],
            options={
                "abstract": False,
            },
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
                ("rule", models.CharField(max_length=60)),
                ("applies", models.BooleanField()),
                ("last_done_on", models.DateField(blank=True, null=True)),
                ("last_done_what", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("next_due_on", models.DateField(blank=True, null=True)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_carerulestate_member_key"),
                    models.UniqueConstraint(fields=("member", "rule"), name="prevention_careruleststate_once"),
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reminders",
                        to="prevention.caregap",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("portal", "notice in the portal"),
                            ("push", "Push"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("letter", "Letter"),
                            ("call", "Call"),
                            ("visit", "at the next visit"),
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
                ("created_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("channel__in", ["letter", "call", "visit"]), ("status", "queued")),
                        fields=["channel", "send_after"],
                        name="prevention_reminder_by_hand",
                    ),
                    models.Index(fields=["member", "-created_at"], name="prevention_reminder_cap"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_reminder_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_reminder_gap_fk"),
                    models.UniqueConstraint(fields=("gap", "step"), name="prevention_reminder_once"),
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="prevention.caregap",
                    ),
                ),
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
                    "outcome",
                    models.CharField(
                        help_text="booked, kit_ordered, done_elsewhere, not_now, declined, no_answer", max_length=30
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_outreachcontact_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_outreachcontact_gap_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveillanceInterval",
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
                ("rule", models.CharField(max_length=60)),
                ("months", models.PositiveSmallIntegerField(help_text="From the last time it was done.")),
                ("reason", models.CharField(max_length=300)),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="From when it holds; its end is when it was replaced or withdrawn."
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_surveillanceinterval_member_key"),
                    models.CheckConstraint(
                        condition=models.Q(("months__gte", 1)), name="prevention_surveillance_months"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="prevention_surveillance_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_surveillance_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("member", "="), ("rule", "="), ("period", "&&")],
                        name="prevention_surveillance_once",
                        violation_error_message="This person already has an interval of their own for this rule then.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveillanceIntervalHistoryevent",
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
                        to="prevention.surveillanceinterval",
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
                ("rule", models.CharField(max_length=60)),
                ("months", models.PositiveSmallIntegerField(help_text="From the last time it was done.")),
                ("reason", models.CharField(max_length=300)),
                (
                    "set_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="From when it holds; its end is when it was replaced or withdrawn."
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Cohort",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("purpose", models.CharField(max_length=300)),
                ("criteria", models.JSONField(default=dict)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "run",
                    models.ForeignKey(
                        help_text="The last count.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="core.jobrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("managing_organization", "name"),
                        name="prevention_cohort_name",
                        violation_error_message="A cohort of this name exists already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose", ""), _negated=True), name="prevention_cohort_purpose"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CohortHistoryevent",
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
                        to="prevention.cohort",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("purpose", models.CharField(max_length=300)),
                ("criteria", models.JSONField(default=dict)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="The last count.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.jobrun",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DataUseAgreement",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("recipient", models.CharField(max_length=200)),
                ("reference", models.CharField(help_text="Where the signed paper is filed.", max_length=100)),
                (
                    "permitted_use",
                    models.CharField(help_text="Research, public health or health care operations.", max_length=500),
                ),
                ("signed_on", models.DateField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("managing_organization", "reference"), name="prevention_agreement_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_agreement_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("permitted_use", ""), _negated=True), models.Q(("recipient", ""), _negated=True)
                        ),
                        name="prevention_agreement_says",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataUseAgreementHistoryevent",
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
                        to="prevention.datauseagreement",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                ("recipient", models.CharField(max_length=200)),
                ("reference", models.CharField(help_text="Where the signed paper is filed.", max_length=100)),
                (
                    "permitted_use",
                    models.CharField(help_text="Research, public health or health care operations.", max_length=500),
                ),
                ("signed_on", models.DateField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CohortExport",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="exports", to="prevention.cohort"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("safe_harbor", "de-identified (Safe Harbor)"), ("limited", "limited data set")],
                        max_length=15,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to="prevention.datauseagreement",
                    ),
                ),
                ("purpose", models.CharField(max_length=300)),
                ("criteria", models.JSONField(help_text="The cohort's criteria as they were.")),
                ("as_of", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("ready", "Ready"),
                            ("refused", "refused: too few people"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("requested_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        default=list,
                        help_text="File and column, like people.age.",
                        size=None,
                    ),
                ),
                ("files", models.JSONField(db_default=[], default=list, help_text="[{name, rows, bytes, sha256}]")),
            ],
            options={
                "indexes": [models.Index(fields=["cohort", "-requested_at"], name="prevention_cohortexport_log")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreement__isnull", True), ("kind", "safe_harbor")),
                            models.Q(("agreement__isnull", False), ("kind", "limited")),
                            _connector="OR",
                        ),
                        name="prevention_cohortexport_agreement",
                        violation_error_message="A limited data set needs an agreement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose", ""), _negated=True), name="prevention_cohortexport_purpose"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True), ("expires_at__isnull", False), _connector="OR"
                        ),
                        name="prevention_cohortexport_expires",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CohortExportHistoryevent",
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
                        to="prevention.cohortexport",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "cohort",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.cohort",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("safe_harbor", "de-identified (Safe Harbor)"), ("limited", "limited data set")],
                        max_length=15,
                    ),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.datauseagreement",
                    ),
                ),
                ("purpose", models.CharField(max_length=300)),
                ("criteria", models.JSONField(help_text="The cohort's criteria as they were.")),
                ("as_of", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("ready", "Ready"),
                            ("refused", "refused: too few people"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=10,
                    ),
                ),
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
                ("requested_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        default=list,
                        help_text="File and column, like people.age.",
                        size=None,
                    ),
                ),
                ("files", models.JSONField(db_default=[], default=list, help_text="[{name, rows, bytes, sha256}]")),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SupportingDataTable",
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
                ("version", models.CharField(max_length=20, unique=True)),
                ("published", models.DateField()),
                ("digest", models.CharField(help_text="SHA-256 of the table.", max_length=64)),
                ("table", models.JSONField()),
                ("loaded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="ImmunisationPolicy",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "supporting_data",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prevention.supportingdatatable",
                    ),
                ),
                ("overlay", models.JSONField(blank=True, db_default={}, default=dict)),
                ("source", models.CharField(help_text="Where the authority publishes it.", max_length=300)),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_immpolicy_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("managing_organization", "="),
                            (django.db.models.functions.comparison.Coalesce("region", "managing_organization"), "="),
                            ("period", "&&"),
                        ],
                        name="prevention_immpolicy_once",
                        violation_error_message="Another immunisation policy holds for this market then.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImmunisationState",
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
                ("policy", models.CharField(help_text="Version and digest of schedule and overlay.", max_length=80)),
                (
                    "facts",
                    models.CharField(help_text="Digest of birth date, sex, doses and observations.", max_length=32),
                ),
                (
                    "next_change_on",
                    models.DateField(help_text="The first day on which age or season alone changes it.", null=True),
                ),
                ("evaluated_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_immunisationstate_member_key"),
                    models.UniqueConstraint(fields=("member",), name="prevention_immstate_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImmunisationForecast",
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
                ("vaccine_group", models.CharField(max_length=40)),
                ("is_risk", models.BooleanField(db_default=False, default=False)),
                ("series_group", models.CharField(db_default="1", default="1", max_length=4)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("Aged Out", "Aged Out"),
                            ("Complete", "Complete"),
                            ("Contraindicated", "Contraindicated"),
                            ("Immune", "Immune"),
                            ("Not Complete", "Not Complete"),
                            ("Not Recommended", "Not Recommended"),
                        ],
                        max_length=20,
                    ),
                ),
                ("dose_number", models.PositiveSmallIntegerField(null=True)),
                ("earliest_on", models.DateField(null=True)),
                ("recommended_on", models.DateField(null=True)),
                ("past_due_on", models.DateField(null=True)),
                ("latest_on", models.DateField(null=True)),
                (
                    "vaccines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=5),
                        db_default=[],
                        default=list,
                        help_text="CVX to give.",
                        size=None,
                    ),
                ),
                (
                    "antigens",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), db_default=[], default=list, size=None
                    ),
                ),
                (
                    "series",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), db_default=[], default=list, size=None
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("authority", models.CharField(max_length=120)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "Not Complete")),
                        fields=["vaccine_group", "recommended_on", "member"],
                        name="prevention_immforecast_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_immunisationforecast_member_key"),
                    models.UniqueConstraint(
                        fields=("member", "vaccine_group", "is_risk", "series_group"),
                        name="prevention_immforecast_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("earliest_on__isnull", False), ("status", "Not Complete")),
                            models.Q(
                                models.Q(("status", "Not Complete"), _negated=True), ("earliest_on__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="prevention_immforecast_dates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImmunisationEvaluation",
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
                ("vaccine_group", models.CharField(max_length=40)),
                ("is_risk", models.BooleanField(db_default=False, default=False)),
                ("series_group", models.CharField(db_default="1", default="1", max_length=4)),
                (
                    "immunization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="clinical.immunization",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("Extraneous", "Extraneous"),
                            ("Not Valid", "Not Valid"),
                            ("Sub-standard", "Sub-standard"),
                            ("Valid", "Valid"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), db_default=[], default=list, size=None
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "id"), name="prevention_immunisationevaluation_member_key"
                    ),
                    core.constraints.MemberForeignKey("immunization", name="prevention_immevaluation_dose_fk"),
                    models.UniqueConstraint(
                        fields=("member", "immunization", "vaccine_group", "is_risk", "series_group"),
                        name="prevention_immevaluation_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutreachPolicy",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="From when it holds; a change is a new row."
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cap",
                    models.PositiveSmallIntegerField(
                        default=2, help_text="Messages, letters and calls to one person …"
                    ),
                ),
                ("cap_days", models.PositiveSmallIntegerField(default=14, help_text="… within so many days.")),
                (
                    "quiet_from",
                    models.TimeField(
                        default=datetime.time(20, 0), help_text="Local time; a member's own hours go before."
                    ),
                ),
                ("quiet_until", models.TimeField(default=datetime.time(9, 0))),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        help_text="Which channel first, where neither wish nor response says so.",
                        size=None,
                    ),
                ),
                ("link_days", models.PositiveSmallIntegerField(default=30, help_text="How long a one-tap link works.")),
                (
                    "bounce_days",
                    models.PositiveSmallIntegerField(
                        default=180, help_text="A channel that failed is left alone for so long."
                    ),
                ),
                ("call_attempts", models.PositiveSmallIntegerField(default=3)),
                ("call_again_days", models.PositiveSmallIntegerField(default=3)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_outreachpolicy_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cap__gte", 1), ("cap_days__gte", 1), ("link_days__gte", 1)),
                        name="prevention_outreachpolicy_counts",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("managing_organization", "="),
                            (django.db.models.functions.comparison.Coalesce("region", "managing_organization"), "="),
                            ("period", "&&"),
                        ],
                        name="prevention_outreachpolicy_once",
                        violation_error_message="Another outreach policy holds for this market then.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="From when it holds; a change is a new row."
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("code", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=120)),
                ("rank", models.PositiveSmallIntegerField(default=100)),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="Gaps by rule, like colorectal_screening or immunisation:Influenza; empty: every rule that reminds.",
                        size=None,
                    ),
                ),
                (
                    "season_from",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="Month and day, 901 for 1 September; empty: all year.", null=True
                    ),
                ),
                (
                    "season_until",
                    models.PositiveSmallIntegerField(blank=True, help_text="The last day, likewise.", null=True),
                ),
                ("weight_overdue", models.DecimalField(decimal_places=2, default=Decimal("1"), max_digits=5)),
                ("weight_risk", models.DecimalField(decimal_places=2, default=Decimal("1"), max_digits=5)),
                ("weight_equity", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=5)),
                (
                    "equity_languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), blank=True, default=list, size=None
                    ),
                ),
                (
                    "equity_races",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        help_text="CDC race and ethnicity codes.",
                        size=None,
                    ),
                ),
                (
                    "wordings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        help_text="Templates under templates/messages/; a member always gets the same one of them.",
                        size=None,
                    ),
                ),
                (
                    "holdout_percent",
                    models.DecimalField(
                        decimal_places=1,
                        default=Decimal("0"),
                        help_text="Not reached out to, for an honest comparison.",
                        max_digits=4,
                    ),
                ),
                (
                    "daily_limit",
                    models.PositiveIntegerField(
                        blank=True, help_text="Reminders a day; whom first decides.", null=True
                    ),
                ),
                ("script", models.TextField(blank=True, default="", help_text="What is said on the telephone.")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_campaign_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("holdout_percent__gte", 0), ("holdout_percent__lte", 50)),
                        name="prevention_campaign_holdout",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("season_from__isnull", True), ("season_until__isnull", True)),
                            models.Q(
                                ("season_from__gte", 101),
                                ("season_from__lte", 1231),
                                ("season_until__gte", 101),
                                ("season_until__lte", 1231),
                            ),
                            _connector="OR",
                        ),
                        name="prevention_campaign_season",
                        violation_error_message="A season has a first and a last day.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wordings__len__gte", 1)), name="prevention_campaign_wording"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("managing_organization", "="),
                            (django.db.models.functions.comparison.Coalesce("region", "managing_organization"), "="),
                            ("code", "="),
                            ("period", "&&"),
                        ],
                        name="prevention_campaign_once",
                        violation_error_message="This campaign already runs in this market then.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CampaignStep",
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
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="prevention.campaign"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("after_days", models.PositiveSmallIntegerField()),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        help_text="portal, push, email, sms; or letter; call; visit.",
                        size=None,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "number"), name="prevention_campaignstep_once"),
                    models.CheckConstraint(
                        condition=models.Q(("channels__len__gte", 1)), name="prevention_campaignstep_channels"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutreachCost",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "kind",
                    models.CharField(help_text="portal, push, email, sms, letter, call, visit or kit.", max_length=10),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=10)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="prevention_outreachcost_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_outreachcost_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("managing_organization", "="), ("kind", "="), ("period", "&&")],
                        name="prevention_outreachcost_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutreachSummary",
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
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="summaries", to="prevention.campaign"
                    ),
                ),
                ("as_of", models.DateField()),
                ("dimension", models.CharField(help_text="arm, channel, language or wording.", max_length=10)),
                ("stratum", models.CharField(max_length=60)),
                ("gaps", models.PositiveIntegerField(help_text="Gaps in it.")),
                ("sent", models.PositiveIntegerField(default=0)),
                ("opened", models.PositiveIntegerField(default=0)),
                ("booked", models.PositiveIntegerField(default=0, help_text="Booked, or a kit ordered.")),
                (
                    "done",
                    models.PositiveIntegerField(default=0, help_text="Closed by a fact within 90 days of entering."),
                ),
                (
                    "observed",
                    models.PositiveIntegerField(
                        default=0, help_text="Those of `gaps` that closed or whose 90 days are over."
                    ),
                ),
                ("cost", models.DecimalField(decimal_places=4, default=0, max_digits=14)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "dimension", "stratum"), name="prevention_outreachsummary_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingOrder",
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
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The system whose members it is for.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "protocol",
                    models.CharField(
                        help_text="As the way out of a care rule names it, like fit_home_kit.", max_length=60
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("text", models.TextField(help_text="Who it is for, who it is not for, what is done with the result.")),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        help_text="The gaps for which it may be ordered.",
                        size=None,
                    ),
                ),
                ("code_system", models.CharField(max_length=200)),
                ("code", models.CharField(max_length=30)),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=25),
                        help_text="Who may order under it, besides physicians.",
                        size=None,
                    ),
                ),
                ("members_may", models.BooleanField(default=False, help_text="Members may order it for themselves.")),
                (
                    "signed_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.clinician",
                    ),
                ),
                ("signed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("review_by", models.DateField(help_text="When a clinician looks at it again.")),
                (
                    "nudge_days",
                    models.PositiveSmallIntegerField(default=14, help_text="A kit not back by then: ask the member."),
                ),
                (
                    "lost_days",
                    models.PositiveSmallIntegerField(default=45, help_text="Not back by then: it counts as lost."),
                ),
                (
                    "shelf_days",
                    models.PositiveSmallIntegerField(default=365, help_text="Later than this a kit cannot be tested."),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_standingorder_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lost_days__lte", models.F("shelf_days")), ("nudge_days__lt", models.F("lost_days"))
                        ),
                        name="prevention_standingorder_days",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("organization", "="), ("protocol", "="), ("period", "&&")],
                        name="prevention_standingorder_once",
                        violation_error_message="This protocol is already signed for that time.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchOrder",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "standing_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batches",
                        to="prevention.standingorder",
                    ),
                ),
                ("rule", models.CharField(max_length=60)),
                (
                    "status",
                    models.CharField(
                        choices=[("prepared", "Prepared"), ("signed", "Signed"), ("withdrawn", "Withdrawn")],
                        db_default="prepared",
                        default="prepared",
                        max_length=9,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("prepared_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.clinician",
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", False), ("signed_by__isnull", False), ("status", "signed")),
                            models.Q(
                                models.Q(("status", "signed"), _negated=True),
                                ("signed_at__isnull", True),
                                ("signed_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="prevention_batchorder_signed",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchOrderItem",
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
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="prevention.batchorder"
                    ),
                ),
                (
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.servicerequest",
                    ),
                ),
                (
                    "left_out",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="Why not ordered.", max_length=200
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_batchorderitem_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_batchorderitem_gap_fk"),
                    core.constraints.MemberForeignKey("order", name="prevention_batchorderitem_order_fk"),
                    models.UniqueConstraint(fields=("batch", "gap"), name="prevention_batchitem_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="BatchOrderItemHistoryevent",
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
                        to="prevention.batchorderitem",
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
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.batchorder",
                    ),
                ),
                (
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.servicerequest",
                    ),
                ),
                (
                    "left_out",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="Why not ordered.", max_length=200
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HomeKit",
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kits",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.servicerequest",
                    ),
                ),
                (
                    "standing_order",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: a physician's own order.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kits",
                        to="prevention.standingorder",
                    ),
                ),
                ("ordered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("nudged_at", models.DateTimeField(blank=True, null=True)),
                ("lost_at", models.DateTimeField(blank=True, null=True)),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="prevention.homekit",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_homekit_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_homekit_gap_fk"),
                    core.constraints.MemberForeignKey("order", name="prevention_homekit_order_fk"),
                    core.constraints.MemberForeignKey("replaces", name="prevention_homekit_replaces_fk"),
                    models.UniqueConstraint(fields=("order",), name="prevention_homekit_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HomeKitHistoryevent",
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
                        to="prevention.homekit",
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.servicerequest",
                    ),
                ),
                (
                    "standing_order",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="Empty: a physician's own order.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.standingorder",
                    ),
                ),
                ("ordered_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("nudged_at", models.DateTimeField(blank=True, null=True)),
                ("lost_at", models.DateTimeField(blank=True, null=True)),
                (
                    "replaces",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.homekit",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
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
                ("rule", models.CharField(help_text="Follow-up rule, like positive_stool_test.", max_length=60)),
                (
                    "observation",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="The result.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.observation",
                    ),
                ),
                ("resulted_on", models.DateField()),
                ("due_on", models.DateField()),
                (
                    "task",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.task",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("done", "Done"),
                            ("withdrawn", "the result was withdrawn"),
                            ("closed", "closed by a clinician with a reason"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=9,
                    ),
                ),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                ("done_on", models.DateField(blank=True, null=True)),
                ("fact_model", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("fact_id", models.UUIDField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")), fields=["due_on"], name="prevention_followup_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_followup_member_key"),
                    core.constraints.MemberForeignKey("observation", name="prevention_followup_observation_fk"),
                    core.constraints.MemberForeignKey("task", name="prevention_followup_task_fk"),
                    models.UniqueConstraint(fields=("observation", "rule"), name="prevention_followup_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "open")),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("done_on__isnull", False),
                                ("fact_id__isnull", False),
                                ("status", "done"),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("status__in", ["withdrawn", "closed"]),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="prevention_followup_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowUpHistoryevent",
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
                        to="prevention.followup",
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
                ("rule", models.CharField(help_text="Follow-up rule, like positive_stool_test.", max_length=60)),
                (
                    "observation",
                    models.ForeignKey(
                        db_constraint=False,
                        help_text="The result.",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.observation",
                    ),
                ),
                ("resulted_on", models.DateField()),
                ("due_on", models.DateField()),
                (
                    "task",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.task",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("done", "Done"),
                            ("withdrawn", "the result was withdrawn"),
                            ("closed", "closed by a clinician with a reason"),
                        ],
                        db_default="open",
                        default="open",
                        max_length=9,
                    ),
                ),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
                ("done_on", models.DateField(blank=True, null=True)),
                ("fact_model", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("fact_id", models.UUIDField(blank=True, null=True)),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OutreachEpisode",
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="episodes",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="episodes", to="prevention.campaign"
                    ),
                ),
                (
                    "arm",
                    models.CharField(
                        choices=[("outreach", "Outreach"), ("holdout", "held back for comparison")], max_length=8
                    ),
                ),
                ("wording", models.CharField(max_length=60)),
                ("language", models.CharField(max_length=10)),
                ("score", models.DecimalField(decimal_places=3, help_text="Whom first: the higher.", max_digits=8)),
                ("entered_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                (
                    "stop_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "Done"),
                            ("excluded", "the rule no longer applies"),
                            ("declined", "the member does not want it"),
                            ("refused", "the member asked not to be contacted"),
                            ("deceased", "Deceased"),
                            ("disenrolled", "Disenrolled"),
                            ("undeliverable", "no way left to reach the member"),
                            ("ended", "the campaign ended"),
                        ],
                        db_default="",
                        default="",
                        max_length=13,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("stopped_at__isnull", True)),
                        fields=["member"],
                        name="prevention_episode_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_outreachepisode_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_outreachepisode_gap_fk"),
                    models.UniqueConstraint(fields=("gap",), name="prevention_episode_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("stop_reason", ""), ("stopped_at__isnull", True)),
                            models.Q(("stopped_at__isnull", False), models.Q(("stop_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="prevention_episode_stopped",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OneTapLink",
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "reminder",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="prevention.reminder",
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                (
                    "opened_at",
                    models.DateTimeField(help_text="First asked for; a mail scanner may have been it.", null=True),
                ),
                ("confirmed_at", models.DateTimeField(help_text="The date of birth was right.", null=True)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Wrong dates of birth."),
                ),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "used_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("booked", "Booked"),
                            ("kit_ordered", "kit ordered"),
                            ("done_elsewhere", "done elsewhere"),
                            ("not_now", "not now"),
                            ("declined", "Declined"),
                        ],
                        db_default="",
                        default="",
                        max_length=14,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_onetaplink_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_onetaplink_gap_fk"),
                    core.constraints.MemberForeignKey("reminder", name="prevention_onetaplink_reminder_fk"),
                    models.UniqueConstraint(fields=("reminder",), name="prevention_onetap_reminder"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_at__isnull", True), ("used_for", "")),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("used_at__isnull", False),
                                models.Q(("used_for", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="prevention_onetap_used",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ElsewhereReport",
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="elsewhere",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        blank=True, default="", help_text="What was done, as the rule calls it.", max_length=60
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True)),
                (
                    "said_when",
                    models.CharField(blank=True, default="", help_text="Where no day is known.", max_length=60),
                ),
                ("place", models.CharField(max_length=120)),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.document",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reported_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("accepted", "Accepted"), ("refused", "not accepted")],
                        db_default="waiting",
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("fact_model", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("fact_id", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["reported_at"],
                        name="prevention_elsewhere_queue",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_elsewherereport_member_key"),
                    core.constraints.MemberForeignKey("gap", name="prevention_elsewherereport_gap_fk"),
                    core.constraints.MemberForeignKey("proof", name="prevention_elsewherereport_proof_fk"),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("gap",),
                        name="prevention_elsewhere_waiting",
                        violation_error_message="A report about this waits already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reviewed_by__isnull", True), ("status", "waiting")),
                            models.Q(
                                ("done_on__isnull", False),
                                ("fact_id__isnull", False),
                                ("reviewed_by__isnull", False),
                                ("status", "accepted"),
                            ),
                            models.Q(
                                ("reviewed_by__isnull", False),
                                ("status", "refused"),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="prevention_elsewhere_reviewed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ElsewhereReportHistoryevent",
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
                        to="prevention.elsewherereport",
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
                    "gap",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.caregap",
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        blank=True, default="", help_text="What was done, as the rule calls it.", max_length=60
                    ),
                ),
                ("done_on", models.DateField(blank=True, null=True)),
                (
                    "said_when",
                    models.CharField(blank=True, default="", help_text="Where no day is known.", max_length=60),
                ),
                ("place", models.CharField(max_length=120)),
                (
                    "proof",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clinical.document",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reported_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "Waiting"), ("accepted", "Accepted"), ("refused", "not accepted")],
                        db_default="waiting",
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "reviewed_by",
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
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=300)),
                ("fact_model", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("fact_id", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PlanRate",
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
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="core.jobrun"),
                ),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("measure", models.CharField(max_length=120)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("line_of_business", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "anchor",
                    models.DateField(
                        help_text="Coverage must hold on this day; before the year's end, the day of the run."
                    ),
                ),
                ("is_final", models.BooleanField(help_text="The measurement year was over.")),
                ("population", models.PositiveIntegerField()),
                ("enrolled", models.PositiveIntegerField()),
                ("denominator", models.PositiveIntegerField()),
                ("numerator", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "managing_organization", "measure", "line_of_business"),
                        name="prevention_planrate_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("denominator__lte", models.F("enrolled")),
                            ("enrolled__lte", models.F("population")),
                            ("numerator__lte", models.F("denominator")),
                        ),
                        name="prevention_planrate_within",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StratumCount",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("run", models.UUIDField()),
                ("share", models.PositiveIntegerField()),
                ("measure", models.CharField(max_length=120)),
                ("group", models.PositiveSmallIntegerField()),
                ("dimension", models.CharField(help_text="A dimension of the region, or `place`.", max_length=20)),
                ("region", models.UUIDField(null=True)),
                ("department", models.UUIDField(null=True)),
                ("clinician", models.UUIDField(null=True)),
                ("stratum", models.CharField(blank=True, max_length=60)),
                ("members", models.IntegerField()),
                ("denominator", models.IntegerField()),
                ("numerator", models.IntegerField()),
                ("exclusions", models.IntegerField()),
                ("exceptions", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["run", "share"], name="prevention_stratumcount_share")],
            },
        ),
        migrations.CreateModel(
            name="QualitySnapshot",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField(help_text="Measurement period.")),
                ("month", models.DateField(help_text="First day of the month.")),
                ("as_of", models.DateField(help_text="The day of the run that wrote it last.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("managing_organization", "month", "period"), name="prevention_snapshot_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("as_of__gte", models.F("month"))), name="prevention_snapshot_month"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureStratum",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "snapshot",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="strata",
                        to="prevention.qualitysnapshot",
                    ),
                ),
                ("measure", models.CharField(max_length=120)),
                ("group", models.PositiveSmallIntegerField()),
                ("dimension", models.CharField(help_text="all, region, facility, sex, race, stratum …", max_length=20)),
                ("region", models.CharField(blank=True, db_default="", default="", max_length=36)),
                ("stratum", models.CharField(blank=True, max_length=160)),
                ("members", models.IntegerField(help_text="People counted; below 11 the row is hidden.")),
                ("denominator", models.IntegerField(help_text="Less exclusions and exceptions: people, or visits.")),
                ("numerator", models.IntegerField()),
                ("exclusions", models.IntegerField()),
                ("exceptions", models.IntegerField()),
                ("is_hidden", models.BooleanField()),
                ("hides_exclusions", models.BooleanField()),
                ("hides_exceptions", models.BooleanField()),
            ],
            options={
                "indexes": [models.Index(fields=["snapshot", "dimension", "region"], name="prevention_stratum_page")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("snapshot", "measure", "group", "dimension", "region", "stratum"),
                        name="prevention_stratum_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_hidden", True), ("members", 0), ("members__gte", 11), _connector="OR"),
                        name="prevention_stratum_small_is_hidden",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AreaDeprivation",
            fields=[
                ("postal_code", models.CharField(max_length=5, primary_key=True, serialize=False)),
                (
                    "percentile",
                    models.PositiveSmallIntegerField(help_text="National, 1–100; 100 is the most deprived."),
                ),
                ("index", models.CharField(help_text="Like ADI or SVI.", max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("percentile__gte", 1), ("percentile__lte", 100)),
                        name="prevention_deprivation_percentile",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureGoal",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "measure",
                    models.CharField(help_text="Measure id, like CMS125: it holds over its versions.", max_length=20),
                ),
                ("group", models.PositiveSmallIntegerField(default=1)),
                (
                    "kind",
                    models.CharField(
                        choices=[("goal", "own goal"), ("benchmark", "published benchmark")],
                        default="goal",
                        max_length=10,
                    ),
                ),
                ("rate", models.DecimalField(decimal_places=4, help_text="0–1.", max_digits=5)),
                ("source", models.CharField(help_text="Who set it, or where it was published.", max_length=200)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "set_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("rate__gte", 0), ("rate__lte", 1)), name="prevention_goal_rate"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="prevention_goal_source"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_goal_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("managing_organization", "="),
                            ("measure", "="),
                            ("group", "="),
                            ("kind", "="),
                            ("period", "&&"),
                        ],
                        name="prevention_goal_once",
                        violation_error_message="This rate already has such a goal in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImprovementProject",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("aim", models.CharField(help_text="How much, for whom, by when.", max_length=500)),
                ("measure", models.CharField(help_text="Measure id, like CMS130.", max_length=20)),
                ("group", models.PositiveSmallIntegerField(default=1)),
                (
                    "dimension",
                    models.CharField(
                        default="all", help_text="Whose rate: a dimension and a group of it.", max_length=20
                    ),
                ),
                ("region", models.CharField(blank=True, default="", max_length=36)),
                ("stratum", models.CharField(blank=True, default="", max_length=160)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_on", models.DateField()),
                ("due_on", models.DateField(help_text="By when the aim is to be met.")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("adopt", "adopt: it becomes how we work"),
                            ("adapt", "adapt: try it changed, in a new project"),
                            ("abandon", "abandon: it did not help"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("decision_note", models.CharField(blank=True, default="", max_length=500)),
                ("decided_on", models.DateField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("due_on__gt", models.F("started_on"))), name="prevention_project_due"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by__isnull", True), ("decided_on__isnull", True), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_by__isnull", False),
                                ("decided_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="prevention_project_decided",
                        violation_error_message="A decision has a day and somebody who made it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImprovementProjectHistoryevent",
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
                        to="prevention.improvementproject",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("aim", models.CharField(help_text="How much, for whom, by when.", max_length=500)),
                ("measure", models.CharField(help_text="Measure id, like CMS130.", max_length=20)),
                ("group", models.PositiveSmallIntegerField(default=1)),
                (
                    "dimension",
                    models.CharField(
                        default="all", help_text="Whose rate: a dimension and a group of it.", max_length=20
                    ),
                ),
                ("region", models.CharField(blank=True, default="", max_length=36)),
                ("stratum", models.CharField(blank=True, default="", max_length=160)),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("started_on", models.DateField()),
                ("due_on", models.DateField(help_text="By when the aim is to be met.")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("adopt", "adopt: it becomes how we work"),
                            ("adapt", "adapt: try it changed, in a new project"),
                            ("abandon", "abandon: it did not help"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                ("decision_note", models.CharField(blank=True, default="", max_length=500)),
                ("decided_on", models.DateField(blank=True, null=True)),
                (
                    "decided_by",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProjectCycle",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cycles",
                        to="prevention.improvementproject",
                    ),
                ),
                ("change_idea", models.CharField(max_length=300)),
                (
                    "prediction",
                    models.CharField(help_text="Plan: what we expect, and how we will know.", max_length=300),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="Do: open while it is tried; one cycle at a time."
                    ),
                ),
                ("learnt", models.CharField(blank=True, default="", help_text="Study: what happened.", max_length=500)),
                ("next_step", models.CharField(blank=True, default="", help_text="Act.", max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="prevention_cycle_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("project", "="), ("period", "&&")],
                        name="prevention_cycle_one_at_a_time",
                        violation_error_message="Another cycle of this project stands at that time.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectCycleHistoryevent",
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
                        to="prevention.projectcycle",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.improvementproject",
                    ),
                ),
                ("change_idea", models.CharField(max_length=300)),
                (
                    "prediction",
                    models.CharField(help_text="Plan: what we expect, and how we will know.", max_length=300),
                ),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="Do: open while it is tried; one cycle at a time."
                    ),
                ),
                ("learnt", models.CharField(blank=True, default="", help_text="Study: what happened.", max_length=500)),
                ("next_step", models.CharField(blank=True, default="", help_text="Act.", max_length=300)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ProjectPoint",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points",
                        to="prevention.improvementproject",
                    ),
                ),
                ("on", models.DateField()),
                ("value", models.DecimalField(decimal_places=2, help_text="Per cent.", max_digits=9)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "on"),
                        name="prevention_point_once",
                        violation_error_message="This day already has a number.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("value__gte", 0), ("value__lte", 100)), name="prevention_point_percent"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectPointHistoryevent",
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
                        to="prevention.projectpoint",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="prevention.improvementproject",
                    ),
                ),
                ("on", models.DateField()),
                ("value", models.DecimalField(decimal_places=2, help_text="Per cent.", max_digits=9)),
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Guideline",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("source", models.CharField(help_text="Who published it, version and date.", max_length=300)),
                ("address", models.URLField(blank=True, default="", max_length=300)),
                (
                    "rule",
                    models.CharField(
                        blank=True, default="", help_text="The care rule that carries it out.", max_length=60
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("review_by", models.DateField()),
                ("retired_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("retired_on__isnull", True)),
                        fields=("managing_organization", "title"),
                        name="prevention_guideline_title",
                        violation_error_message="A guideline of this title is in force.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="prevention_guideline_source"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuidelineHistoryevent",
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
                        to="prevention.guideline",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("source", models.CharField(help_text="Who published it, version and date.", max_length=300)),
                ("address", models.URLField(blank=True, default="", max_length=300)),
                (
                    "rule",
                    models.CharField(
                        blank=True, default="", help_text="The care rule that carries it out.", max_length=60
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("review_by", models.DateField()),
                ("retired_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="GuidelineReview",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "guideline",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="prevention.guideline"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("found", models.CharField(max_length=500)),
                ("review_by", models.DateField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegistryEntry",
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
                ("registry", models.CharField(help_text="Registry id, like diabetes.", max_length=40)),
                ("entered_on", models.DateField()),
                ("left_on", models.DateField(blank=True, null=True)),
                (
                    "control",
                    models.CharField(
                        choices=[
                            ("at_goal", "at goal"),
                            ("above", "above goal"),
                            ("far", "far from goal"),
                            ("unknown", "no recent result"),
                        ],
                        max_length=10,
                    ),
                ),
                ("control_since", models.DateField(help_text="Since when the control status is what it is.")),
                ("tier", models.PositiveSmallIntegerField(choices=[(1, "high"), (2, "rising"), (3, "stable")])),
                (
                    "grounds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="Why the risk is what it is.",
                        size=None,
                    ),
                ),
                (
                    "missed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="Contacts that were not.",
                        size=None,
                    ),
                ),
                (
                    "readings",
                    models.JSONField(db_default={}, default=dict, help_text="Last values: name → value and day."),
                ),
                ("next_step", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("left_on__isnull", True)),
                        fields=["registry", "tier", "member"],
                        name="prevention_registry_list",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_registryentry_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("left_on__isnull", True)),
                        fields=("member", "registry"),
                        name="prevention_registryentry_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_on__isnull", True), ("left_on__gte", models.F("entered_on")), _connector="OR"
                        ),
                        name="prevention_registryentry_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistryEntryHistoryevent",
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
                        to="prevention.registryentry",
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
                ("registry", models.CharField(help_text="Registry id, like diabetes.", max_length=40)),
                ("entered_on", models.DateField()),
                ("left_on", models.DateField(blank=True, null=True)),
                (
                    "control",
                    models.CharField(
                        choices=[
                            ("at_goal", "at goal"),
                            ("above", "above goal"),
                            ("far", "far from goal"),
                            ("unknown", "no recent result"),
                        ],
                        max_length=10,
                    ),
                ),
                ("control_since", models.DateField(help_text="Since when the control status is what it is.")),
                ("tier", models.PositiveSmallIntegerField(choices=[(1, "high"), (2, "rising"), (3, "stable")])),
                (
                    "grounds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="Why the risk is what it is.",
                        size=None,
                    ),
                ),
                (
                    "missed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="Contacts that were not.",
                        size=None,
                    ),
                ),
                (
                    "readings",
                    models.JSONField(db_default={}, default=dict, help_text="Last values: name → value and day."),
                ),
                ("next_step", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RegistryFollowUp",
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
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="prevention.registryentry",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=300)),
                ("next_contact_on", models.DateField(blank=True, null=True)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["entry", "-at"], name="prevention_followup_latest")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_registryfollowup_member_key"),
                    core.constraints.MemberForeignKey("entry", name="prevention_registryfollowup_entry_fk"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note", ""), _negated=True), ("next_contact_on__isnull", False), _connector="OR"
                        ),
                        name="prevention_registryfollowup_says",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistryBatch",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("registry", models.CharField(max_length=40)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("message", "write to them"),
                            ("order", "order the test under protocol"),
                            ("task", "give to care coordinators"),
                            ("note", "note and next contact"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "parameters",
                    models.JSONField(db_default={}, default=dict, help_text="Subject and words, note, day."),
                ),
                ("filters", models.JSONField(db_default={}, default=dict, help_text="How the people were found.")),
                (
                    "status",
                    models.CharField(
                        choices=[("prepared", "Prepared"), ("done", "Done")],
                        db_default="prepared",
                        default="prepared",
                        max_length=10,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", True), ("status", "prepared")),
                            models.Q(("done_at__isnull", False), ("status", "done")),
                            _connector="OR",
                        ),
                        name="prevention_registrybatch_done_at",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistryBatchItem",
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
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="prevention.registrybatch",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="prevention.registryentry",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "Planned"), ("left_out", "left out"), ("done", "Done")], max_length=10
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, db_default="", default="", help_text="Why left out.", max_length=40),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="prevention_registrybatchitem_member_key"),
                    core.constraints.MemberForeignKey("entry", name="prevention_registrybatchitem_entry_fk"),
                    models.UniqueConstraint(fields=("batch", "member"), name="prevention_registrybatchitem_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegistrySummary",
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
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="core.jobrun"),
                ),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("as_of", models.DateField()),
                ("registry", models.CharField(max_length=40)),
                ("dimension", models.CharField(max_length=10)),
                ("stratum", models.CharField(blank=True, default="", max_length=40)),
                (
                    "control",
                    models.CharField(
                        choices=[
                            ("at_goal", "at goal"),
                            ("above", "above goal"),
                            ("far", "far from goal"),
                            ("unknown", "no recent result"),
                        ],
                        max_length=10,
                    ),
                ),
                ("tier", models.PositiveSmallIntegerField(choices=[(1, "high"), (2, "rising"), (3, "stable")])),
                ("missed", models.BooleanField(help_text="Whether a contact was missed.")),
                ("people", models.IntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["registry", "dimension", "stratum", "as_of"], name="prevention_registrysum_page"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "run",
                            "managing_organization",
                            "registry",
                            "dimension",
                            "stratum",
                            "control",
                            "tier",
                            "missed",
                        ),
                        name="prevention_registrysummary_once",
                    )
                ],
            },
        ),
        migrations.RunSQL(LINK_OWNER, "DROP FUNCTION prevention_link_owner(uuid);"),
    ]
