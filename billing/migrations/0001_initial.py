import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import core.constraints
import core.ids
import core.models.base

# Postgres rounds halves away from zero; over a million lines that is a bias in the payee's favour. Half to even has
# none. Plain SQL, so that it is inlined into the statement that uses it.
HALF_EVEN = """
CREATE FUNCTION billing_half_even(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT CASE
    WHEN abs(amount * 100 - trunc(amount * 100)) = 0.5 AND trunc(amount * 100) % 2 = 0 THEN round(trunc(amount * 100) / 100, 2)
    ELSE round(amount, 2) END $$
"""


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
        migrations.RunSQL(HALF_EVEN, "DROP FUNCTION billing_half_even(numeric)"),
        migrations.CreateModel(
            name="CapitationContract",
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
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="capitation", to="network.contract"
                    ),
                ),
                (
                    "member_month",
                    models.CharField(
                        choices=[("first", "covered on the 1st"), ("by_day", "by covered days")],
                        default="first",
                        max_length=10,
                    ),
                ),
                ("is_risk_adjusted", models.BooleanField(default=True)),
                (
                    "lookback_months",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Line of business → months within which retroactive changes are paid.",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RateCell",
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
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rate_cells",
                        to="billing.capitationcontract",
                    ),
                ),
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
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.region"
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Administrative sex of the coverage; empty: any.",
                        max_length=10,
                    ),
                ),
                ("age_from", models.PositiveSmallIntegerField()),
                (
                    "age_to",
                    models.PositiveSmallIntegerField(help_text="Exclusive; age on the first of the service month."),
                ),
                ("amount", models.DecimalField(decimal_places=4, max_digits=12)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("age_to__gt", models.F("age_from"))), name="billing_ratecell_ages"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="billing_ratecell_period"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="billing_ratecell_amount"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("contract", "="),
                            ("line_of_business", "="),
                            ("region", "="),
                            ("sex", "="),
                            (models.Func("age_from", "age_to", function="int4range"), "&&"),
                            ("period", "&&"),
                        ],
                        name="billing_ratecell_once",
                        violation_error_message="Another rate cell already covers these ages, sex, region and dates.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskScore",
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
                ("payment_year", models.PositiveSmallIntegerField()),
                ("model", models.CharField(help_text="Like CMS-HCC V28.", max_length=40)),
                ("segment", models.CharField(help_text="Like CNA, CND, CFA, INS, NE.", max_length=10)),
                (
                    "run",
                    models.CharField(
                        choices=[("initial", "Initial"), ("mid_year", "Mid Year"), ("final", "Final")], max_length=10
                    ),
                ),
                (
                    "service_window",
                    django.contrib.postgres.fields.ranges.DateRangeField(help_text="Dates of service that counted."),
                ),
                ("raw_score", models.DecimalField(decimal_places=4, max_digits=8)),
                (
                    "payment_score",
                    models.DecimalField(
                        decimal_places=4, help_text="After normalisation and coding adjustment.", max_digits=8
                    ),
                ),
                (
                    "explanation",
                    models.JSONField(
                        default=dict,
                        help_text="HCCs, demographics, interactions, each with its coefficient, and the diagnoses behind each.",
                    ),
                ),
                (
                    "inputs",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Digest of what it was computed from: unchanged, untouched.",
                        max_length=32,
                    ),
                ),
                ("computed_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_riskscore_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("member", "payment_year", "model", "run"),
                        name="billing_riskscore_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("superseded_at", None), ("superseded_at__gte", models.F("computed_at")), _connector="OR"
                        ),
                        name="billing_riskscore_stood",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapitationRun",
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
                        help_text="The health plan that pays.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("payment_month", models.DateField(help_text="First day of the month.")),
                ("version", models.PositiveSmallIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "being computed"),
                            ("posted", "Posted"),
                            ("estimate", "Estimate"),
                            ("withdrawn", "withdrawn: its postings are reversed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("known_at", models.DateTimeField(help_text="Eligibility as known at this instant.")),
                (
                    "job",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.jobrun"
                    ),
                ),
                ("totals", models.JSONField(default=dict)),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "payment_month", "version"), name="billing_capitationrun_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CapitationEligibility",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="eligibility",
                        to="billing.capitationrun",
                    ),
                ),
                ("service_month", models.DateField()),
                (
                    "coverage_period",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.coverageperiod",
                    ),
                ),
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
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        help_text="The member's, otherwise that of the primary care facility. Null: set aside, nothing is paid.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.facility",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
                ("sex", models.CharField(max_length=10)),
                (
                    "age",
                    models.PositiveSmallIntegerField(
                        help_text="On the first of the service month. Null: birth date not known, set aside.", null=True
                    ),
                ),
                ("covered_days", models.PositiveSmallIntegerField()),
                ("days_in_month", models.PositiveSmallIntegerField()),
                ("covered_on_first", models.BooleanField()),
                ("risk_score", models.DecimalField(decimal_places=4, default=1, max_digits=8)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_capitationeligibility_member_key"),
                    core.constraints.MemberForeignKey(
                        "coverage_period", name="billing_capitationeligibility_coverage_period_fk"
                    ),
                    models.UniqueConstraint(
                        fields=("run", "member", "service_month", "coverage_period"), name="billing_eligibility_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CapitationLine",
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
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="billing.capitationrun",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.capitationcontract",
                    ),
                ),
                ("service_month", models.DateField()),
                (
                    "rate_cell",
                    models.ForeignKey(
                        db_index=False,
                        help_text="Fraction 0: the cell no longer applies.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="billing.ratecell",
                    ),
                ),
                ("rate", models.DecimalField(decimal_places=4, max_digits=12)),
                ("risk_score", models.DecimalField(decimal_places=4, max_digits=8)),
                (
                    "fraction",
                    models.DecimalField(decimal_places=8, help_text="Share of the month that counts.", max_digits=9),
                ),
                (
                    "full_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="What the month is worth as known now.", max_digits=12
                    ),
                ),
                ("posted_before", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, help_text="full_amount − posted_before.", max_digits=12),
                ),
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
                    "region",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                (
                    "facility",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.facility",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.department",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["run", "department", "member"], name="billing_capitationline_place")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_capitationline_member_key"),
                    models.UniqueConstraint(
                        fields=("run", "contract", "member", "service_month", "rate_cell"),
                        name="billing_capitationline_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("full_amount"), "-", models.F("posted_before")
                                ),
                            )
                        ),
                        name="billing_capitationline_sum",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Budget",
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
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="budgets", to="network.region"
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
                ("month", models.DateField(help_text="First day.")),
                ("category", models.CharField(help_text="revenue, care, pharmacy, laboratory, outside", max_length=30)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=16)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("region", "facility", "department", "month", "category"),
                        name="billing_budget_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FeeScheduleLine",
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
                        help_text="The plan that pays.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: any outside provider.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="billing_feeschedule_period"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="billing_feeschedule_amount"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("organization", "="),
                            (django.db.models.functions.comparison.Coalesce("payee", "organization"), "="),
                            ("concept", "="),
                            ("period", "&&"),
                        ],
                        name="billing_feeschedule_once",
                        violation_error_message="This fee schedule already prices the service in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StandardCost",
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
                        related_name="+",
                        to="network.organization",
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
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="billing_standardcost_period"
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="billing_standardcost_amount"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("organization", "="), ("service", "="), ("period", "&&")],
                        name="billing_standardcost_once",
                        violation_error_message="This service already has a standard cost in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutsideClaim",
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
                ("claim_number", models.CharField(help_text="Payer claim control number.", max_length=80)),
                ("patient_control_number", models.CharField(blank=True, default="", help_text="CLM01.", max_length=80)),
                (
                    "payer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                (
                    "provider",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outside_claims",
                        to="network.organization",
                    ),
                ),
                ("provider_npi", models.CharField(blank=True, default="", max_length=10)),
                (
                    "coverage_period",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.coverageperiod",
                    ),
                ),
                ("claim_type", models.CharField(help_text="professional or institutional", max_length=15)),
                ("place_of_service", models.CharField(blank=True, default="", max_length=2)),
                ("is_emergency", models.BooleanField(default=False)),
                ("incurred_from", models.DateField()),
                ("incurred_to", models.DateField()),
                ("received_at", models.DateTimeField()),
                ("charged", models.DecimalField(decimal_places=2, max_digits=14)),
                ("allowed", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("member_share", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("plan_share", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("pended", "needs a person"),
                            ("priced", "Priced"),
                            ("paid", "Paid"),
                            ("denied", "Denied"),
                        ],
                        db_default="received",
                        default="received",
                        max_length=10,
                    ),
                ),
                ("pend_reason", models.CharField(blank=True, default="", max_length=200)),
                ("priced_at", models.DateTimeField(blank=True, null=True)),
                ("paid_on", models.DateField(blank=True, null=True)),
                (
                    "source",
                    models.CharField(
                        help_text="Sender and claim id: the same claim sent twice is one.", max_length=200, unique=True
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_outsideclaim_member_key"),
                    core.constraints.MemberForeignKey(
                        "coverage_period", name="billing_outsideclaim_coverage_period_fk"
                    ),
                    models.UniqueConstraint(fields=("payer", "claim_number"), name="billing_claim_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("allowed__isnull", True),
                            (
                                "allowed",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("member_share"), "+", models.F("plan_share")
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="billing_claim_shares_sum",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OutsideClaimHistoryevent",
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
                        to="billing.outsideclaim",
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
                ("claim_number", models.CharField(help_text="Payer claim control number.", max_length=80)),
                ("patient_control_number", models.CharField(blank=True, default="", help_text="CLM01.", max_length=80)),
                (
                    "payer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "provider",
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
                ("provider_npi", models.CharField(blank=True, default="", max_length=10)),
                (
                    "coverage_period",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="plans.coverageperiod",
                    ),
                ),
                ("claim_type", models.CharField(help_text="professional or institutional", max_length=15)),
                ("place_of_service", models.CharField(blank=True, default="", max_length=2)),
                ("is_emergency", models.BooleanField(default=False)),
                ("incurred_from", models.DateField()),
                ("incurred_to", models.DateField()),
                ("received_at", models.DateTimeField()),
                ("charged", models.DecimalField(decimal_places=2, max_digits=14)),
                ("allowed", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("member_share", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ("plan_share", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("pended", "needs a person"),
                            ("priced", "Priced"),
                            ("paid", "Paid"),
                            ("denied", "Denied"),
                        ],
                        db_default="received",
                        default="received",
                        max_length=10,
                    ),
                ),
                ("pend_reason", models.CharField(blank=True, default="", max_length=200)),
                ("priced_at", models.DateTimeField(blank=True, null=True)),
                ("paid_on", models.DateField(blank=True, null=True)),
                (
                    "source",
                    models.CharField(
                        help_text="Sender and claim id: the same claim sent twice is one.", max_length=200
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClaimLine",
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
                    "claim",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="billing.outsideclaim",
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
                ("revenue_code", models.CharField(blank=True, default="", max_length=4)),
                ("modifiers", models.CharField(blank=True, default="", max_length=11)),
                ("service_date", models.DateField()),
                ("units", models.DecimalField(decimal_places=3, default=1, max_digits=10)),
                ("charged", models.DecimalField(decimal_places=2, max_digits=14)),
                ("allowed", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                (
                    "pricing",
                    models.CharField(
                        blank=True, default="", help_text="How the allowed amount came about.", max_length=200
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_claimline_member_key"),
                    core.constraints.MemberForeignKey("claim", name="billing_claimline_claim_fk"),
                    models.UniqueConstraint(fields=("claim", "number"), name="billing_claimline_number"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClaimLineHistoryevent",
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
                        to="billing.claimline",
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
                    "claim",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="billing.outsideclaim",
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
                ("revenue_code", models.CharField(blank=True, default="", max_length=4)),
                ("modifiers", models.CharField(blank=True, default="", max_length=11)),
                ("service_date", models.DateField()),
                ("units", models.DecimalField(decimal_places=3, default=1, max_digits=10)),
                ("charged", models.DecimalField(decimal_places=2, max_digits=14)),
                ("allowed", models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                (
                    "pricing",
                    models.CharField(
                        blank=True, default="", help_text="How the allowed amount came about.", max_length=200
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ClaimDiagnosis",
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
                    "claim",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="diagnoses",
                        to="billing.outsideclaim",
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    core.constraints.MemberForeignKey("claim", name="billing_claimdiagnosis_claim_fk"),
                    models.UniqueConstraint(fields=("claim", "concept"), name="billing_claimdiagnosis_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UtilisationCost",
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
                    "category",
                    models.CharField(
                        choices=[
                            ("care", "visits and procedures"),
                            ("hospital", "Hospital"),
                            ("pharmacy", "Pharmacy"),
                            ("laboratory", "Laboratory"),
                            ("outside", "outside care"),
                            ("outreach", "Outreach"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("incurred_on", models.DateField()),
                ("known_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("paid_on", models.DateField(blank=True, null=True)),
                ("posted_on", models.DateField(blank=True, null=True)),
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
                ("source", models.CharField(max_length=100, unique=True)),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["incurred_on", "department"], name="billing_cost_month")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_utilisationcost_member_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="CostShare",
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
                ("amount", models.DecimalField(decimal_places=2, max_digits=12)),
                ("service_date", models.DateField()),
                (
                    "explanation",
                    models.JSONField(
                        default=dict, help_text="Copay, deductible part, coinsurance part, limit reached."
                    ),
                ),
                ("source", models.CharField(max_length=100, unique=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [models.UniqueConstraint(fields=("member", "id"), name="billing_costshare_member_key")],
            },
        ),
        migrations.CreateModel(
            name="GuardrailRow",
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
                ("as_of", models.DateField()),
                (
                    "facility",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="network.facility",
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="network.clinician",
                    ),
                ),
                ("members", models.IntegerField()),
                ("member_months", models.DecimalField(decimal_places=2, max_digits=12)),
                ("cost", models.DecimalField(decimal_places=2, max_digits=16)),
                ("cost_expected", models.DecimalField(decimal_places=2, max_digits=16)),
                ("cost_variance", models.FloatField(help_text="Of the sum, from the spread of members' costs.")),
                ("visits", models.IntegerField()),
                ("visits_expected", models.FloatField()),
                ("emergencies", models.IntegerField()),
                ("emergencies_expected", models.FloatField()),
                ("referrals", models.IntegerField()),
                ("referrals_expected", models.FloatField()),
                ("gaps", models.IntegerField()),
                ("gaps_expected", models.FloatField()),
                (
                    "met",
                    models.IntegerField(
                        help_text="Of the measures that people count in, how many times care was as it should be."
                    ),
                ),
                ("met_expected", models.FloatField()),
                ("met_variance", models.FloatField()),
                ("counted", models.IntegerField()),
                (
                    "is_hidden",
                    models.BooleanField(help_text="Fewer than 11 people, or a subtraction would give such a few away."),
                ),
                ("is_flagged", models.BooleanField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("managing_organization", "facility", "clinician"),
                        name="billing_guardrail_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerAccount",
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
                    "entity",
                    models.ForeignKey(
                        help_text="A legal entity.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="network.organization",
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asset", "Asset"),
                            ("liability", "Liability"),
                            ("equity", "Equity"),
                            ("revenue", "Revenue"),
                            ("expense", "Expense"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("entity", "code"), name="billing_account_code")],
            },
        ),
        migrations.CreateModel(
            name="AccountingPeriod",
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
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("month", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("month__isempty", False)), name="billing_accountingperiod_month"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("entity", "="), ("month", "&&")],
                        name="billing_accountingperiod_once",
                        violation_error_message="Another accounting period of this entity already has these days.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
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
                    "source",
                    models.CharField(
                        help_text="What it posts, like capitation:<run>:<contract>.", max_length=150, unique=True
                    ),
                ),
                ("description", models.CharField(max_length=200)),
                ("posted_on", models.DateField()),
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
                    "reverses",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversals",
                        to="billing.ledgerentry",
                    ),
                ),
                ("xid", models.BigIntegerField(db_default=core.models.base.CurrentTransaction(), editable=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "verbose_name_plural": "ledger entries",
                "indexes": [models.Index(fields=["-posted_on", "-created_at"], name="billing_entry_recent")],
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="billing.ledgerentry"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="postings", to="billing.ledgeraccount"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18)),
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
                    "line_of_business",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("commercial_group", "employer group"),
                            ("individual", "individual and family"),
                            ("medicare", "Medicare Advantage"),
                            ("medicaid", "Medicaid managed care"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "service_month",
                    models.DateField(blank=True, help_text="First day of the month the money is for.", null=True),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ServiceLine",
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
                        related_name="service_lines",
                        to="clinical.encounter",
                    ),
                ),
                (
                    "setting",
                    models.CharField(
                        choices=[
                            ("professional", "Professional"),
                            ("inpatient", "hospital inpatient"),
                            ("outpatient", "hospital outpatient"),
                        ],
                        max_length=12,
                    ),
                ),
                ("service_date", models.DateField()),
                (
                    "procedure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="CPT or HCPCS level II.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.concept",
                    ),
                ),
                ("modifiers", models.CharField(blank=True, db_default="", default="", max_length=11)),
                ("revenue_code", models.CharField(blank=True, db_default="", default="", max_length=4)),
                (
                    "bill_type",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="NUBC type of bill.", max_length=4
                    ),
                ),
                ("drg", models.CharField(blank=True, db_default="", default="", max_length=3, verbose_name="MS-DRG")),
                ("units", models.DecimalField(db_default=1, decimal_places=3, default=1, max_digits=10)),
                ("place_of_service", models.CharField(blank=True, db_default="", default="", max_length=2)),
                (
                    "clinician",
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
                    "cost",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=2,
                        default=0,
                        help_text="Internal cost at standard rates.",
                        max_digits=12,
                    ),
                ),
                ("source", models.CharField(help_text="The row it was coded from.", max_length=100, unique=True)),
                ("known_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["service_date", "member"], name="billing_serviceline_date")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="billing_serviceline_member_key"),
                    core.constraints.MemberForeignKey("encounter", name="billing_serviceline_encounter_fk"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ServiceLineHistoryevent",
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
                        to="billing.serviceline",
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
                    "setting",
                    models.CharField(
                        choices=[
                            ("professional", "Professional"),
                            ("inpatient", "hospital inpatient"),
                            ("outpatient", "hospital outpatient"),
                        ],
                        max_length=12,
                    ),
                ),
                ("service_date", models.DateField()),
                (
                    "procedure",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        help_text="CPT or HCPCS level II.",
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="core.concept",
                    ),
                ),
                ("modifiers", models.CharField(blank=True, db_default="", default="", max_length=11)),
                ("revenue_code", models.CharField(blank=True, db_default="", default="", max_length=4)),
                (
                    "bill_type",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="NUBC type of bill.", max_length=4
                    ),
                ),
                ("drg", models.CharField(blank=True, db_default="", default="", max_length=3, verbose_name="MS-DRG")),
                ("units", models.DecimalField(db_default=1, decimal_places=3, default=1, max_digits=10)),
                ("place_of_service", models.CharField(blank=True, db_default="", default="", max_length=2)),
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
                    "cost",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=2,
                        default=0,
                        help_text="Internal cost at standard rates.",
                        max_digits=12,
                    ),
                ),
                ("source", models.CharField(help_text="The row it was coded from.", max_length=100)),
                ("known_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ServiceLineDiagnosis",
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
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="diagnoses",
                        to="billing.serviceline",
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    core.constraints.MemberForeignKey("line", name="billing_servicelinediagnosis_line_fk"),
                    models.UniqueConstraint(fields=("line", "concept"), name="billing_servicelinediagnosis_once"),
                ],
            },
        ),
    ]
