"""7.2 Determine evidence of immunity, and 7.3 Determine contraindications."""

from prevention.immunisation.dates import BEGINNING, END, plus_or
from prevention.immunisation.organize import applies
from prevention.immunisation.patient import History
from prevention.immunisation.schedule import Antigen, AntigenSeries


def has_evidence_of_immunity(antigen: Antigen, history: History) -> bool:
    """7.2, once for an antigen."""
    found = history.immune.get(antigen.name)
    if found is None:
        found = history.immune[antigen.name] = _has_evidence_of_immunity(antigen, history)
    return found


def _has_evidence_of_immunity(antigen: Antigen, history: History) -> bool:
    """Table 7-3: a guideline on record, or born before the date, in the country, without an exclusion.

    A birth country that is not on record is not the country asked for.
    """
    if any(code in history.observed for code in antigen.immunity_history):
        return True
    return any(
        history.patient.born_on < immunity.born_before
        and not any(code in history.observed for code in immunity.exclusions)
        and (not immunity.country or history.patient.country == immunity.country)
        for immunity in antigen.immunity_by_birth
    )


def is_contraindicated_antigen(antigen: Antigen, history: History) -> bool:
    """Table 7-5: one antigen contraindication is enough."""
    found = history.contraindicated.get(antigen.name)
    if found is None:
        found = history.contraindicated[antigen.name] = any(applies(one, history) for one in antigen.contraindications)
    return found


def contraindicated_vaccines(antigen: Antigen, history: History) -> frozenset[str]:
    """7.3, once for an antigen."""
    found = history.ruled_out.get(antigen.name)
    if found is None:
        found = history.ruled_out[antigen.name] = _contraindicated_vaccines(antigen, history)
    return found


def _contraindicated_vaccines(antigen: Antigen, history: History) -> frozenset[str]:
    """Table 7-6: vaccine types that a vaccine contraindication rules out on the assessment date."""
    if not history.observed:
        return frozenset()
    born = history.patient.born_on
    return frozenset(
        vaccine.cvx
        for one in antigen.vaccine_contraindications
        if one.observation in history.observed
        for vaccine in one.vaccines
        if plus_or(born, vaccine.begin_age, BEGINNING) <= history.assessed_on < plus_or(born, vaccine.end_age, END)
    )


def is_contraindicated_series(series: AntigenSeries, antigen: Antigen, history: History) -> bool:
    """Table 7-7: the antigen is, or every preferable vaccine of the series is."""
    if not history.observed:
        return False
    if is_contraindicated_antigen(antigen, history):
        return True
    ruled_out = contraindicated_vaccines(antigen, history)
    return bool(ruled_out) and bool(series.preferable_types) and series.preferable_types <= ruled_out
