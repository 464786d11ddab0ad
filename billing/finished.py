"""What was finished and has no cost yet: one statement over visits, stays, tests and medicines, however they came in.

A visit need not have been booked: who walked in, came by ambulance or was seen in a system that sends us its records
is costed from the encounter itself. Care of another organisation arrives as its claim and is left out here.
"""

# Annual wellness and preventive visits, HCPCS level II.
PREVENTIVE = ["G0402", "G0438", "G0439", "S0610", "S0612"]

# A place of ours, for this member: of their own system, and no outside provider.
OURS = "o.kind <> 'outside' AND o.kind <> 'payer' AND coalesce(o.system_id, o.id) = m.managing_organization_id"

# Who looks after the member carries what came without a place: medicines and tests sent to us by an interface.
HOME = """
LEFT JOIN LATERAL (
    SELECT care.facility_id, unit.id AS department_id FROM members_primarycareassignment p
    JOIN network_department care ON care.id = p.department_id
    LEFT JOIN network_department unit ON unit.facility_id = care.facility_id AND unit.specialty = '{specialty}'
    WHERE p.member_id = {fact}.member_id AND p.period @> lower({fact}.effective)::date
    ORDER BY unit.id LIMIT 1
) home ON true
"""

VISITS = f"""
visits AS (
    SELECT 'clinical.encounter:' || e.id AS source, e.member_id, e.id AS encounter_id,
        CASE WHEN x.class IN ('IMP', 'ACUTE', 'NONAC') THEN 'inpatient' WHEN x.class IN ('EMER', 'OBSENC')
            THEN 'outpatient' ELSE 'professional' END AS setting,
        (lower(e.effective) AT TIME ZONE coalesce(f.time_zone, 'UTC'))::date AS day,
        x.procedure_id,
        CASE WHEN coalesce(v.modality, CASE x.class WHEN 'VR' THEN 'video' ELSE 'in_person' END) <> 'in_person'
            THEN '10' WHEN x.class = 'EMER' THEN '23' ELSE coalesce(f.place_of_service, '11') END AS place_of_service,
        e.clinician_id, f.id AS facility_id, d.id AS department_id,
        coalesce(v.service, CASE WHEN x.class IN ('IMP', 'ACUTE', 'NONAC') THEN 'inpatient'
            WHEN x.class IN ('EMER', 'OBSENC') THEN 'emergency' WHEN x.class = 'VR' THEN 'video'
            WHEN x.is_preventive THEN 'preventive' WHEN d.id IS NULL OR d.is_primary_care OR d.specialty = ''
            THEN 'primary_care' ELSE 'specialty_care' END) AS service,
        CASE WHEN x.class IN ('IMP', 'ACUTE', 'NONAC', 'EMER', 'OBSENC') THEN 'hospital' ELSE 'care' END AS category,
        CASE WHEN x.class IN ('IMP', 'ACUTE', 'NONAC')
            THEN greatest(upper(e.effective)::date - lower(e.effective)::date, 1) ELSE 1 END::numeric AS units,
        NULL::numeric AS amount, a.expected_cost AS told, true AS is_shared
    FROM clinical_encounter e
    JOIN members_member m ON m.id = e.member_id
    LEFT JOIN scheduling_appointment a ON a.id = e.appointment_id AND a.member_id = e.member_id
    LEFT JOIN scheduling_visittype v ON v.id = a.visit_type_id
    LEFT JOIN network_department d ON d.id = coalesce(e.department_id, a.department_id)
    LEFT JOIN network_facility f ON f.id = coalesce(e.facility_id, d.facility_id)
    JOIN network_organization o ON o.id = coalesce(f.organization_id, e.organization_id)
    CROSS JOIN LATERAL (
        SELECT max(code.code) FILTER (WHERE s.uri = %(act)s) AS class,
            min(c.concept_id) FILTER (WHERE s.uri = ANY (%(procedures)s)) AS procedure_id,
            coalesce(bool_or(s.uri = ANY (%(procedures)s) AND code.code = ANY (%(preventive)s)), false) AS is_preventive
        FROM clinical_encountercoding c JOIN core_concept code ON code.id = c.concept_id
        JOIN core_codesystem s ON s.id = code.system_id
        WHERE c.fact_id = e.id AND c.member_id = e.member_id
    ) x
    -- The parts of a visit are in it, and a stay costs its days.
    WHERE e.status = 'finished' AND NOT e.is_negated AND e.part_of_id IS NULL AND {OURS}
        AND NOT EXISTS (SELECT FROM hospitals_stay s WHERE s.encounter_id = e.id AND s.member_id = e.member_id)
        AND e.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR e.member_id < %(upper)s)
)
"""

STAYS = """
stays AS (
    SELECT 'hospitals.stay:' || s.id, s.member_id, s.encounter_id,
        CASE WHEN EXISTS (SELECT 1 FROM hospitals_staystatus t WHERE t.stay_id = s.id AND t.member_id = s.member_id
            AND t.status = 'inpatient') THEN 'inpatient' ELSE 'outpatient' END,
        (s.discharged_at AT TIME ZONE f.time_zone)::date, NULL::integer, f.place_of_service, s.attending_id,
        s.facility_id, e.department_id, 'inpatient', 'hospital',
        greatest((s.discharged_at AT TIME ZONE f.time_zone)::date - (s.admitted_at AT TIME ZONE f.time_zone)::date, 1),
        NULL::numeric, NULL::numeric, true
    FROM hospitals_stay s
    JOIN clinical_encounter e ON e.id = s.encounter_id AND e.member_id = s.member_id
    JOIN network_facility f ON f.id = s.facility_id
    WHERE s.discharged_at IS NOT NULL
        AND s.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR s.member_id < %(upper)s)
)
"""

TESTS = """
tests AS (
    SELECT 'labs.laborder:' || o.id, o.member_id, r.encounter_id, 'professional',
        (max(result.released_at) AT TIME ZONE coalesce(max(f.time_zone), 'UTC'))::date, NULL::integer, '81',
        NULL::uuid, d.facility_id, o.department_id, 'laboratory', 'laboratory', 1, NULL::numeric, NULL::numeric, true
    FROM labs_laborder o
    JOIN clinical_servicerequest r ON r.id = o.request_id AND r.member_id = o.member_id
    JOIN labs_labresult result ON result.order_id = o.id AND result.member_id = o.member_id
        AND result.released_at IS NOT NULL
    LEFT JOIN network_department d ON d.id = o.department_id
    LEFT JOIN network_facility f ON f.id = d.facility_id
    WHERE o.status = 'released' AND o.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR o.member_id < %(upper)s)
    GROUP BY o.id, r.encounter_id, d.facility_id
)
"""

# A result of a test in our catalogue that no order of our laboratory brought: an analyser, an interface, an import.
SENT_RESULTS = f"""
sent_results AS (
    SELECT DISTINCT ON (r.id) 'clinical.observation:' || r.id, r.member_id, r.encounter_id, 'professional',
        (lower(r.effective) AT TIME ZONE coalesce(f.time_zone, 'UTC'))::date, NULL::integer, '81', NULL::uuid,
        home.facility_id, home.department_id, 'laboratory', 'laboratory', 1, NULL::numeric, NULL::numeric, false
    FROM clinical_observation r
    JOIN members_member m ON m.id = r.member_id
    JOIN clinical_observationcoding c ON c.fact_id = r.id AND c.member_id = r.member_id AND c.role = 1
    JOIN labs_labtest t ON t.loinc_id = c.concept_id AND t.organization_id = m.managing_organization_id
    LEFT JOIN clinical_encounter e ON e.id = r.encounter_id AND e.member_id = r.member_id
    LEFT JOIN network_facility f ON f.id = e.facility_id
    LEFT JOIN network_organization o ON o.id = coalesce(r.organization_id, f.organization_id, e.organization_id)
    LEFT JOIN core_sourcesystem y ON y.id = r.source_system_id
    {HOME.format(specialty="291U00000X", fact="r")}
    WHERE r.status IN ('final', 'amended', 'corrected') AND NOT r.is_negated AND r.corrects_id IS NULL
        AND r.effective IS NOT NULL AND (o.id IS NULL OR {OURS}) AND y.uri IS DISTINCT FROM %(reported)s
        AND NOT EXISTS (SELECT FROM labs_labresult l WHERE l.observation_id = r.id AND l.member_id = r.member_id)
        AND r.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR r.member_id < %(upper)s)
)
"""

# The department of a pharmacy has no other mark than its specialty.
FILLS = """
fills AS (
    SELECT 'pharmacy.fill:' || fill.id, fill.member_id, NULL::uuid, 'pharmacy',
        (fill.collected_at AT TIME ZONE f.time_zone)::date, NULL::integer, '01', NULL::uuid, lot.facility_id,
        (SELECT u.id FROM network_department u WHERE u.facility_id = lot.facility_id AND u.specialty = '3336C0003X'
            ORDER BY u.id LIMIT 1), 'drug_tier_1', 'pharmacy', fill.quantity,
        billing_half_even(fill.quantity * p.unit_cost), fill.copay, true
    FROM pharmacy_fill fill
    JOIN pharmacy_stocklot lot ON lot.id = fill.lot_id
    JOIN pharmacy_drugproduct p ON p.id = lot.product_id
    JOIN network_facility f ON f.id = lot.facility_id
    WHERE fill.status = 'collected' AND fill.collected_at IS NOT NULL
        AND fill.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR fill.member_id < %(upper)s)
)
"""

# Handed over by a pharmacy whose own books are not ours: a dispense by an interface, at the price of the cheapest pack.
DISPENSES = f"""
dispenses AS (
    SELECT DISTINCT ON (g.id) 'clinical.medicationdispense:' || g.id, g.member_id, NULL::uuid, 'pharmacy',
        lower(g.effective)::date, NULL::integer, '01', NULL::uuid, home.facility_id, home.department_id,
        'drug_tier_1', 'pharmacy', g.quantity, billing_half_even(g.quantity * p.unit_cost), NULL::numeric, false
    FROM clinical_medicationdispense g
    JOIN members_member m ON m.id = g.member_id
    JOIN clinical_medicationdispensecoding c ON c.fact_id = g.id AND c.member_id = g.member_id AND c.role = 1
    JOIN pharmacy_clinicaldrug drug ON drug.concept_id = c.concept_id
    JOIN pharmacy_drugproduct p ON p.drug_id = drug.id
    {HOME.format(specialty="3336C0003X", fact="g")}
    WHERE g.status = 'completed' AND NOT g.is_negated AND g.effective IS NOT NULL AND g.quantity > 0
        AND NOT EXISTS (SELECT FROM pharmacy_fill l WHERE l.dispense_id = g.id AND l.member_id = g.member_id)
        AND g.member_id >= %(lower)s AND (%(upper)s::uuid IS NULL OR g.member_id < %(upper)s)
    ORDER BY g.id, p.unit_cost, p.id
)
"""

# One row for each thing finished that has no cost yet. `told` is the price the member was told, null where none was;
# `is_shared` says whether their share is ours to ask for.
CANDIDATES = f"""
CREATE TEMP TABLE billing_candidate ON COMMIT DROP AS
WITH {VISITS}, {STAYS}, {TESTS}, {SENT_RESULTS}, {FILLS}, {DISPENSES}, finished AS (
    SELECT * FROM visits UNION ALL SELECT * FROM stays UNION ALL SELECT * FROM tests
    UNION ALL SELECT * FROM sent_results UNION ALL SELECT * FROM fills UNION ALL SELECT * FROM dispenses
)
SELECT x.source, x.member_id, x.encounter_id, x.setting, x.day, x.procedure_id, x.place_of_service, x.clinician_id,
    x.facility_id, x.department_id, x.service, x.category, x.units, x.told, x.is_shared,
    coalesce(x.amount, billing_half_even(standard.amount * x.units)) AS amount
FROM finished x
JOIN members_member m ON m.id = x.member_id
LEFT JOIN LATERAL (
    SELECT s.amount FROM billing_standardcost s JOIN network_organization o ON o.id = s.organization_id
    WHERE coalesce(o.system_id, o.id) = m.managing_organization_id AND s.service = x.service AND s.period @> x.day
    ORDER BY s.id LIMIT 1
) standard ON x.amount IS NULL
WHERE x.day <= %(as_of)s AND NOT EXISTS (SELECT 1 FROM billing_utilisationcost c WHERE c.source = x.source)
"""
