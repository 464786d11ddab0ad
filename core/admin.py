from typing import Any

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from oauth2_provider.models import get_application_model
from oauth2_provider.scopes import get_scopes_backend

from core.accounts import change_account
from core.adminbase import ActionAdmin, RoomAdmin, admin_for, register_app
from core.apps_allowed import allow_scopes
from core.http import AuthenticatedHttpRequest
from core.models import AppScopes, IdempotencyKey, OutboxMessage, User

# One door for all: the admin's own sign-in knows neither the second proof nor the limits on guessing.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # allauth's own advice


class UserAdmin(ActionAdmin):
    """Accounts: opened with a role on the staff pages, renamed and closed here. Rights follow from roles alone."""

    permission = view_permission = "core.manage_account"
    organization_paths = ("role_assignments__organization",)
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

    permission = view_permission = "core.manage_apps"
    organization_paths = ("application__user__role_assignments__organization",)
    form = AppScopesForm
    fields = ("application", "scopes", "changed_at")
    readonly_fields = ("application", "changed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def write(self, request: AuthenticatedHttpRequest, obj: AppScopes, form: Any, *, is_new: bool) -> None:
        allow_scopes(obj.application, form.cleaned_data["scopes"], by=request.user)


class OutboxAdmin(RoomAdmin):
    view_permission = "core.view_outbox"


class ApplicationAdmin(RoomAdmin):
    """Which apps there are, to be seen; they are registered by `./kp register_app`."""

    view_permission = "core.manage_apps"
    organization_paths = ("user__role_assignments__organization",)


class PlatformAdmin(RoomAdmin):
    """What belongs to no system: for who runs the platform."""

    view_permission = "core.view_platform"


admin.site.register(User, admin_for(User, UserAdmin))
admin.site.register(AppScopes, admin_for(AppScopes, AppScopesAdmin))
# What opens an account or repeats an answer is nobody's to read: links of invitations, kept answers of the API.
admin.site.register(OutboxMessage, admin_for(OutboxMessage, OutboxAdmin, hidden=("url_path", "context", "address")))
admin.site.register(IdempotencyKey, admin_for(IdempotencyKey, PlatformAdmin, hidden=("key", "response_body")))
# Of libraries' models these alone; `core.adminsite` keeps out what they register themselves.
admin.site.register(
    get_application_model(), admin_for(get_application_model(), ApplicationAdmin, hidden=("client_secret",))
)
for _model in (PeriodicTask, CrontabSchedule, IntervalSchedule):
    admin.site.register(_model, admin_for(_model, PlatformAdmin, hidden=("args", "kwargs", "headers")))
register_app(
    "core",
    permission="core.view_platform",
    permissions={"AuditEvent": "core.view_audit", "JobRun": "core.view_jobs", "JobPartition": "core.view_jobs"},
    paths={
        "JobRun": ("started_by__role_assignments__organization",),
        "JobPartition": ("run__started_by__role_assignments__organization",),
    },
    reference=("CodeSystem", "Concept", "ConceptMapElement", "SourceSystem", "ValueSet", "ValueSetMember"),
)
