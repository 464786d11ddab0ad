"""Results that ask for something more: while what answers one is not there, its screening is not done.

Sources: stool tests, US Multi-Society Task Force on Colorectal Cancer 2017 (no repeated stool test instead of the
colonoscopy); HPV and cytology, ASCCP Risk-Based Management Consensus Guidelines 2019; mammograms, ACR BI-RADS Atlas,
5th edition (0 asks for imaging, 4 and 5 for tissue); lungs, ACR Lung-RADS 2022; HIV, hepatitis C, syphilis and the
others, CDC testing algorithms (2014, 2020, 2024) and STI Treatment Guidelines 2021; tuberculosis, CDC 2020; depression,
CMS2 and the cut-offs of the questionnaires (PHQ-9 10, PHQ-2 3, Edinburgh scale 10); sugar, American Diabetes
Association, Standards of Care 2025, 2.1; aorta, Society for Vascular Surgery 2018 (3 cm).

How long an unanswered result asks is the interval for which a negative one would have held, and three years at least.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import CPT, LOINC, SNOMED, Code, Codes, ValueSet
from prevention.engine.elements import has_value
from prevention.engine.facts import Facts, Row, conditions, effective, medication_requests, service_requests
from prevention.engine.measure import Unanswered
from prevention.engine.moments import DAY, Duration, past, years
from prevention.engine.predicates import Predicate, Raw
from prevention.measures import value_sets as vs
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, FOBT, SDNA_FIT
from prevention.rules import value_sets as own
from prevention.rules.common import believed, completed, final_results

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FLAGS = ("A", "AA", "POS")
WORDS = ("positive", "detected", "reactive", "abnormal")
# SNOMED: positive, detected, present.
PRESENT = ("10828004", "260373001", "52101004")
EVER = years(120)
PAP_TEST = ValueSet("Pap Test", "2.16.840.1.113883.3.464.1003.108.12.1017")
HPV_TEST = ValueSet("HPV Test", "2.16.840.1.113883.3.464.1003.110.12.1059")


def cpt(*codes: str) -> tuple[Codes, ...]:
    return tuple(Code(code, CPT) for code in codes)


@dataclass(frozen=True)
class Finding:
    """A result that is positive: by a flag, a word or a coded value; or by a number at or above one of `numbers`.

    `numbers`: (least, unit) with the unit as written (UCUM); an empty one is a plain score. `pattern`: a regular
    expression over the written value, in lower case. `coded`: SNOMED codes of the value besides the usual ones.
    `flags`: whether a flag alone will do.
    """

    codes: tuple[Codes, ...]
    numbers: tuple[tuple[float, str], ...] = ()
    pattern: str = ""
    coded: tuple[str, ...] = ()
    flags: bool = True

    def sql(self) -> str:
        """Over an observation `{row}` that has `fact_id`; never null."""
        parts = []
        if self.flags:
            parts.append(f"{{row}}.interpretation IN {_listed(FLAGS)} OR lower({{row}}.value_text) IN {_listed(WORDS)}")
        if self.pattern:
            parts.append(f"lower({{row}}.value_text) ~ '{self.pattern}'")
        for least, unit in self.numbers:
            number = "coalesce({row}.value_quantity, {row}.value_integer)"
            same = f"{{row}}.value_unit = '{unit}'" if unit else "left({row}.value_unit, 1) IN ('', '1', chr(123))"
            parts.append(f"({same} AND {number} >= {least})")
        among = (*(PRESENT if self.flags else ()), *self.coded)
        if among:
            parts.append(
                "EXISTS (SELECT FROM clinical_observationcoding w JOIN core_concept k ON k.id = w.concept_id "
                "JOIN core_codesystem y ON y.id = k.system_id AND y.uri = 'http://snomed.info/sct' "
                f"WHERE w.fact_id = {{row}}.fact_id AND w.role = 3 AND k.code IN {_listed(among)})"
            )
        return f"coalesce({' OR '.join(parts)}, false)"

    @property
    def is_positive(self) -> Predicate:
        return Raw(self.sql())

    @property
    def is_negative(self) -> Predicate:
        """Reported, and not positive: what says nothing is neither."""
        return Raw(f"NOT {self.sql()}") & has_value


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


@dataclass(frozen=True)
class Positive:
    """A positive result and what answers it: a task with an owner and a clock, and a gap that does not close.

    `what`: how gaps and states name it. On its day or after it is answered by what was done or found (`answers`), a
    diagnosis (`diagnoses`), or an order (`plans`); from the day after on by what is of its own kind (`later`);
    `repeated`: by another result of its kind that is not positive. `known`: diagnoses by which the rule leaves somebody
    out for good, whenever they began. `lasts`: how old it may be. The task is due after `days`, urgent after
    `escalate`.
    """

    id: str
    what: str
    title: "str | StrPromise"
    task: "str | StrPromise"
    findings: tuple[Finding, ...]
    source: str
    answers: tuple[Codes, ...] = ()
    diagnoses: tuple[Codes, ...] = ()
    plans: tuple[Codes, ...] = ()
    later: tuple[Codes, ...] = ()
    repeated: bool = False
    known: tuple[Codes, ...] = ()
    lasts: Duration = EVER
    days: int = 90
    escalate: int = 45

    @property
    def codes(self) -> tuple[Codes, ...]:
        return tuple(dict.fromkeys(code for finding in self.findings for code in finding.codes))

    def unanswered(self) -> Unanswered:
        """For a rule: the positive results that nothing answers, and that no clinician settled with a reason."""
        first, *others = (
            final_results(*finding.codes).where(finding.is_positive & effective.latest.during(past(self.lasts)))
            for finding in self.findings
        )
        found = first.union(*others).where(Raw(OPEN_TO_CLINICIANS))
        for facts in self._on_or_after():
            found = found.without(facts, _on_or_after)
        if self.later:
            found = found.without(completed(*self.later).union(final_results(*self.later)), _later)
        return Unanswered(self.what, found)

    def _on_or_after(self) -> list[Facts]:
        found = []
        if self.answers:
            found.append(completed(*self.answers).union(final_results(*self.answers)))
        if self.diagnoses:
            found.append(conditions(*self.diagnoses).where(believed))
        if self.plans:
            ordered = medication_requests(*self.plans).union(service_requests(*self.plans))
            found.append(ordered.with_status("active", "completed"))
        if self.repeated:
            first, *others = (final_results(*one.codes).where(one.is_negative) for one in self.findings)
            found.append(first.union(*others))
        return found


def _on_or_after(result: Row, answer: Row) -> Predicate:
    return answer.effective.start.on_or_after(result.effective.start, of=DAY)


def _later(result: Row, answer: Row) -> Predicate:
    return answer.effective.start.after(result.effective.start, of=DAY)


# A clinician who closed the watch with a reason has answered.
OPEN_TO_CLINICIANS = (
    "NOT EXISTS (SELECT FROM prevention_followup w WHERE w.member_id = {row}.member_id "
    "AND w.observation_id = {row}.fact_id AND w.status = 'closed')"
)

STOOL = Positive(
    id="positive_stool_test",
    what="positive stool test",
    title=_("Positive stool test: colonoscopy"),
    task=_("Positive stool test: arrange a colonoscopy"),
    findings=(Finding((FOBT, SDNA_FIT)),),
    answers=(COLONOSCOPY,),
    source="US Multi-Society Task Force on Colorectal Cancer, 2017; NCQA follow-up measure: within 180 days. Ours is "
    "90.",
)
COLPOSCOPY = (
    *cpt("57420", "57421", "57452", "57454", "57455", "57456", "57460", "57461"),
    Code("392003006", SNOMED),
)
HPV = Positive(
    id="positive_hpv_test",
    what="positive HPV test",
    title=_("Positive HPV test: cytology or colposcopy"),
    task=_("Positive HPV test: arrange a visit for cytology or colposcopy"),
    findings=(Finding((HPV_TEST,)),),
    answers=(PAP_TEST, *COLPOSCOPY),
    source="ASCCP Risk-Based Management Consensus Guidelines, 2019; Enduring Guidelines for self-collected samples, "
    "2025",
)
CYTOLOGY = Positive(
    id="abnormal_pap_test",
    what="abnormal Pap test",
    title=_("Abnormal Pap test: HPV test or colposcopy"),
    task=_("Abnormal Pap test: arrange an HPV test or a colposcopy"),
    findings=(Finding((PAP_TEST,), pattern="asc-?us|asc-?h|lsil|hsil|agc|carcinoma"),),
    answers=(HPV_TEST, *COLPOSCOPY),
    source="ASCCP Risk-Based Management Consensus Guidelines, 2019",
)
BIOPSY_OF_BREAST = cpt("19081", "19082", "19083", "19084", "19085", "19086", "19100", "19101")
IMAGES_OF_BREAST = cpt("77065", "77066", "76641", "76642", "77046", "77047", "77048", "77049")
INCOMPLETE_MAMMOGRAM = Positive(
    id="incomplete_mammogram",
    what="mammogram that asks for more",
    title=_("Mammogram that asks for more: further images"),
    task=_("Mammogram that asks for more (BI-RADS 0): arrange further images"),
    findings=(Finding((MAMMOGRAPHY,), pattern="bi-?rads[^0-9]*0", coded=("397138000",)),),
    answers=(*IMAGES_OF_BREAST, *BIOPSY_OF_BREAST),
    later=(MAMMOGRAPHY, own.MAMMOGRAPHY),
    source="ACR BI-RADS Atlas, 5th edition",
)
SUSPICIOUS_MAMMOGRAM = Positive(
    id="suspicious_mammogram",
    what="suspicious mammogram",
    title=_("Suspicious mammogram: biopsy"),
    task=_("Suspicious mammogram (BI-RADS 4 or 5): arrange a biopsy"),
    findings=(Finding((MAMMOGRAPHY,), pattern="bi-?rads[^0-9]*[45]", coded=("397144001", "397145000"), flags=False),),
    answers=BIOPSY_OF_BREAST,
    source="ACR BI-RADS Atlas, 5th edition",
    days=30,
    escalate=14,
)
HIV = Positive(
    id="reactive_hiv_test",
    what="reactive HIV test",
    title=_("Reactive HIV test: confirm it"),
    task=_("Reactive HIV test: confirm it and link to care"),
    findings=(Finding((vs.HIV_LABORATORY_TEST_CODES, own.HIV_TEST)),),
    answers=(vs.HIV_VIRAL_LOAD,),
    repeated=True,
    known=(vs.HIV, own.HIV),
    source="CDC, Laboratory Testing for the Diagnosis of HIV Infection, 2014; update 2018",
    days=30,
    escalate=14,
)
HEPATITIS_C = Positive(
    id="reactive_hepatitis_c_test",
    what="reactive hepatitis C test",
    title=_("Reactive hepatitis C test: look for the virus"),
    task=_("Reactive hepatitis C test: order the RNA test"),
    # Antibodies: found virus is a diagnosis.
    findings=(Finding(tuple(Code(code, LOINC) for code in ("16128-1", "13955-0", "48159-8"))),),
    answers=tuple(Code(code, LOINC) for code in ("11259-9", "20416-4", "11011-4", "10676-5")),
    repeated=True,
    known=(own.HEPATITIS_C,),
    source="CDC Recommendations for Hepatitis C Screening Among Adults, 2020",
)
HEPATITIS_B = Positive(
    id="reactive_hepatitis_b_test",
    what="reactive hepatitis B test",
    title=_("Reactive hepatitis B test: confirm it"),
    task=_("Reactive hepatitis B test: confirm it and link to care"),
    findings=(Finding((own.HEPATITIS_B_TEST,)),),
    answers=(Code("42595-9", LOINC), Code("24113-3", LOINC)),
    repeated=True,
    known=(own.HEPATITIS_B,),
    source="CDC, Screening and Testing for Hepatitis B Virus Infection, 2023",
)
SYPHILIS = Positive(
    id="reactive_syphilis_test",
    what="reactive syphilis test",
    title=_("Reactive syphilis test: confirm and treat"),
    task=_("Reactive syphilis test: confirm and treat"),
    findings=(Finding((vs.SYPHILIS_TESTS, own.SYPHILIS_TEST)),),
    diagnoses=(own.STI,),
    repeated=True,
    lasts=years(3),
    source="CDC STI Treatment Guidelines, 2021",
    days=14,
    escalate=7,
)
CHLAMYDIA = Positive(
    id="positive_chlamydia_test",
    what="positive chlamydia test",
    title=_("Positive chlamydia test: treat"),
    task=_("Positive chlamydia test: treat, partners as well"),
    findings=(Finding((vs.CHLAMYDIA_SCREENING, own.CHLAMYDIA_TEST)),),
    diagnoses=(own.STI,),
    repeated=True,
    lasts=years(3),
    source="CDC STI Treatment Guidelines, 2021",
    days=14,
    escalate=7,
)
GONORRHOEA = Positive(
    id="positive_gonorrhoea_test",
    what="positive gonorrhoea test",
    title=_("Positive gonorrhoea test: treat"),
    task=_("Positive gonorrhoea test: treat, partners as well"),
    findings=(Finding((vs.GONORRHEA_SCREENING, own.GONORRHOEA_TEST)),),
    diagnoses=(own.STI,),
    repeated=True,
    lasts=years(3),
    source="CDC STI Treatment Guidelines, 2021",
    days=14,
    escalate=7,
)
TUBERCULOSIS = Positive(
    id="positive_tuberculosis_test",
    what="positive tuberculosis test",
    title=_("Positive tuberculosis test: picture of the chest"),
    task=_("Positive tuberculosis test: order a picture of the chest"),
    findings=(Finding((own.TUBERCULOSIS_TEST,)),),
    answers=cpt("71045", "71046", "71047", "71048"),
    repeated=True,
    known=(own.TUBERCULOSIS,),
    source="CDC and National Tuberculosis Controllers Association, 2020",
    days=30,
    escalate=14,
)
# LOINC: PHQ-9 (adults, teenagers), PHQ-2, Edinburgh scale, and the summaries that CMS2 asks for.
LOW_MOOD = Positive(
    id="positive_depression_screen",
    what="positive depression questions",
    title=_("Positive questions about mood: a plan"),
    task=_("Positive questions about mood: agree on a plan"),
    findings=(
        Finding((Code("44261-6", LOINC), Code("89204-2", LOINC)), numbers=((10, ""),), flags=False),
        Finding((Code("55758-7", LOINC),), numbers=((3, ""),), flags=False),
        Finding((Code("71354-5", LOINC),), numbers=((10, ""),), flags=False),
        Finding((Code("73831-0", LOINC), Code("73832-8", LOINC)), coded=("428181000124104",)),
    ),
    answers=(vs.FOLLOW_UP_FOR_ADOLESCENT_DEPRESSION, vs.FOLLOW_UP_FOR_ADULT_DEPRESSION),
    plans=(
        vs.ADOLESCENT_DEPRESSION_MEDICATIONS,
        vs.ADULT_DEPRESSION_MEDICATIONS,
        vs.REFERRAL_FOR_ADOLESCENT_DEPRESSION,
        vs.REFERRAL_FOR_ADULT_DEPRESSION,
    ),
    repeated=True,
    known=(own.DEPRESSION_OR_BIPOLAR,),
    lasts=years(3),
    source="USPSTF 2023 and 2022; CMS2",
    days=14,
    escalate=7,
)
SUGAR = Positive(
    id="diabetic_blood_sugar",
    what="blood sugar in the range of diabetes",
    title=_("Blood sugar in the range of diabetes: confirm it"),
    task=_("Blood sugar in the range of diabetes: repeat the test"),
    findings=(
        Finding(tuple(Code(code, LOINC) for code in ("4548-4", "4549-2", "17856-6")), numbers=((6.5, "%"),)),
        Finding((Code("1558-6", LOINC),), numbers=((126, "mg/dL"),)),
        Finding((Code("1518-0", LOINC),), numbers=((200, "mg/dL"),)),
    ),
    repeated=True,
    known=(vs.DIABETES,),
    lasts=years(3),
    source="ADA Standards of Care 2025, 2.1",
    escalate=30,
)
AORTA = Positive(
    id="widened_aorta",
    what="widened aorta",
    title=_("Widened aorta: diagnosis and plan"),
    task=_("Widened aorta on ultrasound: note the diagnosis and plan the next picture"),
    findings=(Finding((own.AORTA_ULTRASOUND,), numbers=((3, "cm"), (30, "mm"))),),
    later=(own.AORTA_ULTRASOUND,),
    known=(own.AORTIC_ANEURYSM,),
    source="Society for Vascular Surgery, 2018",
)
LUNG = Positive(
    id="lung_nodule",
    what="lung scan that asks for more",
    title=_("Lung scan that asks for more"),
    task=_("Lung scan that asks for more (Lung-RADS 0, 3 or 4): arrange what it advises"),
    findings=(Finding((own.LUNG_CT,), pattern="lung-?rads[^0-9]*[034]"),),
    answers=cpt("71250", "71260", "71270", "78811", "78812", "78814", "78815", "32408"),
    later=(own.LUNG_CT,),
    known=(own.LUNG_CANCER,),
    source="ACR Lung-RADS, 2022",
)

POSITIVES = (
    STOOL,
    HPV,
    CYTOLOGY,
    INCOMPLETE_MAMMOGRAM,
    SUSPICIOUS_MAMMOGRAM,
    HIV,
    HEPATITIS_C,
    HEPATITIS_B,
    SYPHILIS,
    CHLAMYDIA,
    GONORRHOEA,
    TUBERCULOSIS,
    LOW_MOOD,
    SUGAR,
    AORTA,
    LUNG,
)
BY_WHAT = {one.what: one for one in POSITIVES}
# How gaps name what waits for an answer.
WAITING = tuple(BY_WHAT)
