"""Sets of codes that care rules read besides the official ones: our own, from freely usable codes.

Their codes stand in `core/terminology/value_sets.csv`. An official expansion never replaces them: what outside systems
write beyond the official lists settles a rule as well.
"""

from prevention.engine.facts import ValueSet


def own(name: str, slug: str) -> ValueSet:
    return ValueSet(name, f"urn:kpcare:value-set:{slug}")


BLOOD_PRESSURE = own("Blood pressure", "blood-pressure")
CT_COLONOGRAPHY = own("CT colonography", "ct-colonography")
HPV_TEST = own("HPV test", "hpv-test")
HYSTERECTOMY = own("Hysterectomy with cervix", "hysterectomy")
MAMMOGRAPHY = own("Mammography", "mammography")
PAP_TEST = own("Cervical cytology", "pap-test")
STOOL_TEST = own("Stool test for blood", "stool-test")
