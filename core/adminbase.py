"""The admin over every model: to look things up, never to go past the actions.

Domain rows are read-only and nothing is deleted. Each list asks for its room's own permission and shows the rows of the
systems where the reader has it; who runs the platform sees those of all. Lists stay quick with many rows: ordered by
key, counted by estimate, searched by what is indexed. Each list and each row opened is audited; row-level security
holds as anywhere.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.forms import RangeWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import connection, models
from django.db.models import F, Func, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from core import audit, questions
from core.asked import read_number
from core.context import current
from core.edits import SEEN, AdminEditForm
from core.http import AuthenticatedHttpRequest
from core.ids import is_luhn
from core.models import User
from core.permissions import may
from core.scope import log_for, path_to_organization, systems_where, within
from core.security import LOGS, is_history, member_column, policy

REACHED = Func(F("member_id"), function="core_reaches", output_field=models.BooleanField())
COLUMNS = 7
FILTERS = 3
COUNTED = 1_000
UNSHOWN = (models.TextField, models.JSONField, models.BinaryField, models.ManyToManyField)


class EstimatedPaginator(Paginator):
    """Counts a whole table by Postgres's estimate and a filtered one up to a thousand: never by reading it all."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Any], self.object_list)
        query = rows.query
        if not query.where:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class "
                    "WHERE oid IN (SELECT relid FROM pg_partition_tree(%s::regclass))",
                    [f'"{rows.model._meta.db_table}"'],
                )
                estimate = cursor.fetchone()[0]
            if estimate > COUNTED:
                return estimate
        return len(rows.order_by().values_list("pk", flat=True)[: COUNTED + 1])


def raw_id(field: models.Field) -> Callable[[Any, models.Model], Any]:
    """A column with a reference's key; the name behind it would be a query for each row."""

    @admin.display(description=field.verbose_name)
    def show(self: Any, row: models.Model) -> Any:
        return getattr(row, field.attname)

    show.__name__ = field.attname
    return show


class RoomList(ChangeList):
    """A list whose address says the number of what was searched for (`core.questions`), as do all its links."""

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet:
        self.query = questions.kept(request, self.query).get(SEARCH_VAR, "")
        return super().get_queryset(request, *args, **kwargs)


class RoomAdmin(admin.ModelAdmin):
    """Read-only admin of one model, derived from its fields. Subclass and override to say more."""

    paginator = EstimatedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    list_max_show_all = 50
    actions = None
    search_fields = ("pk",)
    search_help_text = "An id, a member's record number, or an exact code, number or e-mail address."
    # Rows of a chart are behind a permission of their own: looking records up is no reason to read notes.
    holds_chart = False
    # Who may see such rows on the room's own pages; asked besides `core.view_admin`.
    view_permission = "core.view_admin"
    # Lookups to the organisation that keeps a row; without any the shortest way is found.
    organization_paths: tuple[str, ...] = ()
    # Codes and the like, the same for all.
    is_reference = False

    # --- who may ----------------------------------------------------------------------------------------

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        user = request.user
        return user.is_staff and (_runs_platform(user) or all(may(user, wanted) for wanted in self._wanted()))

    def _wanted(self) -> list[str]:
        """The permissions that seeing these rows takes."""
        return ["core.view_admin", self.view_permission, *(["core.view_chart_rows"] if self.holds_chart else [])]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    # --- what is read is audited ------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RoomList

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        if request.method == "POST" and SEARCH_VAR in request.POST and self.has_view_permission(request):
            return self._ask(request)
        answer = super().changelist_view(request, extra_context)
        if answer.status_code == 200:
            audit.record_read(
                request.user, verb="core.list_admin", detail={"model": self.opts.label_lower}, request=request
            )
        return answer

    @staticmethod
    def _ask(request: HttpRequest) -> HttpResponse:
        """Keep what is searched for, a record number or an e-mail address, and show the list under its number."""
        said, address = request.POST[SEARCH_VAR].strip()[: questions.LONGEST], request.GET.copy()
        for name in (SEARCH_VAR, PAGE_VAR):
            address.pop(name, None)
        if said:
            address[SEARCH_VAR] = questions.keep(request, {SEARCH_VAR: said})
        return HttpResponseRedirect(f"{request.path}?{address.urlencode()}" if address else request.path)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        answer = super().changeform_view(request, object_id, *args, **kwargs)
        row = (getattr(answer, "context_data", None) or {}).get("original")
        if row is not None:
            audit.record_read(request.user, verb="core.view_admin", obj=row, request=request)
        return answer

    # --- lists that stay quick --------------------------------------------------------------------------

    def get_ordering(self, request: HttpRequest) -> tuple[str]:
        return ("-pk",)

    def get_sortable_by(self, request: HttpRequest) -> tuple[()]:
        return ()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows, user = self._reached(), cast(User, request.user)
        if self.is_reference or _runs_platform(user):
            return rows
        if self.model._meta.label_lower in LOGS:
            # Nothing else says whose an entry about nobody is, and what it says may name members.
            return log_for(self.model._default_manager.all(), user, *self._wanted())
        systems = systems_where(user, *self._wanted())
        if policy(self.model) is not None and not current().organization_ids - systems:
            return rows
        path = path_to_organization(self.model)
        return within(rows, self.organization_paths or ((path,) if path else ()), systems)

    def _reached(self) -> QuerySet:
        """What row-level security shows, asked in a way that stays quick."""
        rows = self.model._default_manager.all()
        if policy(self.model) is None:
            # No policy of their own, for who writes them knows nobody yet; here they are read like any row of a member.
            names_member = "member_id" in {field.column for field in self.model._meta.local_concrete_fields}
            return rows.filter(Q(member_id=None) | Q(REACHED)) if names_member else rows
        context = current()
        if context.organization_ids:
            return rows
        # Whoever reaches nobody need not have Postgres look at every row to say so.
        column = member_column(self.model)
        return rows.filter(**{f"{column}__in": context.member_ids}) if column and context.member_ids else rows.none()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, term: str) -> tuple[QuerySet, bool]:
        term = term.strip()
        return (queryset.filter(self._matching(term)) if term else queryset), False

    def _matching(self, term: str) -> Q:
        """Exact matches on indexed columns, each only where `term` can be a value of it."""
        found = Q(pk__in=[])
        for attname, kind in self._searched():
            if issubclass(kind, models.UUIDField):
                fits = is_uuid(term)
            elif issubclass(kind, models.IntegerField):
                fits = read_number(term) is not None
            else:
                fits = issubclass(kind, models.CharField)
            if fits:
                found |= Q(**{attname: term})
        names = {field.name for field in self.model._meta.fields}
        if "member" in names and is_luhn(term) and len(term) == 9:
            found |= Q(member__mrn=term)
        return found

    def _searched(self) -> list[tuple[str, type[models.Field]]]:
        """Columns that an index begins with, and their types; a member's rows always by member."""
        indexed = {"member", *(field.name for field in self.model._meta.fields if field.unique or field.db_index)}
        for index in [*self.model._meta.indexes, *self.model._meta.constraints]:
            indexed.update(list(getattr(index, "fields", ()))[:1])
        return [
            (field.attname, type(field.target_field if field.is_relation else field))
            for field in self.model._meta.fields
            if field.name in indexed and not field.choices and field.name not in (self.exclude or ())
        ]


class ActionAdmin(RoomAdmin):
    """An admin whose forms write through an action: `permission` opens them, `write` calls it, refusals are said.

    The action asks the registry again about the very record, so the form never decides who may.
    """

    permission = ""
    form: type[forms.ModelForm] = AdminEditForm
    formfield_overrides = {
        DateRangeField: {"widget": RangeWidget(forms.DateInput(attrs={"type": "date"}))},
    }

    def write(self, request: AuthenticatedHttpRequest, obj: Any, form: Any, *, is_new: bool) -> None:
        """Call the action that adds (`is_new`) or changes `obj`. Raises what the action raises."""
        raise NotImplementedError

    def may_write(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_view_permission(request) and bool(may(request.user, self.permission))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.may_write(request, obj)

    def get_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        """Of what there is to change, the page also says what it showed (`core.edits`)."""
        fields = super().get_fields(request, obj)
        is_edited = obj is not None and self.has_change_permission(request, obj)
        return fields if is_edited else [name for name in fields if name != SEEN]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.write(cast(AuthenticatedHttpRequest, request), obj, form, is_new=not change)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, object_id, *args, **kwargs)
        except PermissionDenied:
            if request.method != "POST":
                raise
            refused = _("You may not do this at that place.")
        except ValidationError as error:
            refused = " ".join(error.messages)
        except ValueError as error:
            refused = str(error)
        self.message_user(request, refused, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


def _runs_platform(user: Any) -> bool:
    return bool(user.is_active and user.is_superuser)


def is_uuid(term: str) -> bool:
    try:
        uuid.UUID(term)
    except ValueError:
        return False
    return True


def admin_for(
    model: type[models.Model], base: type[RoomAdmin] = RoomAdmin, *, hidden: Collection[str] = ("password",)
) -> type[RoomAdmin]:
    """The admin of a model from its fields: plain columns, keys of references, filters that need no query.

    Fields that are `hidden` are neither listed nor shown nor searched.
    """
    body: dict[str, Any] = {}
    columns: list[str] = []
    for field in model._meta.fields:
        if isinstance(field, UNSHOWN) or len(columns) == COLUMNS or field.name in hidden:
            continue
        if field.is_relation:
            body[field.attname] = raw_id(field)
            columns.append(field.attname)
        else:
            columns.append(field.name)
    filters = [field.name for field in model._meta.fields if field.choices or isinstance(field, models.BooleanField)]
    return type(
        f"{model.__name__}Admin",
        (base,),
        {
            **body,
            "list_display": columns,
            "list_filter": [] if is_history(model) else filters[:FILTERS],
            "raw_id_fields": [field.name for field in model._meta.fields if field.is_relation],
            "exclude": [field.name for field in model._meta.fields if field.name in hidden] or None,
        },
    )


def register_app(
    label: str,
    *,
    holds_charts: bool = False,
    permission: str = "core.view_admin",
    permissions: Mapping[str, str] = MappingProxyType({}),
    paths: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    reference: Collection[str] = (),
) -> None:
    """Register every model of a room that has no admin of its own yet; the last line of its `admin.py`.

    `permission` is who may see the room's rows on its own pages, `permissions` the same for single models by name;
    `paths` lead to the organisation where foreign keys do not say it, `reference` names models that belong to nobody
    and hold nothing personal. In a room that `holds_charts`, the rows of members, with their history, are shown only to
    who may see charts here.
    """
    for model in apps.get_app_config(label).get_models():
        if model._meta.proxy or admin.site.is_registered(model):
            continue
        name, made = model.__name__, admin_for(model)
        made.holds_chart = holds_charts and member_column(model) is not None
        made.is_reference = name in reference
        made.view_permission = "core.view_admin" if made.is_reference else permissions.get(name, permission)
        made.organization_paths = paths.get(name, ())
        admin.site.register(model, made)
