"""Visits and stays that were begun here, or told by ADT, had a class and no type: no measure, care rule or registry,
which retrieve encounters by type, saw any of them. They get the type that they would get today.

One statement over all; run again, it finds nothing. Each member it touches is evaluated anew, as after any change.
"""

from django.db import migrations

TYPES = """
DO $$
DECLARE
    account text;
BEGIN
    IF NOT EXISTS (SELECT FROM clinical_encounter) THEN
        RETURN;
    END IF;
    SELECT id::text INTO account FROM core_user WHERE kind = 'system' ORDER BY id LIMIT 1;
    PERFORM set_config('kpcare.user_id', coalesce(account, gen_random_uuid()::text), true),
        set_config('pghistory.context_metadata', jsonb_build_object(
            'user', coalesce(account, ''), 'role', 'migration', 'reason', 'Types of visits and stays')::text, true);
    INSERT INTO core_codesystem (uri, name) VALUES
        ('urn:kpcare:code-system:visits', 'code-system:visits'), ('http://snomed.info/sct', 'SNOMED CT'),
        ('http://www.nlm.nih.gov/research/umls/hcpcs', 'HCPCS')
    ON CONFLICT DO NOTHING;
    CREATE TEMPORARY TABLE kind_code ON COMMIT DROP AS
    SELECT w.kind, s.id AS system_id, w.code, w.display FROM (VALUES
        ('office', 'urn:kpcare:code-system:visits', 'office', 'Office visit'),
        ('office', 'http://www.nlm.nih.gov/research/umls/hcpcs', 'G0463', 'Hospital outpatient clinic visit'),
        ('wellness', 'urn:kpcare:code-system:visits', 'wellness', 'Preventive visit'),
        ('wellness', 'http://www.nlm.nih.gov/research/umls/hcpcs', 'G0439', 'Annual wellness visit subsequent'),
        ('wellness-child', 'urn:kpcare:code-system:visits', 'wellness-child', 'Preventive visit of a child'),
        ('home', 'urn:kpcare:code-system:visits', 'home', 'Home visit'),
        ('home', 'http://snomed.info/sct', '439708006', 'Home visit'),
        ('virtual', 'urn:kpcare:code-system:visits', 'virtual', 'Video visit'),
        ('virtual', 'http://snomed.info/sct', '448337001', 'Seen by video'),
        ('telephone', 'urn:kpcare:code-system:visits', 'telephone', 'Phone visit'),
        ('telephone', 'http://snomed.info/sct', '185317003', 'Spoken with by phone'),
        ('emergency', 'urn:kpcare:code-system:visits', 'emergency', 'Emergency department visit'),
        ('emergency', 'http://snomed.info/sct', '4525004', 'Seen in the emergency department'),
        ('observation', 'urn:kpcare:code-system:visits', 'observation', 'Stay under observation'),
        ('observation', 'http://snomed.info/sct', '448951000124107', 'Taken in for observation'),
        ('inpatient', 'urn:kpcare:code-system:visits', 'inpatient', 'Stay in hospital'),
        ('inpatient', 'http://snomed.info/sct', '32485007', 'Taken into hospital')
    ) w(kind, uri, code, display) JOIN core_codesystem s ON s.uri = w.uri;
    INSERT INTO core_concept (system_id, code, display)
    SELECT DISTINCT system_id, code, display FROM kind_code ON CONFLICT (code, system_id) DO NOTHING;
    INSERT INTO clinical_encountercoding (member_id, fact_id, role, concept_id)
    SELECT x.member_id, x.id, 7, c.id FROM (
        SELECT e.id, e.member_id, CASE
            WHEN v.modality = 'video' THEN 'virtual'
            WHEN v.modality = 'phone' THEN 'telephone'
            WHEN v.counts_as = 'wellness'
                AND lower(e.effective)::date < (m.birth_date + interval '18 years')::date THEN 'wellness-child'
            WHEN v.id IS NOT NULL THEN v.counts_as
            WHEN k.code = 'EMER' THEN 'emergency'
            WHEN k.code = 'OBSENC' THEN 'observation'
            WHEN k.code = 'IMP' THEN 'inpatient'
            WHEN k.code = 'VR' THEN 'virtual' END AS kind
        FROM clinical_encounter e
        JOIN members_member m ON m.id = e.member_id
        LEFT JOIN scheduling_appointment a ON a.id = e.appointment_id AND a.member_id = e.member_id
        LEFT JOIN scheduling_visittype v ON v.id = a.visit_type_id
        LEFT JOIN LATERAL (
            SELECT code.code FROM clinical_encountercoding own
            JOIN core_concept code ON code.id = own.concept_id
            JOIN core_codesystem s ON s.id = code.system_id
            WHERE own.fact_id = e.id AND own.member_id = e.member_id AND own.role = 8
                AND s.uri = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
            ORDER BY own.id DESC LIMIT 1
        ) k ON true
        -- What FHIR brought has the type that its sender gave it.
        WHERE (e.source_system_id IS NULL OR starts_with(e.source_id, 'visit|'))
            AND NOT EXISTS (SELECT FROM clinical_encountercoding t
                WHERE t.fact_id = e.id AND t.member_id = e.member_id AND t.role = 7)
    ) x JOIN kind_code k ON k.kind = x.kind
    JOIN core_concept c ON c.system_id = k.system_id AND c.code = k.code
    ORDER BY x.member_id, x.id
    ON CONFLICT DO NOTHING;
    SET CONSTRAINTS ALL IMMEDIATE;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinical", "0004_precision_of_each_end"),
        ("core", "0005_finish_attempts"),
        ("scheduling", "0003_counts_as"),
    ]

    operations = [migrations.RunSQL(TYPES, migrations.RunSQL.noop)]
