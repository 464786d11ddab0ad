"""Who opens a record to its own person: an address known for a while, or a document that staff saw.

An address that staff entered of late proves nothing: whoever can write one could open the record of an adult to
themselves. Why it is so, and what else was thought of: docs/decisions/0055-whose-word-opens-a-record.md.
"""

import datetime
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import accounts, audit, outbox
from core.db import ask
from core.models import AuditEvent, User
from members import merged_access
from members.models import IdentityCheck, Member, MemberTelecom
from members.portal import age_on
from network.ages import ADULT

# So long an address that was added beside an older one, or alone, is not trusted with an invitation.
NEWLY_ADDED = datetime.timedelta(days=14)


def may_be_invited(member: Member, on: datetime.date) -> bool:
    """Whether the member is a living adult without an account, and nobody has yet to say who opens their record."""
    age = age_on(member, on)
    if member.user_id is not None or member.deceased_at is not None or age is None or age < ADULT:
        return False
    return not merged_access.waits(member)


@transaction.atomic
def invite_where_known(member: Member, *, by: User, on: datetime.date) -> None:
    """An account at an e-mail address known for a while and a link to it; without one, or where it is taken, a letter.

    Whoever may not be invited hears nothing.
    """
    if not may_be_invited(member, on):
        return
    found = known_email(member, on)
    if found is None or User.objects.filter(email__iexact=found.value).exists():
        outbox.enqueue(
            dedupe_key=f"members.portal_invitation:{member.pk}",
            channel="letter",
            template="portal_invitation",
            member_id=member.pk,
            language=_language(member),
            context={"given_name": member.given},
        )
        return
    _open_account(member, found.value, by=by)


def known_email(member: Member, on: datetime.date) -> MemberTelecom | None:
    """Where an invitation may go unseen: to an address that has stood for a while, or came with the person."""
    if merged_access.merged_of_late(member, on=on):
        # The addresses of two records stand beside each other, and of one of them nobody knows whose it is.
        return None
    since = on - NEWLY_ADDED
    standing = MemberTelecom.objects.filter(member=member, system="email", period__contains=on).order_by("rank", "id")
    return next((one for one in standing if one.period.lower is None or one.period.lower <= since), None)


@transaction.atomic
def invite_in_person(member: Member, *, by: User, email: str, document: str, on: datetime.date) -> IdentityCheck:
    """The member stands before `by`, who saw `document` (`IdentityCheck.Document`): invited at once at `email`.

    On record is who saw what; the member is told by letter as well. Raises `ValueError` where somebody may not be
    invited, for an address that is not theirs or signs in already, and where `by` entered it themselves of late, or
    registered or merged the record that it stands in.
    """
    held = Member.objects.select_for_update().get(pk=member.pk)
    if not may_be_invited(held, on):
        raise ValueError(_("Only living adults without an account are invited."))
    standing = MemberTelecom.objects.filter(member=held, system="email", period__contains=on)
    address = next((one for one in standing if one.value == email), None)
    if address is None:
        raise ValueError(_("Choose one of their addresses."))
    if User.objects.filter(email__iexact=email).exists():
        raise ValueError(_("An account with this address stands already: ask them for another address."))
    if _entered_of_late(address, by, on):
        raise ValueError(_("You entered this address yourself: a colleague looks at the document and invites them."))
    if has_made(held, by, since=on - merged_access.OF_LATE):
        raise ValueError(_("You registered or merged this record: a colleague looks at the document and invites them."))
    check = IdentityCheck.objects.create(member=held, document=document, email=email, checked_by=by)
    audit.record(
        by=by,
        action="create",
        verb="members.check_identity",
        member_id=held.pk,
        obj=check,
        detail={"document": document},
    )
    _open_account(held, email, by=by)
    outbox.enqueue(
        dedupe_key=f"members.portal_opened:{check.pk}",
        channel="letter",
        template="portal_opened",
        member_id=held.pk,
        language=_language(held),
        context={"given_name": held.given},
    )
    return check


def _entered_of_late(address: MemberTelecom, by: User, on: datetime.date) -> bool:
    """Whether `by` entered it, also in a record that was merged into this one."""
    return _done(
        by, ["members.add_telecom"], _records(address.member_id), since=on - NEWLY_ADDED, object_id=str(address.pk)
    )


# What makes a record, or brings another's addresses into it.
MAKING = ("members.register", "members.merge", "members.unmerge")


def has_made(member: Member, by: User, *, since: datetime.date | None = None) -> bool:
    """Whether `by` registered the record, or one that was merged into it, or merged them; since a day, or ever."""
    return _done(by, MAKING, _records(member.pk), since=since)


def has_opened(account: User, by: User) -> bool:
    """Whether `by` made or opened the record that the account signs in to, or invited the account: then it may be
    their own, whatever name stands on it."""
    invited = AuditEvent.objects.filter(
        user_id=by.pk, verb="core.invite", object_type=User._meta.label_lower, object_id=str(account.pk)
    )
    record = Member.objects.filter(user=account).first()
    return invited.exists() or (record is not None and has_made(record, by))


def _records(member_id: UUID) -> list[UUID]:
    """The record and those that were merged into it."""
    ((found,),) = ask("SELECT core_records_of(%s)", [member_id])
    return sorted({member_id, *found})


def _done(by: User, verbs: Iterable[str], records: list[UUID], *, since: datetime.date | None, **more: str) -> bool:
    found = AuditEvent.objects.filter(user_id=by.pk, verb__in=list(verbs), member_id__in=records, **more)
    # Row by row the day at the reader's clock would keep an index from being used.
    return (found.filter(at__gte=_midnight(since)) if since else found).exists()


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


def _open_account(member: Member, email: str, *, by: User) -> None:
    user = User.objects.create_user(email, name=str(member), language=_language(member))
    Member.objects.filter(pk=member.pk).update(user=user)
    accounts.invite(by=by, user=user, given_name=member.given, member_id=member.pk)


def _language(member: Member) -> str:
    return member.language if member.language in ("en", "es") else "en"
