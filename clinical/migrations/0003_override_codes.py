from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinical", "0002_corrected_reports")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="override_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("tolerated", "Tolerated before"),
                    ("benefit", "The benefit outweighs the risk"),
                    ("record_wrong", "The record is wrong"),
                    ("no_alternative", "There is no alternative"),
                    ("repeat", "It has to be repeated"),
                    ("monitored", "It will be monitored"),
                    ("other", "Another reason"),
                ],
                db_default="",
                default="",
                max_length=20,
            ),
        )
        for model in ("orderalert", "orderalerthistoryevent")
    ] + [
        migrations.AddIndex(
            model_name="orderalert",
            index=models.Index(
                condition=models.Q(("order_id__isnull", False), models.Q(("severity", "information"), _negated=True)),
                fields=["at"],
                name="clinical_orderalert_passed",
            ),
        ),
    ]
