import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import core.ids

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
    dependencies = [
        ("billing", "0001_initial"),
        ("core", "0001_initial"),
        ("members", "0002_initial"),
        ("network", "0001_initial"),
        ("plans", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(HALF_EVEN, "DROP FUNCTION billing_half_even(numeric)"),
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
                (
                    "organization",
                    models.ForeignKey(
                        help_text="The health plan.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
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
        migrations.RemoveConstraint(
            model_name="accountingperiod",
            name="billing_accountingperiod_once",
        ),
        migrations.RemoveConstraint(
            model_name="capitationeligibility",
            name="billing_eligibility_once",
        ),
        migrations.RemoveConstraint(
            model_name="capitationline",
            name="billing_capitationline_once",
        ),
        migrations.AddField(
            model_name="riskscore",
            name="inputs",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Digest of what it was computed from: unchanged, untouched.",
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="capitationeligibility",
            name="region",
            field=models.ForeignKey(
                db_index=False,
                help_text="The member's, otherwise that of the primary care facility. Null: set aside, nothing is paid.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.region",
            ),
        ),
        migrations.AlterField(
            model_name="capitationeligibility",
            name="age",
            field=models.PositiveSmallIntegerField(
                help_text="On the first of the service month. Null: birth date not known, set aside.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="capitationline",
            name="rate_cell",
            field=models.ForeignKey(
                db_index=False,
                help_text="Fraction 0: the cell no longer applies.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="billing.ratecell",
            ),
        ),
        migrations.AlterField(
            model_name="capitationrun",
            name="status",
            field=models.CharField(
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
        migrations.AddIndex(
            model_name="capitationline",
            index=models.Index(fields=["run", "department", "member"], name="billing_capitationline_place"),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["-posted_on", "-created_at"], name="billing_entry_recent"),
        ),
        migrations.AddConstraint(
            model_name="accountingperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__isempty", False)), name="billing_accountingperiod_month"
            ),
        ),
        migrations.AddConstraint(
            model_name="accountingperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[("entity", "="), ("month", "&&")],
                name="billing_accountingperiod_once",
                violation_error_message="Another accounting period of this entity already has these days.",
            ),
        ),
        migrations.AddConstraint(
            model_name="capitationeligibility",
            constraint=models.UniqueConstraint(
                fields=("run", "member", "service_month", "coverage_period"), name="billing_eligibility_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="capitationline",
            constraint=models.UniqueConstraint(
                fields=("run", "contract", "member", "service_month", "rate_cell"), name="billing_capitationline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="feescheduleline",
            constraint=models.CheckConstraint(
                condition=models.Q(("period__isempty", False)), name="billing_feeschedule_period"
            ),
        ),
        migrations.AddConstraint(
            model_name="feescheduleline",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="billing_feeschedule_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="feescheduleline",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("organization", "="),
                    (django.db.models.functions.comparison.Coalesce("payee", "organization"), "="),
                    ("concept", "="),
                    ("period", "&&"),
                ],
                name="billing_feeschedule_once",
                violation_error_message="This fee schedule already prices the service in that period.",
            ),
        ),
    ]
