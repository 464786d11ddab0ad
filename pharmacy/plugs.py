"""What pharmacy plugs into the rooms below: the medicine order, its checks, panels, cards and places."""

from django.utils.translation import gettext_lazy as _

from clinical import ports
from pharmacy import ordering
from pharmacy.safety import checks

ports.register_order_kind(
    "medicine",
    _("Medicine"),
    order=30,
    make=ordering.make_request,
    placed=ordering.start_prescription,
    permission="pharmacy.prescribe",
)
checks.register()
