"""What members answer and what staff decide."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.asked import DayField
from core.choices import offer_values
from network.models import RoleAssignment
from prevention.models import ElsewhereReport
from prevention.outreach.elsewhere import MAX_PROOF, SAID, Proof, choices_for, has_result
from prevention.outreach.explain import Way
from prevention.outreach.protocols import QUESTIONS
from prevention.outreach.signing import offered_protocols

DATE = {"type": "date"}


class BirthDateForm(forms.Form):
    """Who holds the message in their hand says when they were born."""

    born = DayField(
        label=_("Your date of birth"),
        help_text=_("If the message came to you as a parent or guardian: your child's."),
        widget=forms.DateInput(attrs={**DATE, "autocomplete": "bday"}),
    )


class NotNowForm(forms.Form):
    """ "Not now" until a day, or "never", with a reason that the clinician sees."""

    never = forms.BooleanField(label=_("I do not want this at all"), required=False)
    until = DayField(
        label=_("Ask me again on"),
        widget=forms.DateInput(attrs=DATE),
        help_text=_("Within a year."),
        required=False,
    )
    reason = forms.CharField(label=_("Why?"), max_length=200)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        until: datetime.date | None = said.get("until")
        today = timezone.localdate()
        if said.get("never") or "until" in self.errors:
            return said
        if until is None or not today < until <= today + datetime.timedelta(days=366):
            self.add_error("until", _("Choose a day between tomorrow and a year from now."))
        return said


class ElsewhereForm(forms.Form):
    """It was done elsewhere: when and where, and a proof where there is one."""

    when = forms.CharField(label=_("When was it?"), max_length=60, help_text=_("A month and year is enough."))
    where = forms.CharField(label=_("Where was it done?"), max_length=120)
    proof = forms.FileField(
        label=_("A report or a photo of it"),
        required=False,
        help_text=_("PDF, JPEG or PNG, 5 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
    )

    def clean_proof(self) -> Proof | None:
        sent: UploadedFile | None = self.cleaned_data.get("proof")
        if sent is None:
            return None
        if (sent.size or 0) > MAX_PROOF:
            raise forms.ValidationError(_("The file is too large: 5 MB at most."))
        proof = Proof(sent.name or "", sent.read())
        if not proof.content_type:
            raise forms.ValidationError(_("Send a PDF or a photo (JPEG or PNG)."))
        return proof


class AcceptForm(forms.Form):
    """What the proof shows."""

    what = forms.ChoiceField(label=_("What was done"))
    done_on = DayField(label=_("On"), widget=forms.DateInput(attrs=DATE))
    result = forms.ChoiceField(
        label=_("Result"),
        required=False,
        choices=[
            ("", _("Not stated")),
            ("negative", _("Negative or normal")),
            ("positive", _("Positive, or asks for more")),
        ],
    )
    value = forms.DecimalField(
        label=_("Value, in percent"), required=False, min_value=3, max_value=20, decimal_places=1
    )
    systolic = forms.IntegerField(label=_("Upper number, in mmHg"), required=False, min_value=50, max_value=300)
    diastolic = forms.IntegerField(label=_("Lower number, in mmHg"), required=False, min_value=20, max_value=200)
    finding = forms.CharField(
        label=_("What the report says"), max_length=200, required=False, help_text=_("The value with its unit.")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, report: ElsewhereReport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_values(self, "what", choices_for(report))
        offered = {what for what, _label in choices_for(report)}
        if "HbA1c" not in offered:
            del self.fields["value"]
        if "blood pressure" not in offered:
            del self.fields["systolic"], self.fields["diastolic"]
        if not offered & SAID:
            del self.fields["finding"]
        if not any(has_result(what) for what in offered):
            del self.fields["result"]
        if report.proof_id is None:
            self.fields["note"].label = _("Why it is accepted without a proof")
            self.fields["note"].required = True


class RefuseForm(forms.Form):
    note = forms.CharField(label=_("Why it does not settle it"), max_length=300)


class OrderForm(forms.Form):
    """What a protocol asks of whom it sends a kit or test to, before they order it for themselves."""

    protocol = forms.CharField(widget=forms.HiddenInput)
    asked = forms.CharField(widget=forms.HiddenInput, initial="1", required=False)
    applies = forms.MultipleChoiceField(
        label=_("Tick what applies to you"),
        help_text=_("If nothing does, leave all of it empty."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, protocol: str, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"initial": {"protocol": protocol}, "auto_id": f"id_{protocol}_%s"}
        super().__init__(*args, **kwargs)
        asked = self.fields["applies"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = list(QUESTIONS.get(protocol, ()))


def order_forms(ways: Iterable[Way]) -> list[dict[str, Any]]:
    """The orders that a person may place, each with the questions that go before it; `form` is empty without."""
    return [
        {"way": way, "form": OrderForm(way.protocol) if QUESTIONS.get(way.protocol) else None}
        for way in ways
        if way.kind == "order"
    ]


def what_applies(posted: QueryDict) -> list[str] | None:
    """What somebody ticked; None where they were not asked."""
    return posted.getlist("applies") if posted.get("asked") else None


# What is kept of a contact, in words: of calls, of links, and of bookings and orders, which say it themselves.
OUTCOME_WORDS = {
    "booked": _("Booked a visit"),
    "kit_ordered": _("Kit on its way"),
    "done_elsewhere": _("Done elsewhere"),
    "not_now": _("Not now"),
    "declined": _("Does not want it"),
    "no_answer": _("No answer"),
    "wrong_number": _("Wrong number"),
    "not_suitable": _("Kit not for them, by their answers"),
}


class CallForm(forms.Form):
    """What came of a call; a booking and an order say it themselves."""

    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[
            ("no_answer", _("No answer")),
            ("wrong_number", _("Wrong number")),
            ("not_now", _("Not now: ask again in three months")),
            ("declined", _("Does not want it")),
            ("done_elsewhere", _("Done elsewhere")),
        ],
    )
    when = forms.CharField(
        label=_("Done elsewhere: when"), max_length=60, required=False, help_text=_("A month and year is enough.")
    )
    where = forms.CharField(label=_("Done elsewhere: where"), max_length=120, required=False)
    note = forms.CharField(label=_("In their words"), max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("outcome") == "declined" and not said.get("note"):
            self.add_error("note", _("Say why: the clinician reads it."))
        return said


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=300)


ORDERING_ROLES = ("nurse", "medical_assistant", "care_coordinator", "pharmacist")


class ProtocolForm(forms.Form):
    """A protocol to sign: which order, for whom, by whom. The gaps are those whose care rules offer the order."""

    protocol = forms.ChoiceField(label=_("What is ordered"))
    name = forms.CharField(label=_("Name"), max_length=120)
    text = forms.CharField(
        label=_("Terms"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Who it is for, who it is not for, what is done with the result."),
    )
    roles = forms.MultipleChoiceField(label=_("Who may order it"), widget=forms.CheckboxSelectMultiple)
    members_may = forms.BooleanField(label=_("Members may order it for themselves"), required=False)
    review_by = DayField(label=_("Review by"), widget=forms.DateInput(attrs=DATE))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = offered_protocols()
        offer_values(
            self,
            "protocol",
            [
                (protocol, f"{ways[0][1].label} ({', '.join(str(rule.title) for rule, _way in ways)})")
                for protocol, ways in offered.items()
            ],
        )
        labels = dict(RoleAssignment.Role.choices)
        offer_values(self, "roles", [(role, str(labels[role]).capitalize()) for role in ORDERING_ROLES])
