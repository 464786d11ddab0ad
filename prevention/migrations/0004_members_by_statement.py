"""The key to the member goes from tables that jobs fill by the million, where each row paid for it at commit.

Reminders, episodes, links and evaluations have a composite key to a parent that has it. Of results, rule states,
forecasts and immunisation states, statement triggers say that the member exists (members/triggers.py).
Nothing refers to what is found of vaccines by member and id: those keys go as well.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0004_candidates"),
        ("prevention", "0003_closures_among_observed"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="immunisationevaluation",
            name="prevention_immunisationevaluation_member_key",
        ),
        migrations.RemoveConstraint(
            model_name="immunisationforecast",
            name="prevention_immunisationforecast_member_key",
        ),
        migrations.RemoveConstraint(
            model_name="immunisationstate",
            name="prevention_immunisationstate_member_key",
        ),
        migrations.AlterField(
            model_name="carerulestate",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="immunisationevaluation",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="immunisationforecast",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="immunisationstate",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="measureresult",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="onetaplink",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="outreachepisode",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="member",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
    ]
