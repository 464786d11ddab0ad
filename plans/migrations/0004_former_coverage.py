"""Two records under one contract can become one person: the second place is kept as a former one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0013_access_by_two_people"),
        ("plans", "0003_known_now_once"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="coverage",
            name="plans_coverage_once",
        ),
        migrations.AddField(
            model_name="coverage",
            name="is_former",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Came with a record that was merged into this one, which has a place under the contract: history.",
            ),
        ),
        migrations.AddField(
            model_name="coveragehistoryevent",
            name="is_former",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Came with a record that was merged into this one, which has a place under the contract: history.",
            ),
        ),
        migrations.AddConstraint(
            model_name="coverage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_former", False)),
                fields=("contract", "member"),
                name="plans_coverage_once",
                violation_error_message="This person has a place under this contract already.",
            ),
        ),
    ]
