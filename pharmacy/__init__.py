"""Medicines, formulary, prescriptions, safety checks, fills, stock lots."""
