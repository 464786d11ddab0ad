"""What was asked, measured and ordered at this year's visits: tobacco, falls, weight, HIV, scans, sleeping tablets.

Shares stand near what is published for the United States, so that rates look like somebody's:

* tobacco: 18.7 % of adults use it, 11.5 % cigarettes (MMWR 2023;72:475, survey of 2021);
* falls: one adult of 65 and older in four falls each year (MMWR 2023;72:938);
* HIV: 38.9 % of adults were ever tested (MMWR 2019;68:561);
* children: measured 79 % of those seen, of these food and exercise talked over with 88 and 83 %, near what plans
  report (NCQA, State of Health Care Quality, weight assessment and counselling);
* obesity is in the charts already; how it is followed up, tablets for sleep in old age and bone scans before 65
  without a reason are set low, and invented.

Set-based, and only in worlds whose visits are written in full.
"""

import datetime
from typing import Any

from django.db import connection

from core.terminology import concept
from kpcare.demo import codes
from kpcare.demo.world import World

# A number of 0–999 that is the same in every world of one seed.
PART = "mod(('x' || substr(md5({0}::text || '{1}'), 1, 8))::bit(32)::bigint, 1000)"
SEEN = """
CREATE TEMPORARY TABLE demo_seen ON COMMIT DROP AS
SELECT DISTINCT ON (e.member_id) e.member_id, e.id AS encounter_id, lower(e.effective) AS at, m.sex, e.clinician_id,
    extract(year FROM age(date_trunc('year', %(today)s::date), m.birth_date))::int AS age,
    extract(year FROM age(lower(e.effective), m.birth_date))::int AS age_then
FROM clinical_encounter e JOIN members_member m ON m.id = e.member_id
WHERE e.reason_text IN ('Annual visit', 'Follow-up', 'Visit') AND m.id <> ALL (%(family)s::uuid[])
    AND lower(e.effective) >= date_trunc('year', %(today)s::date)
ORDER BY e.member_id, lower(e.effective) DESC
"""
# Children are measured and weighed at one visit: whoever has one of the numbers has all four, and they agree.
CHILD = f"age_then BETWEEN 2 AND 17 AND {PART.format('s.member_id', 'grown')} < 790"
EVERYBODY = 1000
STOUT = f"mod({PART.format('s.member_id', 'stout')}, 100)"
TALL = f"round(76 + 5.6 * age_then + mod({PART.format('s.member_id', 'tall')}, 9))"
MASS = f"round(13.6 + 0.34 * age_then + {STOUT} / 14.0, 1)"
# Question or measurement → whom it is asked of, how many of a thousand of them, and the answer's four columns.
ASKED: dict[str, tuple[str, int, str]] = {
    "tobacco": (
        "age_then >= 12",
        870,
        "NULL::numeric, '', CASE WHEN {p} < (CASE WHEN age_then < 18 THEN 20 ELSE 115 END) THEN 'Smokes' "
        "WHEN {p} < 325 AND age_then >= 18 THEN 'Smoked once' ELSE 'Never smoked' END, "
        "CASE WHEN {p} < (CASE WHEN age_then < 18 THEN 20 ELSE 115 END) THEN %(smokes)s "
        "WHEN {p} < 325 AND age_then >= 18 THEN %(smoked)s ELSE %(never)s END",
    ),
    "falls": (
        "age_then >= 65",
        640,
        "NULL::numeric, '', CASE WHEN {p} < 250 THEN 'Yes' ELSE 'No' END, NULL::int",
    ),
    "bmi": (
        "age_then >= 18",
        810,
        "round((CASE WHEN w.severe THEN 40 WHEN w.obese THEN 30.2 ELSE 19.4 END + {p} %% 95 / 10.0)::numeric, 1), "
        "'kg/m2', '', NULL::int",
    ),
    "child_height": (CHILD, EVERYBODY, f"{TALL}, 'cm', '', NULL::int"),
    "child_weight": (CHILD, EVERYBODY, f"round({MASS} * {TALL} * {TALL} / 10000, 1), 'kg', '', NULL::int"),
    "child_bmi": (CHILD, EVERYBODY, f"{MASS}, 'kg/m2', '', NULL::int"),
    "child_percentile": (CHILD, EVERYBODY, f"({STOUT} + 1)::numeric, '%%', '', NULL::int"),
    "hiv": ("age_then BETWEEN 15 AND 65", 150, "NULL::numeric, '', 'Negative', NULL::int"),
}
OBESE = """
CREATE TEMPORARY TABLE demo_weight ON COMMIT DROP AS
SELECT k.member_id, bool_or(c.code = 'E66.01') AS severe, true AS obese FROM clinical_conditioncoding k
JOIN core_concept c ON c.id = k.concept_id AND c.code IN ('E66.01', 'E66.9') GROUP BY 1
"""
EMPTY = """
CREATE TEMPORARY TABLE demo_asked (id uuid DEFAULT uuidv7(), key text, member_id uuid, encounter_id uuid,
    at timestamptz, quantity numeric, unit text, words text, answer int) ON COMMIT DROP
"""
ASK = """
INSERT INTO demo_asked (key, member_id, encounter_id, at, quantity, unit, words, answer)
SELECT %(key)s, s.member_id, s.encounter_id, s.at, {answer}
FROM demo_seen s LEFT JOIN demo_weight w ON w.member_id = s.member_id
WHERE {who} AND {share} < %(share)s
"""
WRITTEN = (
    """
INSERT INTO clinical_observation (id, member_id, status, effective, recorded_at, source_system_id, source_id,
    encounter_id, value_quantity, value_unit, value_text)
SELECT id, member_id, 'final', tstzrange(at, at + interval '5 minutes'), at, %(source)s, id::text, encounter_id,
    quantity, unit, words FROM demo_asked
""",
    """
INSERT INTO clinical_observationcoding (member_id, fact_id, role, concept_id)
SELECT a.member_id, a.id, v.role, v.concept FROM demo_asked a
JOIN (SELECT * FROM unnest(%(keys)s::text[], %(codes)s::int[], %(categories)s::int[]) u(key, code, category)) u
    ON u.key = a.key
CROSS JOIN LATERAL (VALUES (1, u.code), (2, u.category), (3, a.answer)) v(role, concept) WHERE v.concept IS NOT NULL
""",
)
# An eye examination in the words of those who ask for the procedure; the demo's own code names the picture.
EYES = """
INSERT INTO clinical_observationcoding (member_id, fact_id, role, concept_id)
SELECT k.member_id, k.fact_id, 1, %(retina)s FROM clinical_observationcoding k
WHERE k.concept_id = %(eye)s AND k.role = 1
"""
# Talks with those who smoke, with the obese, and with children and parents about food and exercise: at the same visit.
HELPED = f"""
WITH helped AS (
    SELECT uuidv7() AS id, a.member_id, a.encounter_id, a.at,
        CASE a.key WHEN 'tobacco' THEN %(quit)s::int WHEN 'child_weight' THEN %(food)s::int
            WHEN 'child_height' THEN %(exercise)s::int ELSE %(diet)s::int END AS concept
    FROM demo_asked a
    WHERE a.key = 'child_weight' AND {PART.format("a.member_id", "food")} < 880
        OR a.key = 'child_height' AND {PART.format("a.member_id", "exercise")} < 830
        OR a.answer = %(smokes)s AND {PART.format("a.member_id", "helped")} < 560
        OR a.key = 'bmi' AND a.quantity >= 30 AND {PART.format("a.member_id", "diet")} < 430
), made AS (
    INSERT INTO clinical_procedure (id, member_id, status, effective, recorded_at, source_system_id, source_id,
        encounter_id)
    SELECT id, member_id, 'completed', tstzrange(at, at + interval '10 minutes'), at, %(source)s, id::text, encounter_id
    FROM helped
)
INSERT INTO clinical_procedurecoding (member_id, fact_id, role, concept_id) SELECT member_id, id, 1, concept FROM helped
"""
# Tablets for sleep and against anxiety, refilled, in old age; and a bone scan before 65 that nothing asked for.
TABLETS = f"""
WITH wanted AS (
    SELECT uuidv7() AS id, s.*, s.at + interval '90 days' AS until, t.concept, t.reason FROM demo_seen s
    JOIN (VALUES (%(sleep)s::int, 'Sleep'), (%(calm)s::int, 'Anxiety')) t(concept, reason)
        ON CASE t.reason WHEN 'Sleep' THEN {PART.format("s.member_id", "sleep")} < 85
            ELSE {PART.format("s.member_id", "calm")} < 90 END
    WHERE s.age >= 65
), made AS (
    INSERT INTO clinical_medicationrequest (id, member_id, status, effective, recorded_at, source_system_id, source_id,
        dosage_text, quantity, quantity_unit, refills, days_supply, category, requester_id, reason_text)
    SELECT id, member_id, CASE WHEN until > %(today)s THEN 'active' ELSE 'completed' END, tstzrange(at, until), at,
        %(source)s, id::text, 'Take 1 tablet at bedtime if needed', 30, 'each', 2, 30, 'community', clinician_id,
        reason
    FROM wanted
)
INSERT INTO clinical_medicationrequestcoding (member_id, fact_id, role, concept_id)
SELECT member_id, id, 1, concept FROM wanted
"""
SCANS = f"""
WITH wanted AS (
    SELECT uuidv7() AS id, s.* FROM demo_seen s
    WHERE s.sex = 'female' AND s.age BETWEEN 50 AND 63 AND {PART.format("s.member_id", "bones")} < 75
), made AS (
    INSERT INTO clinical_servicerequest (id, member_id, status, effective, recorded_at, source_system_id, source_id,
        encounter_id, requester_id, kind)
    SELECT id, member_id, 'completed', tstzrange(at, at + interval '30 days'), at, %(source)s, id::text, encounter_id,
        clinician_id, 'imaging' FROM wanted
)
INSERT INTO clinical_servicerequestcoding (member_id, fact_id, role, concept_id)
SELECT member_id, id, 1, %(bones)s FROM wanted
"""

# Positive stool tests of earlier in the year: the colonoscopy came in time, late, or not yet.
POSITIVE = f"""
CREATE TEMPORARY TABLE demo_positive ON COMMIT DROP AS
SELECT uuidv7() AS id, uuidv7() AS answer_id, p.member_id, p.turn < 6 AS is_answered, p.at,
    p.at + make_interval(days => CASE WHEN p.turn < 4 THEN 17 + p.part %% 60 ELSE 94 + p.part %% 9 END) AS done_at
FROM (
    SELECT m.id AS member_id, h.part, row_number() OVER (ORDER BY h.part, m.id) %% 7 AS turn,
        %(today)s::timestamptz - make_interval(days => 110 + h.part * 2) AS at
    FROM members_member m CROSS JOIN LATERAL (SELECT {PART.format("m.id", "positive")}::int AS part) h
    WHERE h.part < 80 AND m.id <> ALL (%(family)s::uuid[])
        AND m.birth_date BETWEEN %(today)s::date - interval '74 years' AND %(today)s::date - interval '47 years'
        AND NOT EXISTS (SELECT FROM clinical_observationcoding k
            WHERE k.member_id = m.id AND k.concept_id = %(stool)s)
        AND NOT EXISTS (SELECT FROM clinical_procedurecoding k WHERE k.member_id = m.id AND k.concept_id = %(scope)s)
) p
"""
POSITIVES = (
    """
INSERT INTO clinical_observation (id, member_id, status, effective, recorded_at, source_system_id, source_id,
    value_text)
SELECT id, member_id, 'final', tstzrange(at, at + interval '5 minutes'), at, %(source)s, id::text, 'Positive'
FROM demo_positive
""",
    """
INSERT INTO clinical_observationcoding (member_id, fact_id, role, concept_id)
SELECT p.member_id, p.id, v.role, v.concept FROM demo_positive p
CROSS JOIN (VALUES (1, %(stool)s::int), (2, %(laboratory)s::int)) v(role, concept)
""",
    """
INSERT INTO clinical_procedure (id, member_id, status, effective, recorded_at, source_system_id, source_id)
SELECT answer_id, member_id, 'completed', tstzrange(done_at, done_at + interval '40 minutes'), done_at, %(source)s,
    answer_id::text FROM demo_positive WHERE is_answered
""",
    """
INSERT INTO clinical_procedurecoding (member_id, fact_id, role, concept_id)
SELECT member_id, answer_id, 1, %(scope)s FROM demo_positive WHERE is_answered
""",
)


def add(place: World, family: list[str], today: datetime.date) -> None:
    """Lay them for everybody but `family`, who have their own story. Inside the load: history does not fire."""
    survey, laboratory, vital = (
        concept("http://terminology.hl7.org/CodeSystem/observation-category", code).pk
        for code in ("survey", "laboratory", "vital-signs")
    )
    asked = {
        "tobacco": (concept("loinc", "72166-2", "Tobacco smoking status").pk, survey),
        "falls": (concept("loinc", "52552-7", "Falls in the past year").pk, survey),
        "bmi": (concept("loinc", "39156-5", "Body mass index").pk, vital),
        "child_height": (place.concepts[f"loinc|{codes.OBSERVATIONS['height'][0]}"], vital),
        "child_weight": (place.concepts[f"loinc|{codes.OBSERVATIONS['weight'][0]}"], vital),
        "child_bmi": (concept("loinc", "39156-5", "Body mass index").pk, vital),
        "child_percentile": (concept("loinc", "59576-9", "Body mass index percentile").pk, vital),
        "hiv": (place.concepts[f"loinc|{codes.OBSERVATIONS['hiv'][0]}"], laboratory),
    }
    values: dict[str, Any] = {
        "today": today,
        "family": family,
        "source": place.source.pk,
        "smokes": concept("snomed", "77176002", "Smokes").pk,
        "smoked": concept("snomed", "8517006", "Smoked once").pk,
        "never": concept("snomed", "266919005", "Never smoked").pk,
        "quit": concept("snomed", "225323000", "Help to stop smoking").pk,
        "retina": concept("snomed", "274798009", "Retina examined").pk,
        "eye": place.concepts[f"loinc|{codes.OBSERVATIONS['eye'][0]}"],
        "diet": concept("hcpcs", "G0447", "Counselling for obesity, 15 minutes").pk,
        "calm": concept("rxnorm", "197900", "lorazepam 0.5 MG Oral Tablet").pk,
        "food": concept("snomed", "61310001", "Food talked over").pk,
        "exercise": concept("snomed", "304507003", "Exercise talked over").pk,
        "sleep": concept("rxnorm", "854876", "zolpidem tartrate 5 MG Oral Tablet").pk,
        "laboratory": laboratory,
        "stool": place.concepts[f"loinc|{codes.OBSERVATIONS['fit'][0]}"],
        "scope": place.concepts["hcpcs|G0121"],
        "bones": concept("loinc", "38268-9", "Bone density scan").pk,
        "keys": list(asked),
        "codes": [code for code, _category in asked.values()],
        "categories": [category for _code, category in asked.values()],
    }
    with connection.cursor() as cursor:
        for statement in (SEEN, OBESE, EMPTY):
            cursor.execute(statement, values)
        for key, (who, share, answer) in ASKED.items():
            drawn = PART.format("s.member_id", f"{key}?")
            sql = ASK.format(who=who, share=PART.format("s.member_id", key), answer=answer.format(p=drawn))
            cursor.execute(sql, {**values, "key": key, "share": share})
        for statement in (*WRITTEN, EYES, HELPED, TABLETS, SCANS, POSITIVE, *POSITIVES):
            cursor.execute(statement, values)
