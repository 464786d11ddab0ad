"""Claims that replace or void another, and what became of that one.

Until now the frequency of a claim stood at the end of its source alone: those that wait say it themselves.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.constraints

MEND = r"""
DO $$
DECLARE
    account text;
BEGIN
    SELECT id::text INTO account FROM core_user WHERE kind = 'system' ORDER BY id LIMIT 1;
    PERFORM set_config('kpcare.user_id', coalesce(account, gen_random_uuid()::text), true),
        set_config('pghistory.context_metadata', jsonb_build_object(
            'user', coalesce(account, ''), 'role', 'migration', 'reason', 'The frequency of claims')::text, true);
    UPDATE billing_outsideclaim SET frequency = right(source, 1) WHERE source ~ ':.*:.*:[78]$';
    SET CONSTRAINTS ALL IMMEDIATE;
END $$;
"""
STATUS = [
    ("received", "Received"),
    ("pended", "needs a person"),
    ("priced", "Priced"),
    ("paid", "Paid"),
    ("denied", "Denied"),
    ("voided", "void"),
]


def on_both(name: str, **options) -> list[migrations.AddField]:
    return [
        migrations.AddField(model, name, models.CharField(**options))
        for model in ("outsideclaim", "outsideclaimhistoryevent")
    ]


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_one_hcpcs")]

    operations = [
        *(
            migrations.AlterField(
                model,
                "status",
                models.CharField(choices=STATUS, db_default="received", default="received", max_length=10),
            )
            for model in ("outsideclaim", "outsideclaimhistoryevent")
        ),
        *on_both(
            "frequency",
            db_default="1",
            default="1",
            help_text="CLM05-3: 1 original, 7 replaces, 8 voids.",
            max_length=1,
        ),
        *on_both(
            "original_number",
            blank=True,
            db_default="",
            default="",
            help_text="Our number of what it replaces or voids, as its sender states it (REF*F8).",
            max_length=80,
        ),
        migrations.AddField(
            "outsideclaim",
            "corrects",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="The claim in whose place it stands.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="billing.outsideclaim",
            ),
        ),
        migrations.AddField(
            "outsideclaimhistoryevent",
            "corrects",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                help_text="The claim in whose place it stands.",
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="billing.outsideclaim",
            ),
        ),
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "outsideclaim", core.constraints.MemberForeignKey("corrects", name="billing_outsideclaim_corrects_fk")
        ),
        migrations.AddConstraint(
            "outsideclaim",
            models.UniqueConstraint(
                fields=("corrects",),
                name="billing_claim_corrected_once",
                violation_error_message="This claim was replaced or made void already.",
            ),
        ),
    ]
