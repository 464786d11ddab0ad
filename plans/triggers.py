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


class FormerCoverage(pgtrigger.Trigger):
    """Two records under one contract become one person, who has one place there: the other's is kept as a former one.

    Without it a subscriber who was entered a second time as their own dependant could never become one person. What
    stands now stands at one place: coverage of the record that goes is voided first. Undone, each has its own again.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.UpdateOf("member_id")
    func = """
        IF NEW.member_id = OLD.member_id OR coalesce(current_setting('kpcare.merge', true), '') <> 'on' THEN
            RETURN NEW;
        END IF;
        NEW.is_former := EXISTS (
            SELECT FROM plans_coverage c WHERE c.contract_id = NEW.contract_id AND c.member_id = NEW.member_id
                AND c.id <> NEW.id AND NOT c.is_former);
        IF NEW.is_former AND EXISTS (
            SELECT FROM plans_coverageperiod p WHERE p.coverage_id = NEW.id AND upper_inf(p.known)
                AND p.member_id IN (OLD.member_id, NEW.member_id)) THEN
            RAISE EXCEPTION 'Both records hold the same place in plans_coverage.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """
