"""Free seats, told without telling whose; offers from the waiting list.

`scheduling_free_seat` runs with the owner's rights because a member does not see other members' appointments: without
it every time would look free to them.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION scheduling_free_seat(of_slot uuid) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT seat::smallint FROM scheduling_slot slot, generate_series(1, slot.capacity) AS seat
    WHERE slot.id = of_slot AND NOT EXISTS (
        SELECT 1 FROM scheduling_appointment taken
        WHERE taken.slot_id = of_slot AND taken.seat = seat.seat AND taken.status NOT IN ('cancelled', 'noshow'))
    ORDER BY seat LIMIT 1
$$;

CREATE FUNCTION scheduling_highest_seat(of_slot uuid) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT coalesce(max(seat), 0)::smallint FROM scheduling_appointment
    WHERE slot_id = of_slot AND status NOT IN ('cancelled', 'noshow')
$$;
"""
BACKWARD = "DROP FUNCTION scheduling_free_seat(uuid); DROP FUNCTION scheduling_highest_seat(uuid);"


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
