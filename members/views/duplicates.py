"""Two records of one person: who resembles whom, both side by side, merged for a reason, and taken apart again."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import DatabaseError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core import audit
from core.db import PASSING
from core.http import AuthenticatedHttpRequest, once
from core.notices import notify
from core.permissions import require, requires
from core.templatetags.kp import mrn, short_date
from members import actions, matching, merged_access
from members.forms import MergeForm, SettleAccessForm, UnmergeForm
from members.languages import language_name
from members.models import Member, MemberAddress, MemberIdentifier, MemberMerge, MemberTelecom
from members.ports import compare_rows
from members.querysets import primary_care_of
from members.views.desk import frame, member_of

# Written by our own functions and constraints: fit to be read by people.
SAYS_WHY = ("23P01", "23514", "42501")
# What a person settles before two records become one.
HELD_BY_BOTH = {
    "plans_coverageperiod": gettext_lazy(
        "Both records are covered at the same time. End one coverage, or say which pays second; then merge."
    ),
    "plans_coverage": gettext_lazy(
        "Both records are covered under one contract. On the page of the record that goes, end its coverage "
        "with its first day as an error; then merge."
    ),
    "scheduling_appointment": gettext_lazy(
        "Both records have a visit booked at the same time. Cancel one of them; then merge."
    ),
    "hospitals_stay": gettext_lazy("Both records are in hospital now. Discharge or correct one of them; then merge."),
}


def weights(match: matching.Match) -> list[tuple[str, str]]:
    """What speaks for (+) and against (−) one person, the heaviest first, in words."""
    words = {
        "family": _("family name"),
        "given": _("given name"),
        "middle": _("middle name"),
        "birth_date": _("birth date"),
        "sex": _("sex"),
        "address": _("address"),
        "phone": _("phone"),
        "ssn": _("social security number"),
    }
    ordered = sorted(match.agreements.items(), key=lambda item: -abs(item[1]))
    return [(words.get(name, name), f"{weight:+.1f}".replace("-", "−")) for name, weight in ordered]


@require_safe
@requires("members.merge", obj=member_of)
def duplicates(request: AuthenticatedHttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Records that may be the same person, and what was merged into this one."""
    member = request.record
    found = matching.duplicates_of(member)
    known = Member.objects.in_bulk([match.member_id for match in found])
    audit.record_read(request.user, verb="members.duplicates", obj=member, request=request)
    merges = MemberMerge.objects.filter(member=member).select_related("merged", "by", "undone_by").order_by("-at")
    context = {
        **frame(request, member, "duplicates"),
        "rows": [
            {
                "other": known[match.member_id],
                "score": match.score,
                "is_same": match.score >= matching.SAME,
                "weights": weights(match),
            }
            for match in found
            if match.member_id in known
        ],
        "merges": merges[:20],
    }
    return render(request, "members/duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.merge", obj=member_of)
def compare(request: AuthenticatedHttpRequest, member_id: uuid.UUID, other_id: uuid.UUID) -> HttpResponse:
    """Both records beside each other; one is kept, and the other's rows become its own."""
    member = request.record
    other = get_object_or_404(Member, pk=other_id)
    require(request.user, "members.merge", other, request=request)
    if other.pk == member.pk or other.merged_into_id:
        raise Http404
    form = MergeForm(request.POST or None, initial={"keep": member.pk})
    if request.method == "POST" and form.is_valid():
        kept, gone = (other, member) if form.cleaned_data["keep"] == other.pk else (member, other)
        refused = _merge(request, kept, gone, form.cleaned_data["reason"])
        if refused is None:
            notify(request, _("Merged. The number %(mrn)s leads here from now on.") % {"mrn": mrn(gone.mrn)})
            if merged_access.waits(kept):
                words = _("Online the record is closed until a second person has looked who may open it.")
                notify(request, words, level=messages.WARNING)
            return redirect("members:duplicates", member_id=kept.pk)
        form.add_error(None, refused)
    for one in (member, other):
        audit.record_read(request.user, verb="members.compare", obj=one, request=request)
    rows, chosen = _rows(member, other), request.POST.get("keep", str(member.pk))
    context = {
        **frame(request, member, "duplicates"),
        "other": other,
        "pair": [{"member": one, "chosen": str(one.pk) == chosen} for one in (member, other)],
        "rows": rows,
        "differing": sum(row["differs"] for row in rows),
        "form": form,
        "columns": [{"label": label} for label in (_("What"), mrn(member.mrn), mrn(other.mrn), _("The same?"))],
    }
    return render(request, "members/compare.html", context)


def _merge(request: AuthenticatedHttpRequest, kept: Member, gone: Member, reason: str) -> str | None:
    """Merge; gives back why not, in words."""
    try:
        with transaction.atomic():
            actions.merge_members(kept, gone, by=request.user, reason=reason)
    except DatabaseError as error:
        return _why(error)
    return None


def _why(error: DatabaseError) -> str:
    """The database's own words where our functions wrote them; a message that quotes a row is never shown."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(error.__cause__, "pgcode", "") in SAYS_WHY and diagnosis is not None:
        said = str(diagnosis.message_primary)
        for table, words in HELD_BY_BOTH.items():
            if table in said:
                return str(words)
        return said if "violates" not in said else _("Both records hold something that one person can have only once.")
    if getattr(error.__cause__, "pgcode", "") in PASSING:
        return _("Others are writing to these records just now. Nothing was changed: try again in a minute.")
    return _("The records could not be merged. Nothing was changed.")


def _rows(one: Member, two: Member) -> list[dict[str, Any]]:
    """Line by line: what both say, and whether it differs. An empty side is no difference."""
    today = timezone.localdate()

    def address(member: Member) -> str:
        found = MemberAddress.objects.filter(member=member, period__contains=today).order_by("use").first()
        return f"{found.line1}, {found.city} {found.state} {found.postal_code}" if found else ""

    def reached(member: Member) -> str:
        found = MemberTelecom.objects.filter(member=member, period__contains=today).order_by("rank")
        return ", ".join(found.values_list("value", flat=True))

    def identifiers(member: Member) -> str:
        # The keyed digest of a number tells nobody anything; that there is one does.
        found = MemberIdentifier.objects.filter(member=member, period__contains=today).values_list("system", "value")
        return ", ".join(_("social security number") if s == matching.SSN_SYSTEM else value for s, value in found)

    def primary_care(member: Member) -> str:
        held = primary_care_of(member, today)
        return f"{held.clinician}, {held.department}" if held else ""

    lines: list[tuple[Any, Any]] = [
        (_("Family name"), lambda m: m.family),
        (_("Given name"), lambda m: f"{m.given} {m.middle}".strip()),
        (_("Name used"), lambda m: m.name_used),
        (_("Born"), lambda m: short_date(m.birth_date, "year") if m.birth_date else ""),
        (_("Sex"), lambda m: m.get_sex_display()),
        (_("Language"), lambda m: language_name(m.language)),
        (_("Address"), address),
        (_("Reached by"), reached),
        (_("Identifiers"), identifiers),
        (_("Primary care"), primary_care),
        (_("Portal account"), lambda m: _("yes") if m.user_id else _("no")),
        (_("On record since"), lambda m: short_date(m.created_at, "year")),
        *compare_rows(),
    ]
    rows = []
    for label, say in lines:
        left, right = str(say(one)), str(say(two))
        differs = bool(left and right) and matching.fold(left) != matching.fold(right)
        rows.append(
            {"label": label, "one": left, "two": right, "differs": differs, "same": bool(left) and left == right}
        )
    return rows


def merge_named(request: AuthenticatedHttpRequest, merge_id: uuid.UUID) -> MemberMerge:
    """The merge of this id, looked up once for a request."""
    found = MemberMerge.objects.select_related("member", "merged", "by", "kept_account", "gone_account")
    return once(request, ("merge", merge_id), lambda: get_object_or_404(found, pk=merge_id))


def merge_of(request: AuthenticatedHttpRequest, merge_id: uuid.UUID) -> Member:
    """The record that stayed, on which the permission is asked."""
    return merge_named(request, merge_id).member


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.merge", obj=merge_of)
def unmerge(request: AuthenticatedHttpRequest, merge_id: uuid.UUID) -> HttpResponse:
    """Take a merge apart: exactly what it moved goes back; what came afterwards stays."""
    merge = merge_named(request, merge_id)
    form = UnmergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                actions.unmerge_members(merge, by=request.user, reason=form.cleaned_data["reason"])
        except DatabaseError as error:
            form.add_error(None, _why(error))
        else:
            said = _("Two records again. What was added after the merge stayed with this one.")
            if merge.access == MemberMerge.Access.WAITS:
                said += " " + _("It stays closed online until a second person has looked.")
            notify(request, said)
            return redirect("members:duplicates", member_id=merge.member_id)
    if merge.undone_at is not None:
        notify(request, _("This merge is undone already."), level=messages.WARNING)
        return redirect("members:duplicates", member_id=merge.member_id)
    moved = {table: len(ids) for table, ids in merge.moved.items() if ids and table not in ("mother", "user")}
    context = {
        **frame(request, merge.member, "duplicates"),
        "merge": merge,
        "moved": sum(moved.values()),
        "form": form,
    }
    return render(request, "members/unmerge.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.merge", obj=merge_of)
def settle_access(request: AuthenticatedHttpRequest, merge_id: uuid.UUID) -> HttpResponse:
    """A second person says which account and which proxies open the record that stayed."""
    merge, today = merge_named(request, merge_id), timezone.localdate()
    if not MemberMerge.objects.closing().filter(pk=merge.pk).exists():
        notify(request, _("Nobody waits for this: somebody has looked at it."), level=messages.WARNING)
        return redirect("members:duplicates", member_id=merge.member_id)
    proxies = merged_access.standing_proxies(merge, on=today)
    refused = merged_access.refusal(merge, request.user)
    posted = request.POST if request.method == "POST" and not refused else None
    form = SettleAccessForm(posted, merge=merge, proxies=proxies)
    if posted is not None and form.is_valid():
        try:
            _settle(request, merge, form.cleaned_data)
        except ValueError as why:
            form.add_error(None, str(why))
        else:
            notify(request, _("Settled. The record is open to those whom you chose."))
            return redirect("members:duplicates", member_id=merge.member_id)
    for one in (merge.member, merge.merged):
        audit.record_read(request.user, verb="members.settle_access", obj=one, request=request)
    context = {
        **frame(request, merge.member, "duplicates"),
        "merge": merge,
        "form": form,
        "refused": refused,
        "accounts": [
            {"member": side, "account": account}
            for side, account in ((merge.member, merge.kept_account), (merge.merged, merge.gone_account))
        ],
        "others": [proxy for proxy in proxies if proxy.member_id == merge.merged_id],
    }
    return render(request, "members/settle_access.html", context)


def _settle(request: AuthenticatedHttpRequest, merge: MemberMerge, said: dict[str, Any]) -> None:
    account = next((a for a in (merge.kept_account, merge.gone_account) if a and str(a.pk) == said["account"]), None)
    kept = [uuid.UUID(pk) for pk in said.get("proxies", ())]
    with transaction.atomic():
        merged_access.settle_access(merge, by=request.user, account=account, proxies=kept, reason=said["reason"])


@require_safe
@requires("members.merge")
def merges(request: AuthenticatedHttpRequest) -> HttpResponse:
    """The latest merges within reach, each with the way back."""
    found = MemberMerge.objects.select_related("member", "merged", "by").order_by("-at")[:50]
    audit.record_read(request.user, verb="members.merges", request=request)
    return render(request, "members/merges.html", {"merges": found, "may_merge": True})
