"""Triggers, grants and row-level security for every table: stated on the models, renewed after each migrate.

* The app and jobs logins own nothing. History and audit can be read or appended to, never rewritten.
* Every table with a `member_id` shows a row only to a transaction whose context reaches that member.
"""

from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, models

from core import partitions
from core.models.audit import AuditEvent, AuditSeal

APP, JOBS = "kpcare_app", "kpcare_jobs"
# A queue that triggers fill for whomever they change, and the jobs login reads and empties: nobody else sees in it
# whose chart changed, or takes somebody out of it.
QUEUES = {"core.memberchange"}
# Whoever acts may write about anybody (a refusal is about somebody out of reach, a sign-in about nobody yet), and
# reads what is their own, what is about nobody, and what is about a member in reach. Nobody reads nothing.
LOGS = {"core.auditevent", "core.outboxmessage"}
SOMEBODY = "nullif(current_setting('kpcare.user_id', true), '')::uuid"

FUNCTIONS = """
CREATE OR REPLACE FUNCTION core_context_ids(setting text) RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(nullif(current_setting(setting, true), ''), '{}')::uuid[] $$;

-- Definer's rights: reading the member's organisation must not ask the member table's own policy again. Whoever
-- reaches a record reaches what stayed with those that were merged into it: their audit is never re-pointed.
CREATE OR REPLACE FUNCTION core_reaches(subject uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    is_within boolean;
BEGIN
    -- Only two active records are merged, so the chain has an end; the bound is for a hand that wrote a ring.
    FOR step IN 1..32 LOOP
        IF subject = ANY (core_context_ids('kpcare.member_ids')) THEN
            RETURN true;
        END IF;
        SELECT m.managing_organization_id = ANY (core_context_ids('kpcare.organization_ids')), m.merged_into_id
            INTO is_within, subject FROM members_member m WHERE m.id = subject;
        IF is_within OR subject IS NULL THEN
            RETURN coalesce(is_within, false);
        END IF;
    END LOOP;
    RETURN false;
END $$;

-- A record and all that were merged into it, one after the other; none for who does not reach it.
CREATE OR REPLACE FUNCTION core_records_of(subject uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    WITH RECURSIVE found AS (
        SELECT subject AS id WHERE core_reaches(subject)
        UNION
        SELECT m.id FROM members_member m JOIN found f ON m.merged_into_id = f.id
    )
    SELECT coalesce(array_agg(id), '{}') FROM found
$$;

-- Who acts, and whether the access token that it rests on is good: one statement, its plan kept by the server process.
CREATE OR REPLACE FUNCTION core_enter(
    role_name text, acting text, why text, members text, organizations text, metadata text, checksum text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('role', role_name, true), set_config('kpcare.user_id', acting, true),
        set_config('kpcare.reason', why, true), set_config('kpcare.member_ids', members, true),
        set_config('kpcare.organization_ids', organizations, true),
        set_config('pghistory.context_metadata', metadata, true);
    IF NOT EXISTS (
        SELECT FROM oauth2_provider_accesstoken t LEFT JOIN oauth2_provider_application a ON a.id = t.application_id
        WHERE t.token_checksum = checksum AND t.expires > statement_timestamp()
            AND NOT EXISTS (SELECT FROM core_user u WHERE u.id IN (t.user_id, a.user_id) AND NOT u.is_active)
    ) THEN
        RAISE EXCEPTION 'The access token is unknown or has expired.'
            USING ERRCODE = 'invalid_authorization_specification';
    END IF;
END $$;

-- At sign-in nobody acts yet and the policy shows no member; the answer is an address and goes to no page.
CREATE OR REPLACE FUNCTION core_email_of_mrn(number text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT u.email FROM members_member m JOIN core_user u ON u.id = m.user_id
    WHERE m.mrn = number AND m.status = 'active' AND u.is_active
$$;
"""


def tables() -> list[type[models.Model]]:
    """Models that have a table of their own. `pghistory.Events` is a query over all history tables, not one."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.label != "pghistory.Events"
    ]


def member_column(model: type[models.Model]) -> str | None:
    """The column that says whose row it is: `member_id`, or `id` for the member itself; None elsewhere."""
    if model._meta.label_lower in QUEUES:
        return None
    if model._meta.label_lower == "members.member" or _tracks_member(model):
        return "id"
    columns = {field.column for field in model._meta.local_concrete_fields}
    return "member_id" if "member_id" in columns else None


def writes_anything(model: type[models.Model]) -> bool:
    """Whether rows may be added that their writer cannot read."""
    return model._meta.label_lower in LOGS | QUEUES


def _tracks_member(model: type[models.Model]) -> bool:
    """Whether the rows are earlier states of members themselves: their `id` is the member's."""
    tracked = getattr(model, "pgh_tracked_model", None)
    return tracked is not None and tracked._meta.label_lower == "members.member"


def policy(model: type[models.Model]) -> str | None:
    """The condition under which a transaction reaches a row; None where the table holds nothing personal."""
    column = member_column(model)
    if model._meta.label_lower in QUEUES:
        return "false"
    if writes_anything(model):
        return f"{SOMEBODY} IS NOT NULL AND (member_id IS NULL OR user_id = {SOMEBODY} OR core_reaches(member_id))"
    organization = "managing_organization_id = ANY (core_context_ids('kpcare.organization_ids'))"
    if column == "member_id" or _tracks_member(model):
        return f"core_reaches({column})"
    if column == "id":
        return f"id = ANY (core_context_ids('kpcare.member_ids')) OR {organization}"
    columns = {field.column for field in model._meta.local_concrete_fields}
    return organization if "managing_organization_id" in columns else None


def is_history(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_tracked_model")


def _grant(model: type[models.Model]) -> str:
    if is_history(model):
        return "SELECT"
    if model in (AuditEvent, AuditSeal) or getattr(model, "append_only", False):
        return "SELECT, INSERT"
    return "SELECT, INSERT, UPDATE, DELETE"


def statements() -> list[str]:
    """Every grant and policy, as SQL that may run again and again."""
    sql = [FUNCTIONS, partitions.FUNCTION, f"GRANT USAGE ON SCHEMA public TO {APP}, {JOBS}"]
    for model in tables():
        table = f'"{model._meta.db_table}"'
        sql.append(f"REVOKE ALL ON {table} FROM {APP}, {JOBS}; GRANT {_grant(model)} ON {table} TO {APP}, {JOBS}")
        test = policy(model)
        if test:
            sql.append(
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; DROP POLICY IF EXISTS reach ON {table}; "
                f"CREATE POLICY reach ON {table} USING ({test})"
                + (" WITH CHECK (true)" if writes_anything(model) else "")
            )
    sql.append(f'GRANT SELECT ON "django_migrations" TO {APP}, {JOBS}')
    sql.append(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}, {JOBS}")
    # History is written with the owner's rights, so that nobody else needs (or has) the right to write it.
    sql.append(
        """
        DO $$ DECLARE f regprocedure; BEGIN
            FOR f IN SELECT DISTINCT t.tgfoid::regprocedure FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE p.prosrc LIKE '%pgh_created_at%' AND NOT p.prosecdef
            LOOP EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', f); END LOOP;
        END $$;
        """
    )
    return sql


def install_triggers(using: str) -> None:
    """Install triggers that are missing or differ from the models; remove those that no model states any more."""
    with connections[using].cursor() as cursor:
        # pgtrigger leaves the digest of a trigger as its comment.
        cursor.execute(
            "SELECT c.relname, t.tgname, obj_description(t.oid, 'pg_trigger') FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgparentid = 0 AND NOT t.tgisinternal AND t.tgenabled <> 'D'"
        )
        present = {(table, name): digest for table, name, digest in cursor.fetchall()}
    wanting = [
        trigger.get_uri(model)
        for model, trigger in pgtrigger.registered()
        if present.get((model._meta.db_table, trigger.get_pgid(model))) != trigger.compile(model).hash
    ]
    if wanting:
        pgtrigger.install(*wanting, database=using)
    pgtrigger.prune(database=using)


def apply_after_migrate(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """`post_migrate` receiver. Skipped while the schema is not whole (a migrate to an earlier state)."""
    connection = connections[using]
    present = set(connection.introspection.table_names())
    if settings.LOGIN != "owner" or not {model._meta.db_table for model in tables()} <= present:
        return
    install_triggers(using)
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)
    partitions.ensure(ahead=settings.PARTITION_MONTHS_AHEAD, using=using)
