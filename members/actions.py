"""Writes about people. Each is one transaction with its audit row inside."""

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from core import audit, locks
from core.db import until_done
from core.models import User
from core.outbox import enqueue
from members.merged_access import side_of, tell_of_merge
from members.models import (
    CommunicationPreference,
    Consent,
    MatchReview,
    Member,
    MemberAddress,
    MemberIdentifier,
    MemberMerge,
    MemberTelecom,
    RaceEthnicity,
)
from members.ports import make_way
from network.models import Organization

UPDATABLE = frozenset(
    {
        "family", "given", "middle", "suffix", "name_used", "birth_date", "birth_country", "deceased_at",
        "sex",
        "sex_assigned_at_birth", "sex_for_clinical_use", "anatomy", "gender_identity", "pronouns", "language",
        "needs_interpreter", "region", "household", "mother",
    }
)  # fmt: skip


def lock_identities() -> None:
    """Decide alone who is who until the transaction ends."""
    locks.take(locks.IDENTITY)


@transaction.atomic
def register_member(
    *,
    by: User,
    managing_organization: Organization,
    address: Mapping[str, Any] | None = None,
    telecoms: Iterable[tuple[str, str]] = (),
    identifiers: Iterable[tuple[str, str]] = (),
    race_ethnicity: Iterable[str] = (),
    reason: str = "",
    beside: Iterable[UUID] = (),
    **fields: Any,
) -> Member:
    """A new person: identity, address, telecoms (system, value), identifiers (system, value) and CDC race codes.

    Whoever calls it has looked for the person first (`members.matching.candidates_for`); `beside` are the members whom
    they are like and, for `reason`, are not. Raises `TypeError` for a field that is not a person's.
    """
    lock_identities()
    return enter_member(
        by=by,
        managing_organization=managing_organization,
        address=address,
        telecoms=telecoms,
        identifiers=identifiers,
        race_ethnicity=race_ethnicity,
        reason=reason,
        beside=beside,
        **fields,
    )


@transaction.atomic(savepoint=False)
def enter_member(
    *,
    by: User,
    managing_organization: Organization,
    address: Mapping[str, Any] | None = None,
    telecoms: Iterable[tuple[str, str]] = (),
    identifiers: Iterable[tuple[str, str]] = (),
    race_ethnicity: Iterable[str] = (),
    reason: str = "",
    beside: Iterable[UUID] = (),
    **fields: Any,
) -> Member:
    """`register_member`, for who holds `lock_identities` already, and whose transaction ends with any error."""
    _refuse_unknown(fields)
    member = Member(managing_organization=managing_organization, **fields)
    member.save(force_insert=True)
    if address:
        MemberAddress.objects.create(member=member, **address)
    MemberTelecom.objects.bulk_create(
        MemberTelecom(member=member, system=system, value=value, rank=rank)
        for rank, (system, value) in enumerate(telecoms, 1)
    )
    MemberIdentifier.objects.bulk_create(
        MemberIdentifier(member=member, system=system, value=value) for system, value in identifiers
    )
    RaceEthnicity.objects.bulk_create(
        RaceEthnicity(member=member, code=code, source=RaceEthnicity.Source.SELF) for code in race_ethnicity
    )
    others = [str(other) for other in beside]
    audit.record(
        by=by,
        action="create",
        verb="members.register",
        obj=member,
        reason=reason,
        detail={"is_new_beside": others} if others else {},
    )
    return member


def _refuse_unknown(fields: Mapping[str, Any]) -> None:
    if unknown := set(fields) - UPDATABLE:
        raise TypeError(f"Not a field of a person: {', '.join(sorted(unknown))}.")


@transaction.atomic
def update_member(member: Member, *, by: User, reason: str = "", **fields: Any) -> list[str]:
    """Change what is known of a person; gives back the names of the fields that changed (none: nothing written)."""
    _refuse_unknown(fields)
    current = Member.objects.select_for_update().get(pk=member.pk)
    changed = sorted(name for name, value in fields.items() if getattr(current, name) != value)
    for name in changed:
        setattr(current, name, fields[name])
        setattr(member, name, fields[name])
    if changed:
        current.save(update_fields=changed)
        audit.record(
            by=by, action="update", verb="members.update", obj=current, reason=reason, detail={"fields": changed}
        )
    return changed


@transaction.atomic
def change_address(member: Member, *, by: User, on: datetime.date, use: str = "home", **address: str) -> MemberAddress:
    """The member lives elsewhere from `on`; the address before ends then. The same address again changes nothing."""
    Member.objects.select_for_update().get(pk=member.pk)
    # One that ends later than `on` stands too: of a use there is one at a time.
    standing = list(MemberAddress.objects.filter(member=member, use=use, period__overlap=(on, None)))
    for known in standing:
        if known.period.upper is None and all(getattr(known, field) == value for field, value in address.items()):
            return known
    for known in standing:
        if known.period.lower is not None and known.period.lower >= on:
            known.delete()
        else:
            known.period = (known.period.lower, on)
            known.save(update_fields=["period"])
    new = MemberAddress.objects.create(member=member, use=use, period=(on, None), **address)
    audit.record(by=by, action="update", verb="members.change_address", member_id=member.pk, obj=new)
    return new


@transaction.atomic
def add_telecom(member: Member, *, by: User, system: str, value: str, on: datetime.date) -> MemberTelecom:
    """A phone (E.164) or e-mail by which the member is reached from `on`, first in rank; known already, it moves up."""
    Member.objects.select_for_update().get(pk=member.pk)
    standing = list(MemberTelecom.objects.filter(member=member, period__upper_inf=True).order_by("rank"))
    first = next((known for known in standing if (known.system, known.value) == (system, value)), None)
    if first is None:
        first = MemberTelecom(member=member, system=system, value=value, period=(on, None))
    for rank, known in enumerate([first, *(known for known in standing if known is not first)], 1):
        if known._state.adding or known.rank != rank:
            known.rank = rank
            known.save()
    audit.record(by=by, action="update", verb="members.add_telecom", member_id=member.pk, obj=first)
    if first not in standing and by.kind == User.Kind.PERSON:
        _tell_of_contact(first, member, standing)
    return first


def _tell_of_contact(added: MemberTelecom, member: Member, known: Iterable[MemberTelecom]) -> None:
    """By every address known before, and the account's: whoever did not ask for the new one can say so in time."""
    common: dict[str, Any] = {"template": "contact_added", "member_id": member.pk, "language": member.language}
    told = {(one.system, one.value) for one in known if one.system in ("email", "sms")}
    if member.user is not None:
        told.add(("email", member.user.email))
    for channel, address in sorted(told - {(added.system, added.value)}):
        # The address stands in the row alone; the key says it by a digest.
        key = hashlib.sha256(address.encode()).hexdigest()[:16]
        enqueue(dedupe_key=f"contact_added:{added.pk}:{channel}:{key}", channel=channel, address=address, **common)


@transaction.atomic
def end_telecom(telecom: MemberTelecom, *, by: User, on: datetime.date) -> None:
    """The member is not reached by it any more, from `on` on; history keeps that they were."""
    audit.record(by=by, action="update", verb="members.end_telecom", member_id=telecom.member_id, obj=telecom)
    if telecom.period.lower is not None and telecom.period.lower >= on:
        telecom.delete()
        return
    telecom.period = (telecom.period.lower, on)
    telecom.save(update_fields=["period"])


@transaction.atomic
def record_consent(member: Member, *, by: User, kind: str, is_given: bool, on: datetime.date) -> Consent:
    """The member's yes or no to `kind` from `on`; what was said before ends then."""
    Member.objects.select_for_update().get(pk=member.pk)
    for said in Consent.objects.filter(member=member, kind=kind, period__overlap=(on, None)):
        if said.period.lower is not None and said.period.lower >= on:
            said.delete()
        else:
            said.period = (said.period.lower, on)
            said.save(update_fields=["period"])
    consent = Consent.objects.create(member=member, kind=kind, is_given=is_given, period=(on, None), recorded_by=by)
    audit.record(
        by=by,
        action="create",
        verb="members.record_consent",
        member_id=member.pk,
        obj=consent,
        detail={"kind": kind, "is_given": is_given},
    )
    return consent


@transaction.atomic
def set_preferences(member: Member, *, by: User, **preferences: Any) -> CommunicationPreference:
    """How the member wants to be reached: channels, quiet_from, quiet_until, no_outreach, large_print."""
    kept, _ = CommunicationPreference.objects.update_or_create(member=member, defaults=preferences)
    audit.record(
        by=by,
        action="update",
        verb="members.set_preferences",
        member_id=member.pk,
        obj=kept,
        detail={"fields": sorted(preferences)},
    )
    return kept


@transaction.atomic
def merge_members(kept: Member, gone: Member, *, by: User, reason: str) -> MemberMerge:
    """`gone` was the same person: its rows become `kept`'s, and its record number leads there.

    Both are told. Accounts and proxies stay where they are, and where there are any the record is closed to them until
    a second person has looked (`members.merged_access.settle_access`). Where a job writes to one of them at the same
    time and Postgres gives the merge up, it is tried again a few times. Raises `DatabaseError` where either is out of
    reach or merged already, or where both hold the same place (two coverages in force at once): that is settled first,
    by a person.
    """
    sides = [side_of(member, on=timezone.localdate()) for member in (kept, gone)]

    def merged() -> UUID:
        make_way(kept, gone, by=by)
        with connection.cursor() as cursor:
            cursor.execute("SELECT members_merge(%s, %s, %s, %s)", [kept.pk, gone.pk, by.pk, reason[:300]])
            return cursor.fetchone()[0]

    merge = MemberMerge.objects.get(pk=until_done(merged))
    counts = {table: len(ids) for table, ids in merge.moved.items() if ids}
    for member in (kept, gone):
        audit.record(
            by=by, action="update", verb="members.merge", member_id=member.pk, obj=merge, reason=reason, detail=counts
        )
    tell_of_merge(merge, sides)
    return merge


@transaction.atomic
def unmerge_members(merge: MemberMerge, *, by: User, reason: str) -> None:
    """They were two people after all: exactly what the merge moved goes back. Raises `DatabaseError` if undone.

    Both are told. The record that stayed, with what was written since, opens to its account and proxies once a second
    person has looked (`members.merged_access.settle_access`).
    """

    def undone() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT members_unmerge(%s, %s)", [merge.pk, by.pk])

    until_done(undone)
    for member_id in (merge.member_id, merge.merged_id):
        audit.record(by=by, action="update", verb="members.unmerge", member_id=member_id, obj=merge, reason=reason)
    merge.refresh_from_db()
    pair = Member.objects.filter(pk__in=(merge.member_id, merge.merged_id))
    tell_of_merge(merge, [side_of(member, on=timezone.localdate()) for member in pair], "records_parted")


@transaction.atomic
def decide_match(review: MatchReview, *, by: User, member: Member | None) -> None:
    """The incoming person is `member`, or somebody new (None); what waits for it can then be replayed.

    Raises `ValueError` where it is decided already, or `member` is none of the candidates.
    """
    held = MatchReview.objects.select_for_update().get(pk=review.pk)
    if held.status != MatchReview.Status.OPEN:
        raise ValueError("This match is decided already.")
    if member is not None and str(member.pk) not in {candidate["member"] for candidate in held.candidates}:
        raise ValueError("Choose one of the candidates, or somebody new.")
    held.status = MatchReview.Status.SAME if member is not None else MatchReview.Status.NEW
    held.decided_member, held.decided_by, held.decided_at = member, by, timezone.now()
    held.save(update_fields=["status", "decided_member", "decided_by", "decided_at"])
    audit.record(
        by=by,
        action="update",
        verb="members.decide_match",
        member_id=member.pk if member else None,
        obj=held,
        detail={"status": held.status},
    )
