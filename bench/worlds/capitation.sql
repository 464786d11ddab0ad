-- A plan, a medical group, eight regions, forty offices and as many members as asked for, covered since January.
INSERT INTO network_organization (id, name, kind, is_legal_entity, npi, tax_id) VALUES
    ('00000000-0000-7000-8000-000000000001', 'System', 'system', true, '', '');
INSERT INTO network_organization (id, name, kind, is_legal_entity, npi, tax_id, system_id, parent_id)
SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, kind, kind, true, '', '', '00000000-0000-7000-8000-000000000001',
    '00000000-0000-7000-8000-000000000001'
FROM (VALUES (2, 'health_plan'), (3, 'medical_group')) v (n, kind);
INSERT INTO network_region (id, system_id, code, name, state, time_zone)
SELECT ('00000000-0000-7000-8001-00000000000' || n)::uuid, '00000000-0000-7000-8000-000000000001', n, 'Region ' || n, 'CA',
    'UTC' FROM generate_series(0, 7) n;
INSERT INTO network_facility (id, organization_id, region_id, code, name, kind, place_of_service, line1, city, state,
    postal_code, phone, time_zone)
SELECT ('00000000-0000-7000-8002-0000000000' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-7000-8000-000000000003',
    ('00000000-0000-7000-8001-00000000000' || n %% 8)::uuid, n, 'Facility ' || n, 'medical_office', '11', '', '', '', '', '',
    'UTC' FROM generate_series(0, 39) n;
INSERT INTO network_department (id, facility_id, code, name, specialty, is_primary_care, cost_center)
SELECT ('00000000-0000-7000-8003-0000000000' || lpad(n::text, 2, '0'))::uuid,
    ('00000000-0000-7000-8002-0000000000' || lpad(n::text, 2, '0'))::uuid, n, 'Family medicine', '', true, ''
FROM generate_series(0, 39) n;
INSERT INTO network_clinician (id, npi, family, given, prefix, credential, specialty, languages, panel_limit, is_accepting)
VALUES ('00000000-0000-7000-8004-000000000001', '', 'Chen', '', '', '', '', '{}', 0, false);
INSERT INTO network_contract (id, payer_id, payee_id, kind, name, period) VALUES ('00000000-0000-7000-8005-000000000001',
    '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000003', 'capitation', 'Professional', '[2020-01-01,)');
INSERT INTO billing_capitationcontract (id, contract_id, member_month, is_risk_adjusted, lookback_months) VALUES
    ('00000000-0000-7000-8006-000000000001', '00000000-0000-7000-8005-000000000001', 'first', true, '{}');
INSERT INTO plans_product (id, organization_id, code, name, line_of_business, kind, metal, proration, deductible,
    family_deductible, out_of_pocket_limit, family_out_of_pocket_limit)
SELECT ('00000000-0000-7000-8007-00000000000' || n)::uuid, '00000000-0000-7000-8000-000000000002', lob, lob, lob, 'hmo', '',
    'month', 0, 0, 0, 0
FROM (VALUES (0, 'commercial_group'), (1, 'individual'), (2, 'medicaid'), (3, 'medicare')) v (n, lob);
INSERT INTO billing_ratecell (id, contract_id, line_of_business, region_id, sex, age_from, age_to, amount, period)
SELECT uuidv7(), '00000000-0000-7000-8006-000000000001', lob,
    ('00000000-0000-7000-8001-00000000000' || region)::uuid, sex, age, age + 5, 100 + age * 7.1234, '[2020-01-01,)'
FROM unnest(ARRAY['commercial_group', 'individual', 'medicaid', 'medicare']) lob, generate_series(0, 7) region,
    unnest(ARRAY['female', 'male']) sex, generate_series(0, 115, 5) age;
INSERT INTO plans_employergroup (id, organization_id, number, name, tax_id) VALUES ('00000000-0000-7000-8008-000000000001',
    '00000000-0000-7000-8000-000000000002', '1', 'Employer', '');
CREATE TEMP TABLE person AS SELECT n, uuidv7() AS id, uuidv7() AS contract, uuidv7() AS coverage,
    CASE WHEN n %% 2 = 0 THEN 'female' ELSE 'male' END AS sex, CASE WHEN n %% 5 = 0 THEN 3 ELSE n %% 3 END AS product,
    DATE '2025-01-01' - CASE WHEN n %% 5 = 0 THEN 24500 + n * 7 %% 9000 ELSE n * 37 %% 23000 END AS born
FROM generate_series(1, %(members)s) n;
INSERT INTO members_member (id, managing_organization_id, region_id, family, given, sex, birth_date)
SELECT id, '00000000-0000-7000-8000-000000000001', ('00000000-0000-7000-8001-00000000000' || n %% 8)::uuid, 'Family' || n,
    'Given', sex, born FROM person;
INSERT INTO plans_coveragecontract (id, member_id, group_id, number)
SELECT contract, id, '00000000-0000-7000-8008-000000000001', n FROM person;
INSERT INTO plans_coverage (id, member_id, contract_id, relationship, number, administrative_sex)
SELECT coverage, id, contract, '18', '', sex FROM person;
INSERT INTO plans_coverageperiod (id, member_id, coverage_id, product_id, valid, known, source, recorded_by_id)
SELECT uuidv7(), id, coverage, ('00000000-0000-7000-8007-00000000000' || product)::uuid, '[2026-01-01,)',
    tstzrange('2026-01-01', NULL), 'bench', (SELECT id FROM core_user LIMIT 1) FROM person;
INSERT INTO members_primarycareassignment (id, member_id, clinician_id, department_id, period, origin)
SELECT uuidv7(), id, '00000000-0000-7000-8004-000000000001',
    ('00000000-0000-7000-8003-0000000000' || lpad((n %% 40)::text, 2, '0'))::uuid, '[2026-01-01,)', 'assigned' FROM person;
