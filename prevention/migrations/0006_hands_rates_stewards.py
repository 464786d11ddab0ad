"""Who has letters and calls in hand, rates hidden where few met or missed them, and what stewards changed."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import core.ids


def person(help_text: str = "", *, null: bool = False) -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        help_text=help_text,
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def system() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organization"
    )


def own_id() -> models.UUIDField:
    return models.UUIDField(
        db_default=core.ids.UUIDv7(), default=core.ids.uuid7, editable=False, primary_key=True, serialize=False
    )


def small(column: str) -> str:
    return f"{column} BETWEEN 1 AND 10"


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0001_initial"),
        ("prevention", "0005_vaccine_clinics_and_campaign_ages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LetterPile",
            fields=[
                ("id", own_id()),
                ("language", models.CharField(max_length=10)),
                ("large_print", models.BooleanField()),
                ("printed_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "settled_at",
                    models.DateTimeField(blank=True, help_text="Posted, or put back to be printed anew.", null=True),
                ),
                ("managing_organization", system()),
                ("printed_by", person()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["printed_at"],
                        name="prevention_pile_in_hand",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="reminder",
            name="pile",
            field=models.ForeignKey(
                db_index=False,
                help_text="A letter: in whose printed pile it lies.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="letters",
                to="prevention.letterpile",
            ),
        ),
        migrations.AddField(
            model_name="reminder", name="taken_by", field=person("A call: who has it in hand.", null=True)
        ),
        migrations.AddField(
            model_name="reminder",
            name="taken_at",
            field=models.DateTimeField(help_text="A call: taken for some minutes from then on.", null=True),
        ),
        migrations.AddIndex(
            model_name="reminder",
            index=models.Index(
                condition=models.Q(("pile__isnull", False)), fields=["pile"], name="prevention_reminder_pile"
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                    models.Q(("channel", "call"), ("taken_at__isnull", False), ("taken_by__isnull", False)),
                    _connector="OR",
                ),
                name="prevention_reminder_taken",
            ),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("pile__isnull", True), ("channel", "letter"), _connector="OR"),
                name="prevention_reminder_piled",
            ),
        ),
        # Of months before, only the rate over everybody stays: the nightly run works out the others of its own month.
        migrations.AddField(
            model_name="measurestratum",
            name="hides_rate",
            field=models.BooleanField(
                default=True, help_text="Who met it and who did not: fewer than 11, or they would give such away."
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(
            "UPDATE prevention_measurestratum SET hides_rate = false WHERE dimension = 'all' AND NOT is_hidden "
            f"AND NOT ({small('numerator')} OR {small('denominator - numerator')})",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="measurestratum",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("hides_rate", True),
                    models.Q(
                        ("is_hidden", False),
                        models.Q(("numerator", 0), ("numerator__gte", 11), _connector="OR"),
                        models.Q(
                            ("denominator", models.F("numerator")),
                            ("denominator__gte", models.F("numerator") + models.Value(11)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="prevention_stratum_small_rate_is_hidden",
            ),
        ),
        migrations.CreateModel(
            name="EarlierTerms",
            fields=[
                ("id", own_id()),
                (
                    "day",
                    models.DateField(
                        help_text="By when the aim was to be met, or the guideline to be looked at again."
                    ),
                ),
                ("aim", models.CharField(blank=True, default="", max_length=500)),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", person()),
                ("owner", person()),
                ("managing_organization", system()),
                (
                    "guideline",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier",
                        to="prevention.guideline",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="earlier",
                        to="prevention.improvementproject",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("guideline__isnull", False), ("project__isnull", True)),
                            models.Q(("guideline__isnull", True), ("project__isnull", False)),
                            _connector="OR",
                        ),
                        name="prevention_earlier_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="prevention_earlier_reason"
                    ),
                ],
            },
        ),
    ]
