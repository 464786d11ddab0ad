"""The text of the functions that merge and count; migrations 0003 and 0010 say which failure each prevents."""

MERGE = r"""
-- Every table whose rows belong to a member: those that row-level security guards by member_id.
CREATE OR REPLACE FUNCTION members_owned_tables() RETURNS TABLE (tab regclass, has_children boolean)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT c.oid::regclass, EXISTS (
        SELECT 1 FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = c.oid AND cardinality(k.confkey) = 2)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'member_id' AND NOT a.attisdropped
    JOIN pg_attribute key ON key.attrelid = c.oid AND key.attname = 'id' AND NOT key.attisdropped
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relrowsecurity
      -- Nor is the audit rewritten: it says whose record was opened at the time, and seals lie over it. Whoever reads it
      -- follows the merges (core_records_of).
      AND c.relname NOT IN ('members_membermerge', 'core_auditevent')
      -- Nor does anybody come to open a record because it was merged with one that they open.
      AND c.relname NOT IN ('members_proxy', 'members_proxyrequest', 'members_identitycheck')
      -- History says what a row was at the time; merging does not rewrite it.
      AND NOT EXISTS (SELECT 1 FROM pg_attribute h WHERE h.attrelid = c.oid AND h.attname = 'pgh_id')
    ORDER BY c.relname
$$;

CREATE OR REPLACE FUNCTION members_repoint(source uuid, target uuid) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    owned record;
    row_id text;
    ids jsonb;
    moved jsonb := '{}';
BEGIN
    FOR owned IN SELECT * FROM members_owned_tables() LOOP
        ids := NULL;
        BEGIN
            EXECUTE format('WITH done AS (UPDATE %s SET member_id = $2 WHERE member_id = $1 RETURNING id)
                            SELECT jsonb_agg(id ORDER BY id) FROM done', owned.tab) INTO ids USING source, target;
        EXCEPTION WHEN unique_violation OR exclusion_violation THEN
            IF owned.has_children OR owned.tab = 'plans_coverageperiod'::regclass THEN
                RAISE EXCEPTION 'Both records hold the same place in %: end or correct one of them, then merge.', owned.tab
                    USING ERRCODE = 'exclusion_violation';
            END IF;
            -- What both cannot hold stays with the record that goes; the rest moves row by row.
            FOR row_id IN EXECUTE format('SELECT id::text FROM %s WHERE member_id = $1 ORDER BY id', owned.tab)
                USING source LOOP
                BEGIN
                    EXECUTE format('UPDATE %s SET member_id = $2 WHERE member_id = $1 AND id::text = $3', owned.tab)
                        USING source, target, row_id;
                    ids := coalesce(ids, '[]') || to_jsonb(row_id);
                EXCEPTION WHEN unique_violation OR exclusion_violation THEN
                    NULL;
                END;
            END LOOP;
        END;
        IF ids IS NOT NULL THEN
            moved := moved || jsonb_build_object(owned.tab::text, ids);
        END IF;
    END LOOP;
    RETURN moved;
END $$;
REVOKE EXECUTE ON FUNCTION members_repoint(uuid, uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION members_merge(kept uuid, gone uuid, account uuid, why text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    merge_id uuid;
    moved jsonb;
    locked integer;
    kept_account uuid;
    gone_account uuid;
    opened text := 'none';
BEGIN
    IF kept = gone THEN
        RAISE EXCEPTION 'A record cannot be merged into itself.' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT core_reaches(kept) OR NOT core_reaches(gone) THEN
        RAISE EXCEPTION 'Both records must be within reach.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- In the order of their ids, so that two merges of the same pair wait instead of dying together.
    PERFORM 1 FROM members_member WHERE id IN (kept, gone) ORDER BY id FOR UPDATE;
    SELECT count(*) INTO locked FROM members_member
        WHERE id IN (kept, gone) AND status = 'active' AND merged_into_id IS NULL;
    IF locked <> 2 THEN
        RAISE EXCEPTION 'Only two records that are both active can be merged.' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(DISTINCT managing_organization_id) FROM members_member WHERE id IN (kept, gone)) <> 1 THEN
        RAISE EXCEPTION 'Records of two systems are not merged.' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM set_config('kpcare.merge', 'on', true);
    moved := members_repoint(gone, kept);
    PERFORM set_config('kpcare.merge', '', true);
    WITH newborns AS (UPDATE members_member SET mother_id = kept WHERE mother_id = gone RETURNING id)
        SELECT moved || coalesce(jsonb_build_object('mother', (SELECT jsonb_agg(id) FROM newborns)), '{}') INTO moved;
    -- Accounts and proxies stay where they are: of a merged record they open nothing, and of the one that stays nothing
    -- until a second person has looked.
    SELECT user_id INTO kept_account FROM members_member WHERE id = kept;
    SELECT user_id INTO gone_account FROM members_member WHERE id = gone;
    IF kept_account IS NOT NULL OR gone_account IS NOT NULL OR EXISTS (
        SELECT FROM members_proxy WHERE member_id IN (kept, gone) AND period && daterange(CURRENT_DATE, NULL)) THEN
        opened := 'waits';
    END IF;
    UPDATE members_member SET status = 'merged', merged_into_id = kept WHERE id = gone;
    INSERT INTO members_membermerge (member_id, merged_id, moved, by_id, reason, access, kept_account_id, gone_account_id)
        VALUES (kept, gone, moved, account, why, opened, kept_account, gone_account) RETURNING id INTO merge_id;
    -- What is due for the one that stays is worked out anew, also where nothing but what was worked out has moved.
    INSERT INTO core_memberchange (member_id, source)
        VALUES (kept, 'members_membermerge'), (gone, 'members_membermerge');
    RETURN merge_id;
END $$;

-- What an unmerge takes back, table by table: what the merge moved, and what has come to hang on it since (a reminder
-- of a gap that moved), down to the last child. A row that stayed without its parent would be refused by its key.
CREATE OR REPLACE FUNCTION members_goes_back(moved jsonb, kept uuid) RETURNS jsonb
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    hangs record;
    more jsonb;
    is_done boolean;
BEGIN
    LOOP
        is_done := true;
        FOR hangs IN
            SELECT k.conrelid::regclass AS child, k.confrelid::regclass AS parent, a.attname AS field
            FROM pg_constraint k
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND a.attname <> 'member_id'
            JOIN members_owned_tables() t ON t.tab = k.conrelid
            WHERE k.contype = 'f' AND cardinality(k.confkey) = 2 AND moved ? k.confrelid::regclass::text
        LOOP
            EXECUTE format('SELECT jsonb_agg(c.id ORDER BY c.id) FROM %s c WHERE c.member_id = $1
                            AND c.%I::text IN (SELECT jsonb_array_elements_text($2))
                            AND NOT c.id::text IN (SELECT jsonb_array_elements_text($3))', hangs.child, hangs.field)
                INTO more USING kept, moved -> hangs.parent::text, coalesce(moved -> hangs.child::text, '[]');
            IF more IS NOT NULL THEN
                moved := jsonb_set(moved, ARRAY[hangs.child::text],
                                   coalesce(moved -> hangs.child::text, '[]') || more);
                is_done := false;
            END IF;
        END LOOP;
        EXIT WHEN is_done;
    END LOOP;
    RETURN moved;
END $$;
REVOKE EXECUTE ON FUNCTION members_goes_back(jsonb, uuid) FROM PUBLIC;

CREATE OR REPLACE FUNCTION members_unmerge(merge_id uuid, account uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    done members_membermerge;
    part record;
    back integer;
    still text := 'none';
BEGIN
    SELECT * INTO done FROM members_membermerge WHERE id = merge_id FOR UPDATE;
    IF done.id IS NULL OR NOT core_reaches(done.member_id) THEN
        RAISE EXCEPTION 'This merge is not within reach.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF done.undone_at IS NOT NULL THEN
        RAISE EXCEPTION 'This merge is undone already.' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM 1 FROM members_member WHERE id IN (done.member_id, done.merged_id) ORDER BY id FOR UPDATE;
    UPDATE members_member SET status = 'active', merged_into_id = NULL WHERE id = done.merged_id;
    PERFORM set_config('kpcare.merge', 'on', true);
    BEGIN
        -- Merges made before the audit was left out name rows of it.
        FOR part IN SELECT key, value FROM jsonb_each(members_goes_back(
            done.moved - ARRAY['mother', 'user', 'core_auditevent'], done.member_id)) LOOP
            EXECUTE format('UPDATE %s SET member_id = $2 WHERE member_id = $1
                            AND id::text IN (SELECT jsonb_array_elements_text($3))', part.key::regclass)
                USING done.member_id, done.merged_id, part.value;
            GET DIAGNOSTICS back = ROW_COUNT;
            IF back > jsonb_array_length(part.value) THEN
                RAISE EXCEPTION 'Unmerge of % would move more than it should.', part.key;
            END IF;
        END LOOP;
        -- Keys are looked at here: at commit nobody is left who could say what is the matter.
        SET CONSTRAINTS ALL IMMEDIATE;
    EXCEPTION WHEN foreign_key_violation THEN
        RAISE EXCEPTION 'Something that came with the other record now rests on something of this one. Correct that first, then undo the merge.'
            USING ERRCODE = 'check_violation';
    END;
    SET CONSTRAINTS ALL DEFERRED;
    PERFORM set_config('kpcare.merge', '', true);
    IF jsonb_typeof(done.moved -> 'mother') = 'array' THEN
        UPDATE members_member SET mother_id = done.merged_id
        WHERE id::text IN (SELECT jsonb_array_elements_text(done.moved -> 'mother'));
    END IF;
    -- Merges made before accounts stayed where they are moved one.
    IF done.moved ? 'user' THEN
        UPDATE members_member SET user_id = NULL WHERE id = done.member_id;
        UPDATE members_member SET user_id = (done.moved -> 'user' ->> 0)::uuid WHERE id = done.merged_id;
    END IF;
    IF done.access = 'settled' THEN
        UPDATE members_member SET user_id = NULL
        WHERE id IN (done.member_id, done.merged_id) AND user_id IN (done.kept_account_id, done.gone_account_id);
        -- An account that has become somebody else's since stays theirs.
        UPDATE members_member m SET user_id = CASE WHEN m.id = done.member_id
            THEN done.kept_account_id ELSE done.gone_account_id END
        WHERE m.id IN (done.member_id, done.merged_id) AND m.user_id IS NULL AND NOT EXISTS (
            SELECT FROM members_member o WHERE o.user_id = CASE WHEN m.id = done.member_id
                THEN done.kept_account_id ELSE done.gone_account_id END);
    END IF;
    -- What was written since stays with the record that stayed: whoever opened that before opens it again only once a
    -- second person has looked.
    IF done.access <> 'none' AND (EXISTS (SELECT FROM members_member WHERE id = done.member_id AND user_id IS NOT NULL)
        OR EXISTS (SELECT FROM members_proxy WHERE member_id = done.member_id
                   AND period && daterange(CURRENT_DATE, NULL))) THEN
        still := 'waits';
    END IF;
    UPDATE members_membermerge SET undone_at = clock_timestamp(), undone_by_id = account, access = still,
        settled_by_id = NULL, settled_at = NULL WHERE id = merge_id;
    INSERT INTO core_memberchange (member_id, source)
        VALUES (done.member_id, 'members_membermerge'), (done.merged_id, 'members_membermerge');
END $$;
"""

PANELS = r"""
-- A member who chooses a clinician sees no other member of the panel, and still must not overfill it.
CREATE OR REPLACE FUNCTION members_panel_counts(clinicians uuid[], on_day date) RETURNS TABLE (clinician_id uuid, members bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT p.clinician_id, count(*) FROM members_primarycareassignment p
    WHERE p.clinician_id = ANY (clinicians) AND p.period && daterange(on_day, NULL)
    GROUP BY p.clinician_id
$$;
"""
