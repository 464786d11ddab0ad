-- Members of all ages, covered, with about 25 facts each over three years: visits, problems, blood pressures with
-- their components, laboratory results, mammograms, colonoscopies. Half have an e-mail address.
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

-- Codes: the sets that matter, each with one code, and fifty others that fill the charts.
INSERT INTO core_codesystem (uri, name) VALUES ('http://loinc.org', 'LOINC'), ('urn:bench', 'Bench');
INSERT INTO core_concept (system_id, code)
SELECT s.id, c.code FROM core_codesystem s
CROSS JOIN (VALUES ('85354-9'), ('8480-6'), ('8462-4')) c (code) WHERE s.uri = 'http://loinc.org'
UNION ALL
SELECT s.id, c.code FROM core_codesystem s CROSS JOIN (
    SELECT unnest(ARRAY['visit', 'mammogram', 'stool', 'colonoscopy', 'hypertension', 'diabetes', 'hba1c']) AS code
    UNION ALL SELECT 'other' || n FROM generate_series(0, 49) n
) c WHERE s.uri = 'urn:bench';
INSERT INTO core_valueset (url, name, is_own)
SELECT 'http://cts.nlm.nih.gov/fhir/ValueSet/' || oid, code, false FROM (VALUES
    ('2.16.840.1.113883.3.464.1003.101.12.1001', 'visit'), ('2.16.840.1.113883.3.464.1003.108.12.1018', 'mammogram'),
    ('2.16.840.1.113883.3.464.1003.198.12.1011', 'stool'), ('2.16.840.1.113883.3.464.1003.108.12.1020', 'colonoscopy'),
    ('2.16.840.1.113883.3.464.1003.104.12.1011', 'hypertension'), ('2.16.840.1.113883.3.464.1003.103.12.1001', 'diabetes'),
    ('2.16.840.1.113883.3.464.1003.198.12.1013', 'hba1c')) v (oid, code);
INSERT INTO core_valuesetmember (value_set_id, concept_id)
SELECT v.id, c.id FROM core_valueset v JOIN core_concept c ON c.code = v.name;

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

-- Facts: kind, code, and how many days before 22 November 2026 each happened.
CREATE TEMP TABLE fact AS
SELECT p.n, p.id AS member_id, uuidv7() AS id, k.kind, k.code, timestamptz '2026-11-22 10:00+00'
    - make_interval(days => (p.n * 13 + k.place * 97) %% k.days) AS at
FROM person p JOIN LATERAL (
    SELECT 'encounter' AS kind, 'visit' AS code, g AS place, 1095 AS days FROM generate_series(1, 6) g
    UNION ALL SELECT 'condition', 'hypertension', 7, 2000 WHERE p.n %% 10 < 3
    UNION ALL SELECT 'condition', 'diabetes', 8, 2000 WHERE p.n %% 10 = 4
    UNION ALL SELECT 'condition', 'other' || (p.n + g) %% 50, g, 3000 FROM generate_series(1, 2) g
    UNION ALL SELECT 'panel', '85354-9', g, 900 FROM generate_series(1, 2) g
    UNION ALL SELECT 'observation', 'hba1c', g, 700 FROM generate_series(1, 3) g WHERE p.n %% 10 = 4
    UNION ALL SELECT 'observation', 'stool', 3, 900 WHERE p.n %% 3 = 0
    UNION ALL SELECT 'observation', 'mammogram', 4, 1400 WHERE p.n %% 2 = 0 AND p.n %% 5 < 3
    UNION ALL SELECT 'observation', 'other' || (p.n + g) %% 50, g, 1095 FROM generate_series(1, 7) g
    UNION ALL SELECT 'procedure', 'colonoscopy', 5, 5000 WHERE p.n %% 4 = 0
) k ON true;
INSERT INTO clinical_encounter (id, member_id, status, effective)
SELECT id, member_id, 'finished', tstzrange(at, at + interval '20 minutes') FROM fact WHERE kind = 'encounter';
INSERT INTO clinical_condition (id, member_id, status, effective)
SELECT id, member_id, 'active', tstzrange(at, NULL) FROM fact WHERE kind = 'condition';
INSERT INTO clinical_procedure (id, member_id, status, effective)
SELECT id, member_id, 'completed', tstzrange(at, at + interval '1 millisecond') FROM fact WHERE kind = 'procedure';
INSERT INTO clinical_observation (id, member_id, status, effective, value_quantity, value_unit, encounter_id)
SELECT f.id, f.member_id, 'final', tstzrange(f.at, f.at + interval '1 millisecond'),
    CASE WHEN f.kind = 'observation' THEN 5 + f.n %% 5 END, CASE WHEN f.kind = 'observation' THEN '%%' ELSE '' END, e.id
FROM fact f LEFT JOIN LATERAL (
    SELECT id FROM fact e WHERE e.member_id = f.member_id AND e.kind = 'encounter' LIMIT 0) e ON true
WHERE f.kind IN ('panel', 'observation');
CREATE TEMP TABLE part AS SELECT f.*, uuidv7() AS part_id, c.code AS part_code, c.value FROM fact f
CROSS JOIN (VALUES ('8480-6', 110), ('8462-4', 70)) c (code, value) WHERE f.kind = 'panel';
INSERT INTO clinical_observation (id, member_id, status, effective, value_quantity, value_unit, part_of_id)
SELECT part_id, member_id, 'final', tstzrange(at, at + interval '1 millisecond'), value + n %% 50, 'mm[Hg]', id FROM part;
INSERT INTO clinical_encountercoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 7, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'encounter';
INSERT INTO clinical_conditioncoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'condition';
INSERT INTO clinical_procedurecoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code WHERE f.kind = 'procedure';
INSERT INTO clinical_observationcoding (member_id, fact_id, role, concept_id)
SELECT f.member_id, f.id, 1, c.id FROM fact f JOIN core_concept c ON c.code = f.code
WHERE f.kind IN ('panel', 'observation')
UNION ALL SELECT f.member_id, f.part_id, 1, c.id FROM part f JOIN core_concept c ON c.code = f.part_code;
