"""Rules over every model: the next one added is held to them without anybody remembering."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from core.constraints import MemberForeignKey
from core.models.audit import AuditEvent, AuditSeal
from core.partitions import partitioned_models
from core.security import APP, JOBS, is_history, policy
from members.models import MemberOwned

pytestmark = pytest.mark.django_db
OURS = [
    model
    for room in settings.ROOMS
    for model in apps.get_app_config(room).get_models(include_auto_created=True)
    if model._meta.managed and not model._meta.proxy
]
HISTORY = [model for model in OURS if is_history(model)]
DOMAIN = [model for model in OURS if not is_history(model)]
OWNED = [model for model in DOMAIN if "member_id" in {field.column for field in model._meta.local_concrete_fields}]

# `member_id` is no key in these logs, which outlive what they are about.
LOGS = {"core.memberchange", "core.auditevent", "core.outboxmessage"}
# Kept without a history table, each with the reason. Append-only tables are their own history.
NO_HISTORY = {
    "core.memberchange": "a queue",
    "core.auditevent": "append-only",
    "core.outboxmessage": "its states are its history; delivered rows do not change",
    "members.membermerge": "is itself the record of a merge and of its undoing",
    "members.endedbydeath": "written once; that the death was taken back is an instant set once",
    "plans.coverageperiod": "bitemporal: versions keep when they were known; a trigger lets no other change through",
    "prevention.measureresult": "computed from the chart, which has history",
    "prevention.answeredsince": "a queue, emptied each night",
    "prevention.carerulestate": "computed from the chart, which has history",
    "prevention.immunisationstate": "computed from the doses given, which have history, and the dated policy",
    "prevention.immunisationforecast": "computed from the doses given, which have history, and the dated policy",
    "prevention.immunisationevaluation": "computed from the doses given, which have history, and the dated policy",
    "prevention.registrybatchitem": "planned, then done once: its batch and the audit say who and when",
    "prevention.reminder": "its steps are rows, its delivery is the outbox's, who has it in hand is in the audit",
    "prevention.outreachepisode": "entered and stopped once, with reason; computed from gaps, which have history",
    "prevention.onetaplink": "its states are instants, each set once",
    "billing.riskscore": "computed for a run from diagnoses, and keyed by it",
    "interop.importedresource": "says what a file brought; the facts have history",
    "interop.resourcereference": "says what a file brought; the facts have history",
}
# References between rows of two members, each with the reason.
NOT_OF_ONE_MEMBER = {
    ("plans.coverage", "contract"): "a family's contract belongs to its subscriber",
    ("plans.accumulator", "contract"): "a family's contract belongs to its subscriber",
    ("plans.accumulatorentry", "accumulator"): "a family's accumulator belongs to its subscriber",
    ("prevention.reminder", "message"): "a message may be about nobody; the queue writes both from one row",
}


# Keys to a member of models that are nobody's own, each with the reason.
ABOUT_PEOPLE = {
    ("members.member", "mother"): "two members, each in their own right",
    ("members.member", "merged_into"): "two records of one person",
    ("members.matchreview", "decided_member"): "empty until it is decided who is meant; guarded by its organisation",
}
# Ids that are no keys, each with the reason. Whatever they name is read under the row's own member and policy.
LOOSE = {
    ("core.auditevent", "user_id"): "outlives the account",
    ("clinical.orderalert", "order_id"): "of any kind of order",
    ("clinical.task", "focus_id"): "of any model, named in focus_model",
    ("prevention.followup", "fact_id"): "of any kind of fact",
    ("prevention.elsewherereport", "fact_id"): "of any kind of fact",
    ("interop.importedresource", "object_id"): "of any model, by the type of resource",
    ("interop.resourcereference", "from_id"): "of any model, by the type of resource",
    ("interop.resourcereference", "to_id"): "of any model, also of what is no member's (an organisation)",
}


def label(model) -> str:
    return model._meta.label_lower


def rows(sql: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def is_tracked(model) -> bool:
    return any(getattr(event, "pgh_tracked_model", None) is model for event in HISTORY)


def triggers_of(model) -> str:
    found = rows(
        "SELECT p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = %s::regclass",
        f'"{model._meta.db_table}"',
    )
    return "\n".join(row[0] for row in found)


def test_there_are_models_to_walk():
    assert len(OWNED) > 40
    assert len(HISTORY) > 20


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_a_members_row_says_whose_it_is_and_must(model):
    if label(model) in LOGS:
        return
    field = next(field for field in model._meta.local_concrete_fields if field.column == "member_id")
    assert isinstance(field, models.ForeignKey | models.OneToOneField), "member_id refers to a member"
    assert field.remote_field.model._meta.label_lower == "members.member"
    if issubclass(model, MemberOwned):
        assert not field.null


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_the_database_knows_that_the_member_exists(model):
    """By a key of its own, by one to a parent of the same member that has it, or once for each statement."""
    if label(model) in LOGS:
        return
    keys = {
        tuple(columns)
        for (columns,) in rows(
            "SELECT (SELECT array_agg(a.attname::text ORDER BY k.ord) "
            "FROM unnest(c.conkey) WITH ORDINALITY k (num, ord) "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num) "
            "FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass",
            f'"{model._meta.db_table}"',
        )
    }
    parents = {
        ("member_id", field.column)
        for field in model._meta.local_concrete_fields
        if getattr(field.remote_field, "model", None) in OWNED and not field.null
    }
    by_statement = "is about a member who does not exist" in triggers_of(model)
    assert ("member_id",) in keys or keys & parents or by_statement


@pytest.mark.parametrize("model", [model for model in DOMAIN if model not in OWNED], ids=label)
def test_what_hangs_on_a_members_row_says_whose_it_is_itself(model):
    """A child without `member_id` has no policy, no shard and no tie to its parent's member."""
    for field in model._meta.local_concrete_fields:
        target = getattr(field.remote_field, "model", None)
        if isinstance(target, type) and (target in OWNED or label(target) == "members.member"):
            assert (label(model), field.name) in ABOUT_PEOPLE, f"{field.name}: give the model a member (MemberOwned)"


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_every_reference_by_id_is_a_key_or_says_why_it_is_none(model):
    loose = [
        field.name
        for field in model._meta.local_concrete_fields
        if isinstance(field, models.UUIDField) and not field.primary_key and field.column != "member_id"
    ]
    assert [name for name in loose if (label(model), name) not in LOOSE] == []


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_a_reference_to_another_row_of_a_member_is_tied_to_the_same_member(model):
    """FOREIGN KEY (member_id, parent_id) REFERENCES parent (member_id, id), as the catalogue has it."""
    keys = {
        (tuple(columns), target)
        for columns, target in rows(
            "SELECT (SELECT array_agg(a.attname::text ORDER BY k.ord) "
            "FROM unnest(c.conkey) WITH ORDINALITY k (num, ord) "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num), "
            "c.confrelid::regclass::text "
            "FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass",
            f'"{model._meta.db_table}"',
        )
    }
    for field in model._meta.local_concrete_fields:
        target = getattr(field.remote_field, "model", None)
        if not isinstance(target, type) or target not in OWNED:
            continue
        if (label(model), field.name) in NOT_OF_ONE_MEMBER:
            continue
        assert (("member_id", field.column), target._meta.db_table) in keys, (
            f"{field.name}: MemberForeignKey is missing"
        )
        assert ((field.column,), target._meta.db_table) not in keys, f"{field.name}: pays for two keys"
        assert any(isinstance(one, MemberForeignKey) and one.field == field.name for one in model._meta.constraints)


@pytest.mark.parametrize("model", OURS, ids=label)
def test_what_is_personal_is_guarded_by_row_level_security(model):
    columns = {field.column for field in model._meta.local_concrete_fields}
    personal = bool(columns & {"member_id", "managing_organization_id"}) or (
        is_history(model) and model.pgh_tracked_model._meta.label_lower == "members.member"
    )
    if not personal:
        return
    assert policy(model) is not None
    found = rows(
        "SELECT c.relrowsecurity, (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) "
        "FROM pg_class c WHERE c.oid = %s::regclass",
        f'"{model._meta.db_table}"',
    )
    assert found == [(True, 1)]


@pytest.mark.parametrize("model", OWNED, ids=label)
def test_a_members_rows_have_history_or_never_change(model):
    if label(model) in NO_HISTORY or is_tracked(model):
        return
    never_change = getattr(model, "append_only", False) or "is refused: the row is final" in triggers_of(model)
    assert never_change, "Decorate it with @core.history.track(), or state why not in NO_HISTORY."


@pytest.mark.parametrize("model", [model for model in OURS if is_tracked(model)], ids=label)
def test_history_is_written_by_statement_for_insert_update_and_delete_and_by_nobody_else(model):
    found = rows(
        "SELECT t.tgtype, p.prosecdef FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgrelid = %s::regclass AND p.prosrc LIKE '%%pgh_created_at%%'",
        f'"{model._meta.db_table}"',
    )
    assert all(definer for _, definer in found), "a history trigger runs with the owner's rights"
    assert all(not kind & 1 for kind, _ in found), "statement level"
    assert {bit for bit in (4, 8, 16) for kind, _ in found if kind & bit} == {4, 8, 16}
    assert "Nobody acts" in triggers_of(model)


@pytest.mark.parametrize("model", OURS, ids=label)
@pytest.mark.parametrize("login", [APP, JOBS])
def test_grants_are_what_they_should_be(model, login):
    if is_history(model):
        expected = {"SELECT"}
    elif model in (AuditEvent, AuditSeal) or getattr(model, "append_only", False):
        expected = {"SELECT", "INSERT"}
    else:
        expected = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    kinds = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    table = f'"{model._meta.db_table}"'
    held = {kind for kind in kinds if rows("SELECT has_table_privilege(%s, %s, %s)", login, table, kind)[0][0]}
    assert held == expected


def test_the_logins_are_what_the_design_says():
    found = {
        name: (superuser, bypass)
        for name, superuser, bypass in rows(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname IN (%s, %s)", APP, JOBS
        )
    }
    assert found == {APP: (False, False), JOBS: (False, True)}
    owned = rows(
        "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname IN (%s, %s)", APP, JOBS
    )
    assert owned == []


@pytest.mark.parametrize("model", HISTORY, ids=label)
def test_history_is_partitioned_by_month(model):
    assert model in partitioned_models()
    assert rows("SELECT relkind FROM pg_class WHERE oid = %s::regclass", f'"{model._meta.db_table}"') == [("p",)]


@pytest.mark.parametrize("model", DOMAIN, ids=label)
def test_money_is_never_a_float(model):
    assert not [field.name for field in model._meta.local_concrete_fields if isinstance(field, models.FloatField)]
