from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from oauth2_provider.scopes import get_scopes_backend

from core.accounts import change_account
from core.adminbase import ActionAdmin, admin_for, register_app
from core.apps_allowed import allow_scopes
from core.http import AuthenticatedHttpRequest
from core.models import AppScopes, IdempotencyKey, OutboxMessage, User

# One door for all: the admin's own sign-in knows neither the second proof nor the limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's own advice
# Secrets, and a way to give rights past the registry.
for _model in (Authenticator, Group):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class UserAdmin(ActionAdmin):
    """Accounts: opened with a role on the staff pages, renamed and closed here. Rights follow from roles alone."""

    permission = "core.manage_account"
    fields = ("email", "name", "language", "kind", "is_active", "is_staff", "is_superuser", "last_login", "created_at")
    readonly_fields = ("email", "kind", "is_superuser", "last_login", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def write(self, request: AuthenticatedHttpRequest, obj: User, form: Any, *, is_new: bool) -> None:
        change_account(obj, by=request.user, **form.cleaned_data)


class AppScopesForm(forms.ModelForm):
    """What an app may ask for."""

    scopes = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(name, f"{name}: {words}") for name, words in get_scopes_backend().get_all_scopes().items()],
    )

    class Meta:
        model = AppScopes
        fields = ("scopes",)


class AppScopesAdmin(ActionAdmin):
    """What each app may ask for. A row is made where an app is registered, and changed here."""

    permission = "core.manage_apps"
    form = AppScopesForm
    fields = ("application", "scopes", "changed_at")
    readonly_fields = ("application", "changed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def write(self, request: AuthenticatedHttpRequest, obj: AppScopes, form: Any, *, is_new: bool) -> None:
        allow_scopes(obj.application, form.cleaned_data["scopes"], by=request.user)


admin.site.register(User, admin_for(User, UserAdmin))
admin.site.register(AppScopes, admin_for(AppScopes, AppScopesAdmin))
# What opens an account or repeats an answer is nobody's to read: links of invitations, kept answers of the API.
admin.site.register(OutboxMessage, admin_for(OutboxMessage, hidden=("url_path", "context", "address")))
admin.site.register(IdempotencyKey, admin_for(IdempotencyKey, hidden=("key", "response_body")))
register_app("core")
