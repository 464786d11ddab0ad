"""HCPCS was filed under two addresses: fees that were shipped under one, claims and fees typed by hand under another.

Codes of the second move to the first. Where both have the code, the fee that was typed stands: by it claims were priced.
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
    DELETE FROM billing_feescheduleline shipped USING core_concept one, core_concept two, billing_feescheduleline typed
    WHERE one.system_id = kept AND two.system_id = gone AND two.code = one.code
        AND shipped.concept_id = one.id AND typed.concept_id = two.id
        AND typed.organization_id = shipped.organization_id AND typed.payee_id IS NOT DISTINCT FROM shipped.payee_id
        AND typed.modifier = shipped.modifier AND typed.place_of_service = shipped.place_of_service
        AND typed.period && shipped.period;
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
