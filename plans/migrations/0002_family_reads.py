"""What a family shares, readable by each of its members; accumulators stay within their limits.

A contract and its family accumulators belong to the subscriber, so row-level security hides them from a spouse who
asks for the cost of a visit: the price shown would not be the price charged. These functions give the shared figures
and nothing else to whoever reaches somebody covered by the contract.
"""

from django.db import migrations, models
from django.db.models import F, Q

from plans.migrations._sql_0002 import BACKWARD, FORWARD


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("members", "0004_search_and_merge")]
    operations = [
        migrations.AddConstraint(
            model_name="accumulator",
            constraint=models.CheckConstraint(
                condition=Q(total__gte=0, total__lte=F("limit")),
                name="plans_accumulator_within_limit",
                violation_error_message="More would count than the limit allows.",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
