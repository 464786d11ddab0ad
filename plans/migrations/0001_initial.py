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
    ]

    operations = [
        migrations.CreateModel(
            name="Product",
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
                        help_text="The health plan.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="network.organization",
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=100)),
                (
                    "line_of_business",
                    models.CharField(
                        choices=[
                            ("commercial_group", "employer group"),
                            ("individual", "individual and family"),
                            ("medicare", "Medicare Advantage"),
                            ("medicaid", "Medicaid managed care"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("hmo", "HMO"), ("hdhp", "high-deductible HMO with HSA")], max_length=5),
                ),
                ("metal", models.CharField(blank=True, default="", max_length=10)),
                (
                    "proration",
                    models.CharField(
                        choices=[
                            ("month", "whole month if covered on the 1st"),
                            ("day", "by day"),
                            ("mid_month", "whole month if it starts by the 15th"),
                        ],
                        default="month",
                        max_length=10,
                    ),
                ),
                (
                    "deductible",
                    models.DecimalField(
                        decimal_places=2, default=0, help_text="Each person, a plan year.", max_digits=12
                    ),
                ),
                ("family_deductible", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("out_of_pocket_limit", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                ("family_out_of_pocket_limit", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "code"), name="plans_product_code")],
            },
        ),
        migrations.CreateModel(
            name="Benefit",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="benefits", to="plans.product"
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
                ("copay", models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                (
                    "coinsurance",
                    models.DecimalField(decimal_places=4, default=0, help_text="Member's share, 0–1.", max_digits=5),
                ),
                ("after_deductible", models.BooleanField(default=False)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("period__isempty", False)), name="plans_benefit_period"),
                    models.CheckConstraint(
                        condition=models.Q(("coinsurance__gte", 0), ("coinsurance__lte", 1), ("copay__gte", 0)),
                        name="plans_benefit_share",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("product", "="), ("service", "="), ("period", "&&")],
                        name="plans_benefit_once",
                        violation_error_message="This product already states the cost of this service in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EmployerGroup",
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
                        help_text="The health plan.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="groups",
                        to="network.organization",
                    ),
                ),
                ("number", models.CharField(help_text="As in 834 REF*1L or REF*38.", max_length=50)),
                ("name", models.CharField(max_length=200)),
                ("tax_id", models.CharField(blank=True, default="", max_length=20)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("organization", "number"), name="plans_group_number")],
            },
        ),
        migrations.CreateModel(
            name="GroupClass",
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
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="classes", to="plans.employergroup"
                    ),
                ),
                ("code", models.CharField(max_length=50)),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plans.product"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "group classes",
                "constraints": [models.UniqueConstraint(fields=("group", "code"), name="plans_groupclass_code")],
            },
        ),
        migrations.CreateModel(
            name="PremiumRate",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="rates", to="plans.product"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        blank=True, default="", help_text="X12 1205 coverage level: EMP, ESP, ECH, FAM.", max_length=3
                    ),
                ),
                ("age_from", models.PositiveSmallIntegerField(default=0)),
                ("age_to", models.PositiveSmallIntegerField(default=200, help_text="Exclusive.")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CoverageContract",
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
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contracts", to="plans.employergroup"
                    ),
                ),
                (
                    "group_class",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.groupclass",
                    ),
                ),
                ("number", models.CharField(help_text="Subscriber number (834 REF*0F).", max_length=80)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="plans_coveragecontract_member_key"),
                    models.UniqueConstraint(
                        fields=("group", "number"),
                        name="plans_contract_number",
                        violation_error_message="This group already has a contract with this subscriber number.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageContractHistoryevent",
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
                        to="plans.coveragecontract",
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
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="plans.employergroup",
                    ),
                ),
                (
                    "group_class",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="plans.groupclass",
                    ),
                ),
                ("number", models.CharField(help_text="Subscriber number (834 REF*0F).", max_length=80)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Coverage",
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="coverages",
                        to="plans.coveragecontract",
                    ),
                ),
                ("relationship", models.CharField(help_text="X12 1069: 18 self, 01 spouse, 19 child …", max_length=2)),
                (
                    "number",
                    models.CharField(
                        blank=True, default="", help_text="Member number under the contract.", max_length=80
                    ),
                ),
                (
                    "administrative_sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="plans_coverage_member_key"),
                    models.UniqueConstraint(fields=("contract", "member"), name="plans_coverage_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CoverageHistoryevent",
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
                        to="plans.coverage",
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
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="plans.coveragecontract",
                    ),
                ),
                ("relationship", models.CharField(help_text="X12 1069: 18 self, 01 spouse, 19 child …", max_length=2)),
                (
                    "number",
                    models.CharField(
                        blank=True, default="", help_text="Member number under the contract.", max_length=80
                    ),
                ),
                (
                    "administrative_sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CoveragePeriod",
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
                    "coverage",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="periods",
                        to="plans.coverage",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.product",
                    ),
                ),
                (
                    "benefit",
                    models.CharField(
                        choices=[
                            ("medical", "Medical"),
                            ("pharmacy", "Pharmacy"),
                            ("dental", "Dental"),
                            ("vision", "Vision"),
                        ],
                        db_default="medical",
                        default="medical",
                        max_length=10,
                    ),
                ),
                ("payer_order", models.PositiveSmallIntegerField(db_default=1, default=1, help_text="1 pays first.")),
                (
                    "tier",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="X12 1205 coverage level.", max_length=3
                    ),
                ),
                (
                    "valid",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        help_text="Half open: the end is the first day without coverage."
                    ),
                ),
                (
                    "known",
                    django.contrib.postgres.fields.ranges.DateTimeRangeField(
                        help_text="From when we knew until it was superseded."
                    ),
                ),
                ("source", models.CharField(help_text="Import record or screen that brought it.", max_length=200)),
                (
                    "reason",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="X12 1203 maintenance reason.", max_length=20
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="plans_coverageperiod_member_key"),
                    core.constraints.MemberForeignKey("coverage", name="plans_coverageperiod_coverage_fk"),
                    models.CheckConstraint(
                        condition=models.Q(("valid__isempty", False)), name="plans_coverageperiod_valid"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("known__isempty", False)), name="plans_coverageperiod_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("payer_order__gte", 1)), name="plans_coverageperiod_order"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("member", "="),
                            ("benefit", "="),
                            ("payer_order", "="),
                            ("valid", "&&"),
                            ("known", "&&"),
                        ],
                        name="plans_coverageperiod_once",
                        violation_error_message="Another coverage already stands at this place of the payer order then.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Accumulator",
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accumulators",
                        to="plans.coveragecontract",
                    ),
                ),
                ("scope", models.CharField(choices=[("person", "Person"), ("family", "Family")], max_length=10)),
                (
                    "category",
                    models.CharField(
                        choices=[("deductible", "Deductible"), ("out_of_pocket", "out-of-pocket limit")], max_length=20
                    ),
                ),
                ("plan_year", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("limit", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="Sum of its entries; ./kp reconcile proves it.",
                        max_digits=12,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="plans_accumulator_member_key"),
                    models.CheckConstraint(
                        condition=models.Q(("total__gte", 0), ("total__lte", models.F("limit"))),
                        name="plans_accumulator_within_limit",
                        violation_error_message="More would count than the limit allows.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("member", "="),
                            ("contract", "="),
                            ("scope", "="),
                            ("category", "="),
                            ("plan_year", "&&"),
                        ],
                        name="plans_accumulator_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccumulatorHistoryevent",
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
                        to="plans.accumulator",
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
                    "contract",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="plans.coveragecontract",
                    ),
                ),
                ("scope", models.CharField(choices=[("person", "Person"), ("family", "Family")], max_length=10)),
                (
                    "category",
                    models.CharField(
                        choices=[("deductible", "Deductible"), ("out_of_pocket", "out-of-pocket limit")], max_length=20
                    ),
                ),
                ("plan_year", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("limit", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="Sum of its entries; ./kp reconcile proves it.",
                        max_digits=12,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AccumulatorEntry",
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
                    "accumulator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="plans.accumulator",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "source",
                    models.CharField(help_text="Row that caused it, like billing.costshare:<id>.", max_length=100),
                ),
                ("service_date", models.DateField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="plans_accumulatorentry_member_key"),
                    models.UniqueConstraint(fields=("accumulator", "source"), name="plans_accumulatorentry_once"),
                ],
            },
        ),
    ]
