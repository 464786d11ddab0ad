"""A sender's own codes → LOINC, where somebody has said so."""

from core.models import Concept, SourceSystem
from interop.hl7v2.results import Code


def loinc_for(source: SourceSystem, code: Code) -> Concept | None:
    """What a sender's own code means, or None where nobody has said."""
    return None
