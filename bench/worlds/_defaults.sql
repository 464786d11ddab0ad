-- What Django would have filled in gets a default, so that a floor or a world names only the columns that matter to it.
-- In a database of the benchmark's own, as its owner.
DO $$ DECLARE r record; BEGIN
    FOR r IN
        SELECT c.oid::regclass AS tab, a.attname,
            CASE t.typcategory WHEN 'S' THEN '' WHEN 'B' THEN 'false' WHEN 'A' THEN '{}' ELSE '0' END AS value
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
          AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND t.typcategory IN ('S', 'B', 'A', 'N')
          AND (t.typcategory <> 'N' OR a.attname NOT LIKE '%\_id' AND a.attname <> 'id')
    LOOP EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %L', r.tab, r.attname, r.value); END LOOP;
END $$;
