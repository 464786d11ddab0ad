-- What the dashboard reads, by bare SQL as owner: every rate over thirteen months, and the groups of equity of the latest.
SELECT r.measure, r."group", s.month, r.numerator, r.denominator
FROM prevention_qualitysnapshot s JOIN prevention_measurestratum r ON r.snapshot_id = s.id
WHERE r.dimension = 'all' AND r.region = '' AND s.managing_organization_id = (
    SELECT managing_organization_id FROM prevention_qualitysnapshot LIMIT 1);
SELECT r.measure, r."group", r.dimension, r.stratum, r.numerator, r.denominator
FROM prevention_measurestratum r WHERE r.snapshot_id = (
    SELECT id FROM prevention_qualitysnapshot ORDER BY month DESC LIMIT 1)
    AND r.region = '' AND r.dimension IN ('age_band', 'sex', 'race', 'ethnicity', 'language', 'deprivation')
