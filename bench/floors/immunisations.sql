-- Read every dose with its vaccine type, and write a row for each dose and ten for each member: what any engine must.
CREATE TEMPORARY TABLE floor_dose ON COMMIT DROP AS
SELECT f.member_id, f.id, c.code, lower(f.effective)::date AS day FROM clinical_immunization f
JOIN clinical_immunizationcoding k ON k.member_id = f.member_id AND k.fact_id = f.id AND k.role = 1
JOIN core_concept c ON c.id = k.concept_id WHERE f.status = 'completed' AND NOT f.is_negated;
INSERT INTO prevention_immunisationevaluation
    (member_id, vaccine_group, is_risk, series_group, immunization_id, status, changed_at)
SELECT member_id, 'Floor', false, '1', id, 'Valid', '2026-01-01' FROM floor_dose;
INSERT INTO prevention_immunisationforecast
    (member_id, vaccine_group, is_risk, series_group, status, authority, changed_at)
SELECT m.id, 'Floor ' || n, false, '1', 'Complete', 'Floor', '2026-01-01'
FROM members_member m, generate_series(1, 10) n
