"""The letter to a specialist outside: the question and what they need to answer it, as a page and as a PDF/UA file.

What carries a sensitivity label stays out: a letter leaves the system, and a label needs a consent of its own.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clinical.chart import Chart
from clinical.models import Referral
from clinical.reading import Named, Reader
from core.models import User
from core.templatetags.kp import mrn, short_date
from members.models import MemberTelecom
from network.models import Clinician, Department

SHOWN = 30
EVERY_LABEL = 0x7FFF
SOURCE = Path(__file__).parent / "letter.typ"


class OutwardChart(Chart):
    """The record as it may leave the system: without any row that carries a label."""

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.member, lambda rows: rows.filter(sensitivity=0))

    def _hidden(self) -> int:
        return EVERY_LABEL


@dataclass(frozen=True)
class Section:
    title: str
    lines: list[str]


def letter_of(referral: Referral, user: User) -> dict[str, Any]:
    """What the letter says: from, to, about whom, the question, and the sections of the record."""
    member = referral.member
    chart = OutwardChart(member, user)
    sender = Clinician.objects.filter(user=referral.requested_by_id).first()
    place = referral.from_department
    phone = MemberTelecom.objects.filter(
        member=member, system__in=("phone", "sms"), period__contains=timezone.localdate()
    ).first()
    reached = _("telephone %(number)s") % {"number": phone.value} if phone else ""
    return {
        "title": _("Referral of %(name)s") % {"name": member},
        "date": short_date(timezone.localdate(), "year"),
        "to": str(referral.receiver),
        "from": [str(sender or referral.requested_by), *_address(place)],
        "about": [
            str(member),
            _("born %(day)s") % {"day": short_date(member.birth_date, "year")},
            _("our record number %(mrn)s") % {"mrn": mrn(member.mrn)},
            *([reached] if reached else []),
        ],
        "asked": _("We ask you"),
        "question": referral.question,
        "priority": referral.request.get_priority_display(),
        "sections": [
            Section(_("Allergies"), _names(chart.allergies()) or [_("None recorded")]),
            Section(_("Problems"), _names(chart.problems(), with_code=True) or [_("None recorded")]),
            Section(
                _("Medicines"),
                [
                    " · ".join(part for part in (one["named"].name, one["named"].row.dosage_text) if part)
                    for one in chart.medicines()[:SHOWN]
                ]
                or [_("None recorded")],
            ),
            Section(_("Latest values"), _values(chart)),
        ],
        "reply": _("Please send your report to the address above, with our record number. We wait for it by %(day)s.")
        % {"day": short_date(referral.due_at, "year")},
        "secret": _("This letter holds health information. If it reached you by mistake, call us and destroy it."),
    }


def _address(place: Department | None) -> list[str]:
    if place is None:
        return []
    facility = place.facility
    town = " ".join(part for part in (facility.city, facility.state, facility.postal_code) if part)
    return [part for part in (place.name, facility.name, facility.line1, town, facility.phone) if part]


def _names(rows: list[Named], *, with_code: bool = False) -> list[str]:
    return [f"{row.name} ({row.code})" if with_code and row.code else row.name for row in rows[:SHOWN]]


def _values(chart: Chart) -> list[str]:
    said = []
    for value in chart.latest_values()[:10]:
        day = short_date(value["at"], "year") if value["at"] else ""
        said.append(f"{value['label']} {value['value']} {value['unit']} ({day})".replace("  ", " "))
    return said or [_("None recorded")]


def as_pdf(letter: dict[str, Any], language: str = "en") -> bytes:
    """The letter as an accessible PDF (PDF/UA-1). Its words reach Typst as data, never as markup."""
    import typst

    data = {**letter, "sections": [{"title": one.title, "lines": one.lines} for one in letter["sections"]]}
    return typst.compile(
        SOURCE.read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(data), "title": letter["title"], "language": language[:2]},
    )
