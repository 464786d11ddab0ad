"""What a result says is read in one place: positive, known to be negative, or neither, and then somebody reads it."""

import pytest
from django.db import connection

from clinical.models import Observation
from core import terminology
from core.models import ValueSetMember
from members.models import Member
from prevention.engine.codes import LOINC, SNOMED, Code
from prevention.outreach.elsewhere import FACTS, has_result
from prevention.rules import positives
from prevention.rules.findings import NEGATIVE, POSITIVE, SILENT, UNCLEAR
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.test_rules import AS_OF

pytestmark = pytest.mark.django_db
STOOL, CELLS, VIRUS = positives.STOOL.findings[0], positives.CELLS, positives.VIRUS
UNDETERMINED = positives.UNDETERMINED.findings[0]
MORE, SUSPICIOUS = positives.INCOMPLETE_MAMMOGRAM.findings[0], positives.SUSPICIOUS_MAMMOGRAM.findings[0]
LUNG, AORTA, SUGAR = positives.LUNG.findings[0], positives.AORTA.findings[0], positives.SUGAR.findings[0]
HIV, SYPHILIS, URINE = positives.HIV.findings[0], positives.SYPHILIS.findings[0], positives.URINE.findings[0]
TYPES, OTHERS = positives.HPV_16_OR_18.findings[0], positives.HPV.findings[0]
AUDIT_C, AUDIT, HEAVY = positives.ALCOHOL.findings
DAST, ANY_USE = positives.DRUGS.findings
HARK, HITS = positives.VIOLENCE.findings
# AUDIT-C of a woman.
CUT_OFFS = [(AUDIT_C, 3), (AUDIT, 8), (HEAVY, 1), (DAST, 3), (ANY_USE, 1), (HARK, 1), (HITS, 11)]


def text(words: str, flag: str = "") -> dict:
    return {"value_text": words, "interpretation": flag}


def number(quantity, unit: str, **more) -> dict:
    return {"value_quantity": quantity, "value_unit": unit, **more}


READ = [
    # Stool and other laboratory tests, in words, flags and numbers.
    (STOOL, text("Negative"), NEGATIVE),
    (STOOL, text("negative for occult blood"), NEGATIVE),
    (STOOL, text("Positive for occult blood"), POSITIVE),
    (STOOL, text("POS"), POSITIVE),
    (STOOL, text("", "DET"), POSITIVE),
    (STOOL, text("", "WR"), POSITIVE),
    (STOOL, text("", "HH"), POSITIVE),
    (STOOL, text("", "N"), NEGATIVE),
    (STOOL, text("See report"), UNCLEAR),
    (STOOL, text("Specimen unsatisfactory"), UNCLEAR),
    (STOOL, text("Not normal"), POSITIVE),
    (STOOL, text("Negative", "A"), POSITIVE),
    (STOOL, {}, SILENT),
    (STOOL, number(250, "ng/mL", interpretation="H"), POSITIVE),
    (STOOL, number(250, "ng/mL"), POSITIVE),
    (STOOL, number(60, "ng/mL"), NEGATIVE),
    (STOOL, number(60, "ng/mL", high=50), POSITIVE),
    (STOOL, number(100, "ng/mL", value_comparator="<"), NEGATIVE),
    (STOOL, number(12, "{index}", high=10), POSITIVE),
    (STOOL, number(8, "{index}", high=10), NEGATIVE),
    (STOOL, number(8, "furlong"), UNCLEAR),
    (STOOL, number(1, ""), UNCLEAR),
    (HIV, text("Nonreactive"), NEGATIVE),
    (HIV, text("Non-Reactive"), NEGATIVE),
    (HIV, text("HIV-1/2 Ag/Ab: repeatedly reactive"), POSITIVE),
    (HIV, text("Indeterminate"), UNCLEAR),
    (HIV, number(7.2, "{S/CO}"), POSITIVE),
    (HIV, number(0.2, "{S/CO}"), NEGATIVE),
    (SYPHILIS, text("1:32"), POSITIVE),
    (SYPHILIS, text("<1:1"), NEGATIVE),
    (URINE, text("No growth"), NEGATIVE),
    (URINE, text(">100,000 CFU/mL Klebsiella pneumoniae"), POSITIVE),
    (URINE, text("Mixed flora, probable contamination"), UNCLEAR),
    (VIRUS, text("High-risk HPV detected"), POSITIVE),
    (VIRUS, text("HPV 16 positive"), POSITIVE),
    (VIRUS, text("HPV 16 not detected, HPV 18 not detected, other high-risk HPV detected"), POSITIVE),
    (VIRUS, text("No high-risk HPV detected"), NEGATIVE),
    (VIRUS, text("Undetected"), NEGATIVE),
    *(
        (TYPES, text(words), POSITIVE)
        for words in (
            "HPV 16 positive",
            "HPV 16/18 detected",
            "Positive for HPV 16 and 18",
            "Type 18: present",
            "HPV-18 POS",
            "High-risk HPV detected: HPV 16",
        )
    ),
    *(
        (TYPES, text(words), SILENT)
        for words in (
            "HPV 16 not detected, HPV 18 not detected, other high-risk HPV detected",
            "High-risk HPV detected",
            "Negative",
            "Other high-risk HPV positive (not 16 or 18)",
            "HPV 16/18: negative; other high-risk types: positive",
            "Non-16/18 high-risk HPV positive",
            "HPV 16 negative other high-risk HPV positive",
            "HPV 31 positive",
        )
    ),
    (OTHERS, text("HPV 16 positive"), SILENT),
    (OTHERS, text("High-risk HPV detected"), POSITIVE),
    # Cells of the cervix, spelled out.
    (CELLS, text("NILM"), NEGATIVE),
    (CELLS, text("Negative for intraepithelial lesion or malignancy; reactive cellular changes"), NEGATIVE),
    (CELLS, text("Low-grade squamous intraepithelial lesion (LSIL)"), POSITIVE),
    (CELLS, text("HSIL"), POSITIVE),
    (CELLS, text("Atypical squamous cells, cannot exclude HSIL"), POSITIVE),
    (CELLS, text("Atypical glandular cells"), POSITIVE),
    (CELLS, text("ASC-US, LSIL"), POSITIVE),
    (CELLS, text("Endocervical cells present"), UNCLEAR),
    (CELLS, text("Unsatisfactory for evaluation"), UNCLEAR),
    (CELLS, text("Atypical squamous cells of undetermined significance"), SILENT),
    (UNDETERMINED, text("Atypical squamous cells of undetermined significance"), POSITIVE),
    (UNDETERMINED, text("ASC-US", "A"), POSITIVE),
    (UNDETERMINED, text("ASC-US; no evidence of HSIL"), POSITIVE),
    (UNDETERMINED, text("NILM"), SILENT),
    # A denial ends with its clause or its line; the name of a technique denies nothing (reports of several lines).
    (LUNG, text("LOW-DOSE CT CHEST WITHOUT CONTRAST\nImpression: Lung-RADS 4B"), POSITIVE),
    (LUNG, text("Low-dose CT without contrast Lung-RADS 4A"), POSITIVE),
    (LUNG, text("CT WITHOUT CONTRAST\nSee report"), UNCLEAR),
    (SUSPICIOUS, text("No prior studies for comparison\nBI-RADS category 4: suspicious abnormality"), POSITIVE),
    (SUSPICIOUS, text("COMPARISON: No prior exams\nspiculated mass\nBI-RADS 5"), POSITIVE),
    (SUSPICIOUS, text("No lymphadenopathy - BI-RADS 4"), POSITIVE),
    (MORE, text("No prior studies for comparison\nBI-RADS category 4: suspicious abnormality"), SILENT),
    (MORE, text("No prior studies for comparison"), UNCLEAR),
    (CELLS, text("No endocervical cells seen\nHigh grade squamous intraepithelial lesion (HSIL)"), POSITIVE),
    (CELLS, text("Satisfactory for evaluation without transformation zone: LSIL"), POSITIVE),
    (UNDETERMINED, text("No endocervical component\nASC-US"), POSITIVE),
    (CELLS, text("NEGATIVE FOR INTRAEPITHELIAL LESION OR\nMALIGNANCY"), NEGATIVE),
    (CELLS, text("Negative for high-grade lesion but LSIL present"), POSITIVE),
    (CELLS, text("No evidence of\nmalignancy"), NEGATIVE),
    (AORTA, text("Without contrast\nAAA 4.5 cm"), POSITIVE),
    (VIRUS, text("Negative for HPV 16\nNegative for HPV 18\nPositive for other high-risk HPV"), POSITIVE),
    (VIRUS, text("Negative for HPV 16 and 18 but positive for other high-risk types"), POSITIVE),
    (VIRUS, text("No HPV 16 or 18 but other high-risk HPV detected"), POSITIVE),
    (OTHERS, text("Negative for HPV 16\nNegative for HPV 18\nPositive for other high-risk HPV"), POSITIVE),
    (TYPES, text("Negative for HPV 16\nNegative for HPV 18\nPositive for other high-risk HPV"), SILENT),
    # Pictures by their categories.
    (MORE, text("BI-RADS 0"), POSITIVE),
    (MORE, text("BIRADS category: 2"), NEGATIVE),
    (MORE, text("No mammographic evidence of malignancy"), NEGATIVE),
    (MORE, text("BI-RADS 3, probably benign"), NEGATIVE),
    (MORE, text("Category 4 - suspicious abnormality"), SILENT),
    (SUSPICIOUS, text("Category 4 - suspicious abnormality"), POSITIVE),
    (SUSPICIOUS, text("BI-RADS 4b"), POSITIVE),
    (SUSPICIOUS, text("BI-RADS 2. No suspicious masses."), SILENT),
    (LUNG, text("Lung-RADS 4A"), POSITIVE),
    (LUNG, text("Lung-RADS v1.1: category 3"), POSITIVE),
    (LUNG, text("Lung-RADS version 2022: 2"), NEGATIVE),
    (LUNG, text("Lung-RADS 1"), NEGATIVE),
    (AORTA, number(3.4, "cm"), POSITIVE),
    (AORTA, number(21, "mm"), NEGATIVE),
    (AORTA, text("No aneurysm"), NEGATIVE),
    (AORTA, text("Aneurysm of 4 cm below the renal arteries"), POSITIVE),
    # A number in a known unit decides alone: what a laboratory flags from prediabetes on is no diabetes.
    (SUGAR, number(5.9, "%", interpretation="H"), NEGATIVE),
    (SUGAR, number(53, "mmol/mol"), POSITIVE),
    (SUGAR, text("6.9 %", "A"), POSITIVE),
    # What a unit counts is no part of it.
    (SUGAR, number(5.8, "%{Hb}", interpretation="H"), NEGATIVE),
    (SUGAR, number(5.8, "% of total Hgb", interpretation="H"), NEGATIVE),
    (STOOL, number(250, "ug/g{feces}"), POSITIVE),
    (STOOL, number(250, "µg/g"), POSITIVE),
    (STOOL, number(12, "ug/g{feces}"), NEGATIVE),
    (SUGAR, number(5.4, ""), NEGATIVE),
    (SUGAR, number(7.1, ""), POSITIVE),
    # Answers to questions are read by their cut-offs, in whatever unit.
    *((finding, number(least, "{score}"), POSITIVE) for finding, least in CUT_OFFS),
    *((finding, number(least - 1, ""), NEGATIVE) for finding, least in CUT_OFFS),
]

NORMAL_MAMMOGRAM = "There are no dominant masses, suspicious calcifications, or architectural distortion"
# Whole reports, as laboratories and imaging rooms write them.
REPORTS = [
    # Abnormal, whatever is denied above it.
    *(
        (finding, f"{above}\n{says}", POSITIVE)
        for finding, above, says in (
            (LUNG, "LOW-DOSE CT CHEST WITHOUT CONTRAST", "Impression: Lung-RADS 4B"),
            (LUNG, "No prior low-dose CT", "LUNG-RADS CATEGORY:\n4A"),
            (SUSPICIOUS, "No prior studies for comparison", "BI-RADS category 4: suspicious abnormality"),
            (SUSPICIOUS, "COMPARISON: No prior exams\nspiculated mass", "BI-RADS 5"),
            (SUSPICIOUS, NORMAL_MAMMOGRAM + " on the right", "ACR BI-RADS final assessment category:\n4B"),
            (CELLS, "No endocervical cells seen", "High grade squamous intraepithelial lesion (HSIL)"),
            (CELLS, "ENDOCERVICAL COMPONENT: absent", "INTERPRETATION: HSIL"),
            (CELLS, "NO MALIGNANT CELLS", "LOW GRADE SQUAMOUS INTRAEPITHELIAL LESION"),
            (CELLS, "Negative for malignancy", "Atypical squamous cells, cannot exclude HSIL"),
            (CELLS, "HIGH GRADE", "SQUAMOUS INTRAEPITHELIAL LESION"),
            (UNDETERMINED, "No endocervical component", "ASC-US"),
            (AORTA, "Without contrast", "AAA 4.5 cm"),
            (VIRUS, "Negative for HPV 16\nNegative for HPV 18", "Positive for other high-risk HPV"),
            (VIRUS, "HPV 16: Negative\nHPV 18: Negative", "Other high-risk HPV: Positive"),
        )
    ),
    (SUSPICIOUS, "No lymphadenopathy - BI-RADS 4", POSITIVE),
    (SUSPICIOUS, "No masses, calcifications, or distortion on the right, BI-RADS 4 on the left", POSITIVE),
    (SUSPICIOUS, "Right: BI-RADS 1. Left: BI-RADS 4", POSITIVE),
    (SUSPICIOUS, "Suspicious mass, biopsy advised", POSITIVE),
    (SUSPICIOUS, "BI-RADS: known biopsy proven malignancy - 6", POSITIVE),
    (MORE, "Right BI-RADS 0. Left BI-RADS 2", POSITIVE),
    (MORE, "Incomplete: additional views of the left breast", POSITIVE),
    (CELLS, "Satisfactory for evaluation without transformation zone: LSIL", POSITIVE),
    (CELLS, "Negative for high-grade lesion but LSIL present", POSITIVE),
    (CELLS, "Negative for high-grade lesion (LSIL present)", POSITIVE),
    (CELLS, "No malignant cells, LSIL", POSITIVE),
    (VIRUS, "Negative for HPV 16 and 18 but positive for other high-risk types", POSITIVE),
    (VIRUS, "No HPV 16 or 18 but other high-risk HPV detected", POSITIVE),
    # Positive beside what is denied in the same breath.
    (VIRUS, "Negative for HPV 16/18 and other high risk HPV positive", POSITIVE),
    (VIRUS, "Negative for 16/18 (positive for other HR types)", POSITIVE),
    (VIRUS, "Negative for HPV 16 while positive for HPV 45", POSITIVE),
    (VIRUS, "Negative for types 16 and 18 though other high-risk types detected", POSITIVE),
    (TYPES, "Negative for HPV 16/18 and other high risk HPV positive", SILENT),
    (TYPES, "Negative for 16/18 (positive for other HR types)", SILENT),
    # Normal mammograms and scans: the category that is named decides alone.
    *(
        (finding, report, answer)
        for report in (
            f"{NORMAL_MAMMOGRAM}.\nBI-RADS 1: Negative",
            f"{NORMAL_MAMMOGRAM}. BI-RADS 1",
            "Breast density category B. 5 mm cyst. BI-RADS 2: benign",
            "Breast density category B. 5 mm cyst. BI-RADS 2",
            "Breast composition: category 4. BI-RADS category: 2",
            "Density category c. Next in 6 months. BI-RADS 1",
            "BI-RADS category: probably benign. Follow-up in 6 months",
            "No abnormal axillary nodes, suspicious masses or skin thickening\nBI-RADS CATEGORY:\n2",
            "Formerly incomplete, additional views taken. BI-RADS 2",
        )
        for finding, answer in ((SUSPICIOUS, SILENT), (MORE, NEGATIVE))
    ),
    (LUNG, "Lung-RADS 1. No suspicious nodules, masses or consolidation", NEGATIVE),
    (LUNG, "Suspicious thyroid nodule known since 2019. Lung-RADS v1.1 category 2S", NEGATIVE),
    (LUNG, "No suspicious nodules, masses or consolidation", NEGATIVE),
    # Normal cells, on however many lines.
    *(
        (finding, report, answer)
        for report in (
            "NEGATIVE FOR INTRAEPITHELIAL\nLESION OR MALIGNANCY",
            "NEGATIVE FOR INTRAEPITHELIAL LESION\nOR MALIGNANCY",
            "NEGATIVE FOR\r\nINTRAEPITHELIAL LESION OR\r\nMALIGNANCY (NILM)",
            "Negative for high-grade\nsquamous intraepithelial lesion (HSIL)",
            "No atypical glandular cells, dysplasia or malignancy identified",
            "No atypical glandular cells, dysplasia, or malignancy\nNo ASC-US",
        )
        for finding, answer in ((CELLS, NEGATIVE), (UNDETERMINED, SILENT))
    ),
    (AORTA, "No abdominal aortic aneurysm (AAA), dilatation, or ectasia", NEGATIVE),
    (VIRUS, "No high-risk HPV (types 16, 18, 31) detected", NEGATIVE),
    (VIRUS, "Non-Detected", NEGATIVE),
    (URINE, "No gram positive organisms", NEGATIVE),
]


@pytest.fixture
def somebody():
    return clinic.World().maria


def read(finding, seen: Observation) -> int:
    with arranging(), connection.cursor() as cursor:
        says = finding.sql("id").format(row="o").replace("%", "%%")
        cursor.execute(f"SELECT {says} FROM clinical_observation o WHERE o.id = %s", [seen.pk])
        return cursor.fetchone()[0]


def test_words_flags_and_numbers_are_read(somebody):
    wrong = []
    for finding, value, expected in READ:
        with arranging():
            seen = charts.observation(somebody, Code("29771-3", LOINC), AS_OF, **value)
        found = read(finding, seen)
        if found != expected:
            wrong.append((value, expected, found))
    assert not wrong


@pytest.mark.parametrize(("finding", "report", "expected"), REPORTS)
def test_a_report_is_read_to_its_end(finding, report, expected):
    """Without a row of its own: what is read is the text, whatever observation it is of."""
    row = (
        "(SELECT gen_random_uuid() AS id, %s::text AS value_text, "
        "''::text AS interpretation, NULL::numeric AS value_quantity, "
        "NULL::integer AS value_integer, ''::text AS value_unit, ''::text AS value_comparator, NULL::numeric AS high, "
        "NULL::boolean AS value_boolean) o"
    )
    with arranging(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {finding.sql('id').format(row='o').replace('%', '%%')} FROM {row}", [report])
        assert cursor.fetchone()[0] == expected


@pytest.mark.parametrize("words", ["not a ", "category ", "no a, ", "negative for (", "bi-rads final "])
def test_what_is_sent_without_a_bound_is_not_read_without_one(words):
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(prevention_said(%s))", [words * 100_000])
        assert cursor.fetchone()[0] <= 20_000


def test_three_glasses_of_a_man_are_none_too_many(somebody):
    with arranging():
        seen = charts.observation(somebody, Code("75626-2", LOINC), AS_OF, **number(3, ""))
        Member.objects.filter(pk=somebody.pk).update(sex="male", sex_for_clinical_use="unknown")
    assert read(AUDIT_C, seen) == NEGATIVE
    with arranging():
        Member.objects.filter(pk=somebody.pk).update(sex="male", sex_for_clinical_use="female")
    assert read(AUDIT_C, seen) == POSITIVE


@pytest.mark.parametrize(
    ("code", "expected"), [("LA6270-8", NEGATIVE), ("LA18891-4", POSITIVE), ("LA99999-9", UNCLEAR)]
)
def test_how_often_is_read_by_its_answer(somebody, code, expected):
    with arranging():
        seen = charts.observation(
            somebody, Code("88037-7", LOINC), AS_OF, more_codes=[(charts.Role.VALUE, Code(code, LOINC))]
        )
    assert read(HEAVY, seen) == expected


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (LOINC, "LA6576-8", POSITIVE),
        (LOINC, "LA11882-0", POSITIVE),
        (LOINC, "LA6577-6", NEGATIVE),
        (LOINC, "LA11883-8", NEGATIVE),
        (SNOMED, "10828004", POSITIVE),
        (SNOMED, "260415000", NEGATIVE),
        (SNOMED, "82334004", UNCLEAR),
        ("http://terminology.hl7.org/CodeSystem/data-absent-reason", "unknown", SILENT),
    ],
)
def test_coded_values_without_words_are_read(somebody, system, code, expected):
    with arranging():
        seen = charts.observation(
            somebody, Code("29771-3", LOINC), AS_OF, more_codes=[(charts.Role.VALUE, Code(code, system))]
        )
    assert read(STOOL, seen) == expected


def test_whatever_a_reviewer_may_call_positive_is_followed():
    """What was done elsewhere and came out positive keeps its gap open: so each such test has its answer."""
    terminology.load_own()
    urls = {one.url for positive in positives.POSITIVES for one in positive.codes if hasattr(one, "url")}
    codes = {one.code for positive in positives.POSITIVES for one in positive.codes if not hasattr(one, "url")}
    in_sets = set(ValueSetMember.objects.filter(value_set__url__in=urls).values_list("concept__code", flat=True))
    assert [what for what in FACTS if has_result(what) and FACTS[what][2] not in codes | in_sets] == []
