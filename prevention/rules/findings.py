"""What a result of a screening says: that it asks for something more, that all is well, or neither in words known here.

One reading for gaps, follow-ups and protocols. Only what is *known* to be negative is taken for negative: a short list
of words, codes and flags. What no list knows ("see report", "unsatisfactory specimen") is not clear, and somebody reads
it. Flags are those of HL7 tables 0078 and ObservationInterpretation; codes those of SNOMED CT and LOINC answer lists.
"""

from dataclasses import dataclass

from prevention.engine.codes import Codes
from prevention.engine.predicates import Predicate, Raw

POSITIVE, NEGATIVE, UNCLEAR, SILENT = 1, -1, 0, 9
FLAGS = ("A", "AA", "H", "HH", "HU", "POS", "DET", "RR", "WR")
FLAGGED = "{row}.interpretation IN ('" + "', '".join(FLAGS) + "')"
FLAGS_OF_NONE = ("N", "NEG", "ND", "NR")
# SNOMED: positive, detected, present, reactive, abnormal. LOINC answers: positive, detected, present.
PRESENT = (
    *("10828004", "260373001", "52101004", "11214006", "263654008"),
    *("LA6576-8", "LA11882-0", "LA9633-4"),
)
# SNOMED: negative, not detected, absent, normal, non-reactive. LOINC answers: negative, not detected, absent, normal.
ABSENT = (
    *("260385009", "260415000", "2667000", "17621005", "131194007"),
    *("LA6577-6", "LA11883-8", "LA9634-2", "LA6626-1"),
)
# The usual words for it, compared first: most results are these.
USUAL = ("negative", "not detected", "nonreactive", "non-reactive", "normal", "none detected")

# Regular expressions of Postgres over the text in lower case. No braces: they are written into templates.
WORDS = r"positive|\mpos\M|detected|reactive|abnormal|\mpresent\M|isolated|not (normal|neg)"
PLAIN = r"positive|abnormal|not (normal|neg)"
UNSURE = (
    r"equivocal|indetermin|borderline|unsatisf|insufficient|inadequate|invalid|inconclusive|gr[ae]y zone|"
    r"not (performed|done)|cancel|unable|pending|weak"
)
# No further than a report reaches.
TEXT = "lower(left({row}.value_text, 20000))"
# What is said to be there, without what is denied; whether anything is denied; a unit in lower case without what it
# counts (prevention/migrations/0014 and 0015).
SAID = "prevention_said({row}.value_text)"
DENIES = "prevention_denies({row}.value_text)"
UNIT = "prevention_unit({row}.value_unit)"
# Of a limit: for a number that says none.
NO_UNIT = "-"
NUMBER = "coalesce({row}.value_quantity, {row}.value_integer)"
HAS_WORDS = "{row}.value_text <> ''"
# A number without unit, range, flag or word: nobody can read it in one record, and no code stands beside a number.
BARE = (
    f"{NUMBER} IS NOT NULL AND {{row}}.value_unit = '' AND {{row}}.value_text = '' AND {{row}}.interpretation = '' "
    "AND {row}.high IS NULL"
)


@dataclass(frozen=True)
class Finding:
    """A kind of result, and how it is read.

    `numbers`: (least that is positive, unit in lower case without braces); an empty unit is any, for a plain score, and
    `NO_UNIT` none; the least may be SQL over `{row}`. Without one that fits, a number is held against its own reference
    range. `by_number`: a number in a known unit decides alone, whatever was flagged. `pattern`: words of this test's
    own for positive; `fine`: for negative; `words`: the general ones. `settled`: a category by which all is well; where
    it is said, no words are read beside it. `coded`, `fine_coded`: codes of the value besides the usual ones. `unless`,
    `unless_coded`: text or codes by which it is another finding's. `narrow`: by its pattern and codes alone; whatever
    else is said, another finding reads.
    """

    codes: tuple[Codes, ...]
    numbers: tuple[tuple[float | str, str], ...] = ()
    by_number: bool = False
    pattern: str = ""
    fine: str = ""
    words: str = WORDS
    settled: str = ""
    coded: tuple[str, ...] = ()
    fine_coded: tuple[str, ...] = ()
    unless: str = ""
    unless_coded: tuple[str, ...] = ()
    narrow: bool = False

    def sql(self, key: str = "fact_id") -> str:
        """1 positive, −1 negative, 0 neither, 9 nothing said, over an observation `{row}` whose id is `key`."""
        own = [(f"{HAS_WORDS} AND {SAID} ~ '{self.pattern}'", POSITIVE)] if self.pattern else []
        elsewhere = [(f"{HAS_WORDS} AND {SAID} ~ '{self.unless}'", SILENT)] if self.unless else []
        settled = [(f"{HAS_WORDS} AND NOT {FLAGGED} AND {SAID} ~ '{self.settled}'", NEGATIVE)] if self.settled else []
        if self.narrow:
            return _case([*elsewhere, *own], self._coded(key, (), self.coded, SILENT) if self.coded else str(SILENT))
        above, below, known = self._numbers()
        negated = DENIES + (f" OR {TEXT} ~ '{self.fine}'" if self.fine else "")
        says = f"{NUMBER} IS NOT NULL OR {{row}}.value_text <> '' OR {{row}}.interpretation <> ''"
        return _case(
            [
                *([(f"({known}) AND ({' OR '.join(above)})", POSITIVE), (known, NEGATIVE)] if self.by_number else []),
                # Cheap, and there may be very many: neither words nor codes are looked for.
                (BARE, UNCLEAR),
                (f"{TEXT} IN {_listed(USUAL)} AND NOT {FLAGGED}", NEGATIVE),
                *own,
                *elsewhere,
                *settled,
                (
                    " OR ".join(
                        [FLAGGED, *above, "{row}.value_boolean", f"{HAS_WORDS} AND {SAID} ~ '{self.words}'"],
                    ),
                    POSITIVE,
                ),
                (
                    f"{' OR '.join(below)} OR NOT {{row}}.value_boolean OR {{row}}.interpretation IN "
                    f"{_listed(FLAGS_OF_NONE)} OR {HAS_WORDS} AND ({negated}) AND {SAID} !~ '{UNSURE}'",
                    NEGATIVE,
                ),
            ],
            # What has no word, number or flag that is known may have a code that is.
            self._coded(key, ABSENT, PRESENT, f"CASE WHEN {says} OR count(*) > 0 THEN {UNCLEAR} ELSE {SILENT} END"),
        )

    def _numbers(self) -> tuple[list[str], list[str], str]:
        """At or above a limit; below it; in a unit that is known."""
        less = "left({row}.value_comparator, 1) = '<'"
        above, below, known = [], [], []
        for least, unit in self.numbers:
            same = f"({UNIT} = '{'' if unit == NO_UNIT else unit}')" if unit else "TRUE"
            known.append(f"({same} AND {NUMBER} IS NOT NULL)")
            above.append(f"({same} AND {NUMBER} >= {least} AND NOT {less})")
            below.append(f"({same} AND ({NUMBER} < {least} OR {NUMBER} <= {least} AND {less}))")
        if not self.by_number:
            above.append(f"({NUMBER} >= {{row}}.high AND NOT {less})")
            below.append(f"({NUMBER} < {{row}}.high OR {NUMBER} <= {{row}}.high AND {less})")
        return above, below, " OR ".join(known)

    def _coded(self, key: str, absent: tuple[str, ...], present: tuple[str, ...], otherwise: object) -> str:
        """What its coded value says; the reason why there is none is none."""
        known = "y.uri IN ('http://snomed.info/sct', 'http://loinc.org') AND k.code IN "
        fine = (*absent, *self.fine_coded)
        none = f"WHEN bool_or({known}{_listed(fine)}) THEN {NEGATIVE} " if fine else ""
        other = f"WHEN bool_or({known}{_listed(self.unless_coded)}) THEN {SILENT} " if self.unless_coded else ""
        return (
            f"(SELECT CASE {other}WHEN bool_or({known}{_listed((*present, *self.coded))}) THEN {POSITIVE} {none}"
            f"ELSE {otherwise} END FROM clinical_observationcoding w JOIN core_concept k ON k.id = w.concept_id "
            f"JOIN core_codesystem y ON y.id = k.system_id WHERE w.fact_id = {{row}}.{key} AND w.role = 3 "
            "AND y.uri <> 'http://terminology.hl7.org/CodeSystem/data-absent-reason')"
        )

    @property
    def is_positive(self) -> Predicate:
        return Raw(f"{self.sql()} = {POSITIVE}")

    @property
    def is_negative(self) -> Predicate:
        """Known to be: what says nothing, or nothing that is known here, is not."""
        return Raw(f"{self.sql()} = {NEGATIVE}")

    @property
    def is_unclear(self) -> Predicate:
        return Raw(f"{self.sql()} = {UNCLEAR}")

    @property
    def is_clear(self) -> Predicate:
        return Raw(f"{self.sql()} IN ({POSITIVE}, {NEGATIVE})")


def _case(cases: list[tuple[str, int]], otherwise: str) -> str:
    said = " ".join(f"WHEN {condition} THEN {answer}" for condition, answer in cases)
    return f"(CASE {said} ELSE {otherwise} END)" if said else otherwise


def _listed(values: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"
