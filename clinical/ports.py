"""Where higher rooms plug into the chart, the orders and the in-basket without `clinical` knowing them.

Register from `AppConfig.ready()`. Every port keeps what is registered by name, so registering again replaces it.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.db import models

from clinical.models import Encounter, Fact, Task
from core.http import AuthenticatedHttpRequest
from core.models import Concept, User
from members.models import Member
from network.models import Clinician

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# --- Visits that open no chart ------------------------------------------------------------------------------

_narrow: set[str] = set()


def register_narrow_visit(code: str) -> None:
    """Visits of this type make nobody look after the member: they open a page of their own and no chart.

    So of a vaccine clinic, which takes in whoever comes. Who looks after the member otherwise does so still.
    """
    _narrow.add(code)


def narrow_visits() -> list[str]:
    """The codes of visit types that open no chart."""
    return sorted(_narrow)


# --- Chart panels -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Panel:
    """What a panel shows: `template` rendered with `context` (and `member`, `request`)."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ChartPanel:
    """A part of the chart. `count(request, member)` is the number in the rail; `render` gives the panel or None."""

    name: str
    label: "str | StrPromise"
    order: int
    render: Callable[[AuthenticatedHttpRequest, Member], Panel | None]
    count: Callable[[AuthenticatedHttpRequest, Member], int | str | None] | None = None
    place: str = "main"
    on_summary: bool = False
    permission: str | None = None


_panels: dict[str, ChartPanel] = {}


def register_chart_panel(
    name: str,
    label: "str | StrPromise",
    order: int,
    render: Callable[[AuthenticatedHttpRequest, Member], Panel | None],
    count: Callable[[AuthenticatedHttpRequest, Member], int | str | None] | None = None,
    *,
    place: str = "main",
    on_summary: bool = False,
    permission: str | None = None,
) -> None:
    """A part of the chart with a place in the rail and a page of its own (`clinical:chart_panel`).

    With `on_summary` it also stands on the summary, in the column `place` ("main" or "side"). `permission` is asked
    of the registry with the member as object.
    """
    _panels[name] = ChartPanel(name, label, order, render, count, place, on_summary, permission)


def chart_panels() -> list[ChartPanel]:
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.name))


def chart_panel(name: str) -> ChartPanel | None:
    return _panels.get(name)


@dataclass(frozen=True)
class BannerAlert:
    """A badge in the banner: word, status (due, stop, good, info) and where it leads."""

    text: str
    status: str = "due"
    url: str = ""


BannerSource = Callable[[AuthenticatedHttpRequest, Member], Iterable[BannerAlert]]
_banner: dict[str, tuple[int, BannerSource]] = {}


def register_banner_alerts(name: str, order: int, source: BannerSource) -> None:
    """Badges for the banner: care gaps, code status, isolation. Allergies come first and from `clinical` itself."""
    _banner[name] = (order, source)


def banner_alerts(request: AuthenticatedHttpRequest, member: Member) -> list[BannerAlert]:
    ordered = sorted(_banner.items(), key=lambda item: (item[1][0], item[0]))
    return [alert for _, (_, source) in ordered for alert in source(request, member)]


@dataclass(frozen=True)
class Since:
    """One line of "since you last saw her": what happened, when, and where to read more."""

    at: datetime.datetime
    text: str
    strong: str = ""
    url: str = ""


SinceSource = Callable[[AuthenticatedHttpRequest, Member, datetime.datetime], Iterable[Since]]
_since: dict[str, SinceSource] = {}


def register_since(name: str, source: SinceSource) -> None:
    """Lines of what happened to the member after an instant: visits outside, medicines not collected, results."""
    _since[name] = source


def since(request: AuthenticatedHttpRequest, member: Member, instant: datetime.datetime) -> list[Since]:
    lines = [line for source in _since.values() for line in source(request, member, instant)]
    return sorted(lines, key=lambda line: line.at, reverse=True)


@dataclass(frozen=True)
class BasketItem:
    """An order made ready to sign. `value` is given back to `place`; `cost` is the member's, None where unknown."""

    value: str
    title: str
    line: str = ""
    is_checked: bool = True


@dataclass(frozen=True)
class BasketSource:
    """`items` lists what could be signed now; `place(value, member, by=user, encounter=…)` places one of them."""

    name: str
    items: Callable[[AuthenticatedHttpRequest, Member], Iterable[BasketItem]]
    place: Callable[..., models.Model]


_baskets: dict[str, BasketSource] = {}


def register_basket(
    name: str,
    items: Callable[[AuthenticatedHttpRequest, Member], Iterable[BasketItem]],
    place: Callable[..., models.Model],
) -> None:
    """Orders prepared from what a room knows, like prevention's gaps; one signature places the chosen ones."""
    _baskets[name] = BasketSource(name, items, place)


def basket_sources() -> dict[str, BasketSource]:
    return dict(_baskets)


# --- Orders ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OrderDraft:
    """An order before it is placed. `detail` holds what the kind itself adds (dosage, specimen, department)."""

    member: Member
    kind: str
    concepts: tuple[Concept, ...]
    by: User
    requester: Clinician | None = None
    encounter: Encounter | None = None
    priority: str = "routine"
    reason_text: str = ""
    protocol: str = ""
    reasons: tuple[Concept, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """What a check says. `severity` is one of OrderAlert.Severity; a hard stop needs a reason to be passed."""

    severity: str
    message: str


OrderCheck = Callable[[OrderDraft], Iterable[Alert]]
_checks: dict[str, OrderCheck] = {}
_check_labels: "dict[str, str | StrPromise]" = {}


def register_order_check(name: str, check: OrderCheck, label: "str | StrPromise" = "") -> None:
    """`check(draft)` runs before every order; `name` is kept with what it says, `label` is what people call it."""
    _checks[name] = check
    _check_labels[name] = label or name


def check_label(name: str) -> str:
    """What people call a check; its name where it is no longer registered."""
    return str(_check_labels.get(name, name))


def order_checks() -> dict[str, OrderCheck]:
    return dict(_checks)


class PlacedHook(Protocol):
    def __call__(self, order: Fact, draft: OrderDraft, *, by: User) -> None: ...


@dataclass(frozen=True)
class OrderKind:
    """A kind of order. `choices(q)` finds what can be ordered; `make(draft)` gives the unsaved order row where it is
    not a plain ServiceRequest; `placed` starts the room's own workflow in the same transaction."""

    name: str
    label: "str | StrPromise"
    order: int
    choices: Callable[[str], Iterable[Concept]] | None = None
    make: Callable[[OrderDraft], Fact] | None = None
    placed: PlacedHook | None = None
    permission: str = "clinical.place_order"
    url: Callable[[Member, Encounter | None], str] | None = None


_order_kinds: dict[str, OrderKind] = {}


def register_order_kind(
    name: str,
    label: "str | StrPromise",
    order: int = 100,
    *,
    choices: Callable[[str], Iterable[Concept]] | None = None,
    make: Callable[[OrderDraft], Fact] | None = None,
    placed: PlacedHook | None = None,
    permission: str = "clinical.place_order",
    url: Callable[[Member, Encounter | None], str] | None = None,
) -> None:
    """A kind of order that the chart offers: laboratory, imaging, medicine. `url` leads to a form of the room's own
    where search and reason do not suffice (a prescription)."""
    _order_kinds[name] = OrderKind(name, label, order, choices, make, placed, permission, url)


def order_kinds() -> list[OrderKind]:
    return sorted(_order_kinds.values(), key=lambda kind: (kind.order, kind.name))


def order_kind(name: str) -> OrderKind | None:
    return _order_kinds.get(name)


# --- Tasks ----------------------------------------------------------------------------------------------------


TaskPage = Callable[[Task, User], str]


@dataclass(frozen=True)
class TaskKind:
    """An in-basket kind. `url(task, user)` is where that person works on it, empty where no page opens for them;
    `closes_itself`: closed only by that work, never by hand (a message by its answer, a critical result by its
    acknowledgement). `roles`: to whom at a department it goes where the task names no role; without any, to all."""

    name: str
    label: "str | StrPromise"
    url: TaskPage | None = None
    closes_itself: bool = False
    roles: frozenset[str] = frozenset()

    def goes_to(self, role: str) -> bool:
        return not self.roles or role in self.roles


_task_kinds: dict[str, TaskKind] = {}


def register_task_kind(
    kind: str,
    label: "str | StrPromise",
    url: TaskPage | None = None,
    *,
    closes_itself: bool = False,
    roles: Iterable[str] = (),
) -> None:
    _task_kinds[kind] = TaskKind(kind, label, url, closes_itself, frozenset(roles))


def task_kinds() -> dict[str, TaskKind]:
    return dict(_task_kinds)


def kinds_closed_to(role: str) -> list[str]:
    """The kinds that do not go to who holds `role`: they could neither open nor close them."""
    return sorted(name for name, kind in _task_kinds.items() if not kind.goes_to(role))


def goes_to(task: Task, role: str) -> bool:
    """Whether a task of a department is for who holds `role` there: named in the task, or in its kind."""
    if task.role:
        return task.role == role
    kind = _task_kinds.get(task.kind)
    return kind is None or kind.goes_to(role)


# --- Care relationship ----------------------------------------------------------------------------------------

Relationship = Callable[[User, Member], str | None]
_relationships: dict[str, Relationship] = {}


def register_relationship(name: str, find: Relationship) -> None:
    """A further ground on which a clinician cares for a member: `find(user, member)` says it, or None.

    Hospitals register the open stay on the clinician's ward, pharmacies the prescription being filled.
    """
    _relationships[name] = find


def further_relationships() -> dict[str, Relationship]:
    return dict(_relationships)
