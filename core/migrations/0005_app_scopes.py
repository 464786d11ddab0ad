import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def allow_what_was_allowed(apps, schema_editor):
    """Apps that are registered already may ask for what they could ask for until now."""
    known = sorted(settings.OAUTH2_PROVIDER["SCOPES"])
    rows = apps.get_model("core", "AppScopes").objects
    for application in apps.get_model("oauth2_provider", "Application").objects.all():
        rows.create(application=application, scopes=known)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_member_change_is_a_plain_queue"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppScopes",
            fields=[
                (
                    "application",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="allowed_scopes",
                        serialize=False,
                        to="oauth2_provider.application",
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), blank=True, default=list, size=None
                    ),
                ),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "scopes of an app",
                "verbose_name_plural": "scopes of apps",
            },
        ),
        migrations.RunPython(allow_what_was_allowed, migrations.RunPython.noop),
    ]
