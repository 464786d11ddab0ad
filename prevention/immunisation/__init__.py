"""Immunisations by the CDC's CDSi logic specification for ACIP recommendations, version 4.6.

Pure functions over plain dataclasses: no queries, no clock. The files follow the specification's chapters, and
functions bear the names of its sections and business rules, so that the two can be read side by side:

`dates` 3.4 · `organize` 4.2 and 5 · `evaluate` 6 · `conditional_skip` 6.2 · `intervals` 6.5 and 6.6 ·
`conflict` 6.7 · `forecast` 7 · `contraindications` 7.2 and 7.3 · `best_series` 8 · `vaccine_group` 9 · `engine` 4.

Source: Clinical Decision Support for Immunization (CDSi), Logic Specification for ACIP Recommendations 4.6,
13 December 2024, and supporting data 4.64, 10 November 2025; CDC, a work of the United States government.
"""
