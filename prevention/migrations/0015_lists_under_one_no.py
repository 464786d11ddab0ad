"""A list under one "no" is denied whole, a denial ends before what is positive, and the usual Pap result is one phrase.

Reports are read as far as 20,000 characters: nobody writes more, and what is sent without a bound is read without one.
`0014_what_a_text_says` says why these are functions.
"""

from importlib import import_module

from django.db import migrations

EARLIER = import_module("prevention.migrations.0014_what_a_text_says")

# Where a line was only broken, it goes on; the usual words for normal cells become one. Techniques, and what was not
# there to compare with, are no finding.
WHOLE = r"""regexp_replace(regexp_replace(regexp_replace(regexp_replace(lower(left(words, 20000)),
        '\mneg(?:ative)?\s+for\s+(?:squamous\s+)?intra-?\s*epithelial\s+lesions?'
        '(?:\s*(?:,|/|\mor\M|\mand\M|\mand/or\M)+\s*malignan\w+)?', 'nilm', 'g'),
        '(\m(?:or|and|of|for|the|any|no|not|evidence|negative|(?:cyto|histo)logic(?:al)?|mammographic|radiographic)\M)'
        '[ \t]*[\n\r]+[ \t]*|[ \t]*[\n\r]+[ \t]*(\m(?:or|and)\M)', '\1 \2', 'g'),
        '(\m(?:high|low)[ -]grade|\msquamous|\mintraepithelial)[ \t]*[\n\r]+[ \t]*'
        '(?=\m(?:squamous|intraepithelial|lesion|neoplasia|dysplasia))', '\1 ', 'g'),
        '\m(?:without|no)\M(?: [a-z]+)? ?\m(?:contrast|priors?|previous|comparisons?|sedation|complications?|'
        'transformation zone|endocervical|history|lymphadenopathy|adenopathy)\M', ' ', 'g')"""
# In brackets: what only spells out a name, or counts the types that were looked for, is left out; then a mark is set
# where a denial ends. A mark, and not conditions at every letter: those took a hundred times as long.
MARKED = rf"""regexp_replace(regexp_replace({WHOLE},
        '\((?:aaa|(?:hr-?)?hpv|hiv|hcv|(?:(?:hpv|types?|genotypes?|high|risk|or|and|[0-9]+)[ ,/&-]*)+)\)|'
        '(?<=intraepithelial lesion )\([hl]g?sil\)', ' ', 'g'),
        '(\m(?:but|however|with|except|although|though|while|whereas|other than|apart from|impression|'
        'bi[^a-z0-9]?rads|lung[^a-z0-9]?rads|category|pos)\M|(?<!gram[ -])\mpositive|\s[-–—]+\s)', '¦\1', 'g')"""
_PART = r"[^.;,:(¦\n\r]*"
# How far a denial goes: over commas only where an "or" after them makes a list of it.
_REACH = rf"{_PART}(?:(?:,{_PART})*,{_PART}\m(?:or|nor)\M{_PART})?"
DENIED = (
    r"non[ -]?(?:reactive|detected)|\m(?:none|nothing|not|never)(?: \w+)? ¦?(?:detected|found|seen|present|reactive|"
    r"isolated|identified|elevated|raised|positive|abnormal|suspicious)|un-?detect\w*|"
    rf"(?<!not )\mneg(?:ative)?\M(?: for {_REACH})?|"
    rf"\mno\M(?! (?:significant |interval |substantial )?change)(?: ¦positive)?{_REACH}|"
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
    RETURN replace(regexp_replace({MARKED}, '{DENIED}', ' ', 'g'), '¦', '');
END $function$
"""
DENIES = f"""
CREATE OR REPLACE FUNCTION prevention_denies(words text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
BEGIN
    RETURN words <> '' AND {MARKED} ~ '{DENIED}';
END $function$
"""


class Migration(migrations.Migration):
    dependencies = [("prevention", "0014_what_a_text_says")]

    operations = [
        migrations.RunSQL([(SAID, None)], [(EARLIER.SAID, None)]),
        migrations.RunSQL([(DENIES, None)], [(EARLIER.DENIES, None)]),
    ]
