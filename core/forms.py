from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from core.accounts import email_for_login


class SignInForm(LoginForm):
    """Sign-in by e-mail or by the record number on the member card."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("E-mail or record number"),
            max_length=254,
            widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        )
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        return email_for_login(super().clean_login())


class AddPasskeyForm(AddWebAuthnForm):
    """A passkey signs in by itself unless the person wishes otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("What do you call it?")
        self.fields["name"].help_text = _("Like: my phone.")
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = _("Your device then asks for your fingerprint, face or PIN.")
        self.fields["passwordless"].initial = True
