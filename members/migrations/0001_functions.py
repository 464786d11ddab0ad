"""Functions that the member table's columns and checks call.

`members_name_key` folds names for search and order, since the embedded Postgres has no ICU. `members_next_mrn`
gives record numbers with a Luhn check digit, so that one mistyped digit never opens somebody else's chart.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION members_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(translate(regexp_replace(normalize(value, NFD), '[\u0300-\u036f]', '', 'g'), 'øØłŁđĐßæÆœŒ''’', 'oOlLdDsaAoO'));

CREATE FUNCTION members_name_key(family text, given text, name_used text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN members_fold(rtrim(coalesce(family, '') || ' ' || coalesce(given, '') ||
    CASE WHEN coalesce(name_used, '') = '' THEN '' ELSE ' ' || name_used END));

CREATE FUNCTION members_luhn_digit(digits text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN (SELECT ((10 - sum(CASE WHEN place % 2 = 1 THEN d * 2 - CASE WHEN d > 4 THEN 9 ELSE 0 END ELSE d END) % 10) % 10)::text
    FROM (SELECT substr(reverse(digits), place, 1)::int AS d, place
          FROM generate_series(1, length(digits)) AS place) AS digit);

CREATE FUNCTION members_is_mrn(mrn text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN mrn ~ '^[0-9]{9}$' AND right(mrn, 1) = members_luhn_digit(left(mrn, 8));

CREATE SEQUENCE members_mrn_seq MINVALUE 11000000 MAXVALUE 99999999 NO CYCLE;

CREATE FUNCTION members_next_mrn() RETURNS text
LANGUAGE sql VOLATILE
AS $$ SELECT n || members_luhn_digit(n) FROM (SELECT nextval('members_mrn_seq')::text AS n) AS next $$;
"""

BACKWARD = """
DROP FUNCTION members_next_mrn();
DROP SEQUENCE members_mrn_seq;
DROP FUNCTION members_is_mrn(text);
DROP FUNCTION members_luhn_digit(text);
DROP FUNCTION members_name_key(text, text, text);
DROP FUNCTION members_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
