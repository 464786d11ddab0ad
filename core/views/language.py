"""The language of the pages: chosen here, kept in a cookie and with the account."""

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from core.permissions import public


@public
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Take `language` from a POST and go back to `next`. For everyone, signed in or not."""
    response = set_language(request)
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen and check_for_language(chosen):
        get_user_model().objects.filter(pk=request.user.pk).update(language=chosen)
    return response
