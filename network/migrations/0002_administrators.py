"""Who gives roles, and that a role is held once at a place at a time."""

import uuid

import django.contrib.postgres.constraints
import django.db.models.functions.comparison
from django.db import migrations, models

NOWHERE = models.Value(uuid.UUID(int=0), output_field=models.UUIDField())


class Migration(migrations.Migration):
    dependencies = [("network", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="roleassignment",
            name="role",
            field=models.CharField(
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
                max_length=25,
            ),
        ),
        migrations.AddConstraint(
            model_name="roleassignment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("user", "="),
                    ("role", "="),
                    ("organization", "="),
                    (django.db.models.functions.comparison.Coalesce("facility", NOWHERE), "="),
                    (django.db.models.functions.comparison.Coalesce("department", NOWHERE), "="),
                    ("period", "&&"),
                ],
                name="network_roleassignment_once",
                violation_error_message="This person already holds this role at this place in that period.",
            ),
        ),
    ]
