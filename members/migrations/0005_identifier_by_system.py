"""An identifier in force is one person's within a system, not among all systems.

Two systems on one installation may each know the same person by the same number (a social security number, an outside
hospital's). Until now the second could not be registered.
"""

import django.db.models.deletion
from django.db import migrations, models

# Triggers are set aside: the history of an identifier does not change by naming where it always was.
FILL = """
SET LOCAL lock_timeout = '5s';
ALTER TABLE members_memberidentifier DISABLE TRIGGER USER;
UPDATE members_memberidentifier i SET managing_organization_id = m.managing_organization_id
FROM members_member m WHERE m.id = i.member_id;
ALTER TABLE members_memberidentifier ENABLE TRIGGER USER;
"""
FILL_EVENTS = """
ALTER TABLE members_memberidentifierhistoryevent DISABLE TRIGGER USER;
UPDATE members_memberidentifierhistoryevent i SET managing_organization_id = m.managing_organization_id
FROM members_member m WHERE m.id = i.member_id;
ALTER TABLE members_memberidentifierhistoryevent ENABLE TRIGGER USER;
"""


def organization(*, null: bool, on_history: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=not on_history,
        editable=False,
        null=null,
        on_delete=django.db.models.deletion.DO_NOTHING if on_history else django.db.models.deletion.PROTECT,
        related_name="+",
        to="network.organization",
        **({"related_query_name": "+"} if on_history else {"db_index": False}),
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0004_search_and_merge")]
    operations = [
        migrations.AddField("memberidentifier", "managing_organization", organization(null=True)),
        migrations.AddField(
            "memberidentifierhistoryevent", "managing_organization", organization(null=True, on_history=True)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(FILL_EVENTS, migrations.RunSQL.noop),
        migrations.AlterField("memberidentifier", "managing_organization", organization(null=False)),
        migrations.AlterField(
            "memberidentifierhistoryevent", "managing_organization", organization(null=False, on_history=True)
        ),
        migrations.RemoveConstraint("memberidentifier", "members_identifier_in_force"),
        migrations.AddConstraint(
            "memberidentifier",
            models.UniqueConstraint(
                condition=models.Q(("period__upper_inf", True)),
                fields=("managing_organization", "system", "value"),
                name="members_identifier_in_force",
                violation_error_message="Another member has this identifier.",
            ),
        ),
    ]
