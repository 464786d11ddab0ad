"""Measures, care rules, care gaps, reminders and outreach."""
