"""Who is spoken to and written to about a child: a parent or guardian, else an adult who lives with them.

A proxy who is a parent or legal guardian goes first, then the child's mother, the subscriber of their coverage, and
another adult of the household. Whoever asked to be left alone is passed over. A child who asked for confidential
communications (45 CFR 164.522(b)) is spoken of to nobody. Text messages and e-mails go to proxies alone: nobody else
has shown that the child is theirs.

Said once, in SQL: the nightly queue takes the first who is willing (`PARENT`, `HOME`), for everybody at once; a page
names all of them (`adults_of`).
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from dateutil.relativedelta import relativedelta
from django.db import connection
from django.utils.translation import gettext_lazy as _

from members.models import Member, MemberAddress, MemberTelecom, Proxy
from network.ages import ADULT

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PARENTS = (Proxy.Relationship.PARENT, Proxy.Relationship.GUARDIAN)
NUMBERS = (MemberTelecom.System.PHONE, MemberTelecom.System.SMS)

# `m` is the child, `o` the adult. A refusal is either a wish or a consent that was taken back.
UNWILLING = """
(EXISTS (SELECT FROM members_communicationpreference n WHERE n.member_id = o.id AND n.no_outreach)
    OR EXISTS (SELECT FROM members_consent n WHERE n.member_id = o.id AND n.kind = 'reminders' AND NOT n.is_given
        AND n.period @> %(today)s::date))
"""
CONFIDENTIAL = """
EXISTS (SELECT FROM members_memberaddress d WHERE d.member_id = m.id AND d.use = 'confidential'
    AND d.period @> %(today)s::date)
"""
IS_CHILD = "(coalesce(m.birth_date > %(today)s::date - make_interval(years => %(adult)s), false))"
IS_PARENT = """
x.member_id = m.id AND x.period @> %(today)s::date AND 'view' = ANY (x.scopes)
    AND x.relationship IN ('parent', 'guardian')
"""
SUBSCRIBES = """
EXISTS (SELECT FROM plans_coverage v JOIN plans_coveragecontract t ON t.id = v.contract_id
    WHERE v.member_id = m.id AND t.member_id = o.id)
"""
# Parents and guardians who may see the record (`a` the account), and in which order: who is a member first, a guardian
# before a parent, the longest first.
PROXIES = f"""
members_proxy x JOIN core_user a ON a.id = x.user_id AND a.is_active
LEFT JOIN members_member o ON o.user_id = x.user_id
WHERE {IS_CHILD} AND {IS_PARENT}
"""
PROXIES_FIRST = "o.id IS NULL, x.relationship <> 'guardian', lower(x.period), x.id"
# By key, not by a condition with OR: that would read all members for each child.
AT_HOME = f"""
(SELECT k.id FROM members_member k WHERE k.household_id = m.household_id UNION SELECT m.mother_id
    UNION SELECT t.member_id FROM plans_coverage v JOIN plans_coveragecontract t ON t.id = v.contract_id
        WHERE v.member_id = m.id) c
JOIN members_member o ON o.id = c.id AND o.id <> m.id AND o.status = 'active' AND o.deceased_at IS NULL
    AND o.birth_date <= %(today)s::date - make_interval(years => %(adult)s)
WHERE {IS_CHILD}
"""
IS_MOTHER = "o.id IS NOT DISTINCT FROM m.mother_id"
AT_HOME_FIRST = f"{IS_MOTHER} DESC, {SUBSCRIBES} DESC, o.birth_date, o.id"

# Who is written to about a child. Nobody is, where the child asked for confidential communications.
PARENT = f"""
SELECT x.user_id, o.id AS member_id, o.language, CASE WHEN o.id IS NULL THEN a.email END AS email
FROM {PROXIES} AND NOT {UNWILLING} AND NOT {CONFIDENTIAL} ORDER BY {PROXIES_FIRST} LIMIT 1
"""
# An adult who is no proxy: called and written a letter, never sent a message.
HOME = f"""
SELECT o.id AS member_id, o.language FROM {AT_HOME} AND NOT {UNWILLING} AND NOT {CONFIDENTIAL}
ORDER BY {AT_HOME_FIRST} LIMIT 1
"""
# There are adults, and every one of them asked to be left alone; or the child asked that none be told.
REFUSED = f"""
({CONFIDENTIAL} OR EXISTS (SELECT FROM {PROXIES}) OR EXISTS (SELECT FROM {AT_HOME}))
"""
# All of them: child, relation, adult (a member or a name), whether they may be spoken to.
EVERYBODY = f"""
SELECT m.id, w.relation, w.member_id, w.name, NOT (w.unwilling OR {CONFIDENTIAL}) FROM members_member m
CROSS JOIN LATERAL (
    SELECT 1 AS turn, row_number() OVER (ORDER BY {PROXIES_FIRST}) AS place, x.relationship AS relation,
        o.id AS member_id, a.name, {UNWILLING} AS unwilling FROM {PROXIES}
    UNION ALL
    SELECT 2, row_number() OVER (ORDER BY {AT_HOME_FIRST}),
        CASE WHEN {IS_MOTHER} THEN 'mother' WHEN {SUBSCRIBES} THEN 'subscriber' ELSE 'household' END,
        o.id, '', {UNWILLING} FROM {AT_HOME}
) w WHERE m.id = ANY (%(children)s) ORDER BY m.id, w.turn, w.place
"""
WISHES = f"SELECT m.id FROM members_member m WHERE m.id = ANY (%(children)s) AND {CONFIDENTIAL}"
RELATIONS = {
    "parent": _("parent"),
    "guardian": _("legal guardian"),
    "mother": _("mother"),
    "subscriber": _("subscriber of the coverage"),
    "household": _("adult of the household"),
}


@dataclass(frozen=True)
class Guardian:
    """An adult to speak to about a child. `member` is empty where they are no member themselves."""

    name: str
    relation: "str | StrPromise"
    member: Member | None
    numbers: tuple[str, ...] = ()
    address: MemberAddress | None = None


class Adults(NamedTuple):
    """The adults of one child, whom first; `refused`: there are some, or the child has a wish, and nobody may be."""

    willing: list[Guardian]
    refused: bool


def is_child(member: Member, today: date) -> bool:
    return member.birth_date is not None and member.birth_date > today - relativedelta(years=ADULT)


def adults_of(members: Iterable[Member], today: date) -> dict[uuid.UUID, Adults]:
    """Child → the adults to speak to; nothing for who is grown up. A few queries, however many members."""
    children = [one.pk for one in members if is_child(one, today)]
    if not children:
        return {}
    asked: dict[str, Any] = {"children": children, "today": today, "adult": ADULT}
    with connection.cursor() as cursor:
        cursor.execute(EVERYBODY, asked)
        rows = cursor.fetchall()
        cursor.execute(WISHES, asked)
        wish = {child for (child,) in cursor.fetchall()}
    known = Member.objects.in_bulk({adult for _child, _relation, adult, _name, _may in rows if adult})
    numbers, addresses = _numbers(known, today), addresses_of(known, today)
    found = {child: Adults([], refused=child in wish) for child in children}
    named: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for child, relation, adult, name, may in rows:
        if adult is not None:
            # A parent who lives with the child is named once, as the parent.
            if (child, adult) in named:
                continue
            named.add((child, adult))
        there = known.get(adult) if adult else None
        if may:
            who = Guardian(name or str(there), RELATIONS[relation], there, numbers.get(adult, ()), addresses.get(adult))
            found[child].willing.append(who)
        elif not found[child].refused:
            found[child] = found[child]._replace(refused=True)
    return {child: Adults(each.willing, each.refused and not each.willing) for child, each in found.items()}


def _numbers(members: Collection[uuid.UUID], today: date) -> dict[uuid.UUID, tuple[str, ...]]:
    found: dict[uuid.UUID, list[str]] = defaultdict(list)
    rows = MemberTelecom.objects.filter(member__in=members, system__in=NUMBERS, period__contains=today)
    for row in rows.order_by("rank", "pk"):
        if row.value not in found[row.member_id]:
            found[row.member_id].append(row.value)
    return {member: tuple(values) for member, values in found.items()}


def addresses_of(members: Collection[uuid.UUID], today: date) -> dict[uuid.UUID, MemberAddress]:
    """Where letters to them go: the address for confidential communications, else for mail, else their home."""
    place: dict[str, int] = {MemberAddress.Use.CONFIDENTIAL: 2, MemberAddress.Use.MAIL: 1}
    rows = MemberAddress.objects.filter(member__in=members, period__contains=today).exclude(line1="")
    return {row.member_id: row for row in sorted(rows, key=lambda row: (place.get(row.use, 0), row.pk))}
