"""What an outside claim says, as the edge hands it over, and how it is read: emergency, kind of service, codes."""

import datetime
import re
from dataclasses import dataclass, field
from decimal import Decimal

from core.terminology import SYSTEMS
from plans.models import Benefit

CPT, HCPCS = SYSTEMS["cpt"][0], SYSTEMS["hcpcs"][0]
REVENUE = "https://www.nubc.org/CodeSystem/RevenueCodes"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
PROFESSIONAL, INSTITUTIONAL = "professional", "institutional"
# CLM05-3 (NUBC, type of bill, third digit): replaces, or voids, an earlier claim.
REPLACES, VOIDS = "7", "8"
# Type of bill, first two digits: hospital inpatient (NUBC).
INPATIENT_BILLS = frozenset({"11", "12", "18", "41"})
Service = Benefit.Service


@dataclass(frozen=True)
class IncomingLine:
    """One service line (837 loop 2400). `unit` is X12 355: UN units, MJ minutes, DA days."""

    number: int
    service_date: datetime.date
    charged: Decimal
    units: Decimal = Decimal(1)
    unit: str = "UN"
    procedure: str = ""
    modifiers: str = ""
    revenue_code: str = ""
    is_emergency: bool = False


@dataclass(frozen=True)
class IncomingClaim:
    """A claim as sent (837 loop 2300 with what stands above it)."""

    source: str  # sender, payer, claim number, frequency; the same source is the same claim
    claim_type: str
    patient_control_number: str
    provider_npi: str
    provider_name: str
    subscriber_number: str
    subscriber_family: str
    subscriber_given: str
    patient_family: str
    patient_given: str
    patient_is_subscriber: bool
    patient_number: str
    birth_date: datetime.date | None
    place_of_service: str
    frequency: str
    charged: Decimal
    incurred_from: datetime.date
    incurred_to: datetime.date
    admission_type: str = ""
    diagnoses: tuple[tuple[str, str], ...] = ()
    lines: tuple[IncomingLine, ...] = ()
    notes: tuple[str, ...] = field(default=())
    original_number: str = ""  # REF*F8: our number of the claim that this one replaces or voids

    @property
    def is_emergency(self) -> bool:
        """Place 23, emergency indicator on a line (SV109), admission type 1, revenue 045x, or the 9928x visits."""
        return (
            (self.claim_type == PROFESSIONAL and self.place_of_service == "23")
            or (self.claim_type == INSTITUTIONAL and self.admission_type == "1" and self.place_of_service == "11")
            or any(
                line.is_emergency or line.revenue_code.lstrip("0").startswith("45") or line.procedure[:4] == "9928"
                for line in self.lines
            )
        )


def procedure_system(code: str) -> str:
    """The code system of a procedure: HCPCS level II begins with a letter, CPT with a digit."""
    return HCPCS if re.match(r"[A-Z]\d{4}$", code) else CPT


def service_of(claim_type: str, place_of_service: str, is_emergency: bool) -> str:
    """The benefit under which outside care counts for the member's share."""
    if is_emergency:
        return Service.EMERGENCY
    if claim_type == INSTITUTIONAL:
        return Service.INPATIENT if place_of_service in INPATIENT_BILLS else Service.SPECIALTY_CARE
    return {"20": Service.URGENT_CARE, "81": Service.LABORATORY, "02": Service.VIDEO, "10": Service.VIDEO}.get(
        place_of_service, Service.SPECIALTY_CARE
    )
