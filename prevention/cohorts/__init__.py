"""Cohorts: people found by criteria, counted, and exported without what would identify them."""
