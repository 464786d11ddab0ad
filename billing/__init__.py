"""Utilisation cost, outside claims, risk scores, capitation, ledger, budgets."""
