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
