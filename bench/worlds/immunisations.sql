-- Members of all ages with the doses that people of their age have on record: childhood series, boosters, yearly
-- influenza, COVID-19; one in five missed any given one, one in eight has a condition that is an indication.
INSERT INTO core_user (id, password, email, name, is_superuser) VALUES
    ('00000000-0000-7000-8000-0000000000aa', '!', 'bench@system.invalid', 'bench', false);
INSERT INTO network_organization (id, name, kind, is_legal_entity) VALUES
    ('00000000-0000-7000-8000-000000000001', 'System', 'system', true);
INSERT INTO core_codesystem (uri, name) VALUES ('http://hl7.org/fhir/sid/cvx', 'CVX'), ('http://snomed.info/sct', 'SNOMED CT');

CREATE TEMP TABLE routine (cvx text, day int, jitter int) ON COMMIT PRESERVE ROWS;
INSERT INTO routine VALUES ('110', 61, 20), ('48', 61, 20), ('216', 61, 20), ('116', 61, 20), ('110', 122, 20),
    ('48', 122, 20), ('216', 122, 20), ('116', 122, 20), ('110', 183, 30), ('48', 183, 30), ('216', 183, 30),
    ('03', 366, 60), ('21', 366, 60), ('83', 380, 60), ('216', 400, 60), ('48', 460, 60), ('20', 480, 60),
    ('83', 580, 60), ('94', 1500, 300), ('130', 1500, 300), ('115', 4050, 300), ('165', 4050, 300), ('165', 4300, 300),
    ('114', 4050, 300), ('114', 5900, 300), ('09', 7700, 900), ('115', 11400, 900), ('113', 15000, 900),
    ('187', 18400, 900), ('187', 18500, 900), ('216', 23800, 900);
INSERT INTO core_concept (system_id, code)
SELECT s.id, c.code FROM core_codesystem s JOIN (
    SELECT DISTINCT 'CVX' AS name, cvx AS code FROM routine UNION SELECT 'CVX', unnest(ARRAY['150', '208'])
    UNION SELECT 'SNOMED CT', unnest(ARRAY['73211009', '195967001', '49601007'])
) c ON c.name = s.name;

CREATE TEMP TABLE person AS SELECT n, uuidv7() AS id, CASE WHEN n %% 2 = 0 THEN 'female' ELSE 'male' END AS sex,
    DATE '2026-01-01' - (n * 37 %% 32000) AS born FROM generate_series(1, %(members)s) n;
INSERT INTO members_member (id, managing_organization_id, family, given, sex, sex_for_clinical_use, birth_date)
SELECT id, '00000000-0000-7000-8000-000000000001', 'Family' || n, 'Given', sex, sex, born FROM person;

CREATE TEMP TABLE dose AS
SELECT p.id AS member_id, uuidv7() AS id, r.cvx, p.born + r.day + (p.n * 31 + r.day) %% r.jitter AS day
FROM person p JOIN routine r ON (p.n * 7 + r.day) %% 5 > 0 AND p.born + r.day + r.jitter < DATE '2026-01-01'
    -- Who is over 45 has no childhood record.
    AND (p.born > DATE '1981-01-01' OR r.day > 7000)
UNION ALL
SELECT p.id, uuidv7(), '150', make_date(y, 10, 1 + (p.n + y) %% 28) FROM person p, generate_series(2018, 2025) y
WHERE (p.n + y * 3) %% 5 < 2 AND p.born < make_date(y, 3, 1)
UNION ALL
SELECT p.id, uuidv7(), '208', make_date(2021, 4, 1) + k * 28 + p.n %% 20 FROM person p, generate_series(0, 1) k
WHERE p.n %% 5 < 3 AND p.born < DATE '2009-01-01';
INSERT INTO clinical_immunization (id, member_id, status, effective, precision)
SELECT id, member_id, 'completed', tstzrange(day::timestamptz, day::timestamptz + interval '1 day'), 'd' FROM dose;
INSERT INTO clinical_immunizationcoding (member_id, fact_id, role, concept_id)
SELECT d.member_id, d.id, 1, c.id FROM dose d JOIN core_concept c ON c.code = d.cvx
JOIN core_codesystem s ON s.id = c.system_id AND s.name = 'CVX';

CREATE TEMP TABLE ill AS SELECT id AS member_id, uuidv7() AS id,
    (ARRAY['73211009', '195967001', '49601007'])[1 + n %% 3] AS code FROM person WHERE n %% 8 = 0;
INSERT INTO clinical_condition (id, member_id, status, effective)
SELECT id, member_id, 'active', tstzrange('2022-01-01', NULL) FROM ill;
INSERT INTO clinical_conditioncoding (member_id, fact_id, role, concept_id)
SELECT i.member_id, i.id, 1, c.id FROM ill i JOIN core_concept c ON c.code = i.code
JOIN core_codesystem s ON s.id = c.system_id AND s.name = 'SNOMED CT';
