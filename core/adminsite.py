"""The admin's site: it takes the rooms' models, and of others' only what a room shows to look at.

Libraries register their models by themselves, to be written past our actions and without audit.
"""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class RoomSite(AdminSite):
    """Of an app that is no room it takes a `RoomAdmin` alone: read-only, limited and audited."""

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        from core.adminbase import RoomAdmin

        given = model_or_iterable if isinstance(model_or_iterable, (list, tuple)) else [model_or_iterable]
        is_ours = admin_class is not None and issubclass(admin_class, RoomAdmin)
        taken = [model for model in given if is_ours or model._meta.app_label in settings.ROOMS]
        super().register(taken, admin_class, **options)


class RoomAdminConfig(AdminConfig):
    default_site = "core.adminsite.RoomSite"
