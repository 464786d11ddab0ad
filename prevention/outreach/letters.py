"""Outreach on paper: accessible PDFs (PDF/UA-1) by language and size of print, and that they were posted."""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from core.templatetags.kp import short_date
from members.models import CommunicationPreference, MemberAddress
from prevention.models import OneTapLink, Reminder
from prevention.outreach.kinds import kind_of
from prevention.outreach.one_tap import path_for

SOURCE = Path(__file__).parent / "letter.typ"
AT_ONCE = 200


@dataclass(frozen=True)
class Pile:
    """Letters that go through the printer together."""

    language: str
    large_print: bool
    reminders: list[Reminder]


def waiting() -> QuerySet[Reminder]:
    """Letters to be printed, oldest first."""
    return (
        Reminder.objects.filter(channel=Reminder.Channel.LETTER, status=Reminder.Status.QUEUED)
        .filter(send_after__lte=timezone.now(), gap__status="open", member__deceased_at__isnull=True)
        .select_related("gap", "member__managing_organization")
        .order_by("send_after", "id")
    )


def piles(reminders: Iterable[Reminder]) -> list[Pile]:
    """Sorted by language and size of print, in one query more."""
    reminders = list(reminders)
    large = set(
        CommunicationPreference.objects.filter(
            member__in=[one.member_id for one in reminders], large_print=True
        ).values_list("member_id", flat=True)
    )
    found: dict[tuple[str, bool], list[Reminder]] = {}
    for one in reminders:
        language = one.language.split("-")[0]
        key = (language if language in dict(settings.LANGUAGES) else "en", one.member_id in large)
        found.setdefault(key, []).append(one)
    return [Pile(language, is_large, rows) for (language, is_large), rows in sorted(found.items())]


def as_pdf(pile: Pile) -> bytes:
    """The pile as one tagged PDF. Its words reach Typst as data, never as markup."""
    import typst

    with translation.override(pile.language):
        data = _data(pile)
    return typst.compile(
        SOURCE.read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data), "language": pile.language},
    )


def _data(pile: Pile) -> dict[str, Any]:
    ids = [one.pk for one in pile.reminders]
    links = dict(OneTapLink.objects.filter(reminder__in=ids).values_list("reminder_id", "id"))
    addresses = {
        one.member_id: one
        for one in MemberAddress.objects.filter(
            member__in=[row.member_id for row in pile.reminders], period__contains=timezone.localdate()
        ).order_by("use")
    }
    sender = str(pile.reminders[0].member.managing_organization) if pile.reminders else ""
    return {
        "title": _("Letters"),
        "from": sender,
        "date": short_date(timezone.localdate(), "year"),
        "large": pile.large_print,
        "letters": [_letter(one, addresses.get(one.member_id), links.get(one.pk)) for one in pile.reminders],
    }


def _letter(reminder: Reminder, address: MemberAddress | None, link: uuid.UUID | None) -> dict[str, Any]:
    kind = kind_of(reminder.gap.rule)
    town = " ".join(part for part in (address.city, address.state, address.postal_code) if part) if address else ""
    lines = [address.line1, address.line2, town] if address else []
    ways = [
        *([settings.PUBLIC_URL.rstrip("/") + path_for(link)] if link else []),
        _("Or sign in to the portal."),
        _("Or call your care team."),
    ]
    return {
        "to": [str(reminder.member), *(line for line in lines if line)],
        "title": str(kind.member_title),
        "greeting": _("Dear %(name)s,") % {"name": reminder.member},
        "body": [
            str(kind.why),
            *([_("It costs you $0.")] if kind.costs_nothing else []),
            _("You can answer in one of these ways:"),
        ],
        "ways": ways,
        "closing": _("If you had it elsewhere, or do not want it, tell us in the same way, and we stop writing."),
    }


@transaction.atomic
def mark_posted(reminder_ids: Sequence[uuid.UUID], *, by: User) -> int:
    """These letters left the house; returns how many. One that was settled meanwhile stays as it is."""
    rows = Reminder.objects.select_for_update().filter(
        pk__in=reminder_ids, channel=Reminder.Channel.LETTER, status=Reminder.Status.QUEUED
    )
    posted = list(rows)
    Reminder.objects.filter(pk__in=[one.pk for one in posted]).update(status=Reminder.Status.SENT)
    for one in posted:
        audit.record(by=by, action="update", verb="prevention.post_letter", obj=one)
    return len(posted)
