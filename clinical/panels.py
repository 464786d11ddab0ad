"""The chart's own panels, plugged in like those of every other room."""

import datetime
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from clinical import chart as reads
from clinical.chart import Chart
from clinical.ports import Panel, Since, order_kind, register_chart_panel, register_since
from clinical.tables import Number, columns
from core.asked import read_number
from core.http import AuthenticatedHttpRequest, once
from members.models import Member

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


# Of how many latest visits "since you last saw them" is told.
LATELY = 20


def chart_of(request: AuthenticatedHttpRequest, member: Member) -> Chart:
    """The chart that this request reads; made once."""
    return once(request, ("chart", member.pk), lambda: Chart(member, request.user))


def counts_of(request: AuthenticatedHttpRequest, member: Member) -> dict[str, int]:
    return once(request, ("chart counts", member.pk), chart_of(request, member).counts)


def _count(name: str) -> Callable[[AuthenticatedHttpRequest, Member], int]:
    def count(request: AuthenticatedHttpRequest, member: Member) -> int:
        return counts_of(request, member).get(name, 0)

    return count


def _timeline(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    events = reads.timeline(chart_of(request, member))
    return Panel("clinical/panels/timeline.html", {"events": events})


def _problems(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    return Panel(
        "clinical/panels/problems.html",
        {
            "problems": chart_of(request, member).problems(),
            "columns": columns(_("Problem"), _("Since"), _("Remark"), ""),
        },
    )


def _medicines(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    return Panel(
        "clinical/panels/medicines.html",
        {
            "medicines": chart_of(request, member).medicines(),
            "columns": columns(_("Medicine"), _("How"), _("Last fill")),
        },
    )


def _results(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    chart = chart_of(request, member)
    values = chart.latest_values()
    wanted = read_number(request.GET.get("trend"))
    return Panel(
        "clinical/panels/results.html",
        {
            "values": values,
            "trend": chart.trend(wanted) if wanted else None,
            "columns": columns(
                _("Test"), Number(_("Value")), _("State"), Number(_("Range")), Number(_("Before")), _("Date")
            ),
        },
    )


def _notes(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    return Panel("clinical/panels/notes.html", {"notes": chart_of(request, member).notes()})


# FHIR request-status, in words, with the status of its badge.
ORDER_STATES: "dict[str, tuple[StrPromise, str]]" = {
    "draft": (_("draft"), "plain"),
    "active": (_("open"), "info"),
    "on-hold": (_("on hold"), "due"),
    "completed": (_("done"), "good"),
    "revoked": (_("cancelled"), "plain"),
    "ended": (_("ended"), "plain"),
    "entered-in-error": (_("entered in error"), "plain"),
    "unknown": (_("not known"), "plain"),
}


def _orders(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    rows = []
    for order in chart_of(request, member).orders():
        kind = order_kind(order.row.kind)
        state, badge = ORDER_STATES.get(order.row.status, (order.row.status, "plain"))
        rows.append(
            {
                "row": order.row,
                "name": order.name if order.code else order.row.reason_text or order.name,
                "kind": kind.label if kind else {"referral": _("Referral")}.get(order.row.kind, order.row.kind),
                "state": state,
                "badge": badge,
            }
        )
    return Panel(
        "clinical/panels/orders.html",
        {"orders": rows, "columns": columns(_("Order"), _("State"), _("By"), _("Date"))},
    )


def _immunizations(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    return Panel("clinical/panels/immunizations.html", {"doses": chart_of(request, member).immunizations()})


def _referrals(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    return Panel("clinical/panels/referrals.html", {"referrals": chart_of(request, member).referrals()})


def _messages(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    from clinical.models import MessageThread
    from clinical.sensitivity import visible

    threads = visible(MessageThread.objects.filter(member=member), request.user, member)
    threads = threads.select_related("department__facility").order_by("-last_message_at")[:100]
    return Panel("clinical/panels/messages.html", {"threads": threads})


def _access(request: AuthenticatedHttpRequest, member: Member) -> Panel:
    from clinical.models import BreakTheGlass

    opened = BreakTheGlass.objects.filter(member=member).select_related("user").order_by("-at")[:100]
    return Panel("clinical/panels/access.html", {"opened": opened, "columns": columns(_("Who"), _("When"), _("Why"))})


def _visits_since(request: AuthenticatedHttpRequest, member: Member, instant: datetime.datetime) -> list[Since]:
    """Visits and stays with others, ours or outside."""
    chart = chart_of(request, member)
    lines = []
    for each in chart.encounters(LATELY):
        row, who = each.row, each.row.clinician
        if each.since is None or each.since <= instant or (who is not None and who.user_id == request.user.pk):
            continue
        place = row.department or row.facility or row.organization
        title = each.name if each.concept else _("Visit")
        said = " · ".join(str(part) for part in (row.reason_text, who, place) if part)
        lines.append(Since(each.since, said, strong=str(title)))
    return lines


def register() -> None:
    """Put the chart's own panels in their places."""
    register_since("clinical.visits", _visits_since)
    register_chart_panel("timeline", _("Timeline"), 10, _timeline)
    register_chart_panel("problems", _("Problems"), 20, _problems, _count("problems"))
    register_chart_panel("medicines", _("Medicines"), 30, _medicines, _count("medicines"), on_summary=True)
    register_chart_panel("results", _("Results"), 40, _results)
    register_chart_panel("notes", _("Notes"), 50, _notes, _count("notes"))
    register_chart_panel("orders", _("Orders"), 60, _orders, _count("orders"))
    register_chart_panel("immunizations", _("Immunisations"), 80, _immunizations, _count("immunizations"))
    register_chart_panel("referrals", _("Referrals"), 90, _referrals, _count("referrals"))
    register_chart_panel("messages", _("Messages"), 100, _messages, _count("messages"))
    register_chart_panel("access", _("Who opened this"), 200, _access)
