-- The floor of import_x12: the same new rows by bare SQL, from members already parsed into floor_834.
-- history, grants and constraints as in service; identity, panels and files cost nothing here.
INSERT INTO members_member (id, managing_organization_id, family, given, birth_date, sex)
    SELECT member_id, organization_id, family, given, birth_date, 'female' FROM floor_834;
INSERT INTO members_memberidentifier (member_id, system, value)
    SELECT member_id, 'urn:floor', number FROM floor_834;
INSERT INTO members_memberaddress (member_id, line1, city, state, postal_code, country)
    SELECT member_id, line1, 'OAKLAND', 'CA', '94601', 'US' FROM floor_834;
INSERT INTO plans_coveragecontract (id, member_id, group_id, number)
    SELECT contract_id, member_id, group_id, number FROM floor_834;
INSERT INTO plans_coverage (id, member_id, contract_id, relationship, number, administrative_sex)
    SELECT coverage_id, member_id, contract_id, '18', '', 'female' FROM floor_834;
INSERT INTO plans_coverageperiod (member_id, coverage_id, product_id, valid, known, source, recorded_by_id)
    SELECT member_id, coverage_id, product_id, '[2026-01-01,)', tstzrange(clock_timestamp(), NULL), 'floor', user_id
    FROM floor_834;
INSERT INTO core_outboxmessage (dedupe_key, channel, template, member_id)
    SELECT 'floor:' || member_id, 'letter', 'portal_invitation', member_id FROM floor_834;
INSERT INTO core_auditevent (user_id, action, verb, member_id)
    SELECT user_id, 'create', 'floor', member_id FROM floor_834;
