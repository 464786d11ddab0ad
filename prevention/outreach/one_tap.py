"""The link of a message: signed, for one gap and one answer, until a day; it says nothing before a date of birth.

The address holds the link's id and a signature, and names nobody. A wrong date of birth is counted on the link itself,
which is dead after a few, so that trying from many addresses helps nobody.
"""

import base64
import binascii
import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.core import signing
from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from core import audit
from core.context import Context, current, use
from core.models import User
from prevention.models import CareGap, OneTapLink
from prevention.rules.positives import WAITING

SALT = "prevention.one_tap"
MAX_FAILURES = 5


class LinkSpent(Exception):
    """The link was used, is past its day, was tried too often, or never was one: nobody is told which."""


@dataclass(frozen=True)
class Holder:
    """Whom a link stands for: `by` is their account, or the system's where they have none."""

    link_id: uuid.UUID
    member_id: uuid.UUID
    by: User


def token_for(link_id: uuid.UUID | str) -> str:
    """The signed id, for an address."""
    value = base64.urlsafe_b64encode(uuid.UUID(str(link_id)).bytes).decode().rstrip("=")
    return signing.Signer(salt=SALT, sep=".").sign(value)


def path_for(link_id: uuid.UUID | str) -> str:
    return reverse("prevention:one_tap", args=[token_for(link_id)])


def link_id_of(token: str) -> uuid.UUID:
    """The id in a token. Raises `LinkSpent` for one that we did not sign."""
    try:
        value = signing.Signer(salt=SALT, sep=".").unsign(token)
        return uuid.UUID(bytes=base64.urlsafe_b64decode(value + "=="))
    except (signing.BadSignature, ValueError, binascii.Error) as error:
        raise LinkSpent from error


@contextlib.contextmanager
def holding(token: str) -> Iterator[Holder]:
    """Act for whom the link stands, with reach to them alone. Raises `LinkSpent`."""
    link_id = link_id_of(token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT member, account FROM prevention_link_owner(%s)", [link_id])
        found = cursor.fetchone()
    if found is None:
        raise LinkSpent
    member_id, account = found
    by = User.objects.get(pk=account) if account else User.objects.system("one-tap")
    if not by.is_active:
        by = User.objects.system("one-tap")
    before = current()
    context = Context(
        by.pk,
        "one-tap",
        "one-tap link",
        frozenset([member_id]),
        ip_address=before.ip_address,
        request_id=before.request_id,
    )
    with use(context):
        yield Holder(link_id, member_id, by)


def open_link(holder: Holder) -> OneTapLink:
    """The link, while it works; the first look is noted. Raises `LinkSpent`."""
    link = OneTapLink.objects.select_related("gap__member__region", "reminder").get(
        pk=holder.link_id, member_id=holder.member_id
    )
    # What is labelled since the link was sent, or waits for the answer to a result, is behind the sign-in alone.
    kept = link.gap.sensitivity or link.gap.last_done_what in WAITING
    if link.used_at is not None or link.failures >= MAX_FAILURES or kept:
        raise LinkSpent
    if link.opened_at is None:
        OneTapLink.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=timezone.now())
    return link


@transaction.atomic
def confirm(link: OneTapLink, *, by: User, born: date) -> bool:
    """Whether `born` is the member's date of birth. A wrong one counts against the link and is audited."""
    if link.gap.member.birth_date == born:
        OneTapLink.objects.filter(pk=link.pk, confirmed_at__isnull=True).update(confirmed_at=timezone.now())
        audit.record(by=by, action="execute", verb="prevention.confirm_one_tap", obj=link)
        return True
    OneTapLink.objects.filter(pk=link.pk).update(failures=F("failures") + 1)
    audit.record(by=by, action="refuse", verb="prevention.confirm_one_tap", obj=link, reason="wrong date of birth")
    return False


def use_link(link: OneTapLink, *, used_for: str) -> CareGap:
    """Spend the link inside the transaction of its answer; the gap, locked. Raises `LinkSpent` for a second answer."""
    spent = OneTapLink.objects.filter(
        pk=link.pk, used_at__isnull=True, confirmed_at__isnull=False, expires_at__gt=timezone.now()
    ).update(used_at=timezone.now(), used_for=used_for)
    if spent != 1:
        raise LinkSpent
    return (
        CareGap.objects.select_for_update(of=("self",))
        .select_related("member__region")
        .get(pk=link.gap_id, member_id=link.member_id)
    )
