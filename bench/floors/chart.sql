-- The floor of `chart`: what the summary shows of one member, read by bare SQL as the tables' owner: who they are,
-- their clinician, problems, allergies, the latest of each measurement, medicines, visits, open gaps.
SELECT * FROM members_member WHERE id = %(member)s;
SELECT * FROM members_primarycareassignment a JOIN network_clinician c ON c.id = a.clinician_id
    JOIN network_department d ON d.id = a.department_id JOIN network_facility f ON f.id = d.facility_id
    WHERE a.member_id = %(member)s AND upper_inf(a.period);
SELECT f.*, k.code, k.display FROM clinical_condition f JOIN clinical_conditioncoding c ON c.fact_id = f.id
    JOIN core_concept k ON k.id = c.concept_id WHERE f.member_id = %(member)s AND c.member_id = %(member)s;
SELECT f.*, k.code, k.display FROM clinical_allergyintolerance f JOIN clinical_allergycoding c ON c.fact_id = f.id
    JOIN core_concept k ON k.id = c.concept_id WHERE f.member_id = %(member)s AND c.member_id = %(member)s;
SELECT f.*, k.code, k.display FROM clinical_observation f JOIN clinical_observationcoding c ON c.fact_id = f.id
    JOIN core_concept k ON k.id = c.concept_id WHERE f.member_id = %(member)s AND c.member_id = %(member)s
    ORDER BY lower(f.effective) DESC LIMIT 200;
SELECT f.*, k.code, k.display FROM clinical_medicationrequest f
    JOIN clinical_medicationrequestcoding c ON c.fact_id = f.id
    JOIN core_concept k ON k.id = c.concept_id WHERE f.member_id = %(member)s AND c.member_id = %(member)s;
SELECT * FROM clinical_encounter WHERE member_id = %(member)s ORDER BY lower(effective) DESC LIMIT 20;
SELECT * FROM prevention_caregap WHERE member_id = %(member)s AND status = 'open';
