import pgtrigger
from django.db import models
from django.db.models.functions import Now

from clinical.models.encounters import Encounter
from clinical.models.facts import EncounterFact, FactCoding, fact_key
from clinical.triggers import final_coding, final_report
from core.constraints import MemberForeignKey
from core.history import track
from core.models import User
from core.triggers import BumpVersion, immutable
from members.models import MemberOwned, member_key


@track()
class Note(MemberOwned):
    """What a clinician wrote. Once signed it never changes: an addendum or correction is a new note."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", "visit note"
        HISTORY = "history", "history and physical"
        DISCHARGE = "discharge", "discharge summary"
        CONSULT = "consult", "consultation"
        PHONE = "phone", "telephone encounter"
        ADDENDUM = "addendum"

    encounter = member_key(Encounter, null=True, blank=True, related_name="notes")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PROGRESS)
    title = models.CharField(max_length=200, blank=True, default="")
    body = models.TextField(blank=True, default="")
    author = models.ForeignKey(User, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    amends = member_key("self", null=True, blank=True, related_name="amendments")
    created_at = models.DateTimeField(db_default=Now())
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints, MemberForeignKey("encounter"), MemberForeignKey("amends")]
        triggers = [
            BumpVersion(name="bump_version"),
            *immutable("signed", pgtrigger.Q(old__signed_at__isnull=False)),
        ]


@track()
class Document(MemberOwned):
    """A file in the chart: an outside report, a letter, a scan (FHIR DocumentReference)."""

    encounter = member_key(Encounter, null=True, blank=True, related_name="documents", db_index=False)
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()
    author_name = models.CharField(max_length=200, blank=True, default="")
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints, MemberForeignKey("encounter")]


@track()
class DiagnosticReport(EncounterFact):
    """A laboratory, imaging or pathology report; its results are Observations with the same source."""

    conclusion = models.TextField(blank=True, default="", db_default="")
    text = models.TextField(blank=True, default="", db_default="")
    observations = models.JSONField(
        default=list, blank=True, db_default=[], help_text="Ids of the Observations it reports."
    )
    corrects = member_key("self", null=True, blank=True, related_name="corrections", db_index=False)

    class Meta(EncounterFact.Meta):
        constraints = [*EncounterFact.Meta.constraints, MemberForeignKey("corrects")]
        triggers = [*EncounterFact.Meta.triggers, *final_report()]


@track()
class DiagnosticReportCoding(FactCoding):
    fact = fact_key(DiagnosticReport)

    class Meta(FactCoding.Meta):
        triggers = [*FactCoding.Meta.triggers, *final_coding()]
