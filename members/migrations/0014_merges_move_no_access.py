"""A merge moves neither accounts nor proxies: decision 0056 says which theft of a record that prevents.

* `members_merge` leaves them where they are, and notes that the record that stays waits for a second person.
* `members_open_to`: of the records that an account or a proxy is given (`members_reach`), those that are open to them:
  none that was merged into another, and none that waits.
* `members_access_waits`: whether that is why an account opens nothing, so that it can be told in words.

Besides, what ends with a recorded death is named from now on, so that a mistaken one can be mended; and a death is of a day that can be read: an instant after the year 9999 shuts every page that asks for it.
"""

import datetime

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

import core.ids
from members.migrations._sql_merge import MERGE

REACH = """
CREATE OR REPLACE FUNCTION members_open_to(account uuid, on_day date) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT m.id FROM members_reach(account, on_day) AS r (id) JOIN members_member m ON m.id = r.id
    WHERE m.status = 'active' AND NOT EXISTS (
        SELECT FROM members_membermerge w WHERE w.member_id = m.id AND w.access = 'waits' AND w.undone_at IS NULL)
$$;

CREATE OR REPLACE FUNCTION members_access_waits(account uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM members_membermerge w WHERE w.access = 'waits' AND w.undone_at IS NULL AND (
            account IN (w.kept_account_id, w.gone_account_id) OR EXISTS (
                SELECT FROM members_proxy p WHERE p.user_id = account AND p.member_id IN (w.member_id, w.merged_id))))
$$;
"""


def account(help_text: str = "") -> models.ForeignKey:
    return models.ForeignKey(
        to=settings.AUTH_USER_MODEL,
        on_delete=django.db.models.deletion.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text=help_text,
    )


FIRST = datetime.datetime(1849, 12, 30, tzinfo=datetime.UTC)
LAST = datetime.datetime(2200, 1, 2, tzinfo=datetime.UTC)
ACCESS = [("none", "nobody could open either record"), ("waits", "closed until a second person has looked"),
          ("settled", "a second person has looked")]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0013_access_by_two_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="EndedByDeath",
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
                    "sensitivity",
                    models.PositiveSmallIntegerField(db_default=0, default=0, help_text="Bits of Sensitivity."),
                ),
                ("kind", models.CharField(help_text="A registered kind, like medicine or visit.", max_length=20)),
                ("what", models.CharField(max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("member", "id"), name="members_endedbydeath_member_key")
                ],
            },
        ),
        migrations.AddField(
            "membermerge", "access", models.CharField(choices=ACCESS, db_default="none", default="none", max_length=10)
        ),
        migrations.AddField(
            "membermerge", "kept_account", account("Whose account opened the record that stays, before.")
        ),
        migrations.AddField("membermerge", "gone_account", account("Whose account opened the record that went in.")),
        migrations.AddField("membermerge", "settled_by", account()),
        migrations.AddField("membermerge", "settled_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "membermerge",
            models.CheckConstraint(
                condition=models.Q(access__in=["none", "waits"], settled_by__isnull=True, settled_at__isnull=True)
                | models.Q(access="settled", settled_by__isnull=False, settled_at__isnull=False)
                & ~models.Q(settled_by=models.F("by")),
                name="members_membermerge_two_people",
                violation_error_message="Who merged two records does not decide who may open the one that stays.",
            ),
        ),
        AddConstraintNotValid(
            "member",
            models.CheckConstraint(
                condition=models.Q(deceased_at__isnull=True) | models.Q(deceased_at__gte=FIRST, deceased_at__lt=LAST),
                name="members_member_deceased_readable",
                violation_error_message="Nobody lives on this day.",
            ),
        ),
        migrations.RunSQL(
            REACH + MERGE,
            "DROP FUNCTION IF EXISTS members_access_waits(uuid); DROP FUNCTION IF EXISTS members_open_to(uuid, date);",
        ),
    ]
