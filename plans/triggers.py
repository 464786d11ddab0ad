import pgtrigger


class CoverageVersioned(pgtrigger.Trigger):
    """What we knew is never rewritten: an open `known` may be closed, nothing else may change.

    Without it a retroactive correction would erase what capitation and appeals were decided on. The merge
    function, running as the table's owner, may re-point `member_id` alone. `known` is closed at an instant of the
    transaction that closes it: another one would forge what we knew in between.
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
            IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
                AND upper(NEW.known) NOT BETWEEN transaction_timestamp() AND clock_timestamp() THEN
                RAISE EXCEPTION 'What we knew ends when we learn better: `known` is closed now, not earlier or later.'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END IF;
        RAISE EXCEPTION '% of coverage is refused: close its known period and insert a new version.', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    """


class KnownFromNow(pgtrigger.Trigger):
    """A new version is known from an instant of its own transaction, and still is.

    Without it a row inserted today with last March's `known` says that we knew in March, and a closed one fills a
    past that somebody has looked at. The tables' owner, who loads a whole world, is excepted.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert
    func = """
        IF upper_inf(NEW.known) AND lower(NEW.known) BETWEEN transaction_timestamp() AND clock_timestamp()
            OR current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'Coverage is known from now: `known` is neither backdated nor closed in a new version.'
            USING ERRCODE = 'integrity_constraint_violation';
    """
