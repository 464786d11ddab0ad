-- The floor of `import_fhir`: the rows that the import wrote for the members of one organisation, history included,
-- written once more by COPY in one transaction into tables of the same columns without key, index, constraint or
-- trigger. This finds the tables; their rows are read out before the clock starts.
SELECT c.relname
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'member_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
ORDER BY c.relname
