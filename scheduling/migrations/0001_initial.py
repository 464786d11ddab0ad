import django.contrib.postgres.constraints
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
        ("core", "0002_initial"),
        ("members", "0002_initial"),
        ("network", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="VisitType",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=100)),
                ("minutes", models.PositiveSmallIntegerField()),
                (
                    "modality",
                    models.CharField(
                        choices=[("in_person", "in person"), ("video", "Video"), ("phone", "Phone")],
                        default="in_person",
                        max_length=10,
                    ),
                ),
                (
                    "service",
                    models.CharField(
                        choices=[
                            ("primary_care", "primary care visit"),
                            ("specialty_care", "specialty visit"),
                            ("video", "video or phone visit"),
                            ("preventive", "preventive care"),
                            ("urgent_care", "Urgent Care"),
                            ("emergency", "emergency department"),
                            ("inpatient", "hospital stay"),
                            ("laboratory", "Laboratory"),
                            ("imaging", "Imaging"),
                            ("drug_tier_1", "generic medicine"),
                            ("drug_tier_2", "preferred brand medicine"),
                            ("drug_tier_3", "other medicine"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "specialty",
                    models.CharField(
                        blank=True, default="", help_text="NUCC code; empty: primary care.", max_length=10
                    ),
                ),
                ("is_self_scheduled", models.BooleanField(default=True, help_text="Members book it themselves.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "code"), name="scheduling_visittype_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
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
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.department"
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="network.clinician",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.room",
                    ),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "modality",
                    models.CharField(
                        choices=[("in_person", "in person"), ("video", "Video"), ("phone", "Phone")],
                        default="in_person",
                        max_length=10,
                    ),
                ),
                ("is_cancelled", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [models.Index(fields=["department", "during"], name="scheduling_session_dept")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("during__isempty", False)), name="scheduling_session_during"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("clinician__isnull", False), ("room__isnull", False), _connector="OR"),
                        name="scheduling_session_held_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourceBooking",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="network.resource",
                    ),
                ),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bookings",
                        to="scheduling.session",
                    ),
                ),
                ("purpose", models.CharField(blank=True, default="", max_length=60)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("during__isempty", False)), name="scheduling_booking_during"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("resource", "="), ("during", "&&")],
                        name="scheduling_booking_once",
                        violation_error_message="The clinician or room is already booked at that time.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Slot",
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
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slots", to="scheduling.session"
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("capacity", models.PositiveSmallIntegerField(default=1)),
                ("is_blocked", models.BooleanField(default=False)),
                (
                    "visit_types",
                    models.ManyToManyField(
                        blank=True, help_text="Empty: any.", related_name="slots", to="scheduling.visittype"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["starts_at"], name="scheduling_slot_start")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="scheduling_slot_order"
                    ),
                    models.UniqueConstraint(fields=("session", "starts_at"), name="scheduling_slot_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
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
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="scheduling.slot"
                    ),
                ),
                ("seat", models.PositiveSmallIntegerField(default=1)),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="The slot's time, kept here so that a member is never in two places."
                    ),
                ),
                (
                    "visit_type",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scheduling.visittype",
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="network.clinician",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.department"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("arrived", "Arrived"),
                            ("roomed", "in the room"),
                            ("fulfilled", "seen"),
                            ("cancelled", "Cancelled"),
                            ("noshow", "did not come"),
                        ],
                        db_default="booked",
                        default="booked",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                (
                    "expected_cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="The member's cost as told at booking.",
                        max_digits=10,
                        null=True,
                    ),
                ),
                (
                    "moved_from",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scheduling.appointment",
                    ),
                ),
                (
                    "booked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("booked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("roomed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.room",
                    ),
                ),
                ("cancel_reason", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["department", "during"], name="scheduling_appointment_day"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="scheduling_appointment_member_key"),
                    core.constraints.MemberForeignKey("moved_from", name="scheduling_appointment_moved_from_fk"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["cancelled", "noshow"]), _negated=True),
                        fields=("slot", "seat"),
                        name="scheduling_appointment_seat",
                        violation_error_message="Somebody else has just taken this time.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("status__in", ["cancelled", "noshow"]), _negated=True),
                        expressions=[("member", "="), ("during", "&&")],
                        name="scheduling_appointment_member",
                        violation_error_message="You already have an appointment at that time.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AppointmentHistoryevent",
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
                        to="scheduling.appointment",
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
                    "slot",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scheduling.slot",
                    ),
                ),
                ("seat", models.PositiveSmallIntegerField(default=1)),
                (
                    "during",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="The slot's time, kept here so that a member is never in two places."
                    ),
                ),
                (
                    "visit_type",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scheduling.visittype",
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
                    "department",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("booked", "Booked"),
                            ("arrived", "Arrived"),
                            ("roomed", "in the room"),
                            ("fulfilled", "seen"),
                            ("cancelled", "Cancelled"),
                            ("noshow", "did not come"),
                        ],
                        db_default="booked",
                        default="booked",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300)),
                (
                    "expected_cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="The member's cost as told at booking.",
                        max_digits=10,
                        null=True,
                    ),
                ),
                (
                    "moved_from",
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
                    "booked_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("booked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("arrived_at", models.DateTimeField(blank=True, null=True)),
                ("roomed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.room",
                    ),
                ),
                ("cancel_reason", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WaitlistEntry",
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
                    "visit_type",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scheduling.visittype"
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
                ("dates", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "Offered"),
                            ("booked", "Booked"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "offered_slot",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="scheduling.slot",
                    ),
                ),
                ("offered_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["visit_type", "created_at"],
                        name="scheduling_waitlist_turn",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="scheduling_waitlistentry_member_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitlistEntryHistoryevent",
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
                        to="scheduling.waitlistentry",
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
                    "visit_type",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scheduling.visittype",
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
                ("dates", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("offered", "Offered"),
                            ("booked", "Booked"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "offered_slot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="scheduling.slot",
                    ),
                ),
                ("offered_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
