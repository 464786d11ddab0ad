"""Vaccinations: given at a visit, or elsewhere and told or shown."""

import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.actions.facts import clinician_of
from clinical.coding import add_codings
from clinical.models import CodingRole, Encounter, Immunization
from core import audit
from core.models import AuditEvent, Concept, User
from members.models import Member

DAY = datetime.timedelta(days=1)


@transaction.atomic
def record_immunization(
    *,
    by: User,
    member: Member,
    vaccine: Concept,
    on: datetime.date,
    encounter: Encounter | None = None,
    lot_number: str = "",
    manufacturer: str = "",
    expires_on: datetime.date | None = None,
    dose_quantity: Decimal | None = None,
    dose_unit: str = "",
) -> Immunization:
    """A dose of `vaccine` (CVX) on a day: with `encounter` given here, without it told or shown (not primary source).

    The same vaccine of the same day stays one dose. Raises `ValidationError` for a day to come or before birth, and
    for a vial past its date: what was injected from it is an error to report, not a dose to count.
    """
    if on > timezone.localdate():
        raise ValidationError(_("A dose cannot be given in time to come."), code="future")
    if member.birth_date is not None and on < member.birth_date:
        raise ValidationError(_("That day is before the birth date."), code="before_birth")
    if expires_on is not None and expires_on < on:
        raise ValidationError(_("This vial was past its date. Report it, and do not count the dose."), code="expired")
    Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    start = timezone.make_aware(datetime.datetime.combine(on, datetime.time.min))
    found = Immunization.objects.filter(
        member=member,
        status="completed",
        is_negated=False,
        effective__overlap=DateTimeTZRange(start, start + DAY),
        codings__concept=vaccine,
        codings__role=CodingRole.CODE,
    ).first()
    if found is not None:
        return found
    made = Immunization.objects.create(
        member=member,
        encounter=encounter,
        status="completed",
        effective=DateTimeTZRange(start, start + DAY),
        precision="d",
        performer=clinician_of(by) if encounter else None,
        organization_id=encounter.organization_id if encounter else None,
        lot_number=lot_number,
        manufacturer=manufacturer,
        expires_on=expires_on,
        dose_quantity=dose_quantity,
        dose_unit=dose_unit,
        is_primary_source=encounter is not None,
    )
    add_codings(made, [vaccine])
    audit.record(by=by, action=AuditEvent.Action.CREATE, verb="clinical.record_immunization", obj=made)
    return made


@transaction.atomic
def withdraw_immunization(
    *, by: User, member: Member, vaccine: Concept, on: datetime.date, reason: str
) -> Immunization | None:
    """The dose told of was none (FHIR status entered-in-error); None where no such dose told from elsewhere stands.

    What was given here is not withdrawn by what others say.
    """
    start = timezone.make_aware(datetime.datetime.combine(on, datetime.time.min))
    found = (
        Immunization.objects.select_for_update(of=("self",))
        .filter(
            member=member,
            status="completed",
            is_primary_source=False,
            effective__overlap=DateTimeTZRange(start, start + DAY),
            codings__concept=vaccine,
            codings__role=CodingRole.CODE,
        )
        .first()
    )
    if found is None:
        return None
    found.status = "entered-in-error"
    found.save(update_fields=["status"])
    audit.record(
        by=by, action=AuditEvent.Action.UPDATE, verb="clinical.withdraw_immunization", obj=found, reason=reason
    )
    return found
