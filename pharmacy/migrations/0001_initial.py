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
        ("clinical", "0001_initial"),
        ("core", "0002_initial"),
        ("members", "0002_initial"),
        ("network", "0001_initial"),
        ("plans", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ingredient",
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
                    "concept",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                (
                    "classes",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Class names used by safety rules, like penicillin, nitrate.",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClinicalDrug",
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
                    "concept",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
                ("name", models.CharField(max_length=300)),
                ("strength", models.CharField(blank=True, default="", max_length=60)),
                ("form", models.CharField(blank=True, default="", max_length=60)),
                ("route", models.CharField(blank=True, default="oral", max_length=30)),
                (
                    "schedule",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="DEA schedule 2–5; empty: not controlled.", null=True
                    ),
                ),
                ("ingredients", models.ManyToManyField(related_name="drugs", to="pharmacy.ingredient")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("schedule__isnull", True),
                            models.Q(("schedule__gte", 2), ("schedule__lte", 5)),
                            _connector="OR",
                        ),
                        name="pharmacy_clinicaldrug_schedule",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DrugProduct",
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
                    "drug",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="products", to="pharmacy.clinicaldrug"
                    ),
                ),
                ("ndc", models.CharField(help_text="11 digits.", max_length=11, unique=True, verbose_name="NDC")),
                ("labeller", models.CharField(blank=True, default="", max_length=100)),
                ("unit", models.CharField(default="tablet", max_length=20)),
                ("unit_cost", models.DecimalField(decimal_places=4, max_digits=12)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FormularyEntry",
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
                    "product",
                    models.ForeignKey(
                        help_text="The insurance product.",
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="plans.product",
                    ),
                ),
                (
                    "drug",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="formulary",
                        to="pharmacy.clinicaldrug",
                    ),
                ),
                ("tier", models.PositiveSmallIntegerField()),
                ("needs_authorisation", models.BooleanField(default=False)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "verbose_name_plural": "formulary entries",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="pharmacy_formulary_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("product", "="), ("drug", "="), ("period", "&&")], name="pharmacy_formulary_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLot",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="stock", to="network.facility"
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="pharmacy.drugproduct"
                    ),
                ),
                ("lot_number", models.CharField(max_length=40)),
                ("expires_on", models.DateField()),
                ("on_hand", models.DecimalField(decimal_places=3, default=0, max_digits=12)),
                ("recalled_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("facility", "product", "lot_number"), name="pharmacy_stocklot_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on_hand__gte", 0)),
                        name="pharmacy_stocklot_not_below_zero",
                        violation_error_message="There are not that many units of this lot.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StockMovement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="pharmacy.stocklot"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("receipt", "Receipt"),
                            ("fill", "Fill"),
                            ("return", "Return"),
                            ("adjustment", "Adjustment"),
                            ("waste", "Waste"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "quantity",
                    models.DecimalField(decimal_places=3, help_text="Positive in, negative out.", max_digits=12),
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
                    "witness",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("source", models.CharField(help_text="The row that caused it.", max_length=100, unique=True)),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Prescription",
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
                        related_name="prescriptions",
                        to="clinical.medicationrequest",
                    ),
                ),
                (
                    "drug",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pharmacy.clinicaldrug"
                    ),
                ),
                (
                    "pharmacy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.facility",
                    ),
                ),
                ("directions", models.CharField(max_length=500)),
                ("directions_es", models.CharField(blank=True, default="", max_length=500)),
                ("quantity", models.DecimalField(decimal_places=3, help_text="Units a fill.", max_digits=12)),
                ("days_supply", models.PositiveSmallIntegerField()),
                ("refills", models.PositiveSmallIntegerField(default=0)),
                ("expires_on", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("on_hold", "On Hold"),
                            ("stopped", "Stopped"),
                            ("completed", "Completed"),
                        ],
                        db_default="active",
                        default="active",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="pharmacy_prescription_member_key"),
                    core.constraints.MemberForeignKey("request", name="pharmacy_prescription_request_fk"),
                    models.UniqueConstraint(fields=("request",), name="pharmacy_prescription_request"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="pharmacy_prescription_quantity"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrescriptionHistoryevent",
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
                        to="pharmacy.prescription",
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
                        to="clinical.medicationrequest",
                    ),
                ),
                (
                    "drug",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pharmacy.clinicaldrug",
                    ),
                ),
                (
                    "pharmacy",
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
                ("directions", models.CharField(max_length=500)),
                ("directions_es", models.CharField(blank=True, default="", max_length=500)),
                ("quantity", models.DecimalField(decimal_places=3, help_text="Units a fill.", max_digits=12)),
                ("days_supply", models.PositiveSmallIntegerField()),
                ("refills", models.PositiveSmallIntegerField(default=0)),
                ("expires_on", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("on_hold", "On Hold"),
                            ("stopped", "Stopped"),
                            ("completed", "Completed"),
                        ],
                        db_default="active",
                        default="active",
                        max_length=10,
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
            name="Fill",
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
                    "prescription",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fills",
                        to="pharmacy.prescription",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        help_text="0 is the first fill; never more than the refills prescribed."
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                (
                    "lot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fills",
                        to="pharmacy.stocklot",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("filled", "ready"),
                            ("collected", "Collected"),
                            ("cancelled", "Cancelled"),
                            ("returned", "returned to stock"),
                        ],
                        db_default="requested",
                        default="requested",
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
                (
                    "filled_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("filled_at", models.DateTimeField(blank=True, null=True)),
                ("collected_at", models.DateTimeField(blank=True, null=True)),
                ("pickup_place", models.CharField(blank=True, default="", max_length=60)),
                ("copay", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                (
                    "dispense",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinical.medicationdispense",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="pharmacy_fill_member_key"),
                    core.constraints.MemberForeignKey("prescription", name="pharmacy_fill_prescription_fk"),
                    core.constraints.MemberForeignKey("dispense", name="pharmacy_fill_dispense_fk"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["cancelled", "returned"]), _negated=True),
                        fields=("prescription", "number"),
                        name="pharmacy_fill_number",
                        violation_error_message="This refill is already being prepared.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["requested", "cancelled"]),
                            models.Q(
                                ("filled_at__isnull", False), ("filled_by__isnull", False), ("lot__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="pharmacy_fill_from_lot",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FillHistoryevent",
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
                        to="pharmacy.fill",
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
                    "prescription",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pharmacy.prescription",
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        help_text="0 is the first fill; never more than the refills prescribed."
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12)),
                (
                    "lot",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="pharmacy.stocklot",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "Requested"),
                            ("filled", "ready"),
                            ("collected", "Collected"),
                            ("cancelled", "Cancelled"),
                            ("returned", "returned to stock"),
                        ],
                        db_default="requested",
                        default="requested",
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
                (
                    "filled_by",
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
                ("filled_at", models.DateTimeField(blank=True, null=True)),
                ("collected_at", models.DateTimeField(blank=True, null=True)),
                ("pickup_place", models.CharField(blank=True, default="", max_length=60)),
                ("copay", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True)),
                (
                    "dispense",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
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
            name="InteractionRule",
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
                    "first",
                    models.CharField(help_text="Ingredient or class name, alphabetically first.", max_length=100),
                ),
                ("second", models.CharField(max_length=100)),
                (
                    "severity",
                    models.CharField(
                        choices=[("hard_stop", "hard stop"), ("warning", "warning"), ("information", "information")],
                        max_length=12,
                    ),
                ),
                ("message", models.CharField(max_length=300)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="pharmacy_interactionrule_pair")
                ],
            },
        ),
    ]
