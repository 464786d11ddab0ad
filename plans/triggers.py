import pgtrigger


class CoverageVersioned(pgtrigger.Trigger):
    """What we knew is never rewritten: an open `known` may be closed, nothing else may change.

    Without it a retroactive correction would erase what capitation and appeals were decided on. The merge
    function, running as the table's owner, may re-point `member_id` alone.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        IF TG_OP = 'UPDATE' AND current_setting('kpcare.merge', true) = 'on'
            AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
            AND to_jsonb(NEW) - 'member_id' = to_jsonb(OLD) - 'member_id' THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'UPDATE' AND upper_inf(OLD.known) AND NOT upper_inf(NEW.known)
            AND lower(NEW.known) = lower(OLD.known)
            AND to_jsonb(NEW) - 'known' = to_jsonb(OLD) - 'known' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% of coverage is refused: close its known period and insert a new version.', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    """
