"""Pages on which a record is taken one step on: a checked form, one action, and words for what became of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from core.http import AuthenticatedHttpRequest
from core.notices import notify
from core.permissions import GuardedView, requires

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def _nothing(record: Any) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Steps:
    """Makes the views that take one kind of record a step on and lead back to its page.

    `find(request, **address)` gives the record, `show(request, record, status=…, **forms)` its page with the forms
    that must be mended. `refusals` are what its actions raise where a person can do something about it, `page` is
    the URL name of the record's page, and `word` what the actions call the record.
    """

    find: Callable[..., Any]
    show: Callable[..., HttpResponse]
    refusals: tuple[type[Exception], ...]
    page: str
    word: str

    def view(
        self,
        permission: str,
        act: Callable[..., Any],
        done: "str | StrPromise | Callable[[Any], str]",
        *,
        form: Callable[..., BaseForm] | None = None,
        needs: Callable[[Any], Mapping[str, Any]] = _nothing,
        name: str = "form",
        find: Callable[..., Any] | None = None,
        about: Callable[..., Mapping[str, Any]] | None = None,
        leads_to: str = "",
    ) -> GuardedView:
        """The view of one step: `act(by=…, <word>=record, **what the form says)`, then the page with `done`, or
        with what `done` says of what the action gave.

        `leads_to` is the URL name of another page where whoever did it goes on: with the last step of their task the
        record may close for them.

        `needs(record)` is what the form wants beside the data, `name` what the page calls it. A step on something
        that hangs on the record finds the record by `find` and says by `about(record, **address)` what it acts on.
        """
        found = find or self.find

        @require_POST
        @requires(permission, obj=found)
        def step(request: AuthenticatedHttpRequest, **address: Any) -> HttpResponse:
            record: Model = request.record
            filled = form(request.POST, **needs(record)) if form else None
            if filled is not None and not filled.is_valid():
                return self.show(request, record, status=422, **{name: filled})
            on = about(record, **address) if about else {self.word: record}
            try:
                given = act(by=request.user, **on, **(filled.cleaned_data if filled else {}))
            except self.refusals as refused:
                if filled is None:
                    notify(request, str(refused), level=messages.ERROR)
                    return redirect(self.page, record.pk)
                filled.add_error(None, str(refused))
                # What refused it may have changed meanwhile: the page shows it as it is now.
                record.refresh_from_db()
                return self.show(request, record, status=422, **{name: filled})
            notify(request, done(given) if callable(done) else str(done))
            return redirect(leads_to) if leads_to else redirect(self.page, record.pk)

        return step
