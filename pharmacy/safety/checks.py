"""The order checks that pharmacy registers: each reads what it needs and asks the pure rules."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinical.ports import Alert, OrderDraft, register_order_check
from pharmacy.costs import formulary_entry
from pharmacy.ordering import KIND, Terms, terms_of
from pharmacy.safety import record, rules
from plans.costs import coverage_for
from plans.models import Benefit


def _of_medicine(draft: OrderDraft) -> Terms | None:
    return terms_of(draft) if draft.kind == KIND else None


def allergy(draft: OrderDraft) -> Iterable[Alert]:
    terms = _of_medicine(draft)
    if terms is None:
        return []
    return rules.check_allergies(record.drug_as_medicine(terms.drug).substances, record.allergies(draft.member))


def interaction(draft: OrderDraft) -> Iterable[Alert]:
    terms = _of_medicine(draft)
    if terms is None:
        return []
    new = record.drug_as_medicine(terms.drug)
    current = record.current_medicines(draft.member, without=_renewed(terms))
    return rules.check_interactions(new, current, record.pairs_about(new))


def duplicate(draft: OrderDraft) -> Iterable[Alert]:
    terms = _of_medicine(draft)
    if terms is None:
        return []
    current = record.current_medicines(draft.member, without=_renewed(terms))
    return rules.check_duplicates(record.drug_as_medicine(terms.drug), current)


def kidney(draft: OrderDraft) -> Iterable[Alert]:
    terms = _of_medicine(draft)
    if terms is None:
        return []
    return rules.check_kidney(record.drug_as_medicine(terms.drug).substances, record.body_of(draft.member))


def pregnancy(draft: OrderDraft) -> Iterable[Alert]:
    terms = _of_medicine(draft)
    if terms is None:
        return []
    return rules.check_pregnancy(record.drug_as_medicine(terms.drug).substances, record.is_pregnant(draft.member))


def formulary(draft: OrderDraft) -> Iterable[Alert]:
    """Tier and authorisation under the coverage of today; that there is none is information, not a warning."""
    terms = _of_medicine(draft)
    if terms is None:
        return []
    today = timezone.localdate()
    period = coverage_for(draft.member.pk, Benefit.Service.DRUG_TIER_1, today)
    if period is None:
        return [Alert("information", "No coverage for medicines today.")]
    entry = formulary_entry(terms.drug, period, today)
    if entry is None:
        return [Alert("warning", f"{terms.drug.name} is not on the formulary of {period.product}.")]
    if entry.needs_authorisation:
        return [Alert("warning", f"Tier {entry.tier} of {period.product}: needs authorisation first.")]
    return [Alert("information", f"Tier {entry.tier} of {period.product}.")]


def _renewed(terms: Terms) -> UUID | None:
    return terms.renews.request_id if terms.renews else None


def register() -> None:
    for check, label in (
        (allergy, _("Allergy")),
        (interaction, _("Interaction")),
        (duplicate, _("Taken already")),
        (kidney, _("Kidneys")),
        (pregnancy, _("Pregnancy")),
        (formulary, _("Formulary")),
    ):
        register_order_check(f"pharmacy.{check.__name__}", check, label)
