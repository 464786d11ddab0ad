"""One coverage at a time, of what is known now: superseded versions no longer stand in the way of a merge.

Two records of one person that were ever covered at once could never become one, also after one coverage was voided.
"""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0002_family_reads")]

    operations = [
        migrations.RemoveConstraint(model_name="coverageperiod", name="plans_coverageperiod_once"),
        migrations.AddConstraint(
            model_name="coverageperiod",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("known__upper_inf", True)),
                expressions=[
                    ("member", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                    ("benefit", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                    ("payer_order", django.contrib.postgres.fields.ranges.RangeOperators.EQUAL),
                    ("valid", django.contrib.postgres.fields.ranges.RangeOperators.OVERLAPS),
                ],
                name="plans_coverageperiod_once",
                violation_error_message="Another coverage already stands at this place of the payer order then.",
            ),
        ),
    ]
