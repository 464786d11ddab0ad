"""Results that ask for something more: while what answers one is not there, its screening is not done.

Sources: stool tests, US Multi-Society Task Force on Colorectal Cancer 2017 (no repeated stool test instead of the
colonoscopy); CT colonography, C-RADS (from category 2 on); HPV and cytology, ASCCP Risk-Based Management Consensus
Guidelines 2019; mammograms, ACR BI-RADS Atlas, 5th edition (0 asks for imaging, 4 and 5 for tissue); lungs, ACR
Lung-RADS 2022; HIV, hepatitis C, syphilis and the others, CDC testing algorithms (2014, 2020, 2024) and STI Treatment
Guidelines 2021; tuberculosis, CDC 2020; answers to questions, `positive_answers`; sugar, American Diabetes Association,
Standards of Care 2025, 2.1, and in pregnancy ACOG Practice Bulletin 190; aorta, Society for Vascular Surgery 2018 (3
cm); urine in pregnancy, Infectious Diseases Society of America 2019; antibodies in pregnancy, ACOG Practice Bulletin
192.

How long an unanswered result asks is the interval for which a negative one would have held, and three years at least.
What a result says is read in `findings`.
"""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from prevention.engine.codes import SNOMED, Code, ValueSet
from prevention.engine.moments import days, years
from prevention.measures import value_sets as vs
from prevention.measures.breast_cancer_screening_2025 import MAMMOGRAPHY
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY, CT_COLONOGRAPHY, FOBT, SDNA_FIT
from prevention.rules import value_sets as own
from prevention.rules.common import cpt, loinc
from prevention.rules.findings import NO_UNIT, PLAIN, Finding
from prevention.rules.positive_answers import ALCOHOL, ANXIETY, DRUGS, LOW_MOOD, VIOLENCE
from prevention.rules.waiting import UNCLEAR_RESULT, UNCLEAR_TITLE, Positive

PAP_TEST = ValueSet("Pap Test", "2.16.840.1.113883.3.464.1003.108.12.1017")
HPV_TEST = ValueSet("HPV Test", "2.16.840.1.113883.3.464.1003.110.12.1059")


STOOL = Positive(
    id="positive_stool_test",
    what="positive stool test",
    title=_("Positive stool test: colonoscopy"),
    task=_("Positive stool test: arrange a colonoscopy"),
    # Blood in the stool: 100 ng/mL of the fluid in the tube, or 20 µg/g, where the laboratory gives no range.
    findings=(Finding((FOBT, SDNA_FIT), numbers=((100, "ng/ml"), (20, "ug/g"))),),
    answers=(COLONOSCOPY,),
    source="US Multi-Society Task Force on Colorectal Cancer, 2017; NCQA follow-up measure: within 180 days. Ours is "
    "90.",
)
COLONOGRAPHY = Positive(
    id="positive_ct_colonography",
    what="CT colonography that asks for more",
    title=_("CT colonography that asks for more: colonoscopy"),
    task=_("CT colonography that asks for more: arrange a colonoscopy"),
    findings=(
        Finding(
            (CT_COLONOGRAPHY,),
            pattern="c-?rads[^0-9]*[234]|polyp|\\mmass(es)?\\M",
            fine="c-?rads[^0-9]*1",
            words=PLAIN,
        ),
    ),
    answers=(COLONOSCOPY,),
    source="American College of Radiology, C-RADS; US Multi-Society Task Force on Colorectal Cancer, 2017",
)
COLPOSCOPY = (
    *cpt("57420", "57421", "57452", "57454", "57455", "57456", "57460", "57461"),
    Code("392003006", SNOMED),
)
# Of cytology: squamous lesions and glandular cells that a colposcopy answers, and cells of undetermined significance,
# which a negative HPV test answers as well. Cells that react, or that are there, are neither.
WORSE_CELLS = (
    "lg?sil|hg?sil|asc-?h|\\magc\\M|\\mais\\M|carcinoma|malignan|dysplasia|\\mcin ?[123i]|intraepithelial lesion|"
    "atypical (endo|gland)|cannot exclude"
)
UNDETERMINED_CELLS = "asc-?us|undetermined significance"
CELLS = Finding((PAP_TEST, own.PAP_TEST), pattern=WORSE_CELLS, words=PLAIN, unless=UNDETERMINED_CELLS)
VIRUS = Finding((HPV_TEST, own.HPV_TEST))
# Type 16 or 18 said to be there: not where the words say that it is another one, nor beyond a comma.
_TYPE = "(?<!non[- ])(?<!not )(?<!than )(?<!16(/| or | and ))\\m(16|18)\\M"
TYPE_16_OR_18 = (
    f"{_TYPE}((?!other)[^.;,])*(positive|\\mpos\\M|detected|reactive|\\mpresent\\M)|"
    f"(positive|\\mpos\\M|detected|\\mpresent\\M)((?!other|\\mnon\\M|\\mnot\\M)[^.;,])*{_TYPE}"
)
HPV_16_OR_18 = Positive(
    id="hpv_16_or_18",
    what="HPV 16 or 18",
    title=_("HPV 16 or 18: colposcopy"),
    task=_("HPV 16 or 18: arrange a colposcopy, whatever the cytology says"),
    findings=(
        Finding((HPV_TEST, own.HPV_TEST), pattern=TYPE_16_OR_18, narrow=True),
        # Tests of one of these types alone.
        Finding(loinc("77399-4", "77400-0", "59263-4", "59264-2")),
    ),
    # Half of high-grade changes are behind these two: normal cells answer neither.
    answers=COLPOSCOPY,
    source="ASCCP Risk-Based Management Consensus Guidelines, 2019, II.1: HPV 16 or 18 with any cytology",
    days=30,
    escalate=14,
)
HPV = Positive(
    id="positive_hpv_test",
    what="positive HPV test",
    title=_("Positive HPV test: cytology or colposcopy"),
    task=_("Positive HPV test: arrange a visit for cytology or colposcopy"),
    findings=(replace(VIRUS, unless=TYPE_16_OR_18),),
    answers=COLPOSCOPY,
    # Cells that are not normal ask for a colposcopy themselves.
    negatives=(CELLS,),
    source="ASCCP Risk-Based Management Consensus Guidelines, 2019; Enduring Guidelines for self-collected samples, "
    "2025",
)
UNDETERMINED = Positive(
    id="undetermined_pap_test",
    what="undetermined Pap test",
    title=_("Undetermined Pap test: HPV test or colposcopy"),
    task=_("Undetermined Pap test (ASC-US): arrange an HPV test or a colposcopy"),
    findings=(Finding((PAP_TEST, own.PAP_TEST), pattern=UNDETERMINED_CELLS, unless=WORSE_CELLS, narrow=True),),
    answers=COLPOSCOPY,
    negatives=(VIRUS,),
    source="ASCCP Risk-Based Management Consensus Guidelines, 2019",
)
CYTOLOGY = Positive(
    id="abnormal_pap_test",
    what="abnormal Pap test",
    title=_("Abnormal Pap test: colposcopy"),
    task=_("Abnormal Pap test: arrange a colposcopy"),
    findings=(CELLS,),
    # No HPV test answers LSIL or worse.
    answers=COLPOSCOPY,
    source="ASCCP Risk-Based Management Consensus Guidelines, 2019",
)
BIOPSY_OF_BREAST = cpt("19081", "19082", "19083", "19084", "19085", "19086", "19100", "19101")
IMAGES_OF_BREAST = cpt("77065", "77066", "76641", "76642", "77046", "77047", "77048", "77049")
MAMMOGRAMS = (MAMMOGRAPHY, own.MAMMOGRAPHY)
# Between a scheme and its category stand few words, and all of them are known; a size or a time behind is none.
_BETWEEN = (
    "[^a-z0-9.;]*"
    + (
        "((acr|final|overall|assessments?|category|code|score|classification|is|of|right|left|breasts?|both|and|known|biopsy|"
        "proven|probably|benign|findings?|incomplete|highly|suspicious|suggestive|abnormality|malignancy)\\M[^a-z0-9.;]*)?"
    )
    * 6
)
_ALONE = "\\M(?![.][0-9]|[ -]?(mm|cm|mos?|months?|weeks?|years?|days?)\\M)"
# The category of density has the same word.
BI_RADS = "(bi[^a-z0-9]?rads|(?<!density )(?<!density: )(?<!composition )(?<!composition: )category)" + _BETWEEN


def bi_rads(categories: str) -> str:
    """One of these digits is named as its category."""
    return f"{BI_RADS}[{categories}][abc]?{_ALONE}"


# Words count where no digit decides.
SUSPICIOUS = f"{bi_rads('456')}|^(?!.*{bi_rads('0123')}).*(suspicious|suggestive of malignancy)"
SUSPICIOUS_CODES = ("397144001", "397145000", "6111000179101")
INCOMPLETE_MAMMOGRAM = Positive(
    id="incomplete_mammogram",
    what="mammogram that asks for more",
    title=_("Mammogram that asks for more: further images"),
    task=_("Mammogram that asks for more (BI-RADS 0): arrange further images"),
    findings=(
        Finding(
            MAMMOGRAMS,
            pattern=bi_rads("0"),
            fine="benign",
            words="incomplete|additional (images|imaging|views|evaluation)|" + PLAIN,
            settled=bi_rads("123"),
            coded=("397138000",),
            fine_coded=("397140005", "397141009", "397143007"),
            unless=SUSPICIOUS,
            unless_coded=SUSPICIOUS_CODES,
        ),
    ),
    answers=(*IMAGES_OF_BREAST, *BIOPSY_OF_BREAST),
    later=MAMMOGRAMS,
    source="ACR BI-RADS Atlas, 5th edition",
)
SUSPICIOUS_MAMMOGRAM = Positive(
    id="suspicious_mammogram",
    what="suspicious mammogram",
    title=_("Suspicious mammogram: biopsy"),
    task=_("Suspicious mammogram (BI-RADS 4 or 5): arrange a biopsy"),
    findings=(Finding(MAMMOGRAMS, pattern=SUSPICIOUS, coded=SUSPICIOUS_CODES, narrow=True),),
    answers=BIOPSY_OF_BREAST,
    source="ACR BI-RADS Atlas, 5th edition",
    days=30,
    escalate=14,
)
# Of what an index or ratio says: at 1 the antibodies are there.
AT_CUT_OFF = ((1, "s/co"), (1, "s_co_ratio"), (1, "ratio"), (1, "index"), (1, "[index]"))
HIV = Positive(
    id="reactive_hiv_test",
    what="reactive HIV test",
    title=_("Reactive HIV test: confirm it"),
    task=_("Reactive HIV test: confirm it and link to care"),
    findings=(Finding((vs.HIV_LABORATORY_TEST_CODES, own.HIV_TEST), numbers=AT_CUT_OFF),),
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
    findings=(Finding(loinc("16128-1", "13955-0", "48159-8"), numbers=AT_CUT_OFF),),
    answers=loinc("11259-9", "20416-4", "11011-4", "10676-5"),
    repeated=True,
    known=(own.HEPATITIS_C,),
    source="CDC Recommendations for Hepatitis C Screening Among Adults, 2020",
)
HEPATITIS_B = Positive(
    id="reactive_hepatitis_b_test",
    what="reactive hepatitis B test",
    title=_("Reactive hepatitis B test: confirm it"),
    task=_("Reactive hepatitis B test: confirm it and link to care"),
    findings=(Finding((own.HEPATITIS_B_TEST,), numbers=AT_CUT_OFF),),
    answers=loinc("42595-9", "24113-3"),
    repeated=True,
    known=(own.HEPATITIS_B,),
    source="CDC, Screening and Testing for Hepatitis B Virus Infection, 2023",
)
SYPHILIS = Positive(
    id="reactive_syphilis_test",
    what="reactive syphilis test",
    title=_("Reactive syphilis test: confirm and treat"),
    task=_("Reactive syphilis test: confirm and treat"),
    findings=(Finding((vs.SYPHILIS_TESTS, own.SYPHILIS_TEST), numbers=AT_CUT_OFF, pattern="1 ?: ?[0-9]"),),
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
    # The units of interferon, and the wheal at which those at risk are looked at further.
    findings=(Finding((own.TUBERCULOSIS_TEST,), numbers=((0.35, "iu/ml"), (0.35, "[iu]/ml"), (5, "mm"))),),
    answers=cpt("71045", "71046", "71047", "71048"),
    repeated=True,
    known=(own.TUBERCULOSIS,),
    source="CDC and National Tuberculosis Controllers Association, 2020",
    days=30,
    escalate=14,
)
SUGAR = Positive(
    id="diabetic_blood_sugar",
    what="blood sugar in the range of diabetes",
    title=_("Blood sugar in the range of diabetes: confirm it"),
    task=_("Blood sugar in the range of diabetes: repeat the test"),
    findings=(
        # These codes are of a percentage, which a number without a unit is.
        Finding(
            loinc("4548-4", "4549-2", "17856-6"),
            numbers=((6.5, "%"), (48, "mmol/mol"), (6.5, NO_UNIT)),
            by_number=True,
        ),
        Finding(loinc("1558-6"), numbers=((126, "mg/dl"), (7.0, "mmol/l")), by_number=True),
        Finding(loinc("1518-0"), numbers=((200, "mg/dl"), (11.1, "mmol/l")), by_number=True),
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
    findings=(
        Finding(
            (own.AORTA_ULTRASOUND,),
            numbers=((3, "cm"), (30, "mm")),
            by_number=True,
            pattern="aneurysm|\\maaa\\M|dilat|ectas|widen",
            words=PLAIN,
        ),
    ),
    later=(own.AORTA_ULTRASOUND,),
    known=(own.AORTIC_ANEURYSM,),
    source="Society for Vascular Surgery, 2018",
)
# The edition of the scheme stands before the category.
LUNG_RADS = "(lung[^a-z0-9]?rads|category)([^a-z0-9.;]*v?(ersion)?[. ]*(1[.][01]|2022))?" + _BETWEEN
LUNG = Positive(
    id="lung_nodule",
    what="lung scan that asks for more",
    title=_("Lung scan that asks for more"),
    task=_("Lung scan that asks for more (Lung-RADS 0, 3 or 4): arrange what it advises"),
    findings=(
        Finding(
            (own.LUNG_CT,),
            pattern=f"{LUNG_RADS}[034][abx]?s?{_ALONE}",
            words="suspicious|" + PLAIN,
            settled=f"{LUNG_RADS}[12]s?{_ALONE}",
        ),
    ),
    answers=cpt("71250", "71260", "71270", "78811", "78812", "78814", "78815", "32408"),
    later=(own.LUNG_CT,),
    known=(own.LUNG_CANCER,),
    source="ACR Lung-RADS, 2022",
)
GESTATIONAL_SUGAR = Positive(
    id="high_glucose_in_pregnancy",
    what="high glucose test in pregnancy",
    title=_("High glucose test in pregnancy: confirm it"),
    task=_("High glucose test in pregnancy: arrange the long test"),
    findings=(Finding(loinc("1504-0", "20438-8"), numbers=((140, "mg/dl"), (7.8, "mmol/l"))),),
    # Three hours and two after 100 g; two hours after 75 g.
    answers=loinc("1530-5", "1514-9"),
    negatives=(Finding(loinc("1518-0"), numbers=((153, "mg/dl"), (8.5, "mmol/l")), by_number=True),),
    diagnoses=(own.GESTATIONAL_DIABETES,),
    known=(vs.DIABETES,),
    lasts=days(300),
    source="ACOG Practice Bulletin 190, 2018; ADA Standards of Care 2025, 2.4",
    days=14,
    escalate=7,
)
URINE = Positive(
    id="bacteria_in_urine_in_pregnancy",
    what="bacteria in the urine in pregnancy",
    title=_("Bacteria in the urine in pregnancy: treat"),
    task=_("Bacteria in the urine in pregnancy: treat, then repeat the culture"),
    findings=(
        Finding(
            (own.URINE_CULTURE,),
            pattern="[0-9][0-9],?000|coli\\M|klebsiella|proteus|enterococc|enterobacter|citrobacter|pseudomonas|"
            "staphylococc|streptococc|growth of",
        ),
    ),
    plans=(
        vs.ANTIBIOTIC_MEDICATIONS_FOR_PHARYNGITIS,
        vs.ANTIBIOTIC_MEDICATIONS_FOR_UPPER_RESPIRATORY_INFECTION,
    ),
    diagnoses=(own.URINARY_INFECTION,),
    repeated=True,
    lasts=days(300),
    everybodys=False,
    source="USPSTF 2019-09-24; Infectious Diseases Society of America, 2019",
    days=7,
    escalate=3,
)
ANTIBODIES = Positive(
    id="antibodies_in_pregnancy",
    what="antibodies in pregnancy",
    title=_("Antibodies in pregnancy: which and how strong"),
    task=_("Antibodies in pregnancy: find out which and how strong, and plan the care"),
    findings=(Finding((own.ANTIBODY_SCREEN,), pattern="\\manti-?[a-z]\\M"),),
    answers=loinc("888-8"),
    diagnoses=(own.SENSITISED,),
    repeated=True,
    lasts=days(300),
    everybodys=False,
    source="ACOG Practice Bulletin 192, 2018",
    days=14,
    escalate=7,
)

POSITIVES = (
    STOOL,
    COLONOGRAPHY,
    HPV_16_OR_18,
    HPV,
    UNDETERMINED,
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
    ANXIETY,
    ALCOHOL,
    DRUGS,
    VIOLENCE,
    SUGAR,
    AORTA,
    LUNG,
    GESTATIONAL_SUGAR,
    URINE,
    ANTIBODIES,
)
# How gaps name what waits for an answer, and what answers it, in words.
TITLES = {one.what: one.title for one in POSITIVES} | {UNCLEAR_RESULT: UNCLEAR_TITLE}
WAITING = tuple(TITLES)
