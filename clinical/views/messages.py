"""Messages: the member's side in the portal, the care team's among the staff pages."""

import uuid

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from clinical import actions
from clinical.actions.messages import care_team_of
from clinical.forms import MessageForm, NewThreadForm
from clinical.models import MessageThread
from clinical.querysets import waiting
from clinical.sensitivity import visible
from core import audit
from core.http import AuthenticatedHttpRequest
from core.models import OutboxMessage
from core.notices import notify
from core.permissions import may, requires
from members.models import Member
from members.portal import look_at_whose, open_member, people
from members.ports import Place, PortalCard

SHOWN = 50


def own_threads(request: AuthenticatedHttpRequest) -> QuerySet[MessageThread]:
    member = open_member(request)
    threads = visible(MessageThread.objects.filter(member=member), request.user, member)
    return threads.select_related("clinician", "department__facility", "member")


def own_thread(request: AuthenticatedHttpRequest, thread_id: uuid.UUID) -> MessageThread:
    """A conversation of somebody whose record the reader may open; 404 for anybody else's and for what is kept from a
    proxy. A notice leads a parent to their child's."""
    found = get_object_or_404(
        MessageThread.objects.select_related("member"), pk=thread_id, member__in=people(request.user)
    )
    look_at_whose(request, found.member)
    return get_object_or_404(own_threads(request), pk=thread_id)


def _unread(request: AuthenticatedHttpRequest) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(
        user=request.user, channel="portal", template="message_waiting", read_at__isnull=True
    )


def unread_count(request: AuthenticatedHttpRequest) -> int | None:
    """Answers not yet opened in the record that is open, for the number beside "Messages"."""
    return _unread(request).filter(member_id=open_member(request).pk).count()


def new_answers(request: AuthenticatedHttpRequest, member: Member) -> PortalCard | None:
    """The home's card while the care team's answer has not been opened: the member's, then those whom they act for."""
    paths = _unread(request).values_list("member_id", "url_path")
    waiting_for: dict[uuid.UUID | None, set[str]] = {}
    for member_id, path in paths:
        waiting_for.setdefault(member_id, set()).add(path.strip("/").split("/")[-1])
    found: list[MessageThread] = []
    for person in sorted(people(request.user), key=lambda one: one.pk != member.pk):
        if (ids := waiting_for.get(person.pk)) and may(request.user, "members.portal_message", person):
            threads = visible(MessageThread.objects.filter(member=person, pk__in=ids), request.user, person)
            threads = threads.select_related("clinician", "department__facility", "member")
            found += threads.order_by("-last_message_at")[:5]
    if not found:
        return None
    context = {"threads": found, "member": member}
    return PortalCard(Place.NEEDS_YOU, "clinical/portal/card_messages.html", context, count=len(found))


@require_safe
@requires("members.portal_message", obj=open_member)
def threads(request: AuthenticatedHttpRequest) -> HttpResponse:
    """All conversations, newest first."""
    member: Member = request.record
    audit.record_read(request.user, verb="clinical.threads", obj=member, request=request)
    rows = list(waiting(own_threads(request)).order_by("-last_message_at")[:SHOWN])
    paths = [f"/messages/{row.pk}/" for row in rows]
    unread = set(
        OutboxMessage.objects.filter(
            user=request.user, channel="portal", url_path__in=paths, read_at__isnull=True
        ).values_list("url_path", flat=True)
    )
    context = {"rows": [{"thread": row, "is_new": f"/messages/{row.pk}/" in unread} for row in rows]}
    return render(request, "clinical/messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.portal_message", obj=open_member)
def new_thread(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Write to the care team; it says who answers and by when before one writes."""
    member: Member = request.record
    clinician, department = care_team_of(member, timezone.localdate())
    form = NewThreadForm(request.POST or None, initial={"subject": request.GET.get("about", "")[:200]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.start_thread(
                by=request.user,
                member=member,
                subject=form.cleaned_data["subject"],
                body=form.cleaned_data["body"],
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            notify(request, _("Sent. You get an answer within a day."))
            return redirect("clinical:thread", made.pk)
    context = {"form": form, "clinician": clinician, "department": department}
    return render(request, "clinical/new_message.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("members.portal_message", obj=own_thread)
def thread(request: AuthenticatedHttpRequest, thread_id: uuid.UUID) -> HttpResponse:
    """One conversation; writing goes on below it."""
    found: MessageThread = request.record
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.write_message(found, by=request.user, body=form.cleaned_data["body"])
        notify(request, _("Sent. You get an answer within a day."))
        return redirect("clinical:thread", found.pk)
    audit.record_read(request.user, verb="clinical.thread", obj=found, request=request)
    OutboxMessage.objects.filter(
        user=request.user, channel="portal", url_path=f"/messages/{found.pk}/", read_at__isnull=True
    ).update(read_at=timezone.now())
    said = found.messages.select_related("author").order_by("sent_at")
    return render(request, "clinical/thread.html", {"thread": found, "said": said, "form": form})


# --- Care team ------------------------------------------------------------------------------------------------


def team_thread(request: AuthenticatedHttpRequest, thread_id: uuid.UUID) -> MessageThread:
    return get_object_or_404(
        MessageThread.objects.select_related("member", "clinician", "department__facility"), pk=thread_id
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires("clinical.answer_thread", obj=team_thread)
def staff_thread(request: AuthenticatedHttpRequest, thread_id: uuid.UUID) -> HttpResponse:
    """Read a member's question and answer it; the answer closes its task."""
    found: MessageThread = request.record
    form = MessageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.answer_thread(
            found, by=request.user, body=form.cleaned_data["body"], close=request.POST.get("wish") == "close"
        )
        notify(request, _("Answered."))
        return redirect("clinical:inbasket")
    audit.record_read(request.user, verb="clinical.staff_thread", obj=found, request=request)
    said = found.messages.select_related("author").order_by("sent_at")
    return render(request, "clinical/staff_thread.html", {"thread": found, "said": said, "form": form})
