import pgtrigger
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.constraints import MemberForeignKey
from core.models import User
from core.triggers import immutable
from members.models import MemberOwned, member_key


class NotOneselfReviewed(pgtrigger.Trigger):
    """Nobody finds their own access appropriate, whichever program writes the row."""

    when = pgtrigger.Before
    level = pgtrigger.Row
    operation = pgtrigger.Insert
    func = """
        IF EXISTS (
            SELECT FROM clinical_breaktheglass b WHERE b.id = NEW.access_id AND b.user_id = NEW.reviewed_by_id
        ) THEN
            RAISE EXCEPTION 'Nobody reviews an access of their own.' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    """


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


class AccessReview(MemberOwned):
    """What an auditor found about an access by reason. A later finding is a further row; the last one counts."""

    append_only = True

    class Outcome(models.TextChoices):
        APPROPRIATE = "appropriate", _("appropriate")
        FOLLOW_UP = "follow_up", _("needs follow-up")
        INAPPROPRIATE = "inappropriate", _("inappropriate")

    access = member_key(BreakTheGlass, related_name="reviews")
    outcome = models.CharField(max_length=13, choices=Outcome)
    note = models.CharField(max_length=500, blank=True, default="", db_default="")
    reviewed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("access"),
            models.CheckConstraint(
                condition=models.Q(outcome="appropriate") | ~models.Q(note=""),
                name="clinical_accessreview_note",
                violation_error_message=_("Say in the note what was found and what is to follow."),
            ),
        ]
        indexes = [models.Index(fields=["access", "-at"], name="clinical_accessreview_last")]
        triggers = [NotOneselfReviewed(name="not_oneself"), *immutable()]

    @property
    def badge(self) -> str:
        """The status word of the design system."""
        return {"appropriate": "good", "follow_up": "due", "inappropriate": "stop"}[self.outcome]
