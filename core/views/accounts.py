"""The page that an invitation leads to."""

from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from core.accounts import accept_invitation, invited
from core.context import use
from core.db import context_for
from core.notices import notify
from core.permissions import public


@public
@never_cache
@sensitive_post_parameters()
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose the first password; afterwards one signs in with it."""
    user = invited(token)
    if user is None:
        return render(request, "account/invitation.html", {"form": None}, status=404)
    form = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with use(context_for(user, reason="invitation")):
            accept_invitation(by=user, password=form.cleaned_data["new_password1"])
        notify(request, _("Your password is set. Sign in with it."))
        return redirect("account_login")
    return render(request, "account/invitation.html", {"form": form, "invited": user})
