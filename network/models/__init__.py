from network.models.contracts import Contract
from network.models.organizations import Bed, Department, Facility, Organization, Region, Room, ServiceArea
from network.models.people import Clinician, Employment, Resource, RoleAssignment, RoleOffer

__all__ = [
    "Bed",
    "Clinician",
    "Contract",
    "Department",
    "Employment",
    "Facility",
    "Organization",
    "Region",
    "Resource",
    "RoleAssignment",
    "RoleOffer",
    "Room",
    "ServiceArea",
]
