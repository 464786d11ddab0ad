"""What people type about people."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.choices import offer_rows
from core.models import User
from members.models import Member, Proxy
from members.portal import SCOPES
from network.models import Organization

LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("zh", "中文"),
    ("vi", "Tiếng Việt"),
    ("tl", "Tagalog"),
    ("ko", "한국어"),
]
DATE = forms.DateInput(attrs={"type": "date"})
SCOPE_WORDS = {
    "view": _("see my record"),
    "schedule": _("book and move visits"),
    "message": _("write to my care team"),
    "refill": _("ask for refills"),
    "costs": _("see coverage and costs"),
}


class PersonForm(forms.ModelForm):
    """Identity, as registration and correction ask for it."""

    class Meta:
        model = Member
        fields = (
            "family", "given", "middle", "name_used", "birth_date", "sex", "pronouns", "language", "needs_interpreter",
        )  # fmt: skip
        widgets = {"birth_date": DATE, "language": forms.Select(choices=LANGUAGES)}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["birth_date"].required = True


class RegistrationForm(PersonForm):
    """A new person, with how to reach them."""

    line1 = forms.CharField(label=_("Street"), max_length=200, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    state = forms.CharField(label=_("State"), max_length=2, required=False)
    postal_code = forms.CharField(label=_("Postal code"), max_length=10, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("System"))
    is_new = forms.BooleanField(label=_("I looked at the people listed above: this is somebody else"), required=False)

    def __init__(self, *args, systems, **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "organization", systems)
        if len(systems) == 1:
            self.fields["organization"].initial = systems[0]


class ProxyForm(forms.Form):
    """Whom the member lets act for them, in what, until when."""

    email = forms.EmailField(label=_("Their e-mail address"), help_text=_("They need an account of their own."))
    relationship = forms.ChoiceField(label=_("They are your"), choices=Proxy.Relationship.choices)
    scopes = forms.MultipleChoiceField(
        label=_("They may"),
        choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    until = forms.DateField(label=_("Until"), required=False, widget=DATE)

    # The account of that address, once the form is valid.
    user: User

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until is not None and until <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        return until

    def clean_email(self) -> str:
        """The same words whether there is an account or not: who has one is nobody's business."""
        email = self.cleaned_data["email"]
        found = User.objects.filter(email__iexact=email, is_active=True, kind="person").first()
        if found is None:
            raise forms.ValidationError(
                _("Access could not be given to this address. Ask them which one they sign in with.")
            )
        self.user = found
        return email


class ReachForm(forms.Form):
    """How the member wants to be reached."""

    channels = forms.MultipleChoiceField(
        label=_("Reach me by"),
        choices=[
            ("portal", _("this portal")),
            ("email", _("e-mail")),
            ("sms", _("text message")),
            ("letter", _("letter")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    quiet_from = forms.TimeField(label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    quiet_until = forms.TimeField(label=_("until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    no_outreach = forms.BooleanField(label=_("No reminders about care that is due"), required=False)
    large_print = forms.BooleanField(label=_("Letters in large print"), required=False)
