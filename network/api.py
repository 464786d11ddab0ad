"""/api/v1/organizations, /facilities, /departments, /rooms and /clinicians: what the other kinds refer to."""

from __future__ import annotations

from typing import ClassVar

import rules
from rest_framework import serializers

from core.api.fields import Filter
from core.api.resources import Resource, described, resource
from core.permissions import grant
from network.models import Clinician, Department, Facility, Organization, Room

grant("core.read_catalogue", rules.always_true, because="it tells of nobody")
NAME = Filter("name__icontains", serializers.CharField(max_length=100), "Whose name holds these letters.")


class Catalogue(Resource):
    """What can be chosen. It tells of no member, so reading it is not recorded."""

    scope = "catalogue"
    permissions = ("core.read_catalogue",)
    is_personal = False


class OrganizationApi(Catalogue):
    """Health plans, medical groups, hospitals, partners."""

    model = Organization
    fields = ("id", "name", "kind", "npi", "parent", "system")
    filters: ClassVar[dict[str, str | Filter]] = {"kind": "kind", "system": "system", "name": NAME}
    serializer_class = described(Organization, fields)


class FacilityApi(Catalogue):
    """Hospitals, offices, pharmacies, laboratories."""

    model = Facility
    fields = ("id", "organization", "region", "code", "name", "kind", "line1", "city", "state", "postal_code")
    filters: ClassVar[dict[str, str | Filter]] = {
        "organization": "organization",
        "kind": "kind",
        "region": "region",
        "name": NAME,
    }
    serializer_class = described(Facility, fields)


class DepartmentApi(Catalogue):
    """Departments of facilities."""

    model = Department
    fields = ("id", "facility", "code", "name", "specialty", "is_primary_care")
    filters: ClassVar[dict[str, str | Filter]] = {
        "facility": "facility",
        "specialty": "specialty",
        "is_primary_care": "is_primary_care",
        "name": NAME,
    }
    serializer_class = described(Department, fields)


class RoomApi(Catalogue):
    """Rooms of departments."""

    model = Room
    fields = ("id", "department", "name")
    filters: ClassVar[dict[str, str | Filter]] = {"department": "department"}
    serializer_class = described(Room, fields)


class ClinicianApi(Catalogue):
    """Clinicians, as a directory shows them."""

    model = Clinician
    fields = ("id", "npi", "family", "given", "prefix", "credential", "specialty", "is_accepting")
    filters: ClassVar[dict[str, str | Filter]] = {
        "npi": "npi",
        "specialty": "specialty",
        "is_accepting": "is_accepting",
        "family": Filter("family__istartswith", serializers.CharField(max_length=100), "Whose family name begins so."),
    }
    serializer_class = described(Clinician, fields)


api = [
    *resource("organizations", OrganizationApi),
    *resource("facilities", FacilityApi),
    *resource("departments", DepartmentApi),
    *resource("rooms", RoomApi),
    *resource("clinicians", ClinicianApi),
]
