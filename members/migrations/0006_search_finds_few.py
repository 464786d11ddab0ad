"""What `members_search` gives is joined to the members themselves: Postgres took it for a thousand rows, and would have
read the whole table rather than look twenty up."""

from django.db import migrations

SIGNATURE = "members_search(text, date, text, text, integer, date)"


class Migration(migrations.Migration):
    dependencies = [("members", "0005_proxy_by_another")]
    operations = [
        migrations.RunSQL(f"ALTER FUNCTION {SIGNATURE} ROWS 20;", f"ALTER FUNCTION {SIGNATURE} ROWS 1000;")
    ]
