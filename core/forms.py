from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts import email_for_login


class SignInForm(LoginForm):
    """Sign-in by e-mail or by the record number on the member card."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("E-mail or record number"),
            max_length=254,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        return email_for_login(super().clean_login())
