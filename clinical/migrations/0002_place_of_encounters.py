from django.db import migrations, models

# Only the choices differ: the columns stay as they are.
CODINGS = (
    "adverseeventcoding",
    "adverseeventcodinghistoryevent",
    "allergycoding",
    "allergycodinghistoryevent",
    "careplancoding",
    "careplancodinghistoryevent",
    "communicationcoding",
    "communicationcodinghistoryevent",
    "conditioncoding",
    "conditioncodinghistoryevent",
    "devicerequestcoding",
    "devicerequestcodinghistoryevent",
    "diagnosticreportcoding",
    "diagnosticreportcodinghistoryevent",
    "encountercoding",
    "encountercodinghistoryevent",
    "familyhistorycoding",
    "familyhistorycodinghistoryevent",
    "goalcoding",
    "goalcodinghistoryevent",
    "immunizationcoding",
    "immunizationcodinghistoryevent",
    "medicationdispensecoding",
    "medicationdispensecodinghistoryevent",
    "medicationrequestcoding",
    "medicationrequestcodinghistoryevent",
    "medicationstatementcoding",
    "medicationstatementcodinghistoryevent",
    "observationcoding",
    "observationcodinghistoryevent",
    "procedurecoding",
    "procedurecodinghistoryevent",
    "servicerequestcoding",
    "servicerequestcodinghistoryevent",
    "taskcoding",
    "taskcodinghistoryevent",
)
ROLES = [
    (1, "Code"),
    (2, "Category"),
    (3, "Value"),
    (4, "Reason"),
    (5, "Status Reason"),
    (6, "Body Site"),
    (7, "Type"),
    (8, "Class"),
    (9, "Discharge Disposition"),
    (10, "Interpretation"),
    (11, "Method"),
    (12, "Severity"),
    (13, "Performer Type"),
    (14, "Route"),
    (15, "Verification"),
    (16, "Place"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("clinical", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name=coding,
            name="role",
            field=models.PositiveSmallIntegerField(choices=ROLES, default=1, db_default=1),
        )
        for coding in CODINGS
    ]
