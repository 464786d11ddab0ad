-- Members of all ages, covered, with about 25 facts each over three years: visits, problems, blood pressures with
-- their components, laboratory results and images, questionnaires, vaccines of small children, statins. Half have an
-- e-mail address. Every value set that a measure or rule names has codes, so that as many are looked up as would be.
INSERT INTO core_user (id, password, email, name, is_superuser) VALUES
    ('00000000-0000-7000-8000-0000000000aa', '!', 'bench@system.invalid', 'bench', false);
INSERT INTO network_organization (id, name, kind, is_legal_entity) VALUES
    ('00000000-0000-7000-8000-000000000001', 'System', 'system', true);
INSERT INTO network_region (id, system_id, code, name, state, time_zone)
SELECT ('00000000-0000-7000-8001-00000000000' || n)::uuid, '00000000-0000-7000-8000-000000000001', n, 'Region ' || n, 'CA',
    'America/Los_Angeles' FROM generate_series(0, 7) n;
INSERT INTO plans_product (id, organization_id, code, name, line_of_business, kind, metal, proration, deductible,
    family_deductible, out_of_pocket_limit, family_out_of_pocket_limit)
VALUES ('00000000-0000-7000-8007-000000000001', '00000000-0000-7000-8000-000000000001', 'HMO', 'HMO', 'commercial_group',
    'hmo', '', 'month', 0, 0, 0, 0);
INSERT INTO plans_employergroup (id, organization_id, number, name, tax_id) VALUES
    ('00000000-0000-7000-8008-000000000001', '00000000-0000-7000-8000-000000000001', '1', 'Employer', '');
-- One campaign for everything that is due, by e-mail where there is one, at the next visit where there is none.
INSERT INTO prevention_outreachpolicy (id, managing_organization_id, period, set_by_id, channels, cap, cap_days,
    quiet_from, quiet_until, link_days, bounce_days)
VALUES (uuidv7(), '00000000-0000-7000-8000-000000000001', '[2020-01-01,)', '00000000-0000-7000-8000-0000000000aa',
    '{email}', 2, 14, '20:00', '09:00', 30, 180);
INSERT INTO prevention_campaign (id, managing_organization_id, period, set_by_id, code, name, wordings)
VALUES ('00000000-0000-7000-8009-000000000001', '00000000-0000-7000-8000-000000000001', '[2020-01-01,)',
    '00000000-0000-7000-8000-0000000000aa', 'all', 'All', '{care_waiting}');
INSERT INTO prevention_campaignstep (id, campaign_id, number, after_days, channels)
VALUES (uuidv7(), '00000000-0000-7000-8009-000000000001', 1, 0, '{email,visit}');

-- Codes: ten for each group of facts that occurs in the charts, forty for each value set that does not.
INSERT INTO core_codesystem (uri, name) VALUES ('http://loinc.org', 'LOINC'), ('urn:bench', 'Bench'),
    ('http://snomed.info/sct', 'SNOMED CT'),
    ('http://terminology.hl7.org/CodeSystem/observation-category', 'Category'),
    ('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'ActCode');
CREATE TEMP TABLE grouped (oid text, name text);
INSERT INTO grouped VALUES
    ('2.16.840.1.113883.3.464.1003.101.12.1001', 'visit'), ('2.16.840.1.113883.3.600.1916', 'visit'),
    ('2.16.840.1.113883.3.600.1.1751', 'visit'), ('2.16.840.1.113883.3.600.1920', 'visit'),
    ('2.16.840.1.113883.3.464.1003.108.12.1018', 'mammogram'), ('2.16.840.1.113883.3.464.1003.198.12.1011', 'stool'),
    ('2.16.840.1.113883.3.464.1003.108.12.1020', 'colonoscopy'),
    ('2.16.840.1.113883.3.464.1003.104.12.1011', 'hypertension'), ('2.16.840.1.113883.3.600.263', 'hypertension'),
    ('2.16.840.1.113883.3.464.1003.103.12.1001', 'diabetes'), ('2.16.840.1.113883.3.464.1003.198.12.1013', 'hba1c'),
    ('2.16.840.1.113883.3.464.1003.108.12.1017', 'pap'),
    ('2.16.840.1.113883.3.464.1003.111.12.1018', 'sexual'), ('2.16.840.1.113883.3.464.1003.110.12.1052', 'chlamydia'),
    ('2.16.840.1.113762.1.4.1056.50', 'hiv'), ('2.16.840.1.113883.3.526.3.1278', 'tobacco'),
    ('2.16.840.1.113883.3.526.3.1189', 'nonuser'), ('2.16.840.1.113883.3.526.3.1170', 'user'),
    ('2.16.840.1.113883.3.526.3.509', 'cessation'), ('2.16.840.1.113883.3.464.1003.115.12.1088', 'eye'),
    ('2.16.840.1.113883.3.6929.3.1000', 'egfr'), ('2.16.840.1.113883.3.6929.3.1007', 'uacr'),
    ('2.16.840.1.113883.3.526.3.1573', 'ldl'), ('2.16.840.1.113883.3.464.1003.118.12.1028', 'falls'),
    ('2.16.840.1.113883.3.526.3.1575', 'statin'), ('2.16.840.1.113883.3.464.1003.195.12.1003', 'nutrition'),
    ('2.16.840.1.113883.3.464.1003.118.12.1035', 'activity'),
    ('2.16.840.1.113883.3.464.1003.196.12.1214', 'dtap'), ('2.16.840.1.113883.3.464.1003.196.12.1219', 'polio'),
    ('2.16.840.1.113883.3.464.1003.196.12.1224', 'mmr'), ('2.16.840.1.113883.3.464.1003.110.12.1083', 'hib'),
    ('2.16.840.1.113883.3.464.1003.196.12.1216', 'hepb'), ('2.16.840.1.113883.3.464.1003.196.12.1170', 'varicella'),
    ('2.16.840.1.113883.3.464.1003.196.12.1221', 'pneumococcal'), ('2.16.840.1.113883.3.464.1003.196.12.1215', 'hepa'),
    ('2.16.840.1.113883.3.464.1003.196.12.1223', 'rotavirus'), ('2.16.840.1.113883.3.464.1003.196.12.1218', 'influenza');
INSERT INTO core_concept (system_id, code)
SELECT s.id, c.code FROM (VALUES ('http://loinc.org', '85354-9'), ('http://loinc.org', '8480-6'),
    ('http://loinc.org', '8462-4'), ('http://loinc.org', '73832-8'), ('http://loinc.org', '39156-5'),
    ('http://loinc.org', '8302-2'), ('http://loinc.org', '29463-7'),
    ('http://snomed.info/sct', '428171000124102'), ('http://snomed.info/sct', '428181000124104'),
    ('http://terminology.hl7.org/CodeSystem/observation-category', 'laboratory'),
    ('http://terminology.hl7.org/CodeSystem/observation-category', 'survey'),
    ('http://terminology.hl7.org/CodeSystem/observation-category', 'exam'),
    ('http://terminology.hl7.org/CodeSystem/observation-category', 'imaging'),
    ('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs'),
    ('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'AMB')) c (uri, code)
JOIN core_codesystem s ON s.uri = c.uri
UNION ALL
SELECT s.id, c.code FROM core_codesystem s CROSS JOIN (
    SELECT DISTINCT name || '#' || n AS code FROM grouped CROSS JOIN generate_series(0, 9) n
    UNION ALL SELECT 'other#' || n FROM generate_series(0, 499) n
    UNION ALL SELECT 'unused' || v.place || '#' || n FROM unnest(%(value_sets)s::text[]) WITH ORDINALITY v (url, place)
        CROSS JOIN generate_series(0, 39) n
) c WHERE s.uri = 'urn:bench';
INSERT INTO core_valueset (url, name, is_own)
SELECT 'http://cts.nlm.nih.gov/fhir/ValueSet/' || oid, name, false FROM grouped
UNION ALL
SELECT v.url, 'unused' || v.place, false FROM unnest(%(value_sets)s::text[]) WITH ORDINALITY v (url, place)
WHERE v.url NOT IN (SELECT 'http://cts.nlm.nih.gov/fhir/ValueSet/' || oid FROM grouped);
INSERT INTO core_valuesetmember (value_set_id, concept_id)
SELECT v.id, c.id FROM core_concept c JOIN core_valueset v ON v.name = split_part(c.code, '#', 1);

CREATE TEMP TABLE person AS SELECT n, uuidv7() AS id, uuidv7() AS contract, uuidv7() AS coverage,
    CASE WHEN n %% 2 = 0 THEN 'female' ELSE 'male' END AS sex, DATE '2026-01-01' - (n * 37 %% 32000) AS born
FROM generate_series(1, %(members)s) n;
INSERT INTO members_member (id, managing_organization_id, region_id, family, given, sex, sex_for_clinical_use, birth_date)
SELECT id, '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8001-00000000000' || n %% 8)::uuid, 'Family' || n,
    'Given', sex, sex, born FROM person;
INSERT INTO members_membertelecom (id, member_id, system, value)
SELECT uuidv7(), id, 'email', 'm' || n || '@bench.example' FROM person WHERE n %% 4 < 2;
INSERT INTO plans_coveragecontract (id, member_id, group_id, number)
SELECT contract, id, '00000000-0000-7000-8008-000000000001', n FROM person;
INSERT INTO plans_coverage (id, member_id, contract_id, relationship, number, administrative_sex)
SELECT coverage, id, contract, '18', '', sex FROM person;
INSERT INTO plans_coverageperiod (id, member_id, coverage_id, product_id, valid, known, source, recorded_by_id)
SELECT uuidv7(), id, coverage, '00000000-0000-7000-8007-000000000001', '[2022-01-01,)', tstzrange('2022-01-01', NULL),
    'bench', '00000000-0000-7000-8000-0000000000aa' FROM person;

-- Facts: kind, group of codes, and how many days before 22 November 2026 each happened; its category, value and answer.
CREATE TEMP TABLE fact AS
SELECT p.n, p.id AS member_id, uuidv7() AS id, k.kind, k.code || CASE WHEN k.code LIKE '%%-_' THEN '' ELSE '#' || CASE
        WHEN k.code = 'other' THEN (p.n * 7 + k.place * 131) %% 500 ELSE p.n %% 10 END END AS code,
    CASE WHEN k.kind = 'immunization' THEN (p.born + k.days)::timestamptz + interval '18 hours'
        ELSE timestamptz '2026-11-22 10:00+00' - make_interval(days => (p.n * 13 + k.place * 97) %% k.days) END AS at,
    k.category, k.quantity, k.unit, k.answer
FROM person p JOIN LATERAL (
    SELECT 'encounter' AS kind, 'visit' AS code, g AS place, 1095 AS days, NULL AS category, NULL::int AS quantity,
        '' AS unit, NULL AS answer FROM generate_series(1, 6) g
    UNION ALL SELECT 'condition', 'hypertension', 7, 2000, NULL, NULL, '', NULL WHERE p.n %% 10 < 3
    UNION ALL SELECT 'condition', 'diabetes', 8, 2000, NULL, NULL, '', NULL WHERE p.n %% 10 = 4
    UNION ALL SELECT 'condition', 'sexual', 9, 900, NULL, NULL, '', NULL
        WHERE p.sex = 'female' AND p.n %% 3 < 2 AND p.born BETWEEN '2001-01-01' AND '2010-12-31'
    UNION ALL SELECT 'condition', 'other', g, 3000, NULL, NULL, '', NULL FROM generate_series(1, 2) g
    -- Blood pressure, body-mass index and the depression questionnaire belong to a visit, and so share its instant.
    UNION ALL SELECT 'panel', '85354-9', g, 1095, 'vital-signs', NULL, '', NULL FROM generate_series(1, 2) g
    UNION ALL SELECT 'observation', '39156-5', 2, 1095, 'vital-signs', 17 + p.n %% 17, 'kg/m2', NULL WHERE p.n %% 5 < 4
    UNION ALL SELECT 'observation', c, 2, 1095, 'vital-signs', 60 + p.n %% 100, '', NULL
        FROM unnest(ARRAY['8302-2', '29463-7']) c WHERE p.n %% 5 < 4 AND p.born > '2009-01-01'
    UNION ALL SELECT 'observation', '73832-8', 1, 1095, 'survey', NULL, '',
        CASE WHEN p.n %% 10 = 7 THEN '428181000124104' ELSE '428171000124102' END WHERE p.n %% 5 < 3 AND p.born < '2008-01-01'
    UNION ALL SELECT 'observation', 'hba1c', g, 700, 'laboratory', 5 + (p.n + g) %% 6, '%%', NULL
        FROM generate_series(1, 3) g WHERE p.n %% 10 = 4
    UNION ALL SELECT 'observation', c, 10, 500, 'laboratory', 60, '', NULL FROM unnest(ARRAY['egfr', 'uacr']) c
        WHERE p.n %% 10 = 4 AND p.n %% 3 < 2
    UNION ALL SELECT 'observation', 'eye', 11, 700, 'exam', 1, '', NULL WHERE p.n %% 20 = 4
    UNION ALL SELECT 'observation', 'stool', 3, 900, 'laboratory', 1, '', NULL WHERE p.n %% 3 = 0
    UNION ALL SELECT 'observation', 'mammogram', 4, 1400, 'imaging', 1, '', NULL WHERE p.n %% 2 = 0 AND p.n %% 5 < 3
    UNION ALL SELECT 'observation', 'pap', 12, 1500, 'laboratory', 1, '', NULL
        WHERE p.sex = 'female' AND p.n %% 5 < 3 AND p.born BETWEEN '1960-01-01' AND '2003-12-31'
    UNION ALL SELECT 'observation', 'chlamydia', 13, 500, 'laboratory', 1, '', NULL
        WHERE p.sex = 'female' AND p.n %% 3 = 0 AND p.born BETWEEN '2001-01-01' AND '2010-12-31'
    UNION ALL SELECT 'observation', 'hiv', 14, 3000, 'laboratory', 1, '', NULL
        WHERE p.n %% 5 < 2 AND p.born BETWEEN '1961-01-01' AND '2005-12-31'
    UNION ALL SELECT 'observation', 'tobacco', 15, 500, 'survey', NULL, '',
        CASE WHEN p.n %% 7 = 1 THEN 'user#0' ELSE 'nonuser#0' END WHERE p.n %% 5 < 4 AND p.born < '2013-01-01'
    UNION ALL SELECT 'observation', 'ldl', 16, 1000, 'laboratory', 90 + p.n %% 120, 'mg/dL', NULL WHERE p.born < '1986-01-01'
    UNION ALL SELECT 'observation', 'falls', 17, 500, 'survey', 1, '', NULL WHERE p.born < '1961-01-01' AND p.n %% 3 < 2
    UNION ALL SELECT 'observation', 'other', g, 1095, 'laboratory', 5, '', NULL FROM generate_series(1, 4) g
    UNION ALL SELECT 'procedure', 'colonoscopy', 5, 5000, NULL, NULL, '', NULL WHERE p.n %% 4 = 0
    UNION ALL SELECT 'procedure', 'cessation', 18, 400, NULL, NULL, '', NULL WHERE p.n %% 14 = 1
    UNION ALL SELECT 'procedure', c, 19, 500, NULL, NULL, '', NULL FROM unnest(ARRAY['nutrition', 'activity']) c
        WHERE p.n %% 3 = 0 AND p.born > '2009-01-01'
    UNION ALL SELECT 'medicationrequest', 'statin', 20, 400, NULL, NULL, '', NULL WHERE p.n %% 4 = 0 AND p.born < '1976-01-01'
    UNION ALL SELECT 'immunization', v.code, 0, v.day, NULL, NULL, '', NULL FROM (VALUES ('dtap', 60), ('dtap', 120),
        ('dtap', 180), ('dtap', 450), ('polio', 60), ('polio', 120), ('polio', 200), ('mmr', 380), ('hib', 60),
        ('hib', 120), ('hib', 380), ('hepb', 0), ('hepb', 60), ('hepb', 180), ('varicella', 380), ('pneumococcal', 60),
        ('pneumococcal', 120), ('pneumococcal', 180), ('pneumococcal', 380), ('hepa', 380), ('rotavirus', 60),
        ('rotavirus', 120), ('rotavirus', 180), ('influenza', 200), ('influenza', 240)) v (code, day)
        WHERE p.born >= '2022-01-01' AND p.n %% 10 < 8
) k ON true;
ANALYZE fact;
INSERT INTO clinical_encounter (id, member_id, status, effective)
SELECT id, member_id, 'finished', tstzrange(at, at + interval '20 minutes') FROM fact WHERE kind = 'encounter';
INSERT INTO clinical_condition (id, member_id, status, effective)
SELECT id, member_id, 'active', tstzrange(at, NULL) FROM fact WHERE kind = 'condition';
INSERT INTO clinical_procedure (id, member_id, status, effective)
SELECT id, member_id, 'completed', tstzrange(at, at + interval '1 millisecond') FROM fact WHERE kind = 'procedure';
INSERT INTO clinical_immunization (id, member_id, status, effective)
SELECT id, member_id, 'completed', tstzrange(at, at + interval '1 millisecond') FROM fact WHERE kind = 'immunization';
INSERT INTO clinical_medicationrequest (id, member_id, status, intent, effective, recorded_at)
SELECT id, member_id, 'active', 'order', tstzrange(at, at + interval '1 millisecond'), at FROM fact
WHERE kind = 'medicationrequest';
INSERT INTO clinical_observation (id, member_id, status, effective, value_quantity, value_unit, encounter_id)
SELECT f.id, f.member_id, 'final', tstzrange(f.at, f.at + interval '1 millisecond'), f.quantity, f.unit, e.id
FROM fact f LEFT JOIN fact e ON e.kind = 'encounter' AND e.member_id = f.member_id AND e.at = f.at
WHERE f.kind IN ('panel', 'observation');
CREATE TEMP TABLE part AS SELECT f.*, uuidv7() AS part_id, c.code AS part_code, c.value FROM fact f
CROSS JOIN (VALUES ('8480-6', 100), ('8462-4', 60)) c (code, value) WHERE f.kind = 'panel';
INSERT INTO clinical_observation (id, member_id, status, effective, value_quantity, value_unit, part_of_id)
SELECT part_id, member_id, 'final', tstzrange(at, at + interval '1 millisecond'), value + n %% 50, 'mm[Hg]', id FROM part;
INSERT INTO clinical_encountercoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 7, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'encounter'
UNION ALL SELECT f.member_id, f.id, 8, c.id FROM fact f JOIN core_concept c ON c.code = 'AMB' WHERE f.kind = 'encounter';
INSERT INTO clinical_conditioncoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'condition';
INSERT INTO clinical_procedurecoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'procedure';
INSERT INTO clinical_immunizationcoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'immunization';
INSERT INTO clinical_medicationrequestcoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'medicationrequest';
INSERT INTO clinical_observationcoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code
WHERE f.kind IN ('panel', 'observation')
UNION ALL SELECT f.member_id, f.part_id, 1, c.id FROM part f JOIN core_concept c ON c.code = f.part_code
UNION ALL SELECT f.member_id, f.id, 2, c.id FROM fact f JOIN core_concept c ON c.code = f.category
UNION ALL SELECT f.member_id, f.id, 3, c.id FROM fact f JOIN core_concept c ON c.code = f.answer;
