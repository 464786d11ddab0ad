"""What the plan sells and to whom: products, benefits, rates, groups and their classes, kept by hand."""

from django.db import models, transaction

from core import audit
from core.models import User
from core.permissions import require
from network.models import Organization
from plans.models import EmployerGroup, Product


def plan_of(record: models.Model) -> Organization:
    """The health plan that a catalogue record belongs to. Raises `TypeError` for anything else."""
    if isinstance(record, Product | EmployerGroup):
        return record.organization
    for name in ("product", "group"):
        if hasattr(record, f"{name}_id"):
            return getattr(record, name).organization
    raise TypeError(f"{record._meta.label} is not of the catalogue.")


@transaction.atomic
def keep_catalogue(record: models.Model, *, by: User) -> None:
    """Save a product, benefit, rate, group or class. A change of what a benefit costs is a new benefit from a day on.

    Raises `PermissionDenied` where `by` does not administer the plan it belongs to, or belonged to, and
    `ValidationError` where it contradicts itself or another.
    """
    before = None if record._state.adding else type(record)._default_manager.get(pk=record.pk)
    for one in (record, before):
        if one is not None:
            require(by, "plans.keep_catalogue", plan_of(one))
    record.full_clean()
    fields = record._meta.concrete_fields
    changed = [f.name for f in fields if before and getattr(before, f.attname) != getattr(record, f.attname)]
    if before is not None and not changed:
        return
    record.save()
    audit.record(
        by=by,
        action="update" if before else "create",
        verb="plans.keep_catalogue",
        obj=record,
        detail={"fields": sorted(changed)},
    )
