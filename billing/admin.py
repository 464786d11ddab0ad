from core.adminbase import register_app

register_app(
    "billing",
    permission="billing.view_ledger",
    permissions={
        "Budget": "billing.view_budget",
        **dict.fromkeys(
            ("CapitationContract", "RateCell", "RiskScore", "CapitationRun", "StandardCost", "UtilisationCost"),
            "billing.view_capitation",
        ),
        # Lines name people: they are opened one by one for a stated reason, which the admin does not ask.
        **dict.fromkeys(("CapitationEligibility", "CapitationLine"), "core.view_platform"),
        "FeeScheduleLine": "billing.manage_fees",
        **dict.fromkeys(
            (
                *("OutsideClaim", "OutsideClaimHistoryevent", "ClaimLine", "ClaimLineHistoryevent", "ClaimDiagnosis"),
                *("CostShare", "ServiceLine", "ServiceLineHistoryevent", "ServiceLineDiagnosis"),
            ),
            "billing.view_claim",
        ),
        "GuardrailRow": "billing.view_guardrails",
    },
    paths={"LedgerEntry": ("postings__account__entity",)},
)
