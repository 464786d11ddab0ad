"""Outreach on paper: accessible PDFs (PDF/UA-1) by language and size of print; who printed them, and that they left."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import audit
from core.models import User
from core.permissions import require
from core.templatetags.kp import short_date
from members.models import CommunicationPreference, MemberAddress
from network.models import Organization
from prevention.models import LetterPile, OneTapLink, Reminder
from prevention.outreach.guardians import addresses_of, adults_of
from prevention.outreach.kinds import kind_of
from prevention.outreach.one_tap import path_for
from prevention.reach import in_reach, sees_the_system
from prevention.rules.positives import WAITING

SOURCE = Path(__file__).parent / "letter.typ"
AT_ONCE = 200


@dataclass(frozen=True)
class Pile:
    """Letters of one system that go through the printer together."""

    system: Organization
    language: str
    large_print: bool
    reminders: list[Reminder]


def _to_print() -> QuerySet[Reminder]:
    return (
        Reminder.objects.filter(channel=Reminder.Channel.LETTER, status=Reminder.Status.QUEUED)
        .filter(send_after__lte=timezone.now(), gap__status="open", member__deceased_at__isnull=True)
        .filter(gap__sensitivity=0)
        .exclude(gap__last_done_what__in=WAITING)
        .select_related("gap", "member__managing_organization")
        .order_by("send_after", "id")
    )


def waiting(by: User | None = None) -> QuerySet[Reminder]:
    """Letters that nobody has printed, oldest first; with `by`, to those whom they may meet in a list."""
    found = _to_print().filter(pile__isnull=True)
    return in_reach(found, by) if by else found


def readable(by: User) -> QuerySet[LetterPile]:
    """The piles whose every letter is to somebody whom `by` may meet in a list, and those that they printed."""
    letters = Reminder.objects.filter(pile__isnull=False)
    beyond = letters.exclude(pk__in=in_reach(letters, by).values("pk")) if not sees_the_system(by) else letters.none()
    return LetterPile.objects.filter(Q(printed_by=by) | ~Q(pk__in=beyond.values("pile")))


def in_hand(by: User | None = None) -> QuerySet[LetterPile]:
    """Printed piles that are not posted yet, oldest first, each with its `count` of letters; those that `by` reads."""
    queued = Count("letters", filter=Q(letters__status=Reminder.Status.QUEUED))
    found = readable(by) if by else LetterPile.objects.all()
    return (
        found.filter(settled_at__isnull=True).select_related("printed_by").annotate(count=queued).order_by("printed_at")
    )


def piles(reminders: Iterable[Reminder]) -> list[Pile]:
    """Sorted by system, language and size of print, in one query more."""
    reminders = list(reminders)
    large = set(
        CommunicationPreference.objects.filter(
            member__in=[one.member_id for one in reminders], large_print=True
        ).values_list("member_id", flat=True)
    )
    found: dict[tuple[str, str, bool], list[Reminder]] = {}
    for one in reminders:
        language = one.language.split("-")[0]
        language = language if language in dict(settings.LANGUAGES) else "en"
        system = str(one.member.managing_organization_id)
        found.setdefault((system, language, one.member_id in large), []).append(one)
    return [
        Pile(rows[0].member.managing_organization, language, is_large, rows)
        for (_system, language, is_large), rows in sorted(found.items())
    ]


@transaction.atomic
def print_pile(system: uuid.UUID, *, language: str, large_print: bool, by: User) -> LetterPile:
    """Take the letters that wait in a language and size, at most `AT_ONCE`: nobody else prints them meanwhile.

    To the people whom `by` may meet in a list.

    Whoever asks at the same moment gets what is left. Raises `ValueError` where nothing is.
    """
    require(by, "prevention.reach_out", LetterPile(managing_organization_id=system))
    rows = waiting(by).filter(member__managing_organization=system).select_for_update(of=("self",))
    found = next(
        (one for one in piles(rows[:AT_ONCE]) if (one.language, one.large_print) == (language, large_print)), None
    )
    if found is None:
        raise ValueError(_("Nothing waits to be printed."))
    made = LetterPile.objects.create(
        managing_organization=found.system, language=language, large_print=large_print, printed_by=by
    )
    Reminder.objects.filter(pk__in=[one.pk for one in found.reminders]).update(pile=made)
    audit.record(
        by=by, action="create", verb="prevention.print_pile", obj=made, detail={"letters": len(found.reminders)}
    )
    return made


def printed(pile: LetterPile) -> Pile:
    """A printed pile as it goes through the printer once more: without what was settled since."""
    letters = list(_to_print().filter(pile=pile))
    return Pile(pile.managing_organization, pile.language, pile.large_print, letters)


@transaction.atomic
def put_back(pile: LetterPile, *, by: User) -> int:
    """The paper is lost or spoilt: its letters wait again for whoever prints next. Returns how many."""
    kept = _unsettled(pile)
    count = Reminder.objects.filter(pile=kept, status=Reminder.Status.QUEUED).update(pile=None)
    _settle(kept, by=by, verb="prevention.put_back_pile", letters=count)
    return count


def _unsettled(pile: LetterPile) -> LetterPile:
    kept = LetterPile.objects.select_for_update().get(pk=pile.pk)
    if kept.settled_at is not None:
        raise ValueError(_("This pile is settled already."))
    return kept


def _settle(pile: LetterPile, *, by: User, verb: str, letters: int) -> None:
    pile.settled_at = timezone.now()
    pile.save(update_fields=["settled_at"])
    audit.record(by=by, action="update", verb=verb, obj=pile, detail={"letters": letters})


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
    members, today = {one.member for one in pile.reminders}, timezone.localdate()
    addresses = addresses_of({one.pk for one in members}, today)
    # A letter about a child goes to where a parent or guardian lives, else to where the child does.
    adults = adults_of(members, today)
    for child, found in adults.items():
        there = next((one.address for one in found.willing if one.address), None)
        if there is not None:
            addresses[child] = there
    return {
        "title": _("Letters"),
        "from": str(pile.system),
        "date": short_date(timezone.localdate(), "year"),
        "large": pile.large_print,
        "letters": [
            _letter(one, addresses.get(one.member_id), links.get(one.pk), to_adult=one.member_id in adults)
            for one in pile.reminders
            if not (one.member_id in adults and adults[one.member_id].refused)
        ],
    }


def _letter(
    reminder: Reminder, address: MemberAddress | None, link: uuid.UUID | None, *, to_adult: bool
) -> dict[str, Any]:
    kind = kind_of(reminder.gap.rule)
    name = {"name": reminder.member}
    to = _("To the parent or guardian of %(name)s") % name if to_adult else str(reminder.member)
    greeting = _("Dear parent or guardian of %(name)s,") if to_adult else _("Dear %(name)s,")
    town = " ".join(part for part in (address.city, address.state, address.postal_code) if part) if address else ""
    lines = [address.line1, address.line2, town] if address else []
    ways = [
        *([settings.PUBLIC_URL.rstrip("/") + path_for(link)] if link else []),
        _("Or sign in to the portal."),
        _("Or call your care team."),
    ]
    return {
        "to": [to, *(line for line in lines if line)],
        "title": str(kind.member_title),
        "greeting": greeting % name,
        "body": [
            str(kind.why),
            *([_("It costs you $0.")] if kind.costs_nothing else []),
            _("You can answer in one of these ways:"),
        ],
        "ways": ways,
        "closing": _("If you had it elsewhere, or do not want it, tell us in the same way, and we stop writing."),
    }


@transaction.atomic
def mark_posted(pile: LetterPile, *, by: User) -> int:
    """These letters left the house; returns how many. One that was settled meanwhile stays as it is.

    Raises `ValueError` for a pile that was posted or put back before.
    """
    kept = _unsettled(pile)
    posted = list(Reminder.objects.select_for_update().filter(pile=kept, status=Reminder.Status.QUEUED))
    Reminder.objects.filter(pk__in=[one.pk for one in posted]).update(status=Reminder.Status.SENT)
    for one in posted:
        audit.record(by=by, action="update", verb="prevention.post_letter", obj=one)
    _settle(kept, by=by, verb="prevention.post_pile", letters=len(posted))
    return len(posted)
