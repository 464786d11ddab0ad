"""Medicines, formulary, prescriptions, safety checks, fills, stock lots."""

from django.apps import AppConfig


class PharmacyConfig(AppConfig):
    name = "pharmacy"

    def ready(self) -> None:
        from pharmacy import permissions, plugs  # noqa: F401  (states who may; what the chart and portal show of us)
