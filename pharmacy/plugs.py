"""What pharmacy plugs into the rooms below: the medicine order, its checks, panels, cards and places."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from clinical import ports
from core.models import User
from core.navigation import portal_nav, staff_nav
from core.terminology import SYSTEMS, register_products
from members.deaths import register_death_effect, register_ended_kind
from members.models import Member
from members.ports import register_portal_card
from network.models import RoleAssignment
from network.permissions import roles_in_force
from pharmacy import ordering
from pharmacy.effects import end_medicines_of_the_dead, medicines_ended, refills_ended
from pharmacy.models import ClinicalDrug, Fill
from pharmacy.safety import checks
from pharmacy.views import chart, portal


def has_open_fill(user: User, member: Member) -> str | None:
    """A pharmacist cares for the members whose medicine is being filled in their system."""
    held = [role for role in roles_in_force(user) if role.role == RoleAssignment.Role.PHARMACIST]
    systems = {role.organization.system_id or role.organization_id for role in held}
    if member.managing_organization_id not in systems:
        return None
    is_open = Fill.objects.filter(member=member, status__in=("requested", "filled")).exists()
    return "their medicine is being filled" if is_open else None


def products_of(ingredients: Iterable[str]) -> list[tuple[str, int, str]]:
    """(RxNorm code of the ingredient, concept of the drug, its name and form) for value sets that name ingredients."""
    known = ClinicalDrug.objects.filter(
        ingredients__concept__code__in=list(ingredients), ingredients__concept__system__uri=SYSTEMS["rxnorm"][0]
    ).values_list("ingredients__concept__code", "concept_id", "name", "form")
    return [(code, pk, f"{name} {form}") for code, pk, name, form in known]


def register() -> None:
    register_products(products_of)
    ports.register_order_kind(
        "medicine",
        _("Medicine"),
        order=30,
        make=ordering.make_request,
        placed=ordering.start_prescription,
        permission="pharmacy.prescribe",
        url=chart.prescribe_url,
    )
    checks.register()
    register_death_effect("medicines", end_medicines_of_the_dead)
    register_ended_kind("medicine", medicines_ended, permission="pharmacy.view_medicines")
    register_ended_kind("refill", refills_ended, permission="pharmacy.view_medicines")
    ports.register_chart_panel(
        "medicines",
        _("Medicines"),
        30,
        chart.medicines_panel,
        chart.medicines_count,
        on_summary=True,
        permission="pharmacy.view_medicines",
    )
    ports.register_since("pharmacy.medicines", chart.medicines_since)
    ports.register_relationship("pharmacy", has_open_fill)
    register_portal_card("medicines", 20, portal.cards)
    portal_nav.register(
        "medicines", _("Medicines"), "pharmacy:my_medicines", order=30, icon="local_pharmacy", places=True
    )
    staff_nav.register("pharmacy", _("Pharmacy"), "pharmacy:queue", order=40, permission="pharmacy.view_queue")
    staff_nav.register("stock", _("Stock"), "pharmacy:stock", order=41, permission="pharmacy.view_queue")
