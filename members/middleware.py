from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from core.models import User
from members.portal import own_member
from network.permissions import roles_in_force

# Interfaces say the offset with every instant.
MACHINES = ("/api/", "/fhir/", "/oauth/", "/static/")


class LocalTimeMiddleware:
    """Pages show times at the clock of the reader's place: a clinician's facility, a member's region."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(MACHINES) or not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)


def zone_of(user: User) -> str | None:
    """The name of the user's time zone; None leaves the installation's."""
    for held in roles_in_force(user):
        facility = held.department.facility if held.department else held.facility
        if facility is not None:
            return facility.time_zone
    # Before the view's own transaction: row-level security answers only within one that says who asks.
    with transaction.atomic():
        member = own_member(user)
    return member.region.time_zone if member is not None and member.region else None
