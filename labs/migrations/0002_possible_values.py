"""What nobody's specimen holds, on each test; tubes that are received after they were taken."""

from django.db import migrations, models

from labs.bounds import BOUNDS


def fill(apps, schema_editor) -> None:
    """Tests of the catalogue whose extremes are known get them; all others may not be negative."""
    LabTest = apps.get_model("labs", "LabTest")
    for loinc, (unit, least, most) in BOUNDS.items():
        LabTest.objects.filter(loinc__code=loinc, unit=unit).update(least=least, most=most)


class Migration(migrations.Migration):
    dependencies = [("labs", "0001_initial")]

    operations = [
        migrations.AddField(
            "labtest", "least",
            models.DecimalField(
                blank=True, db_default=0, decimal_places=4, default=0, max_digits=14, null=True,
                help_text="Nobody's specimen holds less; empty: no bound.",
            ),
        ),
        migrations.AddField(
            "labtest", "most",
            models.DecimalField(
                blank=True, decimal_places=4, max_digits=14, null=True,
                help_text="Nobody's specimen holds more.",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "labtest",
            models.CheckConstraint(
                condition=models.Q(
                    ("least__isnull", True), ("most__isnull", True), ("least__lt", models.F("most")), _connector="OR"
                ),
                name="labs_labtest_bounds",
                violation_error_message="The least possible value lies below the most.",
            ),
        ),
        migrations.AddConstraint(
            "specimen",
            models.CheckConstraint(
                condition=models.Q(
                    ("received_at__isnull", True), ("received_at__gte", models.F("collected_at")), _connector="OR"
                ),
                name="labs_specimen_received",
                violation_error_message="A specimen is received after it was taken.",
            ),
        ),
    ]  # fmt: skip
