"""What stands in the frames of the portal and the staff pages: a port that every room plugs into.

A room adds its entries in `AppConfig.ready()`; an entry whose URL does not exist is skipped, so rooms can be
furnished in any order:

    from core.navigation import portal_nav, staff_nav
    portal_nav.register("home", _("Home"), "portal:home", order=0, icon="home", places=True)
    staff_nav.register("schedule", _("Schedule"), "scheduling:day", order=20, permission="scheduling.view_schedule")
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core.http import AuthenticatedHttpRequest, authenticated
from core.permissions import may

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Counter = Callable[[AuthenticatedHttpRequest], int | None]


@dataclass(frozen=True)
class Entry:
    """One place in a navigation, as registered."""

    name: str
    label: "str | StrPromise"
    url_name: str
    order: int = 100
    permission: str | None = None
    icon: str = ""
    count: Counter | None = None
    places: bool = False
    short: "str | StrPromise" = ""
    leads: Callable[[AuthenticatedHttpRequest], bool] | None = None


@dataclass(frozen=True)
class Link:
    """One place in a navigation, as shown to one person on one page."""

    name: str
    label: "str | StrPromise"
    url: str
    current: bool
    icon: str = ""
    count: int | None = None
    places: bool = False
    short: "str | StrPromise" = ""


@dataclass
class Navigation:
    """An ordered list of places. `permission` is asked of the one registry through `user.has_perm`."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def register(
        self,
        name: str,
        label: "str | StrPromise",
        url_name: str,
        order: int = 100,
        *,
        permission: str | None = None,
        icon: str = "",
        count: Counter | None = None,
        places: bool = False,
        short: "str | StrPromise" = "",
        leads: Callable[[AuthenticatedHttpRequest], bool] | None = None,
    ) -> None:
        """Add or replace the entry `name`.

        `label` may be a lazy translation; `icon` is a name of the icon sprite; `count` gives the number beside
        the label for a request (None or 0 shows none); `places` puts a portal entry among the five at the
        bottom of a phone, under the label `short` where the full one is too long there; `leads` says whether the
        place opens with the record that is open.
        """
        self.entries[name] = Entry(name, label, url_name, order, permission, icon, count, places, short, leads)

    def links(self, request: HttpRequest) -> list[Link]:
        """The places that this request's person may go to, in order; the longest matching one is current."""
        found: list[tuple[Entry, str]] = []
        known = authenticated(request)
        for entry in sorted(self.entries.values(), key=lambda entry: (entry.order, entry.name)):
            # Not has_perm: Django says yes to every superuser, where the places themselves refuse.
            if entry.permission and not may(request.user, entry.permission):
                continue
            if entry.leads and not (known and entry.leads(known)):
                continue
            url = url_or_none(entry.url_name)
            if url is not None:
                found.append((entry, url))
        current = current_url(request.path, [url for _, url in found])
        return [
            Link(
                name=entry.name,
                label=entry.label,
                url=url,
                current=url == current,
                icon=entry.icon,
                count=entry.count(known) if entry.count and known else None,
                places=entry.places,
                short=entry.short or entry.label,
            )
            for entry, url in found
        ]


# So many places of a bar stand side by side; where there is more than one above that, the rest goes into a menu.
SIDE_BY_SIDE = 9


def side_by_side(links: list[Link]) -> tuple[list[Link], list[Link]]:
    """Those that stand in the bar, and those in the menu behind it: where one is now always stands in the bar."""
    if len(links) <= SIDE_BY_SIDE + 1:
        return links, []
    here = [link for link in links[SIDE_BY_SIDE:] if link.current]
    shown = links[: SIDE_BY_SIDE - len(here)] + here
    return shown, [link for link in links if link not in shown]


@dataclass(frozen=True)
class Person:
    """Someone whose record the signed-in person may open: themselves, a child, a parent they care for.

    `short` is the name they go by, where several stand in a line. `switch_url` takes a POST that makes them the person
    whose record the portal shows.
    """

    label: str
    switch_url: str
    current: bool = False
    detail: str = ""
    short: str = ""


@dataclass
class Frame:
    """Answers that only higher rooms know: whose record, which role, where a member search goes."""

    people: Callable[[HttpRequest], Iterable[Person]] | None = None
    identity: Callable[[HttpRequest], str] | None = None
    # Where the signed-in person's work is; empty for who does not work here.
    work_url: Callable[[AuthenticatedHttpRequest], str] | None = None
    member_of_number: Callable[[str], UUID | None] | None = None
    names_of_members: Callable[[Iterable[UUID]], dict[UUID, str]] | None = None
    member_search_url_name: str = "members:search"
    member_search_permission: str = ""

    def people_for(self, request: HttpRequest) -> list[Person]:
        """The people of the family menu; empty where no room answers."""
        return list(self.people(request)) if self.people else []

    def identity_for(self, request: HttpRequest) -> str:
        """One line for the top bar, like `Dr. A. Chen · Family Medicine, Oakland`; else the person's name."""
        if self.identity and (line := self.identity(request)):
            return line
        user = request.user
        return str(getattr(user, "name", "") or user.get_username()) if user.is_authenticated else ""

    def work_url_for(self, request: HttpRequest) -> str:
        """Where the way from the portal to the person's work leads; empty for who does not work here."""
        known = authenticated(request)
        return self.work_url(known) if self.work_url and known else ""

    def member_search_url(self, user: Any = None) -> str | None:
        """Where the search box of the staff bar sends its `q`; None hides the box, as for `user` who may not search."""
        if user is not None and self.member_search_permission and not user.has_perm(self.member_search_permission):
            return None
        return url_or_none(self.member_search_url_name)


portal_nav = Navigation()
staff_nav = Navigation()
frame = Frame()


def url_or_none(url_name: str, *args: Any) -> str | None:
    """The address of a named page, or None while no room provides it."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return None


def current_url(path: str, urls: Iterable[str]) -> str | None:
    """Which of `urls` the page at `path` belongs to: itself, or the longest that it lies under."""
    under = [url for url in urls if path == url or (url.endswith("/") and url.count("/") > 1 and path.startswith(url))]
    return max(under, key=len, default=None)
