"""Reads about people. Names are searched through `members_search`, which applies reach itself."""

import datetime
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db import ask
from core.ids import is_luhn
from members.models import Member, PrimaryCareAssignment

DATE_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y", "%Y%m%d")


@dataclass(frozen=True)
class Query:
    """What somebody typed, taken apart. Exactly one of number and phone, or names and birth date, leads."""

    names: str = ""
    born: datetime.date | None = None
    # Where a year alone was typed: the first day after it.
    born_before: datetime.date | None = None
    mrn: str | None = None
    phone: str | None = None


def parse_query(text: str) -> Query:
    """Take a search line apart: a record number, a phone, a date or year of birth, and what is left is a name."""
    born, rest = None, []
    for word in text.replace(",", " ").split():
        found = _date(word) if born is None else None
        if found:
            born = found
        else:
            rest.append(word)
    left = " ".join(rest)
    digits = re.sub(r"\D", "", left)
    if digits and not re.search(r"[^\W\d_]", left):
        if len(digits) == 9 and is_luhn(digits):
            return Query(mrn=digits)
        return Query(phone=e164(digits), born=born)
    words = left.split()
    year = next((word for word in words if re.fullmatch(r"(19|20)\d\d", word)), None)
    if born is None and year and len(words) > 1:
        words.remove(year)
        first = datetime.date(int(year), 1, 1)
        return Query(names=" ".join(words), born=first, born_before=first.replace(year=first.year + 1))
    return Query(names=left, born=born)


def _date(word: str) -> datetime.date | None:
    for form in DATE_FORMATS:
        try:
            return datetime.datetime.strptime(word, form).date()
        except ValueError:
            continue
    return None


def e164(number: str) -> str:
    """A North American number as +1…; one that already names its country stays."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 10:
        return f"+1{digits}"
    return f"+{digits}" if digits else ""


# Signs that are a name or a syllable of one, each by itself: Chinese, Japanese kana, Korean.
ONE_IS_ENOUGH = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def is_enough(text: str) -> bool:
    """Whether it says whom to look for: two letters, or one sign that is a name by itself."""
    return len(text) >= 2 or bool(ONE_IS_ENOUGH.match(text))


# The function that applies reach itself, with places for `search_values`.
SEARCHED = "members_search(%s, %s, %s, %s, %s, %s)"


def search_values(text: str, at_most: int = 20) -> list[Any]:
    """What `members_search` is asked for a search line. Empty text finds nobody."""
    query = parse_query(text.strip()[:200])
    return [query.names, query.born, query.mrn, query.phone, at_most, query.born_before]


def search_ids(text: str, at_most: int = 20) -> list[UUID]:
    """Members within reach that match `text`, best first. Empty text finds nobody."""
    return [id for (id,) in ask(f"SELECT id FROM {SEARCHED}", search_values(text, at_most))]


def search(text: str, at_most: int = 20) -> list[Member]:
    """`search_ids`, as members, in the same order."""
    ids = search_ids(text, at_most)
    found = Member.objects.in_bulk(ids)
    return [found[i] for i in ids if i in found]


KEPT = """
WITH RECURSIVE way AS (
    SELECT m.id, m.merged_into_id FROM members_member m WHERE m.id = %s
    UNION
    SELECT n.id, n.merged_into_id FROM way JOIN members_member n ON n.id = way.merged_into_id
)
SELECT id FROM way WHERE merged_into_id IS NULL
"""


def kept_record(member: Member) -> Member:
    """The record that stands for this one: itself, or where it was merged, the end of that way."""
    if not member.merged_into_id:
        return member
    ((kept_id,),) = ask(KEPT, [member.merged_into_id])
    return Member.objects.select_related("region").get(pk=kept_id)


def primary_care_of(member: Member | UUID, on: datetime.date) -> PrimaryCareAssignment | None:
    """Who is the member's primary care clinician on a day, with clinician and department."""
    return (
        PrimaryCareAssignment.objects.filter(member=member, period__contains=on)
        .select_related("clinician", "department__facility")
        .first()
    )
