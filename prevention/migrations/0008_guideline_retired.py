import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0001_initial"),
        ("prevention", "0007_labelled_stops"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="guideline",
            name="retired_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="guideline",
            name="retired_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="guidelinehistoryevent",
            name="retired_by",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="guidelinehistoryevent",
            name="retired_reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        # Those that were retired before a reason was asked for say so; nobody is named in hindsight.
        migrations.RunSQL(
            """
            ALTER TABLE prevention_guideline DISABLE TRIGGER USER;
            UPDATE prevention_guideline SET retired_reason = 'Retired before a reason was asked for.'
            WHERE retired_on IS NOT NULL;
            SET CONSTRAINTS ALL IMMEDIATE;
            ALTER TABLE prevention_guideline ENABLE TRIGGER USER;
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="guideline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("retired_by__isnull", True), ("retired_on__isnull", True), ("retired_reason", "")),
                    models.Q(("retired_on__isnull", False), models.Q(("retired_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="prevention_guideline_retired",
                violation_error_message="A guideline is retired with a reason.",
            ),
        ),
    ]
