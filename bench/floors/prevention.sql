-- What the nightly run costs at least on the benchmark's world: the codes that occur in it are looked up, their facts
-- read, three measures and five rules answered, and the same rows written (results, states, gaps, reminders), in a few
-- bare statements by hand. Nothing is compared with earlier rows and nothing excluded: nobody in this world is.
-- {mine} is a range of members: everybody, or half of them for each of two connections.
CREATE TEMPORARY TABLE seen ON COMMIT DROP AS
WITH code AS (
    SELECT DISTINCT m.concept_id AS id, v.name AS code FROM core_valueset v JOIN core_valuesetmember m ON m.value_set_id = v.id
    WHERE v.name NOT LIKE 'unused%'
    UNION SELECT id, code FROM core_concept WHERE code IN ('85354-9', '8480-6', '8462-4')
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
)
SELECT * FROM facts;
ANALYZE seen;
CREATE TEMPORARY TABLE answer ON COMMIT DROP AS
WITH each AS (
    SELECT member_id,
        bool_or(code = 'visit' AND effective <@ tstzrange('2026-01-01', '2027-01-01')) AS visited,
        bool_or(code = 'hypertension' AND lower(effective) < '2026-07-01') AS hypertension,
        bool_or(code = 'diabetes') AS diabetes,
        max(lower(effective)::date) FILTER (WHERE code = 'mammogram') AS mammogram,
        max(lower(effective)::date) FILTER (WHERE code = 'stool') AS stool,
        max(lower(effective)::date) FILTER (WHERE code = 'colonoscopy') AS colonoscopy,
        max(lower(effective)::date) FILTER (WHERE code = '85354-9') AS pressure,
        max(lower(effective)::date) FILTER (WHERE code = 'hba1c') AS hba1c,
        max(lower(effective)::date) FILTER (WHERE code = 'pap') AS pap
    FROM seen GROUP BY member_id
), last_day AS (
    SELECT p.member_id, min(s.value) AS systolic, min(d.value) AS diastolic
    FROM seen p JOIN each e ON e.member_id = p.member_id AND e.pressure = lower(p.effective)::date
    JOIN seen s ON s.part_of = p.id AND s.code = '8480-6' JOIN seen d ON d.part_of = p.id AND d.code = '8462-4'
    WHERE p.code = '85354-9' GROUP BY p.member_id
)
SELECT m.id AS member_id, m.sex, m.birth_date, m.language, v.enrolled_from, t.value AS address, e.*, l.systolic, l.diastolic
FROM members_member m
JOIN (SELECT member_id AS id, min(lower(valid)) AS enrolled_from FROM plans_coverageperiod
    WHERE member_id {mine} AND valid @> DATE '2026-11-22' AND upper_inf(known) GROUP BY member_id) v USING (id)
LEFT JOIN (SELECT member_id AS id, value FROM members_membertelecom WHERE system = 'email' AND member_id {mine}) t USING (id)
LEFT JOIN (SELECT member_id AS id, visited, hypertension, diabetes, mammogram, stool, colonoscopy, pressure, hba1c, pap FROM each) e
    USING (id)
LEFT JOIN (SELECT member_id AS id, systolic, diastolic FROM last_day) l USING (id)
WHERE m.id {mine};
ANALYZE answer;
INSERT INTO prevention_measureresult (id, member_id, measure, period, "group", initial_population, denominator, numerator, changed_at)
SELECT ((SELECT left(uuidv7()::text, 28)) || lpad(to_hex(row_number() OVER ()), 8, '0'))::uuid,
    member_id, measure, '[2026-01-01,2027-01-01)', 1, 1, 1, coalesce(numerator, false)::int, '2026-11-22 18:00+00'
FROM answer CROSS JOIN LATERAL (VALUES
    ('CMS125/floor', sex = 'female' AND birth_date BETWEEN '1952-01-01' AND '1974-12-31', mammogram >= '2024-10-01'),
    ('CMS130/floor', birth_date BETWEEN '1951-01-01' AND '1980-12-31', stool >= '2026-01-01' OR colonoscopy >= '2017-01-01'),
    ('CMS165/floor', hypertension AND birth_date BETWEEN '1941-01-01' AND '2008-12-31', systolic < 140 AND diastolic < 90)
) v (measure, initial, numerator) WHERE visited AND initial;
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
