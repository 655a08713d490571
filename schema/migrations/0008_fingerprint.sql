-- Where this database lives: the cluster, its line of history, the database and its table. A restored or copied
-- database has another one (docs/decisions/0111-incarnations.md). What a role may not see is left out.
CREATE FUNCTION "citygate_fingerprint"() RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  cluster text := '';
  line text := '';
BEGIN
  IF has_function_privilege('pg_control_system()', 'execute') THEN
    cluster := (SELECT system_identifier FROM pg_control_system());
  END IF;
  IF NOT pg_is_in_recovery() AND has_function_privilege('pg_walfile_name(pg_lsn)', 'execute')
    AND has_function_privilege('pg_current_wal_lsn()', 'execute') THEN
    line := substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
  END IF;
  RETURN concat_ws('/', cluster, line,
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'meta'::regclass::oid);
END $$;--> statement-breakpoint
INSERT INTO "heartbeat" DEFAULT VALUES;
