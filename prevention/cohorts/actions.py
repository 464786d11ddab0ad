"""Cohorts are saved, counted and exported; agreements are recorded. Each says who and why."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, jobs
from core.models import AuditEvent, User
from core.permissions import require
from network.models import Organization
from prevention.cohorts import jobs as cohort_jobs
from prevention.cohorts.criteria import Criteria
from prevention.models import Cohort, CohortExport, DataUseAgreement

Action = AuditEvent.Action
EXPORT_PERMISSION = {
    CohortExport.Kind.SAFE_HARBOR: "prevention.export_deidentified",
    CohortExport.Kind.LIMITED: "prevention.export_limited",
}


@transaction.atomic
def save_cohort(
    *, by: User, system: Organization, name: str, purpose: str, criteria: Criteria, cohort: Cohort | None = None
) -> Cohort:
    """Save a new cohort, or another wording of one, and have it counted."""
    kept = criteria.checked().to_json()
    made = cohort is None
    cohort = cohort or Cohort(managing_organization=system, created_by=by)
    cohort.name, cohort.purpose, cohort.criteria = name.strip(), purpose.strip(), kept
    cohort.full_clean(exclude=["run", "criteria", "created_by", "id"])
    cohort.save()
    audit.record(
        by=by,
        action=Action.CREATE if made else Action.UPDATE,
        verb="prevention.save_cohort",
        obj=cohort,
        detail={"criteria": sorted(kept)},
    )
    count_cohort(cohort, by=by)
    return cohort


@transaction.atomic
def count_cohort(cohort: Cohort, *, by: User) -> None:
    """Count it by the workers, as of today."""
    jobs.send(cohort_jobs.start_count(cohort, by=by, as_of=timezone.localdate()))


@transaction.atomic
def record_agreement(
    *, by: User, system: Organization, recipient: str, reference: str, permitted_use: str, signed_on: date, until: date
) -> DataUseAgreement:
    """Record a signed data use agreement, in force from its signature until a day.

    Raises `ValidationError` where it would end before it was signed.
    """
    if until <= signed_on:
        raise ValidationError(_("It ends after it was signed."), code="period")
    made = DataUseAgreement.objects.create(
        managing_organization=system,
        recipient=recipient.strip(),
        reference=reference.strip(),
        permitted_use=permitted_use.strip(),
        signed_on=signed_on,
        period=(signed_on, until),
        recorded_by=by,
    )
    audit.record(by=by, action=Action.CREATE, verb="prevention.record_agreement", obj=made)
    return made


@transaction.atomic
def request_export(
    cohort: Cohort, *, by: User, kind: str, purpose: str, agreement: DataUseAgreement | None = None
) -> CohortExport:
    """Have the cohort exported by the workers; what left and why is kept for good.

    Raises `ValidationError` for a de-identified one of a cohort whose criteria say an age over 89 or a date nearer
    than its year, for a limited data set without an agreement in force at the same system, or without a
    purpose; `PermissionDenied` for whoever may not.
    """
    require(by, EXPORT_PERMISSION[CohortExport.Kind(kind)], cohort)
    if not purpose.strip():
        raise ValidationError(_("Say what it is for."), code="purpose")
    today = timezone.localdate()
    if kind == CohortExport.Kind.LIMITED:
        in_force = agreement is not None and DataUseAgreement.objects.filter(
            pk=agreement.pk, managing_organization=cohort.managing_organization_id, period__contains=today
        )
        if not in_force:
            raise ValidationError(_("A limited data set needs an agreement in force."), code="agreement")
    else:
        agreement = None
        if closer := Criteria.from_json(cohort.criteria).closer_than_safe_harbor():
            reasons = "; ".join(closer)
            raise ValidationError(
                _("This cohort says more than Safe Harbor allows: %(reasons)s.") % {"reasons": reasons}, code="criteria"
            )
    export = CohortExport.objects.create(
        managing_organization_id=cohort.managing_organization_id,
        cohort=cohort,
        kind=kind,
        agreement=agreement,
        purpose=purpose.strip(),
        criteria=cohort.criteria,
        as_of=today,
        requested_by=by,
    )
    audit.record(
        by=by,
        action=Action.CREATE,
        verb="prevention.request_export",
        obj=export,
        detail={"kind": kind, "criteria": sorted(cohort.criteria)},
    )
    jobs.send(cohort_jobs.start_export(export, by=by))
    return export
