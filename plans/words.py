"""What a plan covers, in the reader's language."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from plans.models import Benefit, CoveragePeriod

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Service, Kind = Benefit.Service, CoveragePeriod.BenefitKind
SERVICES: "dict[str, StrPromise]" = {
    Service.PRIMARY_CARE: _("primary care visit"),
    Service.SPECIALTY_CARE: _("specialty visit"),
    Service.VIDEO: _("video or phone visit"),
    Service.PREVENTIVE: _("preventive care"),
    Service.URGENT_CARE: _("urgent care"),
    Service.EMERGENCY: _("emergency department"),
    Service.INPATIENT: _("hospital stay"),
    Service.LABORATORY: _("laboratory"),
    Service.IMAGING: _("imaging"),
    Service.DRUG_TIER_1: _("generic medicine"),
    Service.DRUG_TIER_2: _("preferred brand medicine"),
    Service.DRUG_TIER_3: _("other medicine"),
}
KINDS: "dict[str, StrPromise]" = {
    Kind.MEDICAL: _("medical"),
    Kind.PHARMACY: _("pharmacy"),
    Kind.DENTAL: _("dental"),
    Kind.VISION: _("vision"),
}
