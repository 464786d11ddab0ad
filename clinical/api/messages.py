"""/api/v1/messages: conversations between a member and the care team."""

from __future__ import annotations  # a view's `list` would hide the type in the annotations below it

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from rest_framework import serializers

from clinical.actions import messages
from clinical.api.base import ChartResource
from clinical.models import Message, MessageThread
from core.api.fields import Input
from core.api.requests import ApiRequest
from core.api.resources import described
from core.api.writing import creation, step


class MessageOut(serializers.Serializer):
    id = serializers.UUIDField()
    author = serializers.UUIDField()
    from_member = serializers.BooleanField()
    body = serializers.CharField()
    sent_at = serializers.DateTimeField()


class MessageInput(Input):
    member = serializers.UUIDField()
    subject = serializers.CharField(max_length=200, required=False, allow_blank=True)
    body = serializers.CharField(max_length=10_000)
    thread = serializers.UUIDField(required=False, help_text="To go on with a conversation.")


class AnswerInput(Input):
    body = serializers.CharField(max_length=10_000)
    close = serializers.BooleanField(default=False, help_text="Nothing more is expected from the member.")


class MessageApi(ChartResource):
    """Conversations with their messages. A member or proxy writes; somebody of the department answers."""

    model = MessageThread
    scope = "messages"
    fields = ("id", "member", "subject", "clinician", "department", "is_closed", "created_at", "last_message_at")
    permissions: ClassVar[tuple[str, ...]] = ("clinical.view_chart", "members.portal_message")
    serializer_class = described(MessageThread, fields, messages=MessageOut(many=True, read_only=True))

    def added(self, found: list[dict], request: ApiRequest) -> list[dict]:
        said: dict[UUID, list[dict]] = {row["id"]: [] for row in found}
        columns = ("thread_id", "id", "author_id", "from_member", "body", "sent_at")
        for thread, key, author, ours, body, sent_at in (
            Message.objects.filter(thread__in=said).order_by("sent_at", "id").values_list(*columns)
        ):
            said[thread].append({"id": key, "author": author, "from_member": ours, "body": body, "sent_at": sent_at})
        for row in found:
            row["messages"] = said[row["id"]]
        return found

    @creation(
        MessageInput,
        example={
            "member": "0192f0c4-7a10-7c3e-9b1a-3f6d0c2a4e55",
            "subject": "Refill",
            "body": "May I have my refill a week early? I travel on Monday.",
        },
    )
    def send(self, request: ApiRequest, given: dict[str, Any]) -> UUID:
        """A member, or a proxy who may write, asks the care team; with `thread` they go on with a conversation."""
        member = self.member_for(request, given["member"], "members.portal_message")
        if "thread" not in given:
            return messages.start_thread(
                by=request.user, member=member, subject=given.get("subject", ""), body=given["body"]
            ).pk
        threads = self.visible(MessageThread.objects.filter(member=member), request, member)
        thread = threads.filter(pk=given["thread"]).first()
        if thread is None:
            raise Http404
        messages.write_message(thread, by=request.user, body=given["body"])
        return thread.pk

    @step(AnswerInput, permissions=("clinical.answer_thread",))
    def reply(self, request: ApiRequest, record: MessageThread, given: dict[str, Any]) -> None:
        """The department that was written to answers; the member is told that a message waits."""
        messages.answer_thread(record, by=request.user, body=given["body"], close=given["close"])
