"""What a result's words say is there, with what they deny taken out; whether they deny anything; and a plain unit.

Functions, since every reading of every screening asks them: written out each time they were half of the statement that
evaluates a member. `prevention/rules/findings.py` says how they are used.

A denial ends with its clause or its line: reports come as lines without a stop, and "without contrast", the name of a
technique, denies nothing.
"""

from django.db import migrations

# Where a line was only broken, it goes on. Techniques, and what was not there to compare with, are no finding.
WHOLE = r"""regexp_replace(regexp_replace(lower(words),
        '(\m(?:or|and|of|for|the|any|no|not|evidence|negative)\M)[ \t]*[\n\r]+[ \t]*|[ \t]*[\n\r]+[ \t]*(\m(?:or|and)\M)',
        '\1 \2', 'g'),
        '\m(?:without|no)\M(?: [a-z]+)? ?\m(?:contrast|priors?|previous|comparisons?|sedation|complications?|'
        'transformation zone|endocervical|history|lymphadenopathy|adenopathy)\M', ' ', 'g')"""
# How far a denial goes.
_REACH = (
    r"(?:(?!\m(?:but|however|with|except|although|impression|bi[ -]?rads|lung[ -]?rads|category)\M|\mand positive|"
    r"\s[-–—]+\s)[^.;,:\n\r])*"
)
DENIED = (
    r"non[ -]?reactive|\m(?:none|nothing|not|never)(?: \w+)? (?:detected|found|seen|present|reactive|isolated|"
    r"identified|elevated|raised|positive|abnormal|suspicious)|un-?detect\w*|"
    rf"(?<!not )\mneg(?:ative)?\M(?: for {_REACH})?|\mno\M(?! (?:significant |interval |substantial )?change){_REACH}|"
    rf"\mabsent\M|\mwithout {_REACH}|(?<!not )\mnormal\M|within normal limits|\mnilm\M|< ?10,?000[^.;,\n]*|"
    r"< ?1 ?: ?[0-9]+"
)
SAID = f"""
CREATE OR REPLACE FUNCTION prevention_said(words text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
BEGIN
    IF words = '' THEN
        RETURN '';
    END IF;
    RETURN regexp_replace({WHOLE}, '{DENIED}', ' ', 'g');
END $function$
"""
DENIES = f"""
CREATE OR REPLACE FUNCTION prevention_denies(words text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
BEGIN
    RETURN words <> '' AND {WHOLE} ~ '{DENIED}';
END $function$
"""
# In lower case, and what stands in braces says what is counted: it is no part of a unit that has more. A percentage is
# one of whatever it is of.
UNIT = r"""
CREATE OR REPLACE FUNCTION prevention_unit(unit text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
    plain text;
BEGIN
    IF unit = '' THEN
        RETURN '';
    END IF;
    plain := translate(lower(btrim(unit)), 'µμ', 'uu');
    plain := CASE WHEN plain ~ '^\{[^}]*\}$' THEN btrim(plain, '{}') ELSE regexp_replace(plain, '\{[^}]*\}', '', 'g') END;
    RETURN CASE WHEN plain LIKE '\%%' THEN '%' ELSE plain END;
END $function$
"""


class Migration(migrations.Migration):
    dependencies = [("prevention", "0013_costs_by_whom_and_unread_results")]

    operations = [
        migrations.RunSQL([(SAID, None)], "DROP FUNCTION IF EXISTS prevention_said(text)"),
        migrations.RunSQL([(DENIES, None)], "DROP FUNCTION IF EXISTS prevention_denies(text)"),
        migrations.RunSQL([(UNIT, None)], "DROP FUNCTION IF EXISTS prevention_unit(text)"),
    ]
