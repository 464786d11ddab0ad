from billing.models.capitation import (
    Budget,
    CapitationContract,
    CapitationEligibility,
    CapitationLine,
    CapitationRun,
    RateCell,
    RiskScore,
)
from billing.models.claims import (
    ClaimDiagnosis,
    ClaimLine,
    CostShare,
    FeeScheduleLine,
    OutsideClaim,
    StandardCost,
    UtilisationCost,
)
from billing.models.guardrails import GuardrailRow
from billing.models.ledger import AccountingPeriod, LedgerAccount, LedgerEntry, Posting
from billing.models.services import ServiceLine, ServiceLineDiagnosis

__all__ = [
    "AccountingPeriod",
    "Budget",
    "CapitationContract",
    "CapitationEligibility",
    "CapitationLine",
    "CapitationRun",
    "ClaimDiagnosis",
    "ClaimLine",
    "CostShare",
    "FeeScheduleLine",
    "GuardrailRow",
    "LedgerAccount",
    "LedgerEntry",
    "OutsideClaim",
    "Posting",
    "RateCell",
    "RiskScore",
    "ServiceLine",
    "ServiceLineDiagnosis",
    "StandardCost",
    "UtilisationCost",
]
