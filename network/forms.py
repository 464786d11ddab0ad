"""What administrators of access type."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.widgets import ComboBox
from network.models import Department, Facility, Organization, RoleAssignment

Role = RoleAssignment.Role
DATE = forms.DateInput(attrs={"type": "date"})


class PlaceChoice(forms.ChoiceField):
    """A place a role is held at: an organisation, or a facility or department of one. Its value is what was chosen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ComboBox, **kwargs)
        self.places: dict[str, dict[str, Any]] = {}

    def offer(self, organizations: list[Organization]) -> None:
        """Offer these organisations with everything inside them, named so that one can type to find."""
        ids = [organization.pk for organization in organizations]
        facilities = list(Facility.objects.filter(organization__in=ids).order_by("name"))
        departments = Department.objects.filter(facility__in=[f.pk for f in facilities]).order_by("name")
        owners = {organization.pk: organization for organization in organizations}
        sites = {facility.pk: facility for facility in facilities}
        found: list[tuple[str, str]] = [("", "")]
        for organization in organizations:
            found.append((f"o:{organization.pk}", str(organization)))
            self.places[found[-1][0]] = {"organization": organization}
        for facility in facilities:
            found.append((f"f:{facility.pk}", str(facility)))
            self.places[found[-1][0]] = {"organization": owners[facility.organization_id], "facility": facility}
        for department in departments:
            department.facility = site = sites[department.facility_id]
            found.append((f"d:{department.pk}", f"{department.name}, {site.name}"))
            self.places[found[-1][0]] = {"organization": owners[site.organization_id], "department": department}
        self.choices = found

    def clean(self, value: Any) -> dict[str, Any]:
        return self.places.get(super().clean(value), {})


class RoleForm(forms.Form):
    """A role at a place, from a day to a day."""

    role = forms.ChoiceField(label=_("Role"), choices=[c for c in Role.choices if c[0] != Role.INTEGRATION])
    place = PlaceChoice(label=_("Where"), help_text=_("The smaller the place, the less they see."))
    start = DayField(label=_("From"), widget=DATE)
    end = DayField(
        label=_("First day without it"), required=False, widget=DATE, help_text=_("Empty: until somebody ends it.")
    )
    reason = forms.CharField(label=_("Why"), max_length=300, required=False, help_text=_("Auditors read this."))

    def __init__(self, *args: Any, organizations: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        assert isinstance(place, PlaceChoice)
        place.offer(organizations)


class StaffForm(RoleForm):
    """Somebody new, with their first role."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("As colleagues and members read it."))
    email = forms.EmailField(label=_("E-mail they sign in with"))
    language = forms.ChoiceField(label=_("Language of their pages"), choices=settings.LANGUAGES)
    field_order = ("name", "email", "language", "role", "place", "start", "end", "reason")


class EndForm(forms.Form):
    """When a role ends, and why."""

    end = DayField(label=_("First day without it"), widget=DATE)
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)


class PeopleFilter(forms.Form):
    """Whom the list shows."""

    q = forms.CharField(label=_("Name or e-mail"), required=False, max_length=100)
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All")), *Role.choices])
    past = forms.BooleanField(label=_("Also roles that ended"), required=False)
