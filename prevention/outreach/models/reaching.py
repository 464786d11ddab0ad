"""A gap in a campaign, the links and letters that were sent about it, and what members say was done elsewhere."""

from django.db import models
from django.db.models.functions import Now

from clinical.models import Document
from core.constraints import MemberForeignKey
from core.history import track
from core.models import Identified, User
from members.models import MemberOwned, member_key, member_without_key
from network.models import Organization
from prevention.outreach.models.policy import Campaign


class OutreachEpisode(MemberOwned):
    """A gap's time in a campaign: in which arm, with which wording, and why outreach stopped.

    Whoever is held back is written to by nobody; pages and clinicians show the gap all the same.
    """

    class Arm(models.TextChoices):
        OUTREACH = "outreach"
        HOLDOUT = "holdout", "held back for comparison"

    class Stop(models.TextChoices):
        DONE = "done"
        EXCLUDED = "excluded", "the rule no longer applies"
        DECLINED = "declined", "the member does not want it"
        REFUSED = "refused", "the member asked not to be contacted"
        DECEASED = "deceased"
        DISENROLLED = "disenrolled"
        UNDELIVERABLE = "undeliverable", "no way left to reach the member"
        ENDED = "ended", "the campaign ended"
        LABELLED = "labelled", "what is due carries a sensitivity label now"
        FOLLOWED = "followed", "a result is being followed by a clinician"
        HOSPICE = "hospice", "in hospice care"

    # Whose it is, its gap's key says; the key over the gap finds its episode.
    member = member_without_key()
    gap = member_key("prevention.CareGap", related_name="episodes", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="episodes")
    arm = models.CharField(max_length=8, choices=Arm)
    wording = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    score = models.DecimalField(max_digits=8, decimal_places=3, help_text="Whom first: the higher.")
    entered_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=13, choices=Stop, blank=True, default="", db_default="")

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("gap"),
            models.UniqueConstraint(fields=["gap"], name="prevention_episode_once"),
            models.CheckConstraint(
                condition=models.Q(stopped_at__isnull=True, stop_reason="")
                | models.Q(stopped_at__isnull=False) & ~models.Q(stop_reason=""),
                name="prevention_episode_stopped",
            ),
        ]
        indexes = [
            models.Index(fields=["member"], name="prevention_episode_open", condition=models.Q(stopped_at__isnull=True))
        ]


class OneTapLink(MemberOwned):
    """What a message's link leads to: one gap, one answer, until a day. Its address is signed and names nobody."""

    class Use(models.TextChoices):
        BOOKED = "booked"
        KIT_ORDERED = "kit_ordered", "kit ordered"
        DONE_ELSEWHERE = "done_elsewhere", "done elsewhere"
        NOT_NOW = "not_now", "not now"
        DECLINED = "declined"

    # Whose it is, its gap's key says.
    member = member_without_key()
    gap = member_key("prevention.CareGap", related_name="links")
    reminder = member_key("prevention.Reminder", null=True, related_name="links")
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, help_text="First asked for; a mail scanner may have been it.")
    confirmed_at = models.DateTimeField(null=True, help_text="The date of birth was right.")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Wrong dates of birth.")
    used_at = models.DateTimeField(null=True)
    used_for = models.CharField(max_length=14, choices=Use, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("gap"),
            MemberForeignKey("reminder"),
            models.UniqueConstraint(fields=["reminder"], name="prevention_onetap_reminder"),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True, used_for="")
                | models.Q(used_at__isnull=False, confirmed_at__isnull=False) & ~models.Q(used_for=""),
                name="prevention_onetap_used",
            ),
        ]


class LetterPile(Identified):
    """Letters that somebody sent through the printer together: theirs until they are posted or put back.

    A letter is in one pile at most, so that nobody else prints it meanwhile.
    """

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    language = models.CharField(max_length=10)
    large_print = models.BooleanField()
    printed_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    printed_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True, help_text="Posted, or put back to be printed anew.")

    class Meta:
        app_label = "prevention"
        indexes = [
            models.Index(
                fields=["printed_at"],
                name="prevention_pile_in_hand",
                condition=models.Q(settled_at__isnull=True),
            )
        ]


@track()
class ElsewhereReport(MemberOwned):
    """A member says that it was done elsewhere; somebody of ours looks at it and, if so, writes the fact."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        REFUSED = "refused", "not accepted"

    gap = member_key("prevention.CareGap", related_name="elsewhere")
    what = models.CharField(max_length=60, blank=True, default="", help_text="What was done, as the rule calls it.")
    done_on = models.DateField(null=True, blank=True)
    said_when = models.CharField(max_length=60, blank=True, default="", help_text="Where no day is known.")
    place = models.CharField(max_length=120)
    proof = member_key(Document, null=True, blank=True, related_name="+", db_index=False)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    reported_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING, db_default=Status.WAITING)
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, default="", db_default="")
    fact_model = models.CharField(max_length=60, blank=True, default="", db_default="")
    fact_id = models.UUIDField(null=True, blank=True)

    class Meta(MemberOwned.Meta):
        app_label = "prevention"
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("gap"),
            MemberForeignKey("proof"),
            models.UniqueConstraint(
                fields=["gap"],
                condition=models.Q(status="waiting"),
                name="prevention_elsewhere_waiting",
                violation_error_message="A report about this waits already.",
            ),
            models.CheckConstraint(
                condition=models.Q(status="waiting", reviewed_by__isnull=True)
                | models.Q(status="accepted", reviewed_by__isnull=False, fact_id__isnull=False, done_on__isnull=False)
                | models.Q(status="refused", reviewed_by__isnull=False) & ~models.Q(note=""),
                name="prevention_elsewhere_reviewed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["reported_at"],
                name="prevention_elsewhere_queue",
                condition=models.Q(status="waiting"),
            )
        ]
