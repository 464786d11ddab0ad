import django.db.models.deletion
from django.db import migrations, models

import core.constraints


class Migration(migrations.Migration):
    """A frozen month and a claim rest on coverage of the same member: one composite key in place of the single one."""

    dependencies = [("billing", "0002_ledger_rules"), ("plans", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="capitationeligibility",
            name="coverage_period",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plans.coverageperiod",
            ),
        ),
        migrations.AlterField(
            model_name="outsideclaim",
            name="coverage_period",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plans.coverageperiod",
            ),
        ),
        migrations.AddConstraint(
            model_name="capitationeligibility",
            constraint=core.constraints.MemberForeignKey(
                "coverage_period", name="billing_capitationeligibility_coverage_period_fk"
            ),
        ),
        migrations.AddConstraint(
            model_name="outsideclaim",
            constraint=core.constraints.MemberForeignKey(
                "coverage_period", name="billing_outsideclaim_coverage_period_fk"
            ),
        ),
    ]
