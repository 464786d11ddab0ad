"""HCPCS was filed under two addresses: fees that were shipped under one, claims and fees typed by hand under another.

Codes of the second move to the first. Where both have the code, the fee that was typed stands while it is in force: by
it claims were priced. The shipped one goes on before and after it.
"""

from django.db import migrations

MEND = """
DO $$
DECLARE
    kept bigint := (SELECT id FROM core_codesystem WHERE uri = 'http://www.nlm.nih.gov/research/umls/hcpcs');
    gone bigint := (SELECT id FROM core_codesystem
        WHERE uri = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets');
    account text;
BEGIN
    IF gone IS NULL THEN
        RETURN;
    END IF;
    SELECT id::text INTO account FROM core_user WHERE kind = 'system' ORDER BY id LIMIT 1;
    PERFORM set_config('kpcare.user_id', coalesce(account, gen_random_uuid()::text), true),
        set_config('pghistory.context_metadata', jsonb_build_object(
            'user', coalesce(account, ''), 'role', 'migration', 'reason', 'HCPCS under one address')::text, true);
    IF kept IS NULL THEN
        UPDATE core_codesystem SET uri = 'http://www.nlm.nih.gov/research/umls/hcpcs' WHERE id = gone;
        RETURN;
    END IF;
    CREATE TEMPORARY TABLE kept_fee ON COMMIT DROP AS
    SELECT cut.id, piece, row_number() OVER (PARTITION BY cut.id ORDER BY piece) AS part
    FROM (
        SELECT shipped.id, datemultirange(shipped.period) - range_agg(typed.period) AS left_over
        FROM billing_feescheduleline shipped JOIN core_concept one ON one.id = shipped.concept_id
        JOIN core_concept two ON two.code = one.code AND two.system_id = gone
        JOIN billing_feescheduleline typed ON typed.concept_id = two.id
        WHERE one.system_id = kept
            AND typed.organization_id = shipped.organization_id AND typed.payee_id IS NOT DISTINCT FROM shipped.payee_id
            AND typed.modifier = shipped.modifier AND typed.place_of_service = shipped.place_of_service
            AND typed.period && shipped.period
        GROUP BY shipped.id
    ) cut LEFT JOIN LATERAL unnest(cut.left_over) piece ON true;
    DELETE FROM billing_feescheduleline f USING kept_fee k WHERE k.id = f.id AND k.piece IS NULL;
    UPDATE billing_feescheduleline f SET period = k.piece FROM kept_fee k
    WHERE k.id = f.id AND k.part = 1 AND k.piece IS NOT NULL;
    INSERT INTO billing_feescheduleline
    SELECT (jsonb_populate_record(f, jsonb_build_object('id', uuidv7(), 'period', k.piece))).*
    FROM kept_fee k JOIN billing_feescheduleline f ON f.id = k.id WHERE k.part > 1;
    UPDATE billing_feescheduleline f SET concept_id = one.id FROM core_concept one, core_concept two
    WHERE one.system_id = kept AND two.system_id = gone AND two.code = one.code AND f.concept_id = two.id;
    UPDATE billing_claimline l SET concept_id = one.id FROM core_concept one, core_concept two
    WHERE one.system_id = kept AND two.system_id = gone AND two.code = one.code AND l.concept_id = two.id;
    UPDATE core_concept two SET system_id = kept WHERE two.system_id = gone
        AND NOT EXISTS (SELECT 1 FROM core_concept one WHERE one.system_id = kept AND one.code = two.code);
    SET CONSTRAINTS ALL IMMEDIATE;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_fee_terms")]

    operations = [migrations.RunSQL(MEND, migrations.RunSQL.noop)]
