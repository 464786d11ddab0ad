"""What stands in a record as text, read as an instant or a number, or as nothing where it is none.

FHIR's dosages and reactions are kept as they came. A cast that fails would end the evaluation of everybody beside.
"""


def instant(written: str) -> str:
    """SQL: a FHIR date or time of at least a day's precision; null for any other text."""
    return (
        f"(CASE WHEN ({written}) LIKE '____-__-__%' AND pg_input_is_valid({written}, 'timestamptz') "
        f"THEN ({written})::timestamptz END)"
    )


def number(written: str) -> str:
    """SQL: a decimal number from 0 to below 10¹², as amounts and frequencies are; null for any other text."""
    return (
        f"(CASE WHEN ({written}) ~ '^[0-9]+([.][0-9]+)?$' AND length(split_part({written}, '.', 1)) <= 12 "
        f"THEN ({written})::numeric END)"
    )
