"""Who is spoken to and written to about a child: a parent or guardian, else an adult who lives with them.

A proxy who is a parent or legal guardian goes first, then the child's mother, the subscriber of their coverage, and
another adult of the household. Whoever asked to be left alone is passed over. A child who asked for confidential
communications (45 CFR 164.522(b)) is spoken of to nobody. Text messages and e-mails go to proxies alone: nobody else
has shown that the child is theirs.

`queue.READY` asks the same of the database, for everybody at once.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext_lazy as _

from members.models import CommunicationPreference, Consent, Member, MemberAddress, MemberTelecom, Proxy
from network.ages import ADULT
from plans.models import Coverage

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
# By key, not by a condition with OR: that would read all members for each child.
AT_HOME = """
(SELECT k.id FROM members_member k WHERE k.household_id = m.household_id UNION SELECT m.mother_id
    UNION SELECT t.member_id FROM plans_coverage v JOIN plans_coveragecontract t ON t.id = v.contract_id
        WHERE v.member_id = m.id) c
JOIN members_member o ON o.id = c.id AND o.id <> m.id AND o.status = 'active' AND o.deceased_at IS NULL
    AND o.birth_date <= %(today)s::date - make_interval(years => %(adult)s)
"""
# An adult who is no proxy: called and written a letter, never sent a message.
HOME = f"""
SELECT o.id AS member_id, o.language FROM {AT_HOME} WHERE {IS_CHILD} AND NOT {UNWILLING} AND NOT {CONFIDENTIAL}
ORDER BY o.id IS NOT DISTINCT FROM m.mother_id DESC, {SUBSCRIBES} DESC, o.birth_date, o.id LIMIT 1
"""
# There are adults, and every one of them asked to be left alone; or the child asked that none be told.
REFUSED = f"""
({CONFIDENTIAL} OR EXISTS (SELECT FROM members_proxy x WHERE {IS_PARENT})
    OR EXISTS (SELECT FROM {AT_HOME}))
"""


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
    children = {one.pk: one for one in members if is_child(one, today)}
    if not children:
        return {}
    found: dict[uuid.UUID, list[tuple[str | StrPromise, Member | None, str]]] = defaultdict(list)
    for proxy in _proxies(children, today):
        own = getattr(proxy.user, "member", None)
        found[proxy.member_id].append((PROXIES[Proxy.Relationship(proxy.relationship)], own, proxy.user.name))
    for child, relation, adult in _at_home(children, today):
        if adult.pk not in {known.pk for _relation, known, _name in found[child] if known}:
            found[child].append((relation, adult, str(adult)))
    known = {adult.pk for adults in found.values() for _relation, adult, _name in adults if adult}
    unwilling, numbers, addresses = _unwilling(known, today), _numbers(known, today), addresses_of(known, today)
    confidential = set(
        MemberAddress.objects.filter(
            member__in=children, use=MemberAddress.Use.CONFIDENTIAL, period__contains=today
        ).values_list("member_id", flat=True)
    )
    answer = {}
    for child in children:
        willing = [
            Guardian(name, relation, adult, numbers.get(adult.pk, ()), addresses.get(adult.pk))
            if adult
            else Guardian(name, relation, None)
            for relation, adult, name in found[child]
            if child not in confidential and (adult is None or adult.pk not in unwilling)
        ]
        answer[child] = Adults(willing, refused=not willing and (bool(found[child]) or child in confidential))
    return answer


def _proxies(children: Collection[uuid.UUID], today: date) -> Iterable[Proxy]:
    """As `queue.PARENT` has them: who is a member first, a guardian before a parent, the longest first."""
    rows = Proxy.objects.filter(
        member__in=children,
        period__contains=today,
        relationship__in=PARENTS,
        scopes__contains=["view"],
        user__is_active=True,
    ).select_related("user__member")
    order: dict[str, int] = {relation: place for place, relation in enumerate(PARENTS)}
    return sorted(
        rows,
        key=lambda row: (
            getattr(row.user, "member", None) is None,
            -order[row.relationship],
            row.period.lower or date.min,
            row.pk,
        ),
    )


def _at_home(children: dict[uuid.UUID, Member], today: date) -> Iterable[tuple[uuid.UUID, "str | StrPromise", Member]]:
    """(child, relation, adult), whom first: the mother, the subscriber, then by age."""
    subscribers: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    covered = Coverage.objects.filter(member__in=children).values_list("member_id", "contract__member_id")
    for child_id, adult_id in covered:
        subscribers[child_id].add(adult_id)
    grown = Member.objects.filter(
        status=Member.Status.ACTIVE, deceased_at__isnull=True, birth_date__lte=today - relativedelta(years=ADULT)
    )
    homes = {one.household_id for one in children.values() if one.household_id}
    wanted = {adult_id for adult_ids in subscribers.values() for adult_id in adult_ids}
    wanted |= {one.mother_id for one in children.values() if one.mother_id}
    adults = list((grown.filter(household__in=homes) | grown.filter(pk__in=wanted)).order_by("birth_date", "pk"))
    for child in children.values():
        named = [
            (0 if adult.pk == child.mother_id else 1 if adult.pk in subscribers[child.pk] else 2, adult)
            for adult in adults
            if adult.pk != child.pk
            and (
                adult.pk == child.mother_id
                or adult.pk in subscribers[child.pk]
                or (child.household_id and adult.household_id == child.household_id)
            )
        ]
        for place, adult in sorted(named, key=lambda one: one[0]):
            yield child.pk, RELATIONS[place], adult


PROXIES = {Proxy.Relationship.PARENT: _("parent"), Proxy.Relationship.GUARDIAN: _("legal guardian")}
RELATIONS = (_("mother"), _("subscriber of the coverage"), _("adult of the household"))


def _unwilling(members: Collection[uuid.UUID], today: date) -> set[uuid.UUID]:
    wishes = CommunicationPreference.objects.filter(member__in=members, no_outreach=True)
    consents = Consent.objects.filter(member__in=members, kind="reminders", is_given=False, period__contains=today)
    return {*wishes.values_list("member_id", flat=True), *consents.values_list("member_id", flat=True)}


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
