"""Closing a month on a person's word, and what people call the runs of billing."""

import datetime
from functools import partial
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.capitation.close import plans_with_capitation
from billing.models import CapitationRun
from billing.permissions import systems_of
from core.choices import offer_rows
from core.models import JobRun, User
from network.models import Organization, RoleAssignment


class CloseForm(forms.Form):
    """Which plan's month. Months that lie ahead cannot be closed."""

    plan = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("Plan"), empty_label=None)
    month = forms.CharField(label=gettext_lazy("Month"), widget=forms.DateInput(attrs={"type": "month"}), max_length=7)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        systems = systems_of(user, RoleAssignment.Role.FINANCE)
        plans = [plan.pk for plan in plans_with_capitation() if (plan.system_id or plan.pk) in systems]
        offer_rows(self, "plan", Organization.objects.filter(pk__in=plans).order_by("name"))
        self.initial.setdefault("month", f"{timezone.localdate():%Y-%m}")

    def clean_month(self) -> datetime.date:
        try:
            month = datetime.datetime.strptime(self.cleaned_data["month"], "%Y-%m").date()
        except ValueError:
            raise forms.ValidationError(_("Write the month like 2026-10.")) from None
        if month > timezone.localdate():
            raise forms.ValidationError(_("This month has not begun."))
        return month


def close_now(*, by: User, plan: Organization, month: datetime.date) -> str:
    """Hand the close to a worker, which signs in as the jobs login: nobody else sees all members."""
    from billing.tasks import close_month_for

    transaction.on_commit(partial(close_month_for.delay, str(plan.pk), month.isoformat(), str(by.pk)))
    return _("The close of %(month)s is under way.") % {"month": f"{month:%Y-%m}"}


def capitation_title(run: JobRun) -> str:
    """`Capitation, October 2026, Redwood Health Plan`."""
    found = CapitationRun.objects.filter(pk=run.parameters.get("run")).select_related("organization").first()
    if found is None:
        return f"{_('Capitation')} {run.key}"
    again = f", {_('version %(n)s') % {'n': found.version}}" if found.version > 1 else ""
    return f"{_('Capitation')}, {found.payment_month:%Y-%m}, {found.organization}{again}"


def costs_title(run: JobRun) -> str:
    """`Costs, 2026-11-22`."""
    return f"{_('Costs of care')}, {run.key}"


def guardrails_title(run: JobRun) -> str:
    """`Guardrails, 2026-11-22`."""
    return f"{_('Guardrails')}, {run.key}"
