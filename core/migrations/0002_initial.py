import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import core.ids
import core.models.base
import core.postgres.schema


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_user"),
        # Whoever else points to an account comes before our tables: Django renders all that are related at each step.
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("member_id", models.UUIDField()),
                ("source", models.CharField(help_text="The table that changed.", max_length=63)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="SystemParameter",
            fields=[
                ("name", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
        ),
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
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("xid", models.BigIntegerField(db_default=core.models.base.CurrentTransaction())),
                ("user_id", models.UUIDField(help_text="Null only where nobody is signed in.", null=True)),
                ("role", models.CharField(db_default="", max_length=40)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("create", "Create"),
                            ("read", "Read"),
                            ("update", "Update"),
                            ("delete", "Delete"),
                            ("execute", "Execute"),
                            ("sign_in", "Sign In"),
                            ("refuse", "Refuse"),
                        ],
                        max_length=10,
                    ),
                ),
                ("verb", models.CharField(help_text="The action or view, like clinical.sign_note.", max_length=80)),
                ("member_id", models.UUIDField(null=True)),
                ("object_type", models.CharField(db_default="", help_text="app.model", max_length=60)),
                ("object_id", models.CharField(db_default="", max_length=64)),
                ("reason", models.CharField(db_default="", max_length=300)),
                ("ip_address", models.GenericIPAddressField(null=True)),
                ("request_id", models.CharField(db_default="", max_length=64)),
                ("detail", models.JSONField(db_default={}, default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["member_id", "-at"], name="core_audit_member"),
                    models.Index(fields=["user_id", "-at"], name="core_audit_user"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["xid"], name="core_audit_xid", pages_per_range=32
                    ),
                ],
            },
            bases=(core.postgres.schema.MonthlyPartitioned, models.Model),
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sealed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("first_id", models.BigIntegerField()),
                ("last_id", models.BigIntegerField()),
                (
                    "below_xid",
                    models.BigIntegerField(
                        help_text="Rows of transactions at or above this one belong to a later seal."
                    ),
                ),
                (
                    "above_id",
                    models.BigIntegerField(
                        db_default=0, default=0, help_text="Last row before a restored database began."
                    ),
                ),
                ("row_count", models.IntegerField()),
                (
                    "digest",
                    models.BinaryField(
                        help_text="SHA-256 over the previous digest and the rows in id order.", max_length=32
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="JobRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("kind", models.CharField(help_text="Like prevention or capitation.", max_length=40)),
                ("key", models.CharField(help_text="What is worked on, like 2026-10 or 2026-11-22.", max_length=120)),
                ("parameters", models.JSONField(db_default={}, default=dict)),
                (
                    "shares",
                    models.PositiveIntegerField(db_default=1, default=1, help_text="Into how many shares it is cut."),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("totals", models.JSONField(db_default={}, default=dict)),
                ("error", models.TextField(db_default="", default="")),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "-created_at"], name="core_jobrun_recent")],
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="core_jobrun_once")],
            },
        ),
        migrations.CreateModel(
            name="JobPartition",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partitions",
                        to="core.jobrun",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("lower", models.UUIDField()),
                ("upper", models.UUIDField(help_text="Null: to the end.", null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True)),
                ("worker", models.CharField(db_default="", default="", max_length=100)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("counts", models.JSONField(db_default={}, default=dict)),
                ("error", models.TextField(db_default="", default="")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("run", "number"), name="core_jobpartition_once")],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("key", models.CharField(max_length=100)),
                ("request_digest", models.CharField(max_length=64)),
                ("response_status", models.PositiveSmallIntegerField(null=True)),
                ("response_body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="core_idempotencykey_once")],
            },
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(),
                        default=core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "dedupe_key",
                    models.CharField(
                        help_text="Delivered once for each key, however often written.", max_length=200, unique=True
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("portal", "notice in the portal"),
                            ("email", "e-mail"),
                            ("sms", "text message"),
                            ("letter", "Letter"),
                            ("push", "Push"),
                        ],
                        max_length=10,
                    ),
                ),
                ("template", models.CharField(help_text="Name under templates/messages/.", max_length=60)),
                ("language", models.CharField(db_default="en", default="en", max_length=10)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("member_id", models.UUIDField(null=True)),
                (
                    "address",
                    models.CharField(
                        db_default="",
                        default="",
                        help_text="E-mail address or phone at the time of writing.",
                        max_length=254,
                    ),
                ),
                (
                    "context",
                    models.JSONField(
                        db_default={}, default=dict, help_text="Values for the template; no health detail."
                    ),
                ),
                ("url_path", models.CharField(db_default="", default="", max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("sending", "Sending"),
                            ("sent", "Sent"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        db_default="queued",
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "send_after",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        help_text="Not before: quiet hours, step dates.",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("last_error", models.CharField(db_default="", default="", max_length=300)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("sent_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(help_text="When the person opened a portal notice.", null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "sending"])),
                        fields=["send_after"],
                        name="core_outbox_due",
                    ),
                    models.Index(fields=["member_id", "-created_at"], name="core_outbox_member"),
                    models.Index(fields=["user", "-created_at"], name="core_outbox_user"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeSystem",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("uri", models.CharField(max_length=200, unique=True)),
                ("name", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="SourceSystem",
            fields=[
                ("id", models.SmallAutoField(primary_key=True, serialize=False)),
                ("uri", models.CharField(max_length=200, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="Concept",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "system",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="core.codesystem"
                    ),
                ),
                ("code", models.CharField(max_length=80)),
                ("display", models.CharField(db_default="", default="", max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("code", "system"),
                        name="core_concept_code",
                        violation_error_message="This code system already has this code.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ValueSet",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=255)),
                ("version", models.CharField(db_default="", default="", max_length=60)),
                (
                    "name",
                    models.CharField(
                        help_text="The computable or published name; measures refer to `url`.", max_length=255
                    ),
                ),
                ("is_own", models.BooleanField(default=False)),
                ("source", models.CharField(db_default="", default="", max_length=300)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("url",), name="core_valueset_url")],
            },
        ),
        migrations.CreateModel(
            name="ValueSetMember",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "value_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="core.valueset",
                    ),
                ),
                ("concept", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="core.concept")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("value_set", "concept"), name="core_valuesetmember_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ConceptMapElement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("map_url", models.CharField(max_length=255)),
                (
                    "source",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.concept"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("map_url", "source", "target"), name="core_conceptmapelement_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="ValueSet",
            name="concepts",
            field=models.ManyToManyField(related_name="value_sets", through="core.ValueSetMember", to="core.concept"),
        ),
    ]
