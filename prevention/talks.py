"""Talks at a visit that no code in free use tells from others: noted in the chart under a code of ours."""

import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from clinical.actions.facts import clinician_of
from clinical.coding import add_codings
from clinical.models import CodingRole, Encounter, Procedure
from core import audit
from core.models import User
from core.terminology import concept
from members.models import Member
from prevention.rules import rule

# In core/terminology/value_sets.csv, beside the codes of others that say the same.
SYSTEM = "urn:kpcare:code-system:talks"


@transaction.atomic
def note_talk(member: Member, rule_id: str, *, by: User) -> Procedure:
    """The talk that a rule asks for took place today: a fact like any other, by which its gap closes within seconds.

    It belongs to the visit under way, where there is one. Once a day. Raises `KeyError` for a rule there is not,
    `ValueError` for one that asks for no such talk.
    """
    asked = rule(rule_id)
    if not asked.talk:
        raise ValueError("This rule is settled by a fact of another kind.")
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    code, now = concept(SYSTEM, asked.talk, str(asked.title)), timezone.now()
    today = timezone.make_aware(datetime.datetime.combine(timezone.localdate(), datetime.time.min))
    found = Procedure.objects.filter(
        member=member,
        status="completed",
        is_negated=False,
        effective__overlap=DateTimeTZRange(today, today + datetime.timedelta(days=1)),
        codings__concept=code,
        codings__role=CodingRole.CODE,
    ).first()
    if found is not None:
        return found
    visit = Encounter.objects.filter(member=member, status="in-progress").order_by("-effective").first()
    made = Procedure.objects.create(
        member=member,
        encounter=visit,
        status="completed",
        effective=DateTimeTZRange(now, now + datetime.timedelta(milliseconds=1)),
        recorded_at=now,
        performer=clinician_of(by),
        organization_id=visit.organization_id if visit else None,
    )
    add_codings(made, [code])
    audit.record(by=by, action="create", verb="prevention.note_talk", obj=made, detail={"rule": rule_id})
    return made
