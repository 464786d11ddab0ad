from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why somebody opens members' lines: kept in the access log, so it names the work, not the person."""

    reason = forms.CharField(
        label=_("Why do you need these members' lines?"),
        help_text=_("For example: reconciling October with the medical group. It is kept in the access log."),
        min_length=8,
        max_length=200,
    )


class DenyForm(forms.Form):
    """Why a claim is denied, as the provider will read it."""

    reason = forms.CharField(label=_("Reason for denial"), min_length=8, max_length=200)
