"""What HL7 v2 brings that no other room owns: what the codes of a sender mean."""

from django.db import models
from django.db.models.functions import Now

from core.models import Concept, Identified
from network.models import Organization


class LocalCode(Identified):
    """What a sender's own code for a test means in LOINC, as somebody of the system has said."""

    managing_organization = models.ForeignKey(Organization, models.PROTECT, related_name="+", db_index=False)
    sender = models.CharField(max_length=200, help_text="urn:hl7:v2:MSH-3:MSH-4 of its messages.")
    system = models.CharField(max_length=60, blank=True, default="", help_text="As OBX-3.3 has it, like L or 99LAB.")
    code = models.CharField(max_length=80, help_text="As OBX-3.1 has it.")
    loinc = models.ForeignKey(Concept, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["managing_organization", "sender", "system", "code"],
                name="interop_localcode_once",
                violation_error_message="This sender's code has a meaning already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.system})" if self.system else self.code
