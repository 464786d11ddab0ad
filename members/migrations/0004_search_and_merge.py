"""Functions with the owner's rights, each with a fixed search path: search, reach, merge and unmerge.

* `members_search`: trigram operators are not leakproof, so under row-level security a name search reads every row
  (2.6 s over a million members). The function applies reach itself and gives back ids.
* `members_merge`, `members_unmerge`: the one way to re-point `member_id`, also of rows that are final. What was
  moved is written down, so that unmerge is exact; what two records cannot both hold (a second preference row, the
  same race twice) stays where it was.
"""

import django.db.models.deletion
from django.db import migrations, models

from members.migrations._sql_0004 import BACKWARD, FORWARD


class Migration(migrations.Migration):
    dependencies = [("members", "0003_portal_reach")]
    operations = [
        migrations.AddField(
            model_name="matchreview",
            name="decided_member",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
                help_text="Who the incoming person turned out to be.",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberidentifier",
            constraint=models.UniqueConstraint(
                condition=models.Q(("period__upper_inf", True)),
                fields=("system", "value"),
                name="members_identifier_in_force",
                violation_error_message="Another member has this identifier.",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
