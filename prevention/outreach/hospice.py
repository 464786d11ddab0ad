"""Who is in hospice care: they are left in peace, whatever is due, vaccines included.

As the care rules and the official measures have it (`engine.libraries.has_hospice_services`): a stay that ended with
hospice, a visit, an order, care or a diagnosis of hospice, or an assessment that says so, within the last year.
"""

from prevention.engine.codes import Codes, ValueSet
from prevention.engine.libraries import (
    DISCHARGE_TO_FACILITY_FOR_HOSPICE,
    DISCHARGE_TO_HOME_FOR_HOSPICE,
    HOSPICE_CARE_AMBULATORY,
    HOSPICE_CARE_MDS,
    HOSPICE_DIAGNOSIS,
    HOSPICE_ENCOUNTER,
    YES,
)

YEAR = "interval '1 year'"
HELD = f"upper(o.effective) >= %(today)s::date - {YEAR} OR upper_inf(o.effective)"
BEGUN = "coalesce(lower(o.effective) < %(today)s::date + 1, true)"


def _concepts(*codes: Codes) -> str:
    """An array of the ids of their concepts, for a scalar: worked out once for a statement."""
    parts = []
    for one in codes:
        if isinstance(one, ValueSet):
            parts.append(
                "SELECT m.concept_id FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id "
                f"WHERE v.url = '{one.url}'"
            )
        else:
            parts.append(
                "SELECT c.id FROM core_codesystem y JOIN core_concept c ON c.system_id = y.id "
                f"WHERE y.uri = '{one.system}' AND c.code = '{one.code}'"
            )
    return f"ARRAY({' UNION '.join(parts)})"


def _coded(kind: str, role: int, codes: str, when: str) -> str:
    return (
        f"SELECT k.member_id FROM clinical_{kind}coding k JOIN clinical_{kind} o ON o.id = k.fact_id "
        f"AND o.member_id = k.member_id WHERE {{k}} AND k.role = {role} AND k.concept_id = ANY ({codes}) AND {when}"
    )


# `{k}`: the partition's condition on a member column of `k`. Knows %(today)s.
IN_HOSPICE = " UNION ".join(
    (
        _coded(
            "encounter",
            9,
            _concepts(DISCHARGE_TO_HOME_FOR_HOSPICE, DISCHARGE_TO_FACILITY_FOR_HOSPICE),
            f"o.status = 'finished' AND ({HELD}) AND {BEGUN}",
        ),
        _coded("encounter", 7, _concepts(HOSPICE_ENCOUNTER), f"o.status = 'finished' AND ({HELD}) AND {BEGUN}"),
        _coded(
            "servicerequest",
            1,
            _concepts(HOSPICE_CARE_AMBULATORY),
            "o.status IN ('active', 'completed') AND NOT o.is_negated AND o.recorded_at < %(today)s::date + 1 "
            f"AND o.recorded_at >= %(today)s::date - {YEAR}",
        ),
        _coded(
            "procedure",
            1,
            _concepts(HOSPICE_CARE_AMBULATORY),
            f"o.status IN ('completed', 'in-progress') AND NOT o.is_negated AND ({HELD}) AND {BEGUN}",
        ),
        _coded(
            "condition",
            1,
            _concepts(HOSPICE_DIAGNOSIS),
            f"o.verification NOT IN ('refuted', 'entered-in-error') AND ({HELD}) AND {BEGUN} "
            # As `prevalenceInterval()`: what is not active and has no end says nothing.
            "AND (o.status IN ('active', 'recurrence', 'relapse') OR NOT upper_inf(o.effective))",
        ),
        _coded(
            "observation",
            1,
            _concepts(HOSPICE_CARE_MDS),
            f"o.status IN ('final', 'amended', 'corrected') AND ({HELD}) AND {BEGUN} "
            "AND EXISTS (SELECT FROM clinical_observationcoding w WHERE w.fact_id = o.id AND w.role = 3 "
            f"AND w.concept_id = ANY ({_concepts(YES)}))",
        ),
    )
)
# In which the statements of outreach look it up.
IN_PEACE = f"CREATE TEMPORARY TABLE po_hospice ON COMMIT DROP AS {IN_HOSPICE}"
