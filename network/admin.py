"""Places, posts and roles in the admin: what is kept by hand is written through the actions."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from core.adminbase import ActionAdmin, admin_for, register_app
from core.asked import DayField
from core.http import AuthenticatedHttpRequest
from network import actions
from network.models import (
    Bed,
    Clinician,
    Contract,
    Department,
    Employment,
    Facility,
    Organization,
    Region,
    RoleAssignment,
    Room,
    ServiceArea,
)


class PlaceAdmin(ActionAdmin):
    """A place, or somebody who works there."""

    permission = "network.keep_places"

    def write(self, request: AuthenticatedHttpRequest, obj: models.Model, form: Any, *, is_new: bool) -> None:
        actions.keep_place(obj, by=request.user)


class ClinicianAdmin(PlaceAdmin):
    """Whoever works, or worked, somewhere in the system."""

    organization_paths = ("employments__organization",)


class RoleForm(forms.ModelForm):
    """A role from a day to a day; afterwards only its end can be set."""

    start = DayField(widget=forms.DateInput(attrs={"type": "date"}))
    end = DayField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The first day without the role. Empty: until somebody ends it.",
    )
    reason = forms.CharField(required=False, max_length=300)

    class Meta:
        model = RoleAssignment
        fields = ("user", "role", "organization", "facility", "department")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        period = self.instance.period
        if period is not None:
            self.initial.setdefault("start", period.lower)
            self.initial.setdefault("end", period.upper)
            for name, field in self.fields.items():
                field.disabled = name not in ("end", "reason")
            if "end" in self.fields:
                self.fields["end"].required = True
        else:
            self.initial.setdefault("start", timezone.localdate())

    def _get_validation_exclusions(self) -> set[str]:
        # The period is set by the action, which refuses an overlap in words.
        return {*super()._get_validation_exclusions(), "period"}  # type: ignore[misc]  # the stubs leave it out


class RoleAdmin(ActionAdmin):
    """Who holds which role where. Given and ended here as on the staff pages; offered to others there alone."""

    permission = view_permission = "network.manage_access"
    form = RoleForm
    fields = ("user", "role", "organization", "facility", "department", "start", "end", "reason")
    list_select_related = False

    def write(self, request: AuthenticatedHttpRequest, obj: RoleAssignment, form: Any, *, is_new: bool) -> None:
        said = form.cleaned_data
        if not is_new:
            actions.end_role(obj, by=request.user, on=said["end"], reason=said["reason"])
            return
        try:
            given = actions.give_role(
                by=request.user,
                user=obj.user,
                role=obj.role,
                organization=obj.organization,
                facility=obj.facility,
                department=obj.department,
                start=said["start"],
                end=said["end"],
                reason=said["reason"],
            )
        except actions.AcceptanceNeeded as refused:
            raise ValidationError(_("%(why)s Give the role on the page “Access”.") % {"why": refused}) from refused
        obj.pk, obj.period = given.pk, given.period


admin.site.register(Clinician, admin_for(Clinician, ClinicianAdmin))
for _model in (Bed, Contract, Department, Employment, Facility, Organization, Region, Room, ServiceArea):
    admin.site.register(_model, admin_for(_model, PlaceAdmin))
admin.site.register(RoleAssignment, admin_for(RoleAssignment, RoleAdmin))
register_app(
    "network",
    permissions={"RoleOffer": "network.manage_access"},
    paths={
        "Resource": (
            "clinician__employments__organization",
            "room__department__facility__organization",
            "bed__room__department__facility__organization",
        )
    },
)
