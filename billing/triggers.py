"""What the books must hold, whoever writes them; each with the failure that it prevents."""

import pgtrigger

from core import locks


class EntryBalanced(pgtrigger.Trigger):
    """An entry that does not balance per legal entity makes every statement built on the books wrong.

    Checked once for each entry at commit, when all its postings are there (a check per posting took 48 s for
    20,000 postings, this 0.01 s).
    """

    when = pgtrigger.After
    level = pgtrigger.Row
    timing = pgtrigger.Deferred
    operation = pgtrigger.Insert
    declare = [("unbalanced", "text")]
    func = """
        IF (SELECT count(*) FROM billing_posting WHERE entry_id = NEW.id) < 2 THEN
            RAISE EXCEPTION 'Entry % has fewer than two postings.', NEW.source
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT a.entity_id::text || ' by ' || sum(p.amount) INTO unbalanced
            FROM billing_posting p JOIN billing_ledgeraccount a ON a.id = p.account_id
            WHERE p.entry_id = NEW.id GROUP BY a.entity_id HAVING sum(p.amount) <> 0 LIMIT 1;
        IF unbalanced IS NOT NULL THEN
            RAISE EXCEPTION 'Entry % does not balance for entity %.', NEW.source, unbalanced
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    """


class OwnTransaction(pgtrigger.Trigger):
    """`xid` is the transaction that writes the entry. A claimed other one would let postings in later."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert
    func = "NEW.xid := pg_current_xact_id()::text::bigint; RETURN NEW;"


class PostingsInOpenBooks(pgtrigger.Trigger):
    """Postings arrive with their entry and in an open period, or not at all.

    A posting added to an entry of an earlier transaction would escape the balance check, which ran when that
    transaction committed; one in a closed period would change results that were already reported. The books are
    shared until the end (`ClosedAlone`), so that a close and a posting at the same moment wait for each other.
    """

    when = pgtrigger.After
    level = pgtrigger.Statement
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="new_values")
    declare = [("closed", "text")]
    func = f"""
        PERFORM pg_advisory_xact_lock_shared({locks.BOOKS});
        IF EXISTS (
            SELECT 1 FROM (SELECT DISTINCT entry_id FROM new_values) n JOIN billing_ledgerentry e ON e.id = n.entry_id
            WHERE e.xid <> pg_current_xact_id()::text::bigint
        ) THEN
            RAISE EXCEPTION 'Postings come in the transaction of their entry. Post a new entry instead.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        SELECT string_agg(to_char(lower(period.month), 'FMMonth YYYY'), ', ') INTO closed
        FROM billing_accountingperiod period
        WHERE period.closed_at IS NOT NULL AND EXISTS (
            SELECT 1 FROM (SELECT DISTINCT entry_id, account_id FROM new_values) n
            JOIN billing_ledgerentry e ON e.id = n.entry_id
            JOIN billing_ledgeraccount a ON a.id = n.account_id
            WHERE a.entity_id = period.entity_id AND period.month @> e.posted_on
        );
        IF closed IS NOT NULL THEN
            RAISE EXCEPTION 'The books are closed for %. Post in the open period.', closed
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    """


class ClosedAlone(pgtrigger.Trigger):
    """A month closes when no posting is on its way, whoever closes it: one that committed later would be in closed
    books, and the month may have no row yet that both could lock.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.Update
    func = f"""
        IF NEW.closed_at IS NOT NULL THEN
            PERFORM pg_advisory_xact_lock({locks.BOOKS});
        END IF;
        RETURN NEW;
    """


class OfLegalEntity(pgtrigger.Trigger):
    """A division keeps its books in its legal entity: with accounts of its own its transfers would need settling."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert | pgtrigger.Update
    func = """
        IF NOT (SELECT is_legal_entity FROM network_organization WHERE id = NEW.entity_id) THEN
            RAISE EXCEPTION 'Account % belongs to a division. Give it to the legal entity above.', NEW.code
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """


class PostedRunStands(pgtrigger.Trigger):
    """A month that was posted was reported with its totals: rewritten, the run says otherwise than books and lines.

    Withdrawing is the one change, and takes nothing but the status. Estimates and open runs are the jobs' to renew.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        IF OLD.status NOT IN ('posted', 'withdrawn') THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        IF TG_OP = 'UPDATE' THEN
            IF to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status'
                AND (NEW.status = OLD.status OR NEW.status = 'withdrawn') THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'A posted capitation run never changes. Withdraw it and close the month again.'
            USING ERRCODE = 'integrity_constraint_violation';
    """


class OfOpenRun(pgtrigger.Trigger):
    """Lines and frozen eligibility come before their run is posted: one that came later would be in no totals and in
    no entry. The run is held, so that posting it and a worker that is late wait for each other.
    """

    when = pgtrigger.After
    level = pgtrigger.Statement
    operation = pgtrigger.Insert
    referencing = pgtrigger.Referencing(new="new_values")
    func = """
        PERFORM 1 FROM billing_capitationrun WHERE id IN (SELECT DISTINCT run_id FROM new_values) FOR KEY SHARE;
        IF EXISTS (
            SELECT 1 FROM billing_capitationrun
            WHERE id IN (SELECT DISTINCT run_id FROM new_values) AND status <> 'open'
        ) THEN
            RAISE EXCEPTION 'The capitation run is posted and takes no more rows. Adjust in the next month.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    """


class ScoreStands(pgtrigger.Trigger):
    """A month was paid on the score: changed or removed, nothing explains the payment any more.

    Jobs supersede it, once, by another, and write over the reason of one that comes to the same number; a web
    process does neither. A merge moves the row, as the table's owner.
    """

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Update | pgtrigger.Delete
    func = """
        IF TG_OP = 'UPDATE' THEN
            IF current_user <> 'kpcare_app'
                AND (NEW.payment_year, NEW.model, NEW.run, NEW.payment_score, NEW.computed_at)
                    = (OLD.payment_year, OLD.model, OLD.run, OLD.payment_score, OLD.computed_at)
                AND (OLD.superseded_at IS NULL OR NEW.superseded_at = OLD.superseded_at) THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'A risk score never changes: another one supersedes it.'
            USING ERRCODE = 'integrity_constraint_violation';
    """
