"""Two things that Postgres is told about `members_search`.

It gives some rows and not a thousand: joined to the members themselves it would have had the whole table read. And its
plans are kept: planned anew for each name, every question compared the name with a hundred samples of the table's.
"""

from django.db import migrations

SEARCH = "members_search(text, date, text, text, integer, date)"
FORWARD = f"ALTER FUNCTION {SEARCH} ROWS 20; ALTER FUNCTION {SEARCH} SET plan_cache_mode = force_generic_plan;"
BACKWARD = f"ALTER FUNCTION {SEARCH} ROWS 1000; ALTER FUNCTION {SEARCH} RESET plan_cache_mode;"


class Migration(migrations.Migration):
    dependencies = [("members", "0007_one_address")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
