"""What is typed on the ward."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.asked import MomentField
from core.choices import offer_rows, offer_values
from core.models import User
from hospitals.actions.stays import DIED, DISPOSITIONS, TURNS
from hospitals.models import BedAssignment, Stay, StayStatus
from members.models import Member
from network.models import Bed, Clinician, Department, Facility

WHEN = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
BEGINNINGS = ("inpatient", "observation", "emergency", "day_surgery")


def free_beds(facility: Facility) -> QuerySet[Bed]:
    """Staffed beds of a hospital with nobody in them now."""
    return (
        Bed.objects.filter(room__department__facility=facility, is_open=True)
        .exclude(pk__in=BedAssignment.objects.in_force().values("bed"))
        .select_related("room__department")
        .order_by("room__department__name", "room__name", "label")
    )


class BedChoice(forms.ModelChoiceField):
    def label_from_instance(self, bed: Bed) -> str:
        return f"{bed.room.department.name} {bed.room.name}-{bed.label}"


class StayChoice(forms.ModelChoiceField):
    def label_from_instance(self, stay: Stay) -> str:
        return f"{stay.member.family}, {stay.member.given}"


class WardChoice(forms.ModelChoiceField):
    def label_from_instance(self, ward: Department) -> str:
        return ward.name


class AdmitForm(forms.Form):
    mrn = forms.CharField(label=_("Record number (MRN)"), max_length=14)
    status = forms.ChoiceField(
        label=_("Admitted as"),
        choices=[(s.value, s.label) for s in StayStatus.Status if s.value in BEGINNINGS],
        initial=StayStatus.Status.INPATIENT,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)
    attending = forms.ModelChoiceField(Clinician.objects.none(), label=_("Attending"), required=False)
    expected_discharge_at = MomentField(label=_("Expected discharge"), widget=WHEN, required=False)

    def __init__(self, *args: Any, facility: Facility, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mrn"].widget.attrs["autocomplete"] = "off"
        offer_rows(self, "attending", attendings(facility))

    def clean_mrn(self) -> Member:
        """The member themselves, so that a mistyped number is told here. Only people within reach are found."""
        digits = "".join(character for character in self.cleaned_data["mrn"] if character.isdigit())
        member = Member.objects.filter(mrn=digits, status="active").first()
        if member is None:
            raise forms.ValidationError(_("Nobody has this record number."))
        return member


def attendings(facility: Facility) -> QuerySet[Clinician]:
    """Physicians with a role at this hospital, by name."""
    users = User.objects.filter(role_assignments__role="physician", role_assignments__facility=facility) | (
        User.objects.filter(role_assignments__role="physician", role_assignments__organization=facility.organization_id)
    )
    return Clinician.objects.filter(user__in=users).order_by("family", "given", "pk")


class TransferForm(forms.Form):
    bed = BedChoice(Bed.objects.none(), label=_("To bed"))

    def __init__(self, *args: Any, stay: Stay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "bed", free_beds(stay.facility))


class SwapForm(forms.Form):
    other = StayChoice(Stay.objects.none(), label=_("Change beds with"))

    def __init__(self, *args: Any, stay: Stay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Stay.objects.current().filter(facility=stay.facility).exclude(pk=stay.pk)
        offer_rows(self, "other", others.select_related("member").order_by("member__name_key", "pk"))


class StatusForm(forms.Form):
    status = forms.ChoiceField(label=_("Now"))

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        turns = TURNS.get(now, ()) if now else ()
        offer_values(self, "status", [(value, StayStatus.Status(value).label) for value in turns])


class SummaryForm(forms.Form):
    body = forms.CharField(
        label=_("Discharge summary"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Why they came, what was done, medicines changed, what is to be done and by whom."),
    )


class DischargeForm(forms.Form):
    disposition = forms.ChoiceField(label=_("Goes to"), choices=[("", "–"), *DISPOSITIONS.items()])
    died_at = MomentField(
        label=_("Died at"),
        widget=WHEN,
        required=False,
        help_text=_("Only if they died here: the time of death, not that of this click."),
    )

    def __init__(self, *args: Any, stay: Stay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A death that is known already stands as it was recorded.
        if stay.member.deceased_at is not None:
            del self.fields["died_at"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        died = said.get("disposition") == DIED
        if died and "died_at" in self.fields and not said.get("died_at") and "died_at" not in self.errors:
            self.add_error("died_at", _("Say when they died."))
        return said if died else {**said, "died_at": None}


class HandoffForm(forms.Form):
    to_department = WardChoice(Department.objects.none(), label=_("To"))
    illness_severity = forms.ChoiceField(
        label=_("Illness severity"), choices=[(w, w) for w in ("stable", "watcher", "unstable")]
    )
    patient_summary = forms.CharField(label=_("Patient summary"), widget=forms.Textarea(attrs={"rows": 3}))
    actions = forms.CharField(label=_("To do"), widget=forms.Textarea(attrs={"rows": 2}))
    contingencies = forms.CharField(label=_("If, then"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, stay: Stay, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "to_department", Department.objects.filter(facility=stay.facility).order_by("name"))
