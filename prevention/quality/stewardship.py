"""Whose a project or guideline is, by when, and what was changed of that; owners are asked when the day has come."""

import datetime
from collections import Counter
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit, outbox
from core.models import User
from network.models import RoleAssignment
from prevention.quality.project_actions import ProjectClosed
from prevention.quality.project_models import EarlierTerms, Guideline, ImprovementProject


def possible_owners(system: UUID) -> QuerySet[User]:
    """Who may own a project or guideline of a system: whoever works for its quality today, by name."""
    held = RoleAssignment.objects.filter(
        Q(organization=system) | Q(organization__system=system),
        role=RoleAssignment.Role.QUALITY,
        period__contains=timezone.localdate(),
    )
    return User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("name", "pk")


@transaction.atomic
def change_project(
    project: ImprovementProject, *, by: User, aim: str, due_on: datetime.date, reason: str
) -> ImprovementProject:
    """Correct a project's aim and the day it is to be met by; what stood before stays on record.

    Raises `ProjectClosed`, `ValueError` where nothing changes, `ValidationError` for a day before it began.
    """
    kept = _open(project)
    if (kept.aim, kept.due_on) == (aim, due_on):
        raise ValueError(_("Nothing was changed."))
    _keep_earlier(kept, by=by, reason=reason)
    kept.aim, kept.due_on = aim, due_on
    kept.full_clean()
    kept.save(update_fields=["aim", "due_on"])
    audit.record(by=by, action="update", verb="prevention.change_project", obj=kept, reason=reason)
    return kept


@transaction.atomic
def hand_over_project(project: ImprovementProject, *, by: User, owner: User, reason: str) -> ImprovementProject:
    """Somebody else leads it from now on. Raises `ProjectClosed`, `ValueError` for whom it cannot go to."""
    kept = _open(project)
    _give(kept, by=by, owner=owner, reason=reason)
    audit.record(by=by, action="update", verb="prevention.hand_over_project", obj=kept, reason=reason)
    return kept


@transaction.atomic
def hand_over_guideline(guideline: Guideline, *, by: User, owner: User, reason: str) -> Guideline:
    """Somebody else keeps it from now on. Raises `ValueError` where it is retired, or for whom it cannot go to."""
    kept = Guideline.objects.select_for_update().get(pk=guideline.pk)
    if kept.retired_on is not None:
        raise ValueError(_("This guideline is retired."))
    _give(kept, by=by, owner=owner, reason=reason)
    audit.record(by=by, action="update", verb="prevention.hand_over_guideline", obj=kept, reason=reason)
    return kept


def _open(project: ImprovementProject) -> ImprovementProject:
    kept = ImprovementProject.objects.select_for_update().get(pk=project.pk)
    if kept.decision:
        raise ProjectClosed(_("This project is decided."))
    return kept


def _give(record: ImprovementProject | Guideline, *, by: User, owner: User, reason: str) -> None:
    if owner.pk == record.owner_id:
        raise ValueError(_("It is theirs already."))
    if not possible_owners(record.managing_organization_id).filter(pk=owner.pk).exists():
        raise ValueError(_("It can be handed to those who work for quality here."))
    _keep_earlier(record, by=by, reason=reason)
    record.owner = owner
    record.save(update_fields=["owner"])


def _keep_earlier(record: ImprovementProject | Guideline, *, by: User, reason: str) -> None:
    earlier = EarlierTerms(
        managing_organization_id=record.managing_organization_id, owner_id=record.owner_id, reason=reason, by=by
    )
    if isinstance(record, ImprovementProject):
        earlier.project, earlier.day, earlier.aim = record, record.due_on, record.aim
    else:
        earlier.guideline, earlier.day = record, record.review_by
    earlier.save(force_insert=True)


# --- When the day has come ------------------------------------------------------------------------------


def waiting_for(owner: User, today: datetime.date) -> tuple[int, int]:
    """How many projects and guidelines of a person's own are past their day."""
    projects = _projects_past(today).filter(owner=owner).values_list(Value("project"))
    guidelines = _guidelines_past(today).filter(owner=owner).values_list(Value("guideline"))
    found = Counter(kind for (kind,) in projects.union(guidelines, all=True))
    return found["project"], found["guideline"]


def _projects_past(today: datetime.date) -> QuerySet[ImprovementProject]:
    return ImprovementProject.objects.filter(decision="", due_on__lte=today)


def _guidelines_past(today: datetime.date) -> QuerySet[Guideline]:
    return Guideline.objects.filter(retired_on__isnull=True, review_by__lte=today)


def ask_owners(as_of: datetime.date) -> int:
    """Tell each owner by e-mail, once, that the day of a review or of an aim has come; a new owner is told anew.

    Needs the jobs login and a transaction. Returns how many are past their day.
    """
    past: list[tuple[str, ImprovementProject | Guideline, datetime.date]] = [
        *(("project", one, one.due_on) for one in _projects_past(as_of).select_related("owner")),
        *(("guideline", one, one.review_by) for one in _guidelines_past(as_of).select_related("owner")),
    ]
    for kind, record, day in past:
        outbox.enqueue(
            dedupe_key=f"prevention:{kind}:{record.pk}:{day}:{record.owner_id}",
            channel="email",
            template="message_waiting",
            user=record.owner,
            address=record.owner.email,
            url_path=reverse(f"prevention:quality_{kind}", args=[record.pk]),
        )
    return len(past)
