"""The text of `members_search`, which migration 0003 makes."""

SEARCH = r"""
CREATE OR REPLACE FUNCTION members_search(
    names text, born date, record_number text, phone text, at_most integer DEFAULT 20, born_before date DEFAULT NULL
) RETURNS TABLE (id uuid, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20 SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET pg_trgm.similarity_threshold = 0.4
SET jit = off
AS $$
DECLARE
    organizations uuid[] := core_context_ids('kpcare.organization_ids');
    own uuid[] := core_context_ids('kpcare.member_ids');
    folded text := nullif(btrim(members_fold(coalesce(names, ''))), '');
    turned text;
    found_ids uuid[] := '{}';
    hit record;
    is_known boolean;
    near numeric;
BEGIN
    born_before := coalesce(born_before, born + 1);
    IF record_number IS NOT NULL THEN
        -- The number of a merged record leads to the record that stayed, over as many merges as there were.
        RETURN QUERY
            WITH RECURSIVE way AS (
                SELECT m.id, m.merged_into_id FROM members_member m WHERE m.mrn = record_number
                UNION
                SELECT n.id, n.merged_into_id FROM way JOIN members_member n ON n.id = way.merged_into_id
            )
            SELECT kept.id, 1.0::real FROM way
            JOIN members_member kept ON kept.id = way.id
            WHERE way.merged_into_id IS NULL
              AND (kept.managing_organization_id = ANY (organizations) OR kept.id = ANY (own));
        RETURN;
    END IF;
    IF phone IS NOT NULL THEN
        RETURN QUERY
            SELECT DISTINCT m.id, 1.0::real FROM members_membertelecom t
            JOIN members_member m ON m.id = t.member_id
            WHERE t.value = phone AND upper_inf(t.period) AND m.status = 'active'
              AND (born IS NULL OR (m.birth_date >= born AND m.birth_date < born_before))
              AND (m.managing_organization_id = ANY (organizations) OR m.id = ANY (own))
            LIMIT at_most;
        RETURN;
    END IF;
    IF folded IS NULL THEN
        RETURN QUERY
            SELECT m.id, 1.0::real FROM members_member m
            WHERE m.birth_date >= born AND m.birth_date < born_before AND m.status = 'active'
              AND (m.managing_organization_id = ANY (organizations) OR m.id = ANY (own))
            ORDER BY m.name_key LIMIT at_most;
        RETURN;
    END IF;
    IF born IS NOT NULL THEN
        -- A birth date leaves some dozens, a year some thousands: rank those, however badly the name is spelt.
        RETURN QUERY
            SELECT m.id, greatest(similarity(m.name_key, folded), word_similarity(folded, m.name_key)) AS score
            FROM members_member m
            WHERE m.birth_date >= born AND m.birth_date < born_before AND m.status = 'active'
              AND (m.managing_organization_id = ANY (organizations) OR m.id = ANY (own))
              AND greatest(similarity(m.name_key, folded), word_similarity(folded, m.name_key)) > 0.2
            ORDER BY score DESC, m.name_key LIMIT at_most;
        RETURN;
    END IF;
    -- First as written, family name first or last: an ordered index read that stops at at_most.
    turned := regexp_replace(folded, '^(.*)\s+(\S+)$', '\2 \1');
    -- Chinese and Korean names are written without a blank: the family name is the first sign, or one of the few of two.
    IF folded ~ '^[\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]{2,5}$' THEN
        turned := regexp_replace(folded,
            '^(歐陽|欧阳|司馬|司马|上官|諸葛|诸葛|東方|东方|皇甫|尉遲|尉迟|公孫|公孙|慕容|令狐|司徒|夏侯|남궁|황보|제갈|선우|독고|.)(.+)$',
            '\1 \2');
    END IF;
    FOR hit IN
        SELECT m.id FROM unnest(organizations) AS o (id)
        CROSS JOIN LATERAL (
            SELECT * FROM (
                (SELECT mm.id, mm.name_key FROM members_member mm
                 WHERE mm.managing_organization_id = o.id AND mm.status = 'active'
                   AND mm.name_key >= folded AND mm.name_key < folded || chr(1114111)
                 ORDER BY mm.name_key LIMIT at_most)
                UNION
                (SELECT mm.id, mm.name_key FROM members_member mm
                 WHERE mm.managing_organization_id = o.id AND mm.status = 'active'
                   AND mm.name_key >= turned AND mm.name_key < turned || chr(1114111)
                 ORDER BY mm.name_key LIMIT at_most)
            ) both_ways ORDER BY name_key
        ) m LIMIT at_most
    LOOP
        found_ids := found_ids || hit.id;
        id := hit.id; rank := 1.0;
        RETURN NEXT;
    END LOOP;
    IF cardinality(found_ids) >= at_most THEN
        RETURN;
    END IF;
    -- Then as it may have been meant: beside somebody who is called so, only names that are all but the same; of two
    -- words, what is far off only where little is near. Each tenth costs twice the rows to look at.
    is_known := cardinality(found_ids) > 0;
    near := CASE WHEN folded NOT LIKE '% %' THEN 0.4 WHEN is_known THEN 0.6 ELSE 0.5 END;
    LOOP
        PERFORM set_config('pg_trgm.similarity_threshold', near::text, true);
        FOR hit IN
            SELECT m.id, similarity(m.name_key, folded) AS score
            FROM members_member m
            WHERE m.name_key % folded AND m.status = 'active' AND NOT m.id = ANY (found_ids)
              AND (m.managing_organization_id = ANY (organizations) OR m.id = ANY (own))
            -- Letters are turned, or one is another, more often than left out; seldom is it the first.
            ORDER BY similarity(m.name_key, folded)
                + CASE WHEN length(m.name_key) = length(folded) THEN 0.1 ELSE 0 END
                + CASE WHEN left(m.name_key, 1) IN (left(folded, 1), left(turned, 1)) THEN 0.05 ELSE 0 END DESC,
                m.name_key
            LIMIT at_most - cardinality(found_ids)
        LOOP
            found_ids := found_ids || hit.id;
            id := hit.id; rank := hit.score;
            RETURN NEXT;
        END LOOP;
        EXIT WHEN is_known OR near <= 0.4 OR cardinality(found_ids) >= least(5, at_most);
        near := 0.4;
    END LOOP;
END $$;
"""
