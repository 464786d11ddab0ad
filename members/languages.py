"""The languages that members speak, in words."""

from django.utils.translation import gettext_lazy as _

# BCP 47 → name: what enrolment files send (`interop.x12.codes`), and what the forms offer.
NAMES = {
    "am": _("Amharic"),
    "ar": _("Arabic"),
    "bn": _("Bengali"),
    "de": _("German"),
    "en": _("English"),
    "es": _("Spanish"),
    "fa": _("Farsi"),
    "fr": _("French"),
    "gu": _("Gujarati"),
    "haw": _("Hawaiian"),
    "hi": _("Hindi"),
    "hmn": _("Hmong"),
    "ht": _("Haitian Creole"),
    "hy": _("Armenian"),
    "it": _("Italian"),
    "ja": _("Japanese"),
    "km": _("Khmer"),
    "ko": _("Korean"),
    "lo": _("Lao"),
    "nv": _("Navajo"),
    "pa": _("Punjabi"),
    "pl": _("Polish"),
    "pt": _("Portuguese"),
    "ru": _("Russian"),
    "sgn": _("sign language"),
    "sm": _("Samoan"),
    "so": _("Somali"),
    "ta": _("Tamil"),
    "te": _("Telugu"),
    "th": _("Thai"),
    "tl": _("Tagalog"),
    "uk": _("Ukrainian"),
    "ur": _("Urdu"),
    "vi": _("Vietnamese"),
    "zh": _("Chinese"),
}


def language_name(code: str) -> str:
    """A language in words, `es-US` as `Spanish`; a code that nobody knows as it is."""
    return str(NAMES.get(code, NAMES.get(code.partition("-")[0].lower(), code)))
