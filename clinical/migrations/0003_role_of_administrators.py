"""The role of administrators of access is known to tasks too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinical", "0002_outside_referrals"),
    ]

    operations = [
        migrations.AlterField(
            model_name="task",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("physician", "Physician"),
                    ("nurse", "Nurse"),
                    ("medical_assistant", "Medical Assistant"),
                    ("pharmacist", "Pharmacist"),
                    ("laboratory_technologist", "Laboratory Technologist"),
                    ("front_desk", "Front Desk"),
                    ("care_coordinator", "Care Coordinator"),
                    ("plan_administrator", "Plan Administrator"),
                    ("administrator", "administrator of access"),
                    ("finance", "Finance"),
                    ("auditor", "Auditor"),
                    ("integration", "integration client"),
                ],
                db_default="",
                default="",
                max_length=25,
            ),
        ),
        migrations.AlterField(
            model_name="taskhistoryevent",
            name="role",
            field=models.CharField(
                blank=True,
                choices=[
                    ("physician", "Physician"),
                    ("nurse", "Nurse"),
                    ("medical_assistant", "Medical Assistant"),
                    ("pharmacist", "Pharmacist"),
                    ("laboratory_technologist", "Laboratory Technologist"),
                    ("front_desk", "Front Desk"),
                    ("care_coordinator", "Care Coordinator"),
                    ("plan_administrator", "Plan Administrator"),
                    ("administrator", "administrator of access"),
                    ("finance", "Finance"),
                    ("auditor", "Auditor"),
                    ("integration", "integration client"),
                ],
                db_default="",
                default="",
                max_length=25,
            ),
        ),
    ]
