"""What people type about people."""

import datetime
from collections.abc import Callable, Container, Iterable
from typing import Any, cast

from django import forms
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_rows, offer_values
from core.edits import Edits
from core.models import User
from members import languages
from members.models import IdentityCheck, Member, MemberAddress, MemberMerge, MemberTelecom, Proxy
from members.portal import SCOPES
from members.querysets import e164
from members.validators import BORN, is_state, is_telephone
from network.models import Organization

DATE = forms.DateInput(attrs={"type": "date"})
SCOPE_WORDS = {
    "view": _("see my record"),
    "schedule": _("book and move visits"),
    "message": _("write to my care team"),
    "refill": _("ask for refills"),
    "costs": _("see coverage and costs"),
}


def one_of(codes: Container[str]) -> Callable[[str], None]:
    """A validator that takes what the page offers."""

    def check(value: str) -> None:
        if value not in codes:
            raise forms.ValidationError(_("Choose a language of the list."))

    return check


class PersonForm(forms.ModelForm):
    """Identity, as registration and correction ask for it."""

    class Meta:
        model = Member
        fields = (
            "family", "given", "middle", "name_used", "birth_date", "birth_country",
            "sex", "pronouns", "language", "needs_interpreter",
        )  # fmt: skip
        labels = {"birth_country": _("Born in")}
        help_texts = {"birth_country": ""}
        widgets = {"birth_date": DATE, "birth_country": forms.Select, "language": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["birth_date"].required = True
        self.fields["birth_date"].validators += BORN
        countries = {"": _("not asked yet"), "US": _("the United States"), "ZZ": _("another country")}
        if self.instance.birth_country not in countries:
            countries[self.instance.birth_country] = self.instance.birth_country
        cast(forms.Select, self.fields["birth_country"].widget).choices = list(countries.items())
        # What a file sent beyond the list stays to be chosen: saving a page never changes a language unasked.
        codes = dict.fromkeys((*languages.NAMES, self.instance.language or "en"))
        self.fields["language"].validators.append(one_of(codes))
        named = sorted(((code, languages.language_name(code)) for code in codes), key=lambda pair: pair[1])
        cast(forms.Select, self.fields["language"].widget).choices = named


class PersonEditForm(Edits, PersonForm):
    """What is known of a person, corrected: two desks may have the same person open."""


class RegistrationForm(PersonForm):
    """A new person, with how to reach them."""

    line1 = forms.CharField(label=_("Street"), max_length=200, required=False)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    state = forms.CharField(label=_("State"), max_length=2, required=False, validators=[is_state])
    postal_code = forms.CharField(label=_("Postal code"), max_length=10, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=20, required=False, validators=[is_telephone])
    email = forms.EmailField(label=_("E-mail"), required=False)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=_("System"))
    is_new = forms.BooleanField(label=_("I looked at the people listed above: this is somebody else"), required=False)
    # Whom the page listed above: "somebody else" says nothing of whoever was registered since.
    looked_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, systems: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "organization", systems)
        if len(systems) == 1:
            self.fields["organization"].initial = systems[0]

    def is_somebody_else(self, alike: Iterable[Member]) -> bool:
        """Whether who filled in the (valid) form looked at all of `alike` and says that it is none of them."""
        seen = set(self.cleaned_data["looked_at"].split(","))
        return self.cleaned_data["is_new"] and {str(member.pk) for member in alike} <= seen

    def list_above(self, alike: Iterable[Member]) -> None:
        """The page comes again with `alike` listed above; whether it is somebody else is asked anew."""
        data = cast(QueryDict, self.data).copy()
        data["looked_at"] = ",".join(str(member.pk) for member in alike)
        data.pop("is_new", None)
        self.data = data


class ProxyForm(forms.Form):
    """Whom the member lets act for them, in what, until when."""

    email = forms.EmailField(label=_("Their e-mail address"), help_text=_("They need an account of their own."))
    relationship = forms.ChoiceField(label=_("They are your"), choices=Proxy.Relationship.choices)
    scopes = forms.MultipleChoiceField(
        label=_("They may"),
        choices=[(scope, SCOPE_WORDS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    until = DayField(label=_("Until"), required=False, widget=DATE)

    # The account of that address, once the form is valid.
    user: User

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> datetime.date | None:
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


class StaffProxyForm(ProxyForm):
    """The same, kept by staff who saw on what ground."""

    reason = forms.CharField(
        label=_("On what ground"),
        max_length=300,
        min_length=5,
        help_text=_("Like: birth certificate seen, court order."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["relationship"].label = _("To the member they are")
        self.fields["until"].help_text = _("Empty: until somebody ends it; for a child until they are of age.")


class InviteForm(forms.Form):
    """Where the link to a record goes, and what was seen of the person who asks for it."""

    email = forms.ChoiceField(label=_("Their e-mail address"))
    document = forms.ChoiceField(label=_("Document seen"), choices=IdentityCheck.Document.choices)
    is_present = forms.BooleanField(
        label=_("They stand before me; photo, name and birth date on the document are theirs")
    )

    def __init__(self, *args: Any, emails: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["email"]).choices = [(email, email) for email in emails]


class AddressForm(forms.Form):
    """Where the member lives or is written to, from a day on."""

    use = forms.ChoiceField(label=_("Use"), choices=MemberAddress.Use.choices)
    line1 = forms.CharField(label=_("Street"), max_length=200)
    line2 = forms.CharField(label=_("Apartment"), max_length=200, required=False)
    city = forms.CharField(label=_("City"), max_length=100)
    state = forms.CharField(label=_("State"), max_length=2, validators=[is_state])
    postal_code = forms.RegexField(
        r"^\d{5}(-\d{4})?$", label=_("Postal code"), error_messages={"invalid": _("Five digits, like 94611.")}
    )
    on = DayField(label=_("From"), widget=DATE)

    def clean_state(self) -> str:
        return self.cleaned_data["state"].upper()

    def clean_on(self) -> datetime.date:
        """Nobody has told where they live in years to come; before 1900 it is a slip."""
        on: datetime.date = self.cleaned_data["on"]
        if not datetime.date(1900, 1, 1) <= on <= timezone.localdate() + datetime.timedelta(days=366):
            raise forms.ValidationError(_("Choose a day from 1900 on and no more than a year ahead."))
        return on


class MovedForm(Edits, AddressForm):
    """A new address in the place of those that the page shows (`standing`)."""

    watches_fields = False


class TelecomForm(forms.Form):
    """A phone or an e-mail address."""

    system = forms.ChoiceField(label=_("Kind"), choices=MemberTelecom.System.choices)
    value = forms.CharField(label=_("Number or address"), max_length=254)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        value = said.get("value", "").strip()
        if not value:
            return said
        is_email = said.get("system") == MemberTelecom.System.EMAIL
        try:
            (validate_email if is_email else is_telephone)(value)
        except forms.ValidationError as refused:
            self.add_error("value", refused)
        said["value"] = value if is_email else e164(value)
        return said


class DoctorForm(Edits, forms.Form):
    """From which day the member has another primary care clinician than the one that the page shows (`standing`)."""

    watches_fields = False

    clinician = forms.UUIDField()
    on = DayField(label=_("From"), widget=DATE)


class DeathForm(forms.Form):
    """When somebody died, who says so, and that it is surely them."""

    on = DayField(label=_("Died on"), widget=DATE)
    source = forms.CharField(
        label=_("Who says so"),
        min_length=5,
        max_length=200,
        help_text=_("Like: death certificate seen, daughter on the phone, county file."),
    )
    is_sure = forms.BooleanField(label=_("I compared name, birth date and record number: it is this person"))

    def __init__(self, *args: Any, born: datetime.date | None, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.born, self.today = born, today

    def clean_on(self) -> datetime.date:
        on: datetime.date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        if on < (self.born or datetime.date(1900, 1, 1)):
            raise forms.ValidationError(_("This day is before the birth date."))
        return on


class TakeBackDeathForm(forms.Form):
    reason = forms.CharField(
        label=_("How do you know that they live?"),
        min_length=5,
        max_length=200,
        help_text=_("Like: spoke with them today, the file meant somebody of the same name."),
    )


class MergeForm(forms.Form):
    """Which of two records stays, and why they are one person."""

    keep = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("How do you know that they are one person?"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Like: same passport seen, same phone and address confirmed by the member."),
    )
    compared = forms.BooleanField(label=_("I compared both records"))


class SettleAccessForm(forms.Form):
    """Who may open a record after another was merged into it."""

    account = forms.ChoiceField(label=_("Which account opens it"), widget=forms.RadioSelect)
    proxies = forms.MultipleChoiceField(
        label=_("Who may go on acting for them"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever is not chosen has no access any more."),
    )
    reason = forms.CharField(
        label=_("How do you know?"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Like: called the number known since 2019, and they named their address of old."),
    )

    def __init__(self, *args: Any, merge: MemberMerge, proxies: list[Proxy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = [merge.kept_account] if merge.undone_at is not None else [merge.kept_account, merge.gone_account]
        accounts = [(str(account.pk), account.email) for account in sides if account is not None]
        offer_values(self, "account", [*accounts, ("none", _("none of them"))])
        own = [proxy for proxy in proxies if proxy.member_id == merge.member_id]
        if not own:
            del self.fields["proxies"]
            return
        said = [(str(p.pk), f"{p.user.name} · {p.user.email} · {p.get_relationship_display()}") for p in own]
        offer_values(self, "proxies", said)


class UnmergeForm(forms.Form):
    reason = forms.CharField(
        label=_("Why are they two people after all?"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReachForm(Edits, forms.Form):
    """How the member wants to be reached; at the desk and at home it may be open at once."""

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
