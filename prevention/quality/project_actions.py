"""What is written about improvement projects and guidelines."""

import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from psycopg2.extras import DateRange

from core import audit
from core.models import User
from prevention.quality.project_models import (
    Guideline,
    GuidelineReview,
    ImprovementProject,
    ProjectCycle,
    ProjectPoint,
)


class ProjectClosed(ValueError):
    """The project was decided: what follows is another project."""


@transaction.atomic
def start_project(system: UUID, *, by: User, **about: Any) -> ImprovementProject:
    """A project owned by whoever starts it, from today. `about`: title, aim, due_on, measure, group, whose rate."""
    project = ImprovementProject(managing_organization_id=system, owner=by, started_on=timezone.localdate(), **about)
    project.full_clean()
    project.save()
    audit.record(by=by, action="create", verb="prevention.start_project", obj=project)
    return project


def _open(project: ImprovementProject) -> ImprovementProject:
    kept = ImprovementProject.objects.select_for_update().get(pk=project.pk)
    if kept.decision:
        raise ProjectClosed("This project is decided.")
    return kept


@transaction.atomic
def begin_cycle(
    project: ImprovementProject, *, by: User, change_idea: str, prediction: str, start: datetime.date
) -> ProjectCycle:
    """Try a change from a day on. Raises `ProjectClosed`, `ValidationError` where another cycle stands then."""
    kept = _open(project)
    cycle = ProjectCycle(
        managing_organization_id=kept.managing_organization_id,
        project=kept,
        change_idea=change_idea,
        prediction=prediction,
        period=DateRange(start, None),
    )
    cycle.full_clean()
    cycle.save()
    audit.record(by=by, action="create", verb="prevention.begin_cycle", obj=cycle)
    return cycle


@transaction.atomic
def end_cycle(cycle: ProjectCycle, *, by: User, learnt: str, next_step: str, end: datetime.date) -> ProjectCycle:
    """What the change did. Raises `ValueError` for a cycle that ended, or would end before it began."""
    kept = ProjectCycle.objects.select_for_update().get(pk=cycle.pk)
    if kept.period.upper is not None:
        raise ValueError("This cycle has ended already.")
    if end <= kept.period.lower:
        raise ValueError("It ends after the day it began.")
    kept.period = DateRange(kept.period.lower, end)
    kept.learnt, kept.next_step = learnt, next_step
    kept.save(update_fields=["period", "learnt", "next_step"])
    audit.record(by=by, action="update", verb="prevention.end_cycle", obj=kept)
    return kept


@transaction.atomic
def add_point(project: ImprovementProject, *, by: User, on: datetime.date, value: Decimal) -> ProjectPoint:
    """A number for the run chart, in per cent. Raises `ProjectClosed`, `ValidationError` for a day that has one."""
    kept = _open(project)
    point = ProjectPoint(
        managing_organization_id=kept.managing_organization_id, project=kept, on=on, value=value, by=by
    )
    point.full_clean()
    point.save()
    audit.record(by=by, action="create", verb="prevention.add_point", obj=point)
    return point


@transaction.atomic
def decide_project(project: ImprovementProject, *, by: User, decision: str, decision_note: str) -> ImprovementProject:
    """Adopt, adapt or abandon, with the reason. Raises `ProjectClosed`, `ValueError` while a change is being tried."""
    kept = _open(project)
    if kept.cycles.filter(period__endswith__isnull=True).exists():
        raise ValueError("End the cycle that is being tried first.")
    kept.decision, kept.decision_note = decision, decision_note
    kept.decided_on, kept.decided_by = timezone.localdate(), by
    kept.save(update_fields=["decision", "decision_note", "decided_on", "decided_by"])
    audit.record(by=by, action="update", verb="prevention.decide_project", obj=kept)
    return kept


@transaction.atomic
def add_guideline(system: UUID, *, by: User, **about: Any) -> Guideline:
    """A guideline owned by whoever adds it. `about`: title, source, address, rule, review_by."""
    guideline = Guideline(managing_organization_id=system, owner=by, **about)
    guideline.full_clean()
    guideline.save()
    audit.record(by=by, action="create", verb="prevention.add_guideline", obj=guideline)
    return guideline


@transaction.atomic
def review_guideline(guideline: Guideline, *, by: User, found: str, review_by: datetime.date) -> GuidelineReview:
    """It was looked at again and stands until a later day. Raises `ValueError` where it is retired, or no later day."""
    kept = Guideline.objects.select_for_update().get(pk=guideline.pk)
    if kept.retired_on is not None:
        raise ValueError("This guideline is retired.")
    if review_by <= timezone.localdate():
        raise ValueError("Choose a day that is still to come.")
    review = GuidelineReview.objects.create(
        managing_organization_id=kept.managing_organization_id,
        guideline=kept,
        by=by,
        found=found,
        review_by=review_by,
    )
    kept.review_by = review_by
    kept.save(update_fields=["review_by"])
    audit.record(by=by, action="update", verb="prevention.review_guideline", obj=kept)
    return review


@transaction.atomic
def retire_guideline(guideline: Guideline, *, by: User, reason: str) -> Guideline:
    """It no longer holds, and why. Raises `ValueError` where it is retired already, or without a reason."""
    kept = Guideline.objects.select_for_update().get(pk=guideline.pk)
    if kept.retired_on is not None:
        raise ValueError("This guideline is retired.")
    if not reason.strip():
        raise ValueError("Say why it is retired.")
    kept.retired_on, kept.retired_by, kept.retired_reason = timezone.localdate(), by, reason.strip()
    kept.save(update_fields=["retired_on", "retired_by", "retired_reason"])
    audit.record(by=by, action="update", verb="prevention.retire_guideline", obj=kept, reason=kept.retired_reason[:300])
    return kept
