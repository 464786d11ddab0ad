"""Rules between rows that a constraint on one row cannot say."""

import pgtrigger


class ResultOfItsSpecimen(pgtrigger.Trigger):
    """A result's specimen belongs to the result's own order, and was not rejected.

    The composite keys hold the member. Without this rule a result could be filed under another order of the same
    member: yesterday's potassium under today's tube.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("specimen_id", "order_id", "test_id")
    func = """
        IF NOT EXISTS (
            SELECT FROM labs_specimen s JOIN labs_laborder o ON o.id = s.order_id
            WHERE s.id = NEW.specimen_id AND s.order_id = NEW.order_id AND s.member_id = NEW.member_id
                AND o.test_id = NEW.test_id AND s.rejected_reason = ''
        ) THEN
            RAISE EXCEPTION 'The specimen is not one of this order, or it was rejected: the result is refused.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """


class TakenInItsTime(pgtrigger.Trigger):
    """A specimen is taken in its patient's life, for its order, and not in time to come.

    A wrong year files a result into somebody's past, where it is trended, counted by a measure and believed. A day
    before the order is let pass: what was asked for by word of mouth is ordered after it was drawn. A birthday begins
    up to fourteen hours before it does in UTC. To the minute the action asks, by the clock of whoever acts; here a day
    ahead is what nobody's clock is wrong by. When a tube came to the bench is asked alone of new ones, so that an old
    wrong date does not stop its work.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.UpdateOf("collected_at", "order_id")
    func = """
        IF NEW.collected_at > clock_timestamp() + interval '1 day' OR EXISTS (
            SELECT FROM labs_laborder o JOIN members_member m ON m.id = o.member_id
            WHERE o.id = NEW.order_id AND (
                NEW.collected_at < o.created_at - interval '1 day'
                OR NEW.collected_at < (m.birth_date::timestamp AT TIME ZONE 'UTC') - interval '14 hours'
            )
        ) THEN
            RAISE EXCEPTION 'The specimen is dated before its order or birth, or in time to come: it is refused.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """
