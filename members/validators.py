"""What is refused about people wherever it is typed or sent. Each raises `ValidationError` with the mend."""

import datetime
import re

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.days import FIRST_DAY
from members.querysets import e164

# A language, perhaps with its script and region: en, pt-BR, zh-Hant (RFC 5646).
LANGUAGE_TAG = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"


def not_ahead(born: datetime.date) -> None:
    """A birth is not to come."""
    if born > timezone.localdate():
        raise ValidationError(_("This day is still to come."))


def is_telephone(number: str) -> None:
    """It can be dialled: 7 to 15 digits with the country's (ITU-T E.164), or ten of North America."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}", e164(number)):
        raise ValidationError(_("Ten digits, or with the country first: +52 …"))


BORN = (MinValueValidator(FIRST_DAY), not_ahead)


# USPS Publication 28, appendix B: states, the district, territories, and the armed forces abroad.
STATES = (
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH "
    "OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS FM GU MH MP PW PR VI AA AE AP"
)


def is_state(value: str) -> None:
    """Raises `ValidationError` unless it is the two letters of a state or territory."""
    if value.strip().upper() not in STATES.split():
        raise ValidationError(_("Two letters of a state or territory, like CA."))
