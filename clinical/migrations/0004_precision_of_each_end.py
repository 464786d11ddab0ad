"""A fact's time is kept as finely as each of its ends was said: `td`, a time and a day."""

from django.db import migrations, models

FACTS = [
    "adverseevent",
    "allergyintolerance",
    "careplan",
    "communication",
    "condition",
    "devicerequest",
    "diagnosticreport",
    "encounter",
    "familyhistory",
    "goal",
    "immunization",
    "medicationdispense",
    "medicationrequest",
    "medicationstatement",
    "observation",
    "procedure",
    "servicerequest",
    "task",
]


class Migration(migrations.Migration):
    dependencies = [("clinical", "0003_override_codes")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="precision",
            field=models.CharField(
                db_default="t",
                default="t",
                help_text="How finely the time was said; two letters where the ends differ, the start's first.",
                max_length=2,
            ),
        )
        for fact in FACTS
        for model in (fact, f"{fact}historyevent")
    ]
