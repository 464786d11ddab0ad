#!/bin/sh
# Run once by the Postgres image on an empty data volume: the three logins and the extensions.
# The app owns nothing and is bound by row-level security; only the jobs login passes it by.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$KPCARE_OWNER_PASSWORD" \
    --set app_password="$KPCARE_APP_PASSWORD" \
    --set jobs_password="$KPCARE_JOBS_PASSWORD" <<'SQL'
CREATE ROLE kpcare_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE kpcare_app LOGIN PASSWORD :'app_password';
CREATE ROLE kpcare_jobs LOGIN BYPASSRLS PASSWORD :'jobs_password';
CREATE DATABASE kpcare OWNER kpcare_owner;
REVOKE ALL ON DATABASE kpcare FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE kpcare TO kpcare_app, kpcare_jobs;
\connect kpcare
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
