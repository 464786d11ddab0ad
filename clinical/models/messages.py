from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import User
from core.triggers import immutable
from members.models import MemberOwned, member_key
from network.models import Clinician, Department


@track()
class MessageThread(MemberOwned):
    """A conversation between a member (or proxy) and the care team."""

    subject = models.CharField(max_length=200)
    clinician = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    is_closed = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    last_message_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints]


class Message(MemberOwned):
    """One message; sent messages do not change."""

    append_only = True

    thread = member_key(MessageThread, related_name="messages")
    author = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    from_member = models.BooleanField(help_text="Written by the member or a proxy.")
    body = models.TextField()
    sent_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints, MemberForeignKey("thread")]
        triggers = immutable()
