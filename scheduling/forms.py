"""What people fill in to book, move and cancel visits and to open a clinic's hours."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_rows
from network.models import Clinician, Department, Room
from scheduling.models import VisitType


class KindField(forms.ModelChoiceField):
    def label_from_instance(self, obj: VisitType) -> str:
        return obj.words


class FindTimeForm(forms.Form):
    """Which visit, with whom, where and from when. Everything has a sensible first value."""

    type = KindField(VisitType.objects.none(), label=_("Kind of visit"), to_field_name="code")
    place = forms.ModelChoiceField(
        Department.objects.none(), label=_("Where"), required=False, empty_label=_("Any place near me")
    )
    start = DayField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, types: list[VisitType], places: list[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = VisitType.objects.filter(pk__in=[kind.pk for kind in types]).order_by("specialty", "name")
        offer_rows(self, "type", kinds).empty_label = None
        near = Department.objects.filter(pk__in=[place.pk for place in places])
        offer_rows(self, "place", near.select_related("facility").order_by("name"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("What is it about?"),
        max_length=300,
        required=False,
        help_text=_("Your care team reads this before the visit."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CancelForm(forms.Form):
    reason = forms.CharField(label=_("Why, if you like to say"), max_length=100, required=False)


class StaffCancelForm(forms.Form):
    """Why staff cancel: the member's wish is told apart from the clinic's."""

    who = forms.ChoiceField(
        label=_("Who wishes it"), choices=[("member", _("the member")), ("clinic", _("the clinic"))]
    )
    reason = forms.CharField(label=_("Reason"), max_length=80)

    def said(self) -> str:
        return f"{self.cleaned_data['who']}: {self.cleaned_data['reason']}"


class SessionForm(forms.Form):
    """Open a stretch of a clinician's day, or a room's where nobody is named: a vaccine clinic, a scanner."""

    clinician = forms.ModelChoiceField(Clinician.objects.none(), label=_("Clinician"), required=False)
    room = forms.ModelChoiceField(
        Room.objects.none(), label=_("Room"), required=False, help_text=_("Instead of a clinician, or their room.")
    )
    visit_types = forms.ModelMultipleChoiceField(
        VisitType.objects.none(), label=_("Only for"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: for every kind of visit."),
    )  # fmt: skip
    day = DayField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}))
    modality = forms.ChoiceField(label=_("How"), choices=VisitType.Modality.choices)
    slot_minutes = forms.IntegerField(label=_("Minutes each"), min_value=5, max_value=240, initial=20)
    capacity = forms.IntegerField(label=_("Seats each"), min_value=1, max_value=40, initial=1)

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(
            self,
            "clinician",
            Clinician.objects.filter(
                employments__department=department, employments__period__contains=timezone.localdate()
            ).order_by("family", "given"),
        )
        offer_rows(self, "room", Room.objects.filter(department=department).order_by("name"))
        organization = department.facility.organization
        kinds = VisitType.objects.filter(organization=organization.system_id or organization.pk)
        offer_rows(self, "visit_types", kinds.order_by("name"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("clinician") and not cleaned.get("room"):
            self.add_error("clinician", _("Choose a clinician or a room."))
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["starts"] >= cleaned["ends"]:
            self.add_error("ends", _("The end must be after the beginning."))
        return cleaned


class RoomForm(forms.Form):
    room = forms.ModelChoiceField(Room.objects.none(), label=_("Room"), required=False, empty_label=_("No room"))

    def __init__(self, *args: Any, department: Department, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "room", Room.objects.filter(department=department).order_by("name"))
