"""Facts that people chart by hand: vital signs, problems, allergies."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from clinical import vitals
from clinical.coding import LOINC, OBSERVATION_CATEGORY, add_codings, concepts
from clinical.models import AllergyIntolerance, CodingRole, Condition, Encounter, EncounterDiagnosis, Observation
from core import audit, locks
from core.models import AuditEvent, Concept, User
from core.terminology import concept
from members.models import Member
from network.models import Clinician

Action = AuditEvent.Action
INSTANT = datetime.timedelta(microseconds=1)


def at(instant: datetime.datetime) -> DateTimeTZRange:
    """A moment as the half-open period of a fact."""
    return DateTimeTZRange(instant, instant + INSTANT)


def clinician_of(user: User) -> Clinician | None:
    """The clinician that an account belongs to."""
    return Clinician.objects.filter(user=user).first()


@transaction.atomic
def record_vitals(
    encounter: Encounter, *, by: User, values: Mapping[str, Decimal], when: datetime.datetime | None = None
) -> list[Observation]:
    """Observations of the vital signs in `values` (names of `clinical.vitals`), blood pressure as one with components.

    Raises `ValidationError` for a value that nobody has, for half a blood pressure, and for none at all.
    """
    given = {name: value for name, value in values.items() if value is not None}
    if not given:
        raise ValidationError(_("Enter at least one value."), code="empty")
    for vital in vitals.ALL:
        value = given.get(vital.name)
        if value is not None and not vital.least <= value <= vital.most:
            raise ValidationError(
                _("%(label)s %(value)s: please check, expected %(least)s to %(most)s.")
                % {"label": vital.label, "value": value, "least": vital.least, "most": vital.most},
                code="range",
            )
    if ("systolic" in given) != ("diastolic" in given):
        raise ValidationError(_("A blood pressure has two values."), code="half")
    if "systolic" in given and given["systolic"] <= given["diastolic"]:
        raise ValidationError(_("Systolic is above diastolic: please check."), code="swapped")
    write = _Writer(encounter, clinician_of(by), when or timezone.now())
    made = []
    if "systolic" in given:
        panel = write(vitals.BLOOD_PRESSURE[0])
        for vital in (vitals.SYSTOLIC, vitals.DIASTOLIC):
            write(vital.loinc, given[vital.name], vital.unit, part_of=panel)
        made.append(panel)
    made += [write(vital.loinc, given[vital.name], vital.unit) for vital in vitals.SINGLE if vital.name in given]
    if "weight" in given and "height" in given:
        index = given["weight"] / (given["height"] / 100) ** 2
        code, _display, unit = vitals.BODY_MASS_INDEX
        made.append(write(code, index.quantize(Decimal("0.1"), ROUND_HALF_UP), unit))
    audit.record(
        by=by, action=Action.CREATE, verb="clinical.record_vitals", obj=encounter, detail={"fields": sorted(given)}
    )
    return made


class _Writer:
    """Writes vital signs of one encounter at one moment."""

    def __init__(self, encounter: Encounter, performer: Clinician | None, when: datetime.datetime) -> None:
        self.encounter, self.performer, self.when = encounter, performer, when
        self.category = concept(OBSERVATION_CATEGORY, "vital-signs", "Vital Signs")
        self.codes = concepts(LOINC, vitals.DISPLAYS)

    def __call__(
        self, code: str, value: Decimal | None = None, unit: str = "", part_of: Observation | None = None
    ) -> Observation:
        made = Observation.objects.create(
            member_id=self.encounter.member_id,
            encounter=self.encounter,
            status="final",
            effective=at(self.when),
            performer=self.performer,
            organization_id=self.encounter.organization_id,
            value_quantity=value,
            value_unit=unit,
            part_of=part_of,
        )
        add_codings(made, [self.codes[code]])
        add_codings(made, [self.category], CodingRole.CATEGORY)
        return made


@transaction.atomic
def add_problem(
    *,
    by: User,
    member: Member,
    concepts: Iterable[Concept],
    encounter: Encounter | None = None,
    onset: datetime.date | None = None,
    note: str = "",
    sensitivity: int = 0,
) -> Condition:
    """Put a condition on the problem list; one that is already active there stays once, and is tied to the visit."""
    concepts = list(concepts)
    locks.take_for(locks.CHART_OF, member.pk)
    found = (
        Condition.objects.filter(
            member=member,
            is_problem=True,
            status="active",
            codings__concept__in=concepts,
            codings__role=CodingRole.CODE,
        )
        .distinct()
        .first()
    )
    if found is None:
        start = timezone.make_aware(datetime.datetime.combine(onset, datetime.time.min)) if onset else timezone.now()
        found = Condition.objects.create(
            member=member,
            encounter=encounter,
            status="active",
            is_problem=True,
            effective=DateTimeTZRange(start, None),
            precision="d" if onset else "t",
            performer=clinician_of(by),
            note=note[:500],
            sensitivity=sensitivity,
        )
        add_codings(found, concepts)
        audit.record(by=by, action=Action.CREATE, verb="clinical.add_problem", obj=found)
    if encounter is not None:
        rank = EncounterDiagnosis.objects.filter(encounter=encounter).count() + 1
        EncounterDiagnosis.objects.get_or_create(
            encounter=encounter, condition=found, use="", defaults={"member": member, "rank": rank}
        )
    return found


@transaction.atomic
def resolve_problem(condition: Condition, *, by: User, on: datetime.date | None = None) -> Condition:
    """Take a condition off the problem list as resolved; it stays in the record with its end."""
    found = Condition.objects.select_for_update(of=("self",)).get(pk=condition.pk)
    end = timezone.make_aware(datetime.datetime.combine(on, datetime.time.min)) if on else timezone.now()
    lower = found.effective.lower if found.effective else None
    if lower is not None and end <= lower:
        raise ValidationError(_("It cannot end before it began."), code="order")
    found.status, found.effective = "resolved", DateTimeTZRange(lower, end)
    found.save(update_fields=["status", "effective"])
    audit.record(by=by, action=Action.UPDATE, verb="clinical.resolve_problem", obj=found)
    return found


@transaction.atomic
def record_allergy(
    *,
    by: User,
    member: Member,
    concepts: Iterable[Concept],
    kind: str = "allergy",
    category: str = "medication",
    criticality: str = "",
    reactions: Iterable[str] = (),
    severity: str = "",
    encounter: Encounter | None = None,
) -> AllergyIntolerance:
    """An allergy or intolerance; `reactions` in words (hives, anaphylaxis), `severity` mild, moderate or severe."""
    concepts = list(concepts)
    manifestations = [reaction.strip() for reaction in reactions if reaction.strip()]
    made = AllergyIntolerance.objects.create(
        member=member,
        encounter=encounter,
        status="active",
        effective=DateTimeTZRange(timezone.now(), None),
        performer=clinician_of(by),
        kind=kind,
        category=category,
        criticality=criticality,
        reactions=[{"manifestation": manifestations, "severity": severity}] if manifestations or severity else [],
    )
    add_codings(made, concepts)
    audit.record(by=by, action=Action.CREATE, verb="clinical.record_allergy", obj=made)
    return made
