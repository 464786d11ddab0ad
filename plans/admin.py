"""Products, rates and groups are kept in the admin through their action; coverage is only read there."""

from typing import Any

from django.contrib import admin
from django.db import models

from core.adminbase import ActionAdmin, admin_for, register_app
from core.http import AuthenticatedHttpRequest
from plans.catalogue import keep_catalogue
from plans.models import Benefit, EmployerGroup, GroupClass, PremiumRate, Product


class CatalogueAdmin(ActionAdmin):
    permission = view_permission = "plans.keep_catalogue"

    def write(self, request: AuthenticatedHttpRequest, obj: models.Model, form: Any, *, is_new: bool) -> None:
        keep_catalogue(obj, by=request.user)


for _model in (Benefit, EmployerGroup, GroupClass, PremiumRate, Product):
    admin.site.register(_model, admin_for(_model, CatalogueAdmin))
register_app("plans", permission="plans.view_coverage")
