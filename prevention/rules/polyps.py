"""When the colon is looked at again, by the number and size of what was found.

Source: US Multi-Society Task Force on Colorectal Cancer, Recommendations for Follow-Up After Colonoscopy and
Polypectomy, 4 February 2020. Where it gives a span, the shorter end. No code in free use says number or size: a
physician chooses, and it becomes the person's own interval; until then the strictest that is usual holds
(`surveillance.COLON`).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

RULE = "colorectal_screening"
SOURCE = "US Multi-Society Task Force on Colorectal Cancer, 2020-02-04"


@dataclass(frozen=True)
class Found:
    """What a colonoscopy found, and after how many months the next one is due: `until` where the source has a span."""

    slug: str
    words: "str | StrPromise"
    months: int
    until: int | None = None


FINDINGS = (
    Found("adenomas-1-2", _("1 or 2 tubular adenomas under 10 mm"), 84, 120),
    Found("adenomas-3-4", _("3 or 4 tubular adenomas under 10 mm"), 36, 60),
    Found("adenomas-5-10", _("5 to 10 tubular adenomas under 10 mm"), 36),
    Found("adenoma-large", _("An adenoma of 10 mm or more"), 36),
    Found("adenoma-villous", _("An adenoma with villous parts or high-grade dysplasia"), 36),
    Found("adenomas-many", _("More than 10 adenomas"), 12),
    Found("piecemeal", _("An adenoma or serrated polyp of 20 mm or more, taken off in pieces"), 6),
    Found("serrated-1-2", _("1 or 2 sessile serrated polyps under 10 mm"), 60, 120),
    Found("serrated-3-4", _("3 or 4 sessile serrated polyps under 10 mm"), 36, 60),
    Found("serrated-5-10", _("5 to 10 sessile serrated polyps under 10 mm"), 36),
    Found("serrated-large", _("A serrated polyp of 10 mm or more, or with dysplasia"), 36),
    Found("hyperplastic", _("20 or fewer hyperplastic polyps under 10 mm in rectum or sigmoid"), 120),
)
BY_SLUG = {one.slug: one for one in FINDINGS}
