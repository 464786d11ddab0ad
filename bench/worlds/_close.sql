-- After a world is loaded: keys, indexes and triggers are in force again.
DO $$ DECLARE r record; BEGIN
    FOR r IN SELECT * FROM aside ORDER BY step LOOP EXECUTE r.back; END LOOP;
    FOR r IN SELECT * FROM loaded LOOP EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', r.tab); END LOOP;
END $$;
