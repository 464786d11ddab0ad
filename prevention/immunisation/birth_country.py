"""The one question of table 7-3 that no dose answers: where somebody was born, while it would make a vaccine needless.

"Not known" is not "the United States" (CDSi, table 7-3), so the forecast of such a person is due like anybody's. But it
is a live vaccine for somebody who is most likely immune: pages ask first, and nobody is reminded of it meanwhile.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import User
from members.actions import update_member
from members.models import Member
from prevention.immunisation.contraindications import has_evidence_of_immunity
from prevention.immunisation.patient import History, SeriesStatus
from prevention.immunisation.schedule import Antigen, Schedule
from prevention.immunisation.vaccine_group import VaccineGroupForecast

# What a forecast keeps that waits for the answer.
BIRTH_COUNTRY = "birth_country"
# ISO 3166-1, which leaves ZZ to its users: another country, whichever.
ANSWERS = ("US", "ZZ")


def question(schedule: Schedule, one: VaccineGroupForecast, history: History) -> str:
    """`birth_country` where the answer could make the person immune to what the forecast asks for; else empty."""
    if history.patient.country or one.status is not SeriesStatus.NOT_COMPLETE:
        return ""
    asks = (would_be_immune_by_country(schedule.antigens[name], history) for name in one.antigens)
    return BIRTH_COUNTRY if one.antigens and all(asks) else ""


def would_be_immune_by_country(antigen: Antigen, history: History) -> bool:
    """Whether a country of birth, not on record, would be evidence of immunity (table 7-3)."""
    return not has_evidence_of_immunity(antigen, history) and any(
        immunity.country
        and history.patient.born_on < immunity.born_before
        and not any(code in history.observed for code in immunity.exclusions)
        for immunity in antigen.immunity_by_birth
    )


def ask_first() -> str:
    """What stands against the dose meanwhile, for whoever gives it."""
    return _("Ask first where this person was born: born in the United States before 1980, they count as immune.")


@transaction.atomic
def note_birth_country(member: Member, *, by: User, country: str) -> bool:
    """The answer (`ANSWERS`), where nobody had given one; whether anything was written. The forecast follows.

    Raises `ValueError` for another answer.
    """
    if country not in ANSWERS:
        raise ValueError("It is the United States or another country.")
    if Member.objects.select_for_update().values_list("birth_country", flat=True).get(pk=member.pk):
        return False
    return bool(update_member(member, by=by, reason="asked for a vaccine", birth_country=country))
