"""What a family shares, readable by each of its members.

A contract and its family accumulators belong to the subscriber, so row-level security hides them from a spouse who
asks for the cost of a visit: the price shown would not be the price charged. These functions give the shared figures
and nothing else to whoever reaches somebody covered by the contract.
"""

from django.db import migrations

from plans.migrations._sql_0002 import BACKWARD, FORWARD


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial"), ("members", "0003_reach_search_merge")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
