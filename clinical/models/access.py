from django.db import models
from django.db.models.functions import Now

from core.models import User
from core.triggers import immutable
from members.models import MemberOwned


class BreakTheGlass(MemberOwned):
    """A clinician outside the care relationship opened the record, for a reason and a time; the member sees it."""

    append_only = True

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    at = models.DateTimeField(db_default=Now())
    until = models.DateTimeField()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            models.CheckConstraint(condition=models.Q(until__gt=models.F("at")), name="clinical_breaktheglass_time"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="clinical_breaktheglass_reason"),
        ]
        indexes = [models.Index(fields=["user", "member", "-until"], name="clinical_breaktheglass_now")]
        triggers = immutable()
