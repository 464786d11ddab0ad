"""Admission, transfer, discharge, bed board, handoff."""
