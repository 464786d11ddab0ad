-- What the nightly run of sixteen measures and five rules costs at least on the benchmark's world: the codes that occur in
-- it are looked up, their facts read, the measures and rules answered as simply as this world allows, and as many rows
-- written (results, states, gaps, reminders), in a few bare statements by hand. Nothing is compared with earlier rows and
-- nothing excluded: nobody in this world is. {mine} is a range of members: everybody, or half of them for each of two
-- connections.
CREATE TEMPORARY TABLE seen ON COMMIT DROP AS
WITH code AS (
    SELECT DISTINCT m.concept_id AS id, v.name AS code FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id
    WHERE v.name NOT LIKE 'unused%'
    UNION SELECT id, code FROM core_concept WHERE code IN ('85354-9', '8480-6', '8462-4', '39156-5',
        '428171000124102', '428181000124104')
), facts AS (
    SELECT c.member_id, k.code, f.effective, NULL::numeric AS value, NULL::uuid AS part_of, f.id
    FROM clinical_encountercoding c JOIN code k ON k.id = c.concept_id AND c.role = 7 JOIN clinical_encounter f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
    UNION ALL
    SELECT c.member_id, k.code, f.effective, NULL, NULL, f.id
    FROM clinical_conditioncoding c JOIN code k ON k.id = c.concept_id AND c.role = 1 JOIN clinical_condition f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
    UNION ALL
    SELECT c.member_id, k.code, f.effective, NULL, NULL, f.id
    FROM clinical_procedurecoding c JOIN code k ON k.id = c.concept_id AND c.role = 1 JOIN clinical_procedure f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
    UNION ALL
    SELECT c.member_id, k.code, f.effective, f.value_quantity, f.part_of_id, f.id
    FROM clinical_observationcoding c JOIN code k ON k.id = c.concept_id AND c.role = 1 JOIN clinical_observation f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
    UNION ALL
    SELECT c.member_id, k.code, f.effective, NULL, NULL, f.id FROM clinical_immunizationcoding c
    JOIN code k ON k.id = c.concept_id AND c.role = 1 JOIN clinical_immunization f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
    UNION ALL
    SELECT c.member_id, k.code, f.effective, NULL, NULL, f.id FROM clinical_medicationrequestcoding c
    JOIN code k ON k.id = c.concept_id AND c.role = 1 JOIN clinical_medicationrequest f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
    UNION ALL
    SELECT c.member_id, k.code || ' said', f.effective, NULL, NULL, f.id FROM clinical_observationcoding c
    JOIN code k ON k.id = c.concept_id AND c.role = 3 JOIN clinical_observation f ON f.id = c.fact_id
    WHERE c.member_id {mine} AND f.member_id {mine}
)
SELECT * FROM facts;
ANALYZE seen;
CREATE TEMPORARY TABLE reading ON COMMIT DROP AS
SELECT p.member_id, p.effective, s.value AS systolic, d.value AS diastolic FROM seen p
JOIN seen s ON s.part_of = p.id AND s.code = '8480-6' JOIN seen d ON d.part_of = p.id AND d.code = '8462-4'
WHERE p.code = '85354-9';
ANALYZE reading;
CREATE TEMPORARY TABLE answer ON COMMIT DROP AS
WITH each AS (
    SELECT member_id,
        count(*) FILTER (WHERE code = 'visit' AND effective <@ tstzrange('2026-01-01', '2027-01-01')) AS visits,
        bool_or(code = 'hypertension' AND lower(effective) < '2026-07-01') AS hypertension,
        bool_or(code = 'diabetes') AS diabetes, bool_or(code = 'sexual') AS active,
        max(lower(effective)::date) FILTER (WHERE code = 'mammogram') AS mammogram,
        max(lower(effective)::date) FILTER (WHERE code = 'stool') AS stool,
        max(lower(effective)::date) FILTER (WHERE code = 'colonoscopy') AS colonoscopy,
        max(lower(effective)::date) FILTER (WHERE code = '85354-9') AS pressure,
        max(lower(effective)::date) FILTER (WHERE code = 'hba1c') AS hba1c,
        max(value) FILTER (WHERE code = 'hba1c' AND lower(effective) >= '2026-01-01') AS hba1c_value,
        max(lower(effective)::date) FILTER (WHERE code = 'pap') AS pap,
        bool_or(code = 'chlamydia' AND lower(effective) >= '2026-01-01') AS chlamydia, bool_or(code = 'hiv') AS hiv,
        bool_or(code IN ('user said', 'nonuser said') AND lower(effective) >= '2026-01-01') AS asked_tobacco,
        bool_or(code = 'user said' AND lower(effective) >= '2026-01-01') AS smokes,
        bool_or(code = 'cessation' AND lower(effective) >= '2025-07-01') AS helped,
        bool_or(code = '428171000124102 said' AND lower(effective) >= '2026-01-01') AS not_depressed,
        max(value) FILTER (WHERE code = '39156-5' AND lower(effective) >= '2026-01-01') AS bmi,
        bool_or(code = 'eye' AND lower(effective) >= '2025-01-01') AS eye,
        bool_or(code = 'egfr' AND lower(effective) >= '2026-01-01') AS egfr,
        bool_or(code = 'uacr' AND lower(effective) >= '2026-01-01') AS uacr,
        max(value) FILTER (WHERE code = 'ldl') AS ldl,
        bool_or(code = 'statin' AND lower(effective) >= '2026-01-01') AS statin,
        bool_or(code = 'falls' AND lower(effective) >= '2026-01-01') AS falls,
        count(*) FILTER (WHERE code = 'dtap') >= 4 AND count(*) FILTER (WHERE code = 'polio') >= 3
            AND count(*) FILTER (WHERE code = 'hepb') >= 3 AND bool_or(code = 'mmr') AND bool_or(code = 'varicella') AS vaccines
    FROM seen GROUP BY member_id
), last_day AS (
    SELECT p.member_id, min(p.systolic) AS systolic, min(p.diastolic) AS diastolic
    FROM reading p JOIN each e ON e.member_id = p.member_id AND e.pressure = lower(p.effective)::date GROUP BY p.member_id
), at_visit AS (
    SELECT v.member_id, count(*) AS normal FROM seen v JOIN reading r ON r.member_id = v.member_id AND r.effective <@ v.effective
    WHERE v.code = 'visit' AND v.effective <@ tstzrange('2026-01-01', '2027-01-01') AND r.systolic < 120 AND r.diastolic < 80
    GROUP BY v.member_id
)
SELECT m.id AS member_id, m.sex, m.birth_date, m.language, v.enrolled_from, t.value AS address, e.*, l.systolic, l.diastolic,
    n.normal
FROM members_member m
JOIN (SELECT member_id AS id, min(lower(valid)) AS enrolled_from FROM plans_coverageperiod
    WHERE member_id {mine} AND valid @> DATE '2026-11-22' AND upper_inf(known) GROUP BY member_id) v USING (id)
LEFT JOIN (SELECT member_id AS id, value FROM members_membertelecom WHERE system = 'email' AND member_id {mine}) t USING (id)
LEFT JOIN (SELECT member_id AS id, visits, hypertension, diabetes, active, mammogram, stool, colonoscopy, pressure, hba1c,
    hba1c_value, pap, chlamydia, hiv, asked_tobacco, smokes, helped, not_depressed, bmi, eye, egfr, uacr, ldl, statin, falls,
    vaccines FROM each) e USING (id)
LEFT JOIN (SELECT member_id AS id, systolic, diastolic FROM last_day) l USING (id)
LEFT JOIN (SELECT member_id AS id, normal FROM at_visit) n USING (id)
WHERE m.id {mine};
ANALYZE answer;
INSERT INTO prevention_measureresult (id, member_id, measure, period, "group", initial_population, denominator, numerator, changed_at)
SELECT ((SELECT left(uuidv7()::text, 28)) || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid,
    member_id, measure, '[2026-01-01,2027-01-01)', number, count, count, coalesce(numerator, 0), '2026-11-22 18:00+00'
FROM answer CROSS JOIN LATERAL (VALUES
    ('CMS125/floor', 1, 1, sex = 'female' AND birth_date BETWEEN '1952-01-01' AND '1974-12-31', (mammogram >= '2024-10-01')::int),
    ('CMS130/floor', 1, 1, birth_date BETWEEN '1951-01-01' AND '1980-12-31',
        (stool >= '2026-01-01' OR colonoscopy >= '2017-01-01')::int),
    ('CMS124/floor', 1, 1, sex = 'female' AND birth_date BETWEEN '1962-01-01' AND '2002-12-31', (pap >= '2024-01-01')::int),
    ('CMS153/floor', 1, 1, sex = 'female' AND active AND birth_date BETWEEN '2002-01-01' AND '2010-12-31', chlamydia::int),
    ('CMS117/floor', 1, 1, birth_date BETWEEN '2024-01-01' AND '2024-12-31', vaccines::int),
    ('CMS349/floor', 1, 1, birth_date BETWEEN '1960-01-02' AND '2011-01-01', hiv::int),
    ('CMS138/floor', 1, 1, visits >= 2 AND birth_date <= '2014-01-01', asked_tobacco::int),
    ('CMS138/floor', 2, 1, visits >= 2 AND birth_date <= '2014-01-01', (smokes AND helped)::int),
    ('CMS138/floor', 3, 1, visits >= 2 AND birth_date <= '2014-01-01', (asked_tobacco AND (NOT smokes OR helped))::int),
    ('CMS2/floor', 1, 1, birth_date <= '2014-01-01', not_depressed::int),
    ('CMS69/floor', 1, 1, birth_date <= '2008-05-01', (bmi BETWEEN 18.5 AND 24.9)::int),
    ('CMS22/floor', 1, visits::int, birth_date <= '2008-01-01', normal::int),
    ('CMS165/floor', 1, 1, hypertension AND birth_date BETWEEN '1941-01-01' AND '2008-12-31',
        (systolic < 140 AND diastolic < 90)::int),
    ('CMS122/floor', 1, 1, diabetes AND birth_date BETWEEN '1951-01-01' AND '2008-12-31', (coalesce(hba1c_value, 10) > 9)::int),
    ('CMS131/floor', 1, 1, diabetes AND birth_date BETWEEN '1951-01-01' AND '2008-12-31', eye::int),
    ('CMS951/floor', 1, 1, diabetes AND birth_date BETWEEN '1940-01-02' AND '2008-01-01', (egfr AND uacr)::int),
    ('CMS347/floor', 2, 1, ldl >= 190 AND birth_date BETWEEN '1950-01-02' AND '2006-01-01', statin::int),
    ('CMS139/floor', 1, 1, birth_date <= '1961-01-01', falls::int)
) v (measure, number, count, initial, numerator) WHERE visits > 0 AND initial;
CREATE TEMPORARY TABLE due ON COMMIT DROP AS
SELECT a.member_id, a.language, a.address, v.* FROM answer a CROSS JOIN LATERAL (VALUES
    ('breast_screening', sex = 'female' AND birth_date BETWEEN '1951-11-23' AND '1986-11-22', mammogram, interval '2 years'),
    ('colorectal_screening', birth_date BETWEEN '1950-11-23' AND '1981-11-22', greatest(colonoscopy, stool),
        CASE WHEN colonoscopy IS NULL THEN interval '1 year' ELSE interval '10 years' END),
    ('cervical_screening', sex = 'female' AND birth_date BETWEEN '1960-11-23' AND '2005-11-22', pap, interval '3 years'),
    ('blood_pressure', birth_date <= '2008-11-22', pressure,
        CASE WHEN birth_date <= '1986-11-22' OR hypertension THEN interval '1 year' ELSE interval '3 years' END),
    ('hba1c', diabetes AND birth_date <= '2008-11-22', hba1c, interval '6 months')
) v (rule, applies, last_on, every) WHERE v.applies;
ANALYZE due;
INSERT INTO prevention_carerulestate (id, member_id, rule, applies, last_done_on, last_done_what, next_due_on, changed_at)
SELECT ((SELECT left(uuidv7()::text, 28)) || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid,
    member_id, rule, true, last_on, '', coalesce((last_on + every)::date, '2022-01-01'), '2026-11-22 18:00+00' FROM due;
INSERT INTO prevention_caregap (id, member_id, rule, status, due_on, last_done_on, last_done_what, evidence, opened_at)
SELECT ((SELECT left(uuidv7()::text, 28)) || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid,
    member_id, rule, 'open', coalesce((last_on + every)::date, '2022-01-01'), last_on, '', '{}', '2026-11-22 18:00+00'
FROM due WHERE coalesce((last_on + every)::date, '2022-01-01') <= '2026-11-22';
CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS
SELECT *, uuidv7() AS message_id FROM (
    SELECT g.id, g.member_id, a.language, a.address, row_number() OVER (PARTITION BY g.member_id ORDER BY g.due_on) AS place
    FROM prevention_caregap g JOIN answer a ON a.member_id = g.member_id WHERE g.member_id {mine}
) g WHERE place <= 2;
INSERT INTO core_outboxmessage (id, dedupe_key, channel, template, language, member_id, address, url_path, created_at)
SELECT message_id, 'floor:' || id, 'email', 'care_waiting', language, member_id, address, '/gaps/' || id || '/',
    '2026-11-22 18:00+00' FROM chosen WHERE address IS NOT NULL;
INSERT INTO prevention_outreachepisode (member_id, gap_id, campaign_id, arm, wording, language, score, entered_at)
SELECT g.member_id, g.id, '00000000-0000-7000-8009-000000000001', 'outreach', 'care_waiting', a.language, 1,
    '2026-11-22 18:00+00' FROM prevention_caregap g JOIN answer a ON a.member_id = g.member_id;
INSERT INTO prevention_reminder (id, member_id, gap_id, step, channel, language, send_after, message_id, created_at)
SELECT message_id, member_id, id, 1, CASE WHEN address IS NULL THEN 'visit' ELSE 'email' END, language, '2026-11-22 18:00+00',
    CASE WHEN address IS NOT NULL THEN message_id END, '2026-11-22 18:00+00' FROM chosen;
INSERT INTO prevention_onetaplink (id, member_id, gap_id, reminder_id, expires_at, created_at)
SELECT uuidv7(), member_id, id, message_id, '2026-12-22 18:00+00', '2026-11-22 18:00+00' FROM chosen
WHERE address IS NOT NULL;
