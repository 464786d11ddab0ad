"""What the laboratory says about an order before it is placed: was it done lately, is it under way?"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinical.models import CodingRole, Condition, MedicationRequest, Observation
from clinical.ports import Alert, OrderDraft
from core.models import Concept
from labs.models import LabOrder, LabTest
from members.models import Member

HBA1C = "4548-4"
PREGNANCY = r"^(O|Z33|Z34)"  # ICD-10-CM: chapter XV, pregnant state, supervision of pregnancy
# Ingredients of glucose-lowering drugs as RxNorm names them; a newer one is added here.
GLUCOSE_LOWERING = re.compile(
    r"insulin|metformin|gli(pizide|mepiride|nide)|glyburide|(pio|rosi)glitazone|gliptin|gliflozin|"
    r"glutide|tirzepatide|exenatide|lixisenatide|repaglinide|nateglinide|acarbose|miglitol",
    re.IGNORECASE,
)


def tests_for(draft: OrderDraft) -> list[LabTest]:
    """The tests of the member's system that the draft asks for."""
    return list(
        LabTest.objects.filter(
            organization=draft.member.managing_organization_id, loinc__in=draft.concepts, is_active=True
        ).select_related("loinc")
    )


def duplicate_check(draft: OrderDraft) -> Iterable[Alert]:
    """A warning for each test that is under way or has a result which is still useful.

    HbA1c: 80 days, since glycated haemoglobin follows the red cell's life; not in pregnancy, nor after a change of
    glucose-lowering therapy (domain ruling 11).
    """
    if draft.kind != "laboratory":
        return
    for test in tests_for(draft):
        under_way = LabOrder.objects.waiting().filter(member=draft.member, test=test).order_by("created_at").first()
        if under_way:
            yield Alert("warning", _("%(test)s is already ordered (%(day)s).") % _words(test, under_way.created_at))
            continue
        last = last_result(draft.member, test) if test.useful_days else None
        if last is None or (test.loinc.code == HBA1C and _repeat_makes_sense(draft.member, last)):
            continue
        yield Alert(
            "warning",
            _("%(test)s has a result of %(day)s, useful for %(days)s days.")
            % {**_words(test, last.effective.lower), "days": test.useful_days},
        )


def last_result(member: Member, test: LabTest) -> Observation | None:
    """The newest result for the test's LOINC within its useful days, from any source, our own or outside."""
    since = timezone.now() - timedelta(days=test.useful_days)
    return (
        Observation.objects.filter(
            member=member,
            codings__concept=test.loinc_id,
            codings__role=CodingRole.CODE,
            status__in=("final", "amended", "corrected"),
            is_negated=False,
            effective__startswith__gte=since,
        )
        .order_by("-effective__startswith")
        .first()
    )


def _words(test: LabTest, at: datetime) -> dict[str, str]:
    return {"test": test.name, "day": date_format(timezone.localtime(at), "j M Y")}


def _repeat_makes_sense(member: Member, last: Observation) -> bool:
    pregnant = Condition.objects.filter(
        Q(effective__isnull=True) | Q(effective__endswith__isnull=True) | Q(effective__endswith__gt=timezone.now()),
        member=member,
        is_negated=False,
        status__in=("active", "recurrence", "relapse"),
        codings__concept__system__uri="http://hl7.org/fhir/sid/icd-10-cm",
        codings__concept__code__regex=PREGNANCY,
    ).exists()
    if pregnant:
        return True
    started = MedicationRequest.objects.filter(
        member=member, recorded_at__gt=last.effective.lower, status__in=("active", "stopped", "completed", "on-hold")
    ).values_list("codings__concept__display", flat=True)
    return any(GLUCOSE_LOWERING.search(name or "") for name in started)


def choices(text: str) -> Iterable[Concept]:
    """What can be ordered, by words of the test's name or its code, as LOINC concepts."""
    found = LabTest.objects.filter(is_active=True)
    for word in text.split():
        found = found.filter(Q(name__icontains=word) | Q(code__iexact=word) | Q(loinc__code=word))
    return [test.loinc for test in found.select_related("loinc").order_by("name")[:20]]
