"""Finance: capitation, budgets, outside claims, the books."""

from django.urls import path

from billing.views import budgets, capitation, claims, fees, guardrails, ledger, periods

staff = [
    path("finance/capitation/", capitation.runs, name="runs"),
    path("finance/capitation/<uuid:run_id>/", capitation.run, name="run"),
    path("finance/capitation/<uuid:run_id>/state/", capitation.state, name="run_state"),
    path("finance/capitation/<uuid:run_id>/members/", capitation.members, name="run_members"),
    path("finance/capitation/<uuid:run_id>/lines/<uuid:line_id>/", capitation.line, name="line"),
    path("finance/budget/", budgets.budget, name="budget"),
    path("finance/claims/", claims.claims, name="claims"),
    path("finance/claims/<uuid:claim_id>/", claims.claim, name="claim"),
    path("finance/claims/<uuid:claim_id>/price/", claims.price, name="price_claim"),
    path("finance/claims/<uuid:claim_id>/deny/", claims.deny, name="deny_claim"),
    path("finance/claims/<uuid:claim_id>/void/", claims.void, name="void_claim"),
    path("finance/fees/", fees.fees, name="fees"),
    path("finance/fees/<uuid:fee_id>/end/", fees.end, name="end_fee"),
    path("finance/ledger/", ledger.entries, name="ledger"),
    path("finance/ledger/<uuid:entry_id>/", ledger.entry, name="entry"),
    path("finance/periods/", periods.periods, name="periods"),
    path("quality/guardrails/", guardrails.guardrails, name="guardrails"),
]
