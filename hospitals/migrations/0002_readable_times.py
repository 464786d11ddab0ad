"""One stay with an expected discharge in the year 9999 shut the board of its ward, its bed and its chart for good.

Stored at a clock west of London the instant lies in the year 10000, which Python does not know. Such a date is taken
out, and no more taken; other columns are held from now on without looking at what stands.
"""

import datetime

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models

FIRST = datetime.datetime(1849, 12, 30, tzinfo=datetime.UTC)
LAST = datetime.datetime(2200, 1, 2, tzinfo=datetime.UTC)
TAKE_OUT = """
DO $$
DECLARE
    account text := (SELECT id::text FROM core_user WHERE kind = 'system' ORDER BY id LIMIT 1);
BEGIN
    IF EXISTS (SELECT FROM hospitals_stay WHERE expected_discharge_at NOT BETWEEN '1849-12-30Z' AND '2200-01-01Z') THEN
        PERFORM set_config('kpcare.user_id', coalesce(account, gen_random_uuid()::text), true),
            set_config('pghistory.context_metadata', jsonb_build_object('user', coalesce(account, ''), 'role',
                'migration', 'reason', 'an expected discharge that nothing can read')::text, true);
        UPDATE hospitals_stay SET expected_discharge_at = NULL
        WHERE expected_discharge_at NOT BETWEEN '1849-12-30Z' AND '2200-01-01Z';
        SET CONSTRAINTS ALL IMMEDIATE;
        SET CONSTRAINTS ALL DEFERRED;
        PERFORM set_config('kpcare.user_id', '', true), set_config('pghistory.context_metadata', '', true);
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("hospitals", "0001_initial")]
    operations = [
        migrations.RunSQL(TAKE_OUT, migrations.RunSQL.noop),
        AddConstraintNotValid(
            "stay",
            models.CheckConstraint(
                condition=models.Q(admitted_at__isnull=True) | models.Q(admitted_at__gte=FIRST, admitted_at__lt=LAST),
                name="hospitals_stay_admitted_readable",
                violation_error_message="Nobody lives on this day.",
            ),
        ),
        AddConstraintNotValid(
            "stay",
            models.CheckConstraint(
                condition=models.Q(expected_discharge_at__isnull=True)
                | models.Q(expected_discharge_at__gte=FIRST, expected_discharge_at__lt=LAST),
                name="hospitals_stay_expected_readable",
                violation_error_message="Nobody lives on this day.",
            ),
        ),
        AddConstraintNotValid(
            "stay",
            models.CheckConstraint(
                condition=models.Q(discharged_at__isnull=True)
                | models.Q(discharged_at__gte=FIRST, discharged_at__lt=LAST),
                name="hospitals_stay_discharged_readable",
                violation_error_message="Nobody lives on this day.",
            ),
        ),
    ]
