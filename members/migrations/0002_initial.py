import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import pghistory.utils
from django.conf import settings
from django.db import migrations, models

import core.ids
import members.models.identity


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("members", "0001_functions"),
        ("core", "0002_initial"),
        ("network", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Household",
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
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Member",
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
                    "managing_organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="member",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="members.household",
                    ),
                ),
                (
                    "mrn",
                    models.CharField(
                        db_default=models.Func(function="members_next_mrn", output_field=models.CharField()),
                        editable=False,
                        help_text="Nine digits, the last a Luhn check digit.",
                        max_length=9,
                        verbose_name="record number (MRN)",
                    ),
                ),
                ("family", models.CharField(max_length=100, verbose_name="legal family name")),
                ("given", models.CharField(blank=True, default="", max_length=100, verbose_name="legal given name")),
                ("middle", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("suffix", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("name_used", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=members.models.identity.NameKey(
                            models.F("family"), models.F("given"), models.F("name_used")
                        ),
                        output_field=models.CharField(max_length=310),
                    ),
                ),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("deceased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        db_default="unknown",
                        default="unknown",
                        help_text="FHIR Patient.gender; coverage keeps its own.",
                        max_length=10,
                        verbose_name="administrative sex",
                    ),
                ),
                (
                    "sex_assigned_at_birth",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        db_default="unknown",
                        default="unknown",
                        max_length=10,
                    ),
                ),
                (
                    "sex_for_clinical_use",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        db_default="unknown",
                        default="unknown",
                        help_text="HL7 Sex Parameter for Clinical Use; rules about anatomy read this and the anatomy inventory.",
                        max_length=10,
                    ),
                ),
                (
                    "anatomy",
                    models.JSONField(
                        blank=True, db_default={}, default=dict, help_text="Organ → present (true/false) and source."
                    ),
                ),
                ("gender_identity", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("pronouns", models.CharField(blank=True, db_default="", default="", max_length=40)),
                (
                    "language",
                    models.CharField(db_default="en", default="en", help_text="Preferred, BCP 47.", max_length=10),
                ),
                ("needs_interpreter", models.BooleanField(db_default=False, default=False)),
                (
                    "mother",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="newborns",
                        to="members.member",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("merged", "merged into another record")],
                        db_default="active",
                        default="active",
                        max_length=10,
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.region",
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["managing_organization", "name_key", "id"], name="members_member_by_name"),
                    models.Index(fields=["birth_date"], name="members_member_birth"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("name_key"), name="gin_trgm_ops"),
                        name="members_member_trigram",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mrn",),
                        name="members_member_mrn",
                        violation_error_message="A member with this MRN already exists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Func(
                            models.F("mrn"), function="members_is_mrn", output_field=models.BooleanField()
                        ),
                        name="members_member_mrn_check_digit",
                        violation_error_message="This record number has a mistyped digit.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("status", "merged")),
                            models.Q(("merged_into__isnull", True), ("status", "active")),
                            _connector="OR",
                        ),
                        name="members_member_merged_into",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberAddress",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("home", "Home"),
                            ("mail", "mailing"),
                            ("confidential", "confidential communications"),
                        ],
                        db_default="home",
                        default="home",
                        max_length=15,
                    ),
                ),
                ("line1", models.CharField(blank=True, default="", max_length=200)),
                ("line2", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("city", models.CharField(blank=True, default="", max_length=100)),
                ("state", models.CharField(blank=True, default="", max_length=50)),
                ("postal_code", models.CharField(blank=True, default="", max_length=20)),
                ("country", models.CharField(blank=True, db_default="US", default="US", max_length=40)),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_default=django.db.models.expressions.RawSQL("'[,)'::daterange", [])
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_memberaddress_member_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberAddressHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.memberaddress",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "use",
                    models.CharField(
                        choices=[
                            ("home", "Home"),
                            ("mail", "mailing"),
                            ("confidential", "confidential communications"),
                        ],
                        db_default="home",
                        default="home",
                        max_length=15,
                    ),
                ),
                ("line1", models.CharField(blank=True, default="", max_length=200)),
                ("line2", models.CharField(blank=True, db_default="", default="", max_length=200)),
                ("city", models.CharField(blank=True, default="", max_length=100)),
                ("state", models.CharField(blank=True, default="", max_length=50)),
                ("postal_code", models.CharField(blank=True, default="", max_length=20)),
                ("country", models.CharField(blank=True, db_default="US", default="US", max_length=40)),
                ("latitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ("longitude", models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_default=django.db.models.expressions.RawSQL("'[,)'::daterange", [])
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MemberTelecom",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "system",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("sms", "mobile phone that takes text messages"),
                            ("email", "Email"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "value",
                    models.CharField(help_text="Phone in E.164 (+15105550123), or an e-mail address.", max_length=254),
                ),
                ("rank", models.PositiveSmallIntegerField(db_default=1, default=1)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_default=django.db.models.expressions.RawSQL("'[,)'::daterange", [])
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["value"], name="members_telecom_value"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(models.F("value"), name="gin_trgm_ops"),
                        name="members_telecom_trigram",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_membertelecom_member_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberTelecomHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.membertelecom",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "system",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("sms", "mobile phone that takes text messages"),
                            ("email", "Email"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "value",
                    models.CharField(help_text="Phone in E.164 (+15105550123), or an e-mail address.", max_length=254),
                ),
                ("rank", models.PositiveSmallIntegerField(db_default=1, default=1)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_default=django.db.models.expressions.RawSQL("'[,)'::daterange", [])
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CommunicationPreference",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        default=list,
                        help_text="Outbox channels, first choice first.",
                        size=None,
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(blank=True, help_text="Local time from which nothing is sent.", null=True),
                ),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("no_outreach", models.BooleanField(default=False)),
                ("large_print", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_communicationpreference_member_key"),
                    models.UniqueConstraint(fields=("member",), name="members_preference_one"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CommunicationPreferenceHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.communicationpreference",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10),
                        default=list,
                        help_text="Outbox channels, first choice first.",
                        size=None,
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(blank=True, help_text="Local time from which nothing is sent.", null=True),
                ),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("no_outreach", models.BooleanField(default=False)),
                ("large_print", models.BooleanField(default=False)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MemberHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.member",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.household",
                    ),
                ),
                (
                    "mrn",
                    models.CharField(
                        db_default=models.Func(function="members_next_mrn", output_field=models.CharField()),
                        editable=False,
                        help_text="Nine digits, the last a Luhn check digit.",
                        max_length=9,
                        verbose_name="record number (MRN)",
                    ),
                ),
                ("family", models.CharField(max_length=100, verbose_name="legal family name")),
                ("given", models.CharField(blank=True, default="", max_length=100, verbose_name="legal given name")),
                ("middle", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("suffix", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("name_used", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=members.models.identity.NameKey(
                            models.F("family"), models.F("given"), models.F("name_used")
                        ),
                        output_field=models.CharField(max_length=310),
                    ),
                ),
                ("birth_date", models.DateField(blank=True, null=True)),
                ("deceased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "sex",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        db_default="unknown",
                        default="unknown",
                        help_text="FHIR Patient.gender; coverage keeps its own.",
                        max_length=10,
                        verbose_name="administrative sex",
                    ),
                ),
                (
                    "sex_assigned_at_birth",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        db_default="unknown",
                        default="unknown",
                        max_length=10,
                    ),
                ),
                (
                    "sex_for_clinical_use",
                    models.CharField(
                        choices=[("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")],
                        db_default="unknown",
                        default="unknown",
                        help_text="HL7 Sex Parameter for Clinical Use; rules about anatomy read this and the anatomy inventory.",
                        max_length=10,
                    ),
                ),
                (
                    "anatomy",
                    models.JSONField(
                        blank=True, db_default={}, default=dict, help_text="Organ → present (true/false) and source."
                    ),
                ),
                ("gender_identity", models.CharField(blank=True, db_default="", default="", max_length=40)),
                ("pronouns", models.CharField(blank=True, db_default="", default="", max_length=40)),
                (
                    "language",
                    models.CharField(db_default="en", default="en", help_text="Preferred, BCP 47.", max_length=10),
                ),
                ("needs_interpreter", models.BooleanField(db_default=False, default=False)),
                (
                    "mother",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Active"), ("merged", "merged into another record")],
                        db_default="active",
                        default="active",
                        max_length=10,
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.region",
                    ),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MemberIdentifier",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organization",
                    ),
                ),
                ("system", models.CharField(help_text="Issuer's namespace, an address or urn:oid.", max_length=200)),
                ("value", models.CharField(max_length=200)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_default=django.db.models.expressions.RawSQL("'[,)'::daterange", [])
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [models.Index(fields=["value", "system"], name="members_identifier_value")],
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_memberidentifier_member_key"),
                    models.UniqueConstraint(
                        condition=models.Q(("period__upper_inf", True)),
                        fields=("managing_organization", "system", "value"),
                        name="members_identifier_in_force",
                        violation_error_message="Another member has this identifier.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberIdentifierHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.memberidentifier",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "managing_organization",
                    models.ForeignKey(
                        db_constraint=False,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.organization",
                    ),
                ),
                ("system", models.CharField(help_text="Issuer's namespace, an address or urn:oid.", max_length=200)),
                ("value", models.CharField(max_length=200)),
                (
                    "period",
                    django.contrib.postgres.fields.ranges.DateRangeField(
                        db_default=django.db.models.expressions.RawSQL("'[,)'::daterange", [])
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RaceEthnicity",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="CDC Race and Ethnicity code (urn:oid:2.16.840.1.113883.6.238).", max_length=10
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("self", "self-reported"),
                            ("enrolment", "enrolment file"),
                            ("observed", "Observed"),
                            ("imported", "Imported"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_raceethnicity_member_key"),
                    models.UniqueConstraint(fields=("member", "code"), name="members_raceethnicity_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RaceEthnicityHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.raceethnicity",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="CDC Race and Ethnicity code (urn:oid:2.16.840.1.113883.6.238).", max_length=10
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("self", "self-reported"),
                            ("enrolment", "enrolment file"),
                            ("observed", "Observed"),
                            ("imported", "Imported"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MatchReview",
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
                    "managing_organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
                    ),
                ),
                ("incoming", models.JSONField(help_text="The person as sent.")),
                ("source", models.CharField(help_text="Import run and record it came from.", max_length=200)),
                ("candidates", models.JSONField(help_text="[{member, score, agreements}]")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("same", "is the candidate"), ("new", "is somebody new")],
                        db_default="open",
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "decided_member",
                    models.ForeignKey(
                        help_text="Who the incoming person turned out to be.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source",), name="members_matchreview_source")],
            },
        ),
        migrations.CreateModel(
            name="MemberMerge",
            fields=[
                ("id", models.UUIDField(db_default=core.ids.UUIDv7(), primary_key=True, serialize=False)),
                (
                    "member",
                    models.ForeignKey(
                        help_text="The record that stays.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        help_text="The record that went in.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                ("moved", models.JSONField(help_text="Table → ids that were re-pointed.")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Proxy",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proxies", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "relationship",
                    models.CharField(
                        choices=[
                            ("parent", "Parent"),
                            ("spouse", "Spouse"),
                            ("child", "adult child"),
                            ("guardian", "legal guardian"),
                            ("carer", "Carer"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        help_text="view, schedule, message, refill, costs",
                        size=None,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "granted_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_proxy_member_key"),
                    models.CheckConstraint(condition=models.Q(("period__isempty", False)), name="members_proxy_period"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("member", "="), ("user", "="), ("period", "&&")],
                        name="members_proxy_once",
                        violation_error_message="This person already has access in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProxyHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.proxy",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "relationship",
                    models.CharField(
                        choices=[
                            ("parent", "Parent"),
                            ("spouse", "Spouse"),
                            ("child", "adult child"),
                            ("guardian", "legal guardian"),
                            ("carer", "Carer"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        default=list,
                        help_text="view, schedule, message, refill, costs",
                        size=None,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "granted_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Consent",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "kind",
                    models.CharField(help_text="Like part2_tpo, data_sharing, reminders, research.", max_length=30),
                ),
                ("is_given", models.BooleanField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_consent_member_key"),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="members_consent_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("member", "="), ("kind", "="), ("period", "&&")], name="members_consent_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.consent",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "kind",
                    models.CharField(help_text="Like part2_tpo, data_sharing, reminders, research.", max_length=30),
                ),
                ("is_given", models.BooleanField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PrimaryCareAssignment",
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
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.clinician"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.department"
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("chosen", "chosen by the member"),
                            ("enrolment", "named in the enrolment file"),
                            ("assigned", "assigned by distance, language and room"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_primarycareassignment_member_key"),
                    models.CheckConstraint(
                        condition=models.Q(("period__isempty", False)), name="members_primarycare_period"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[("member", "="), ("period", "&&")],
                        name="members_primarycare_once",
                        violation_error_message="The member already has a primary care clinician in that period.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrimaryCareAssignmentHistoryevent",
            fields=[
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="history_events",
                        to="members.primarycareassignment",
                    ),
                ),
                ("pgh_context", pghistory.utils.JSONField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, serialize=False
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="members.member",
                    ),
                ),
                (
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.clinician",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="network.department",
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("chosen", "chosen by the member"),
                            ("enrolment", "named in the enrolment file"),
                            ("assigned", "assigned by distance, language and room"),
                        ],
                        max_length=10,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
