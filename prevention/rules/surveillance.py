"""Shorter intervals after a finding: polyps, an abnormal test of the cervix, bones that thin, sugar that rises.

Each is dated and names its source; a physician's own interval for a person stands before all of them.

Polyps: US Multi-Society Task Force on Colorectal Cancer, 4 February 2020: 3 years after ten or fewer adenomas of which
one is large or advanced, 3 to 5 after three or four small ones, 7 to 10 after one or two. ICD-10-CM says neither number
nor size, so that the usual strictest holds until a physician chooses by what was found (`polyps`). Cervix: ASCCP
Risk-Based Management Consensus Guidelines, 2 April 2020 ("2019"): again after a year while no HPV test since is
negative, then after three; after treatment of high-grade changes at six months, each year, then every three years, for
25 years in all, beyond the age of 65 too. Breast: ACR BI-RADS Atlas, 5th edition, 2013: category 3 again after six
months. Bones: Gourlay et al., New England Journal of Medicine, 19 January 2012 (the USPSTF names no interval);
Medicare, 42 CFR 410.31, where only the diagnosis is known. Sugar: American Diabetes Association, Standards of Care
2025, 2.12.
"""

from datetime import date

from django.utils.translation import gettext_lazy as _

from prevention.engine.elements import has_value, quantity
from prevention.engine.facts import Facts, Row, effective
from prevention.engine.measure import Surveillance
from prevention.engine.moments import DAY, months, past, years
from prevention.engine.predicates import Always, Predicate, Raw
from prevention.measures import value_sets as vs
from prevention.measures.colon_cancer_screening_2025 import COLONOSCOPY
from prevention.rules import positives
from prevention.rules import value_sets as own
from prevention.rules.common import completed, cpt, diagnoses, diagnoses_since, final_results, loinc, recorded
from prevention.rules.findings import NUMBER, UNIT, Finding


def _later(result: Row, other: Row) -> Predicate:
    return other.effective.start.after(result.effective.start, of=DAY)


def _same_day_or_later(result: Row, other: Row) -> Predicate:
    return other.effective.start.on_or_after(result.effective.start, of=DAY)


# --- Colon ----------------------------------------------------------------------------------------------

_USMSTF = "US Multi-Society Task Force on Colorectal Cancer, 2020-02-04; 3 years where number and size are not coded"
_POLYPS = _("Polyps were found in the colon: a colonoscopy after 3 years")
ADENOMAS = diagnoses(own.COLON_ADENOMA, own.COLON_ADENOMA_HISTORY)
COLON = (
    Surveillance(
        what="adenoma of the colon",
        words=_POLYPS,
        source=_USMSTF,
        since=date(2020, 2, 4),
        findings=diagnoses(own.COLON_ADENOMA),
        counts=completed(COLONOSCOPY),
        closes=("colonoscopy",),
        every=years(3),
    ),
    Surveillance(
        what="history of polyps of the colon",
        words=_POLYPS,
        source=_USMSTF,
        since=date(2020, 2, 4),
        findings=diagnoses(own.COLON_ADENOMA_HISTORY),
        counts=completed(COLONOSCOPY),
        closes=("colonoscopy",),
        every=years(3),
        history=True,
    ),
)

# --- Cervix ---------------------------------------------------------------------------------------------

TREATMENT_OF_CERVIX = cpt("57460", "57461", "57510", "57511", "57513", "57520", "57522")
_virus, _cells, _undetermined = positives.VIRUS, positives.CELLS, positives.UNDETERMINED.findings[0]


def _results(finding: Finding, says: Predicate) -> Facts:
    return final_results(*finding.codes).where(says)


_tests = final_results(*_virus.codes, *_cells.codes).where(has_value)
_looked = _tests.union(completed(*_virus.codes, *_cells.codes), completed(*positives.COLPOSCOPY))
_no_virus = _results(_virus, _virus.is_negative)
_worse = _results(_virus, _virus.is_positive).union(_results(_cells, _cells.is_positive))
_unsure = _results(_undetermined, _undetermined.is_positive)
_treated = completed(*TREATMENT_OF_CERVIX)
HIGH_GRADE = diagnoses_since(years(25), own.CERVICAL_HIGH_GRADE).union(
    _treated.where(effective.latest.during(past(years(25))))
)
_ASCCP = "ASCCP Risk-Based Management Consensus Guidelines, 2020-04-02"
CERVIX = (
    Surveillance(
        what="treatment of the cervix",
        words=_("After treatment of the cervix: a test after 6 months"),
        source=_ASCCP,
        since=date(2020, 4, 2),
        findings=_treated.without(_tests, _later),
        every=months(6),
    ),
    Surveillance(
        what="high-grade changes of the cervix, lately",
        words=_("After changes of the cervix: a test each year at first"),
        source=_ASCCP,
        since=date(2020, 4, 2),
        findings=diagnoses_since(years(4), own.CERVICAL_HIGH_GRADE).union(
            _treated.where(effective.latest.during(past(years(4))))
        ),
        counts=_looked,
        every=years(1),
    ),
    Surveillance(
        what="abnormal test of the cervix",
        words=_("A test was not normal: the next one after a year"),
        source=_ASCCP,
        since=date(2020, 4, 2),
        findings=_worse.without(_no_virus, _later).union(_unsure.without(_no_virus, _same_day_or_later)),
        counts=_looked,
        every=years(1),
    ),
    Surveillance(
        what="abnormal test of the cervix within five years",
        words=_("An earlier test was not normal: the next one after 3 years"),
        source=_ASCCP,
        since=date(2020, 4, 2),
        findings=_worse.union(_unsure).where(effective.latest.during(past(years(5)))),
        counts=_looked,
        every=years(3),
    ),
    Surveillance(
        what="high-grade changes of the cervix",
        words=_("After changes of the cervix: a test every 3 years"),
        source=_ASCCP,
        since=date(2020, 4, 2),
        findings=HIGH_GRADE,
        counts=_looked,
        every=years(3),
    ),
)

# --- Breast ---------------------------------------------------------------------------------------------

_probably_benign = Finding(
    positives.MAMMOGRAMS,
    pattern=f"{positives.bi_rads('3')}|^(?!.*{positives.bi_rads('012')}).*probably benign",
    coded=("397143007",),
    unless=positives.SUSPICIOUS,
    narrow=True,
)
_pictures = final_results(*positives.MAMMOGRAMS).union(completed(*positives.MAMMOGRAMS, *positives.IMAGES_OF_BREAST))
BREAST = (
    Surveillance(
        what="probably benign mammogram",
        words=_("The last mammogram was probably benign: the next pictures after 6 months"),
        source="ACR BI-RADS Atlas, 5th edition, 2013",
        since=date(2013, 12, 1),
        findings=_results(_probably_benign, _probably_benign.is_positive).without(_pictures, _later),
        every=months(6),
    ),
)

# --- Bones ----------------------------------------------------------------------------------------------

_scans = recorded(vs.DXA_DUAL_ENERGY_XRAY_ABSORPTIOMETRY_SCAN, own.BONE_DENSITY)
_T_SCORE = f"({UNIT} IN ('tscore', 't_score', 't-score', '') AND {NUMBER} > -9 AND {NUMBER} {{at_most}})"
_t_scores = final_results(vs.DXA_DUAL_ENERGY_XRAY_ABSORPTIOMETRY_SCAN, own.BONE_DENSITY).where(
    Raw(_T_SCORE.replace("{at_most}", "< 9"))
)


def _last_t_score(comparison: str) -> Facts:
    return _t_scores.where(Raw(_T_SCORE.replace("{at_most}", comparison))).without(_t_scores, _later)


_GOURLAY = "Gourlay et al., New England Journal of Medicine, 2012-01-19"
BONES = (
    Surveillance(
        what="advanced osteopenia",
        words=_("The last scan showed thin bones: the next one after a year"),
        source=_GOURLAY,
        since=date(2012, 1, 19),
        findings=_last_t_score("<= -2.0"),
        every=years(1),
    ),
    Surveillance(
        what="osteopenia by diagnosis",
        words=_("Thin bones are noted: a scan every 2 years"),
        source="42 CFR 410.31 (Medicare pays every 23 months)",
        since=date(1998, 7, 1),
        findings=diagnoses(own.OSTEOPENIA).without(_t_scores, lambda _diagnosis, _scan: Always()),
        counts=_scans,
        every=years(2),
    ),
    Surveillance(
        what="moderate osteopenia",
        words=_("The last scan showed somewhat thin bones: the next one after 5 years"),
        source=_GOURLAY,
        since=date(2012, 1, 19),
        findings=_last_t_score("<= -1.5"),
        every=years(5),
    ),
    Surveillance(
        what="bone density near normal",
        words=_("The last scan was near normal: the next one after 15 years"),
        source=_GOURLAY,
        since=date(2012, 1, 19),
        findings=_last_t_score("> -1.5"),
        every=years(15),
    ),
)

# --- Sugar ----------------------------------------------------------------------------------------------

_raised = (
    final_results(*loinc("4548-4", "4549-2", "17856-6"))
    .where(quantity(">=", 5.7, "%") & quantity("<", 6.5, "%"))
    .union(
        final_results(*loinc("1558-6")).where(quantity(">=", 100, "mg/dL") & quantity("<", 126, "mg/dL")),
        final_results(*loinc("1518-0")).where(quantity(">=", 140, "mg/dL") & quantity("<", 200, "mg/dL")),
    )
)
SUGAR = (
    Surveillance(
        what="blood sugar in the range of prediabetes",
        words=_("The last blood sugar was raised: the next test after a year"),
        source="American Diabetes Association, Standards of Care 2025, 2.12",
        since=date(2010, 1, 1),
        findings=_raised.without(final_results(own.GLUCOSE_SCREENING), _later),
        every=years(1),
    ),
)

ALL = (*COLON, *CERVIX, *BREAST, *BONES, *SUGAR)
BY_WHAT = {one.what: one for one in ALL}
