"""Placing an order: every registered check looks at the whole record first, and what it said is kept."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clinical.coding import add_codings
from clinical.models import CodingRole, Fact, OrderAlert, ServiceRequest
from clinical.ports import OrderDraft, order_checks, order_kind
from core import audit, locks
from core.models import User
from core.permissions import require
from members.deaths import refuse_dead

Severity = OrderAlert.Severity
NEEDS_REASON = (Severity.WARNING, Severity.HARD_STOP)
Code = OrderAlert.OverrideCode
# Of a reason in one's own words, at least three that differ and say something.
REASON_WORDS, REASON_LETTERS = 3, 10
FILLERS = frozenset(
    {"ok", "okay", "yes", "no", "na", "none", "fine", "good", "because", "just", "needed", "need", "please", "reason"}
)
# An instant as a half-open period.
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class CheckedAlert:
    """What one registered check says about a draft."""

    check_name: str
    severity: str
    message: str

    @property
    def needs_reason(self) -> bool:
        return self.severity in NEEDS_REASON


class ReasonNeeded(Exception):
    """Checks object to the order; it can be placed with a reason. `alerts` are all that they said."""

    def __init__(self, alerts: list[CheckedAlert]) -> None:
        super().__init__("; ".join(alert.message for alert in alerts if alert.needs_reason))
        self.alerts = alerts


def says_why(reason: str) -> bool:
    """Whether a reason to pass a warning or stop is one that somebody else can judge: a few words, not one repeated.

    Asked of every order alike: what an interaction, an allergy, a dose or a duplicate is overridden with is reviewed.
    """
    words = set(re.findall(r"[^\W\d_]{2,}", reason.casefold())) - FILLERS
    return len(words) >= REASON_WORDS and sum(map(len, words)) >= REASON_LETTERS


def passing_code(code: str, reason: str) -> str:
    """The code under which an objection is passed; empty where nothing was said that somebody else can judge.

    One that is listed says enough by itself; another reason is told in words. Raises `ValueError` for an unknown code.
    """
    if code and Code(code) != Code.OTHER:
        return code
    return Code.OTHER.value if says_why(reason) else ""


def check_order(draft: OrderDraft) -> list[CheckedAlert]:
    """What every registered check says about the draft, hard stops first."""
    rank = {Severity.HARD_STOP: 0, Severity.WARNING: 1, Severity.INFORMATION: 2}
    said = [
        CheckedAlert(name, alert.severity, alert.message)
        for name, check in order_checks().items()
        for alert in check(draft)
    ]
    return sorted(said, key=lambda alert: rank[Severity(alert.severity)])


@transaction.atomic
def place_order(*, by: User, draft: OrderDraft, override_reason: str = "", override_code: str = "") -> Fact:
    """Place `draft` and start its room's workflow.

    Raises `PermissionDenied`, `MemberDied`, and `ReasonNeeded` where a check warns or stops and neither a listed reason
    (`OrderAlert.OverrideCode`) nor one in a few words was given. Both are kept with each alert that is passed, and
    audited.
    """
    kind = order_kind(draft.kind)
    require(by, kind.permission if kind else "clinical.place_order", draft.member)
    refuse_dead(draft.member)
    locks.take_for(locks.CHART_OF, draft.member.pk)
    alerts = check_order(draft)
    reason = " ".join(override_reason.split())
    code = passing_code(override_code, reason)
    if not code and any(alert.needs_reason for alert in alerts):
        raise ReasonNeeded(alerts)
    order = kind.make(draft) if kind and kind.make else _service_request(draft)
    order.save(force_insert=True)
    _add_codings(order, draft)
    keep_alerts(by=by, draft=draft, alerts=alerts, order=order, reason=reason, code=code)
    audit.record(
        by=by,
        action="create",
        verb="clinical.place_order",
        obj=order,
        reason=reason,
        detail={
            "kind": draft.kind,
            "alerts": len(alerts),
            "overridden": (passed := sum(a.needs_reason for a in alerts)),
            **({"override_code": code} if passed else {}),
        },
    )
    if kind and kind.placed:
        kind.placed(order, draft, by=by)
    return order


@transaction.atomic
def give_up_order(*, by: User, draft: OrderDraft) -> None:
    """Keep that checks were heeded: the draft is not placed, and what they said is reported."""
    require(by, "clinical.place_order", draft.member)
    alerts = check_order(draft)
    keep_alerts(by=by, draft=draft, alerts=alerts, order=None, reason="")
    audit.record(
        by=by,
        action="execute",
        verb="clinical.give_up_order",
        member_id=draft.member.pk,
        detail={"kind": draft.kind, "alerts": len(alerts)},
    )


def keep_alerts(
    *, by: User, draft: OrderDraft, alerts: list[CheckedAlert], order: Fact | None, reason: str, code: str = ""
) -> None:
    """Write one row for each alert; the reason goes to those that need one."""
    OrderAlert.objects.bulk_create(
        OrderAlert(
            member=draft.member,
            order_model=order._meta.label_lower if order else "",
            order_id=order.pk if order else None,
            check_name=alert.check_name,
            severity=alert.severity,
            message=alert.message[:500],
            override_code=code if alert.needs_reason else "",
            override_reason=reason[:300] if alert.needs_reason else "",
            by=by,
        )
        for alert in alerts
    )


def _service_request(draft: OrderDraft) -> ServiceRequest:
    now = timezone.now()
    return ServiceRequest(
        member=draft.member,
        status="active",
        kind=draft.kind,
        encounter=draft.encounter,
        effective=(now, now + INSTANT),
        recorded_at=now,
        priority=draft.priority,
        requester=draft.requester,
        ordered_by=draft.by,
        reason_text=draft.reason_text,
        protocol=draft.protocol,
    )


def _add_codings(order: Fact, draft: OrderDraft) -> None:
    add_codings(order, draft.concepts)
    add_codings(order, draft.reasons, CodingRole.REASON)
