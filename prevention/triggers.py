"""What Postgres does about prevention's rows, each with the failure that it prevents."""

import pgtrigger


class NoteMovedResult(pgtrigger.Trigger):
    """A merge or its undoing gives one person's results to another: both are answered anew.

    Without it a night that passes over whose chart did not change would leave the results of a record that had nothing
    else with the person into whom it was merged.
    """

    when = pgtrigger.After
    level = pgtrigger.Row
    operation = pgtrigger.UpdateOf("member_id")
    func = """
        INSERT INTO core_memberchange (member_id, source) VALUES (OLD.member_id, TG_TABLE_NAME),
            (NEW.member_id, TG_TABLE_NAME);
        RETURN NULL;
    """
