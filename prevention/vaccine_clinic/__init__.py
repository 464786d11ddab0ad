"""Vaccination clinics: who comes, what each may have today, the doses given from stock, and what was wasted."""

# The code of a system's visit type for them.
VISIT_TYPE = "VACCINE"
