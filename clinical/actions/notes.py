"""Notes: a draft may change, a signed note never; a correction is a new note that points at it."""

import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.models import Encounter, Note
from core import audit
from core.models import AuditEvent, User

Action = AuditEvent.Action


@transaction.atomic
def write_note(encounter: Encounter, *, by: User, body: str, title: str = "", kind: str = Note.Kind.PROGRESS) -> Note:
    """Write or go on writing one's draft of this kind in an encounter."""
    draft = (
        Note.objects.select_for_update(of=("self",))
        .filter(encounter=encounter, author=by, kind=kind, signed_at__isnull=True)
        .first()
    )
    if draft is None:
        draft = Note.objects.create(
            member_id=encounter.member_id, encounter=encounter, author=by, kind=kind, title=title, body=body
        )
        audit.record(by=by, action=Action.CREATE, verb="clinical.write_note", obj=draft)
    else:
        draft.body, draft.title = body, title or draft.title
        draft.save(update_fields=["body", "title"])
        audit.record(by=by, action=Action.UPDATE, verb="clinical.write_note", obj=draft)
    return draft


@transaction.atomic
def sign_note(note: Note, *, by: User, at: datetime.datetime | None = None) -> Note:
    """Sign one's own note, by default now. From then on Postgres refuses any change of it.

    Raises `PermissionDenied` for somebody else's note, `ValidationError` for an empty or signed one.
    """
    note = Note.objects.select_for_update(of=("self",)).get(pk=note.pk)
    if note.author_id != by.pk:
        raise PermissionDenied("Only its author signs a note.")
    if note.signed_at is not None:
        raise ValidationError(_("This note is signed already."), code="signed")
    if not note.body.strip():
        raise ValidationError(_("There is nothing to sign yet."), code="empty")
    note.signed_at = at or timezone.now()
    note.save(update_fields=["signed_at"])
    audit.record(by=by, action=Action.UPDATE, verb="clinical.sign_note", obj=note)
    return note


@transaction.atomic
def amend_note(note: Note, *, by: User, body: str) -> Note:
    """Add to or correct a signed note by a new, signed note that points at it."""
    if note.signed_at is None:
        raise ValidationError(_("This note is not signed: change the note itself."), code="draft")
    if not body.strip():
        raise ValidationError(_("Write what you add or correct."), code="empty")
    amendment = Note.objects.create(
        member_id=note.member_id,
        encounter_id=note.encounter_id,
        kind=Note.Kind.ADDENDUM,
        title=note.title,
        body=body,
        author=by,
        amends=note,
        signed_at=timezone.now(),
        sensitivity=note.sensitivity,
    )
    audit.record(by=by, action=Action.CREATE, verb="clinical.amend_note", obj=amendment)
    return amendment
