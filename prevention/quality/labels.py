"""What groups are called, on pages and in exports."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Model
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from network.models import Clinician, Department, Facility, Region
from plans.models.products import LineOfBusiness
from prevention.quality.strata import ALL, BY_NAME, OFFICIAL, PLACES, UNKNOWN

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

DIMENSIONS: "dict[str, str | StrPromise]" = {
    ALL: gettext_lazy("Everybody"),
    "region": gettext_lazy("Region"),
    "facility": gettext_lazy("Facility"),
    "department": gettext_lazy("Department"),
    "clinician": gettext_lazy("Clinician panel"),
    **{name: dimension.label for name, dimension in BY_NAME.items()},
    OFFICIAL: gettext_lazy("Part of the measure"),
}
WORDS: "dict[str, dict[str, str | StrPromise]]" = {
    "line_of_business": dict(LineOfBusiness.choices),
    "sex": {"female": gettext_lazy("Female"), "male": gettext_lazy("Male"), "other": gettext_lazy("Other")},
    "race": {
        "american_indian": gettext_lazy("American Indian or Alaska Native"),
        "asian": gettext_lazy("Asian"),
        "black": gettext_lazy("Black or African American"),
        "pacific_islander": gettext_lazy("Native Hawaiian or Other Pacific Islander"),
        "white": gettext_lazy("White"),
        "other": gettext_lazy("Some other race"),
        "two_or_more": gettext_lazy("Two or more races"),
    },
    "ethnicity": {
        "hispanic": gettext_lazy("Hispanic or Latino"),
        "not_hispanic": gettext_lazy("Not Hispanic or Latino"),
    },
    "deprivation": {
        "1": gettext_lazy("Least deprived fifth"),
        "2": gettext_lazy("Second fifth"),
        "3": gettext_lazy("Third fifth"),
        "4": gettext_lazy("Fourth fifth"),
        "5": gettext_lazy("Most deprived fifth"),
    },
}
MODELS: dict[str, type[Model]] = dict(zip(PLACES, (Region, Facility, Department, Clinician), strict=True))
# Languages of many members that Django has no name for.
LANGUAGES: "dict[str, str | StrPromise]" = {
    "zh": gettext_lazy("Chinese"),
    "tl": gettext_lazy("Tagalog"),
    "ht": gettext_lazy("Haitian Creole"),
    "hmn": gettext_lazy("Hmong"),
    "so": gettext_lazy("Somali"),
    "am": gettext_lazy("Amharic"),
}
NOBODY = {
    "region": gettext_lazy("No region"),
    "facility": gettext_lazy("No primary care facility"),
    "department": gettext_lazy("No primary care department"),
    "clinician": gettext_lazy("No primary care clinician"),
}


class Labels:
    """Names of groups; places are looked up once for all that a page shows."""

    def __init__(self, strata: Iterable[tuple[str, str]]) -> None:
        wanted: dict[str, set[str]] = {}
        for dimension, stratum in strata:
            for place, key in zip(PLACES, stratum.split("/"), strict=False):
                if dimension in PLACES and key not in ("", UNKNOWN):
                    wanted.setdefault(place, set()).add(key)
        self.places: dict[str, str] = {}
        for place, keys in wanted.items():
            self.places |= dict(_names(place, keys))

    def __call__(self, dimension: str, stratum: str) -> str:
        """`language`, `es` as `Spanish`; a clinician's panel with where it is."""
        if dimension == ALL:
            return _("Everybody")
        if dimension in PLACES:
            return self._place(dimension, stratum.split("/"))
        if stratum == UNKNOWN:
            return _("Not known")
        if dimension == "language":
            return _language(stratum)
        return str(WORDS.get(dimension, {}).get(stratum, stratum))

    def _place(self, dimension: str, keys: Sequence[str]) -> str:
        own = self.places.get(keys[-1], str(NOBODY[dimension]))
        above = [self.places[key] for key in reversed(keys[:-1]) if key in self.places]
        # A department's name says little without its facility.
        return f"{own}, {above[0]}" if dimension in ("department", "clinician") and above else own


def _names(place: str, keys: Iterable[str]) -> Iterable[tuple[str, str]]:
    found = MODELS[place]._default_manager.filter(pk__in=[UUID(key) for key in keys])
    if place == "clinician":
        return [(str(one.pk), str(one)) for one in found]
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")]


def _language(code: str) -> str:
    if code in LANGUAGES:
        return str(LANGUAGES[code])
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
