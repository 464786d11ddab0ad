"""What staff and members fill in on the chart's pages."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clinical import vitals
from clinical.models import AccessReview, AllergyIntolerance, Note, OrderAlert, Referral
from core.asked import DayField
from core.choices import offer_rows
from core.models import Concept
from core.widgets import ComboBox
from network.models import Department, Organization

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


class ConceptField(forms.CharField):
    """A code of one system, typed as code or by its name; its value is the concept.

    Codes are short and people know them; the name is matched from its beginning, and must say which one is meant.
    """

    def __init__(self, *, system: str, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.system = system

    def clean(self, value: Any) -> Concept | None:
        text = super().clean(value)
        if not text:
            return None
        code = text.split(" ")[0].strip("·,")
        ours = Concept.objects.filter(system__uri=self.system)
        exact = ours.filter(code__iexact=code).first()
        if exact:
            return exact
        # A substance before all the products whose names begin with it.
        named = ours.filter(display__iexact=text).order_by("code").first()
        if named:
            return named
        found = list(ours.filter(display__istartswith=text).order_by("code")[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several begin so: give the code, or more of the name."))
        raise forms.ValidationError(_("This code or name is not known."))


class GlassForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you need this record?"),
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The member and the auditors read this."),
    )


class AccessReviewForm(forms.Form):
    """What an auditor found about an access by reason."""

    outcome = forms.ChoiceField(
        label=_("The access was"), choices=AccessReview.Outcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was found and what is to follow. Needed unless the access was appropriate."),
    )


class ProblemForm(forms.Form):
    concept = ConceptField(
        label=_("Problem"), system=ICD10, help_text=_("ICD-10-CM code, like E11.9, or how its name begins.")
    )
    onset = DayField(label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label=_("Remark"), max_length=500, required=False)


class AllergyForm(forms.Form):
    concept = ConceptField(
        label=_("Substance"), system=RXNORM, help_text=_("RxNorm code, or how the name begins, like amoxicillin.")
    )
    category = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("medication", _("medicine")),
            ("food", _("food")),
            ("environment", _("environment")),
            ("biologic", _("biologic")),
        ],
    )
    reactions = forms.CharField(
        label=_("Reaction"), max_length=200, required=False, help_text=_("Like anaphylaxis, hives; with commas.")
    )
    severity = forms.ChoiceField(
        label=_("How severe"),
        required=False,
        choices=[("", _("not known")), ("mild", _("mild")), ("moderate", _("moderate")), ("severe", _("severe"))],
    )
    criticality = forms.ChoiceField(
        label=_("Danger"), required=False, choices=[("", _("not known")), *AllergyIntolerance.Criticality.choices]
    )


class OverrideForm(forms.Form):
    """Why an order is placed although checks object: one of the list, or a few words."""

    override_code = forms.ChoiceField(
        label=_("Why all the same"),
        choices=[("", _("choose a reason")), *OrderAlert.OverrideCode.choices],
        required=False,
        help_text=_("It is kept with the order, and pharmacists and the safety officer read it."),
    )
    override = forms.CharField(
        label=_("In your own words"),
        max_length=300,
        required=False,
        help_text=_("For another reason at least three words."),
    )

    def objected(self) -> None:
        """Say what is missing to pass the checks."""
        if self.cleaned_data["override_code"] == OrderAlert.OverrideCode.OTHER:
            self.add_error("override", _("Say in at least three words why, so that somebody else can judge it."))
        else:
            self.add_error("override_code", _("The checks object: choose why it is right all the same, or leave it."))


class OrderForm(OverrideForm):
    """One order: what, how soon, why; and the reason to pass a stop."""

    concept = forms.ModelChoiceField(Concept.objects.all(), label=_("What"), widget=forms.HiddenInput)
    priority = forms.ChoiceField(
        label=_("How soon"), choices=[("routine", _("routine")), ("urgent", _("urgent")), ("stat", _("at once"))]
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class VitalsForm(forms.Form):
    """Vital signs; leave out what was not measured."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for vital in vitals.ALL:
            self.fields[vital.name] = forms.DecimalField(
                label=vital.label, required=False, max_digits=6, decimal_places=1, min_value=0
            )


class NoteForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[choice for choice in Note.Kind.choices if choice[0] not in (Note.Kind.ADDENDUM, Note.Kind.DISCHARGE)],
        initial=Note.Kind.PROGRESS,
    )
    body = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 10}))


class AmendForm(forms.Form):
    body = forms.CharField(label=_("Add or correct"), widget=forms.Textarea(attrs={"rows": 4}))


class ReferForm(OverrideForm):
    to_department = forms.ModelChoiceField(
        Department.objects.none(), label=_("To"), required=False, widget=ComboBox, empty_label=_("choose a department")
    )
    to_organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label=_("Or to a specialist outside"),
        required=False,
        widget=ComboBox,
        empty_label=_("nobody outside"),
        help_text=_("They get a letter; your department follows it until the reply is in."),
    )
    question = forms.CharField(
        label=_("Question"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What should their report answer?"),
    )
    priority = forms.ChoiceField(
        label=_("How soon"),
        choices=[("routine", _("within 7 days")), ("urgent", _("within 2 days")), ("asap", _("tomorrow"))],
    )

    def __init__(self, *args: Any, system_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = Department.objects.filter(facility__organization__system=system_id, is_primary_care=False)
        offer_rows(self, "to_department", departments.select_related("facility").order_by("name", "facility__name"))
        outside = Organization.objects.filter(kind=Organization.Kind.OUTSIDE)
        offer_rows(self, "to_organization", outside.order_by("name"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if bool(given.get("to_department")) == bool(given.get("to_organization")):
            self.add_error("to_department", _("Choose one of our departments, or a specialist outside."))
        return given


class LetterSentForm(forms.Form):
    how = forms.ChoiceField(label=_("How it went"), choices=Referral.SentHow.choices)


class OutsideVisitForm(forms.Form):
    on = DayField(label=_("Day of the visit"), widget=forms.DateInput(attrs={"type": "date"}))


class ReplyForm(forms.Form):
    """A reply from outside: whose words, of when, and the words."""

    author = forms.CharField(label=_("Who wrote it"), max_length=120, help_text=_("Name and specialty."))
    on = DayField(label=_("Dated"), widget=forms.DateInput(attrs={"type": "date"}))
    report = forms.CharField(
        label=_("What they say"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("It goes into the chart as received, and closes the referral."),
    )


class ReportForm(forms.Form):
    report = forms.CharField(
        label=_("Report"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("It answers the question, is signed by you, and closes the referral."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class MessageForm(forms.Form):
    body = forms.CharField(label=_("Your message"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}))


class NewThreadForm(MessageForm):
    subject = forms.CharField(label=_("What is it about?"), max_length=200)
    field_order = ["subject", "body"]
