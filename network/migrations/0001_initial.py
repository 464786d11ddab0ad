import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import core.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0002_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Organization",
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
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("system", "integrated system"),
                            ("health_plan", "Health Plan"),
                            ("medical_group", "Medical Group"),
                            ("hospital", "Hospital"),
                            ("pharmacy", "Pharmacy"),
                            ("laboratory", "Laboratory"),
                            ("community", "community partner"),
                            ("payer", "outside payer"),
                            ("outside", "outside provider"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="divisions",
                        to="network.organization",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        blank=True,
                        help_text="The integrated system it belongs to; empty for the system itself and for outside parties.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("is_legal_entity", models.BooleanField(default=True)),
                ("npi", models.CharField(blank=True, default="", max_length=10, verbose_name="NPI")),
                ("tax_id", models.CharField(blank=True, default="", max_length=20)),
                ("source_system", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("source_id", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="network_organization_source",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Region",
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
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="regions", to="network.organization"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("state", models.CharField(max_length=2)),
                ("time_zone", models.CharField(default="America/Los_Angeles", max_length=40)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("system", "code"), name="network_region_code")],
            },
        ),
        migrations.CreateModel(
            name="Facility",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facilities",
                        to="network.organization",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="facilities",
                        to="network.region",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("medical_office", "Medical Office"),
                            ("hospital", "Hospital"),
                            ("pharmacy", "Pharmacy"),
                            ("laboratory", "Laboratory"),
                            ("virtual", "Virtual"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "place_of_service",
                    models.CharField(default="11", help_text="CMS place of service code.", max_length=2),
                ),
                ("line1", models.CharField(blank=True, default="", max_length=200)),
                ("city", models.CharField(blank=True, default="", max_length=100)),
                ("state", models.CharField(blank=True, default="", max_length=2)),
                ("postal_code", models.CharField(blank=True, default="", max_length=10)),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("phone", models.CharField(blank=True, default="", max_length=20)),
                ("time_zone", models.CharField(default="America/Los_Angeles", max_length=40)),
            ],
            options={
                "verbose_name_plural": "facilities",
                "constraints": [models.UniqueConstraint(fields=("organization", "code"), name="network_facility_code")],
            },
        ),
        migrations.CreateModel(
            name="Department",
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
                    "facility",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="departments", to="network.facility"
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                ("specialty", models.CharField(blank=True, default="", help_text="NUCC taxonomy code.", max_length=10)),
                ("is_primary_care", models.BooleanField(default=False)),
                ("cost_center", models.CharField(blank=True, default="", max_length=20)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("facility", "code"), name="network_department_code")],
            },
        ),
        migrations.CreateModel(
            name="Room",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="rooms", to="network.department"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("department", "name"), name="network_room_name")],
            },
        ),
        migrations.CreateModel(
            name="Bed",
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
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="beds", to="network.room"
                    ),
                ),
                ("label", models.CharField(max_length=10)),
                ("is_open", models.BooleanField(default=True, verbose_name="staffed and open")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("room", "label"), name="network_bed_label")],
            },
        ),
        migrations.CreateModel(
            name="ServiceArea",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="service_area", to="network.region"
                    ),
                ),
                ("postal_code", models.CharField(max_length=5)),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("region", "postal_code"), name="network_servicearea_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Contract",
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
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts_paid",
                        to="network.organization",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contracts_received",
                        to="network.organization",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("capitation", "Capitation"),
                            ("fee_schedule", "Fee Schedule"),
                            ("per_diem", "Per Diem"),
                        ],
                        max_length=15,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="network_contract_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer", models.F("payee")), _negated=True),
                        name="network_contract_two_parties",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clinician",
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
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clinician",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("npi", models.CharField(blank=True, default="", max_length=10, verbose_name="NPI")),
                ("family", models.CharField(max_length=100)),
                ("given", models.CharField(blank=True, default="", max_length=100)),
                ("prefix", models.CharField(blank=True, default="", max_length=20)),
                (
                    "credential",
                    models.CharField(blank=True, default="", help_text="Like MD, NP, PharmD.", max_length=20),
                ),
                ("specialty", models.CharField(blank=True, default="", help_text="NUCC taxonomy code.", max_length=10)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        blank=True,
                        default=list,
                        help_text="BCP 47.",
                        size=None,
                    ),
                ),
                (
                    "panel_limit",
                    models.PositiveIntegerField(
                        default=0, help_text="Members they can be the primary care clinician of."
                    ),
                ),
                ("is_accepting", models.BooleanField(default=False, help_text="Takes new members on the panel.")),
                ("source_system", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("source_id", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("npi", ""), _negated=True),
                        fields=("npi",),
                        name="network_clinician_npi",
                        violation_error_message="A clinician with this NPI already exists.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("source_id", ""), _negated=True),
                        fields=("source_system", "source_id"),
                        name="network_clinician_source",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Employment",
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
                    "clinician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="employments", to="network.clinician"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="employments", to="network.department"
                    ),
                ),
                ("fte", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="share of full time")),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fte__gt", 0), ("fte__lte", 1)), name="network_employment_fte"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="network_employment_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("clinician", "="), ("department", "="), ("period", "&&")],
                        name="network_employment_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoleAssignment",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="role_assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.CharField(
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
                        max_length=25,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.facility",
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
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="network_roleassignment_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("user", "="),
                            ("role", "="),
                            ("organization", "="),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    "facility",
                                    models.Value(
                                        uuid.UUID("00000000-0000-0000-0000-000000000000"),
                                        output_field=models.UUIDField(),
                                    ),
                                ),
                                "=",
                            ),
                            (
                                django.db.models.functions.comparison.Coalesce(
                                    "department",
                                    models.Value(
                                        uuid.UUID("00000000-0000-0000-0000-000000000000"),
                                        output_field=models.UUIDField(),
                                    ),
                                ),
                                "=",
                            ),
                            ("period", "&&"),
                        ],
                        name="network_roleassignment_once",
                        violation_error_message="This person already holds this role at this place in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Resource",
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
                    "clinician",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resource",
                        to="network.clinician",
                    ),
                ),
                (
                    "room",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resource",
                        to="network.room",
                    ),
                ),
                (
                    "bed",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resource",
                        to="network.bed",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("bed__isnull", True), ("clinician__isnull", False), ("room__isnull", True)),
                            models.Q(("bed__isnull", True), ("clinician__isnull", True), ("room__isnull", False)),
                            models.Q(("bed__isnull", False), ("clinician__isnull", True), ("room__isnull", True)),
                            _connector="OR",
                        ),
                        name="network_resource_one_thing",
                    )
                ],
            },
        ),
    ]
