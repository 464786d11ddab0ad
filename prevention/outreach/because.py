"""By which facts of the chart a rule is for somebody: the diabetes behind an HbA1c, the pack-years behind a lung scan.

Worked out when a page asks, for one person and one rule, from the rule's own conditions (`engine.grounds`): what the
night decided by is what is shown, and nothing of it is stored a second time.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db import connection

from clinical.coding import names
from clinical.models import CodingRole, Fact
from clinical.sensitivity import visible
from core.models import User
from core.templatetags.kp import short_date
from prevention.engine.compiler import Compiler, Program
from prevention.engine.evaluate import Partition, clear, compute
from prevention.engine.grounds import grounds
from prevention.engine.measure import CareRule
from prevention.engine.moments import Setting
from prevention.models import CareGap
from prevention.outreach.kinds import kind_of

# A long illness stands in a chart dozens of times.
SHOWN = 5


@dataclass(frozen=True)
class Because:
    """A fact by its name, and the latest day on which it was written down."""

    name: str
    on: date | None

    def __str__(self) -> str:
        return f"{self.name}, {short_date(self.on, 'year')}" if self.on else self.name


def because(gap: CareGap, user: User, today: date) -> list[Because]:
    """The facts that `user` may see, the newest of each name; none where age and sex are all that a rule asks."""
    kind = kind_of(gap.rule)
    if not isinstance(kind, CareRule):
        return []
    asked = _asked(kind, today)
    if asked is None:
        return []
    program, select = asked
    compute(program, Partition(ids=(gap.member_id,)))
    with connection.cursor() as cursor:
        cursor.execute(select)
        rows = cursor.fetchall()
    clear(program)
    found: dict[str, date | None] = {}
    for model in sorted({model for model, _fact, _day in rows}):
        facts = apps.get_model("clinical", model)
        days = {fact: day for of, fact, day in rows if of == model}
        seen = cast(list[Fact], list(visible(facts._default_manager.filter(pk__in=days), user, gap.member)))
        role = CodingRole.TYPE if model == "encounter" else CodingRole.CODE
        for fact, concept in names(seen, role).items():
            name = concept.display or concept.code
            found[name] = max((day for day in (found.get(name), days[fact]) if day), default=None)
    newest = sorted(found.items(), key=lambda one: (one[1] or date.min, one[0]), reverse=True)
    return [Because(name, on) for name, on in newest[:SHOWN]]


@lru_cache(maxsize=200)
def _asked(rule: CareRule, today: date) -> tuple[Program, str] | None:
    """What finds them for one person, and the statement that then names them: model, fact, day."""
    setting = Setting.of_year(today.year, as_of=today, zone=ZoneInfo(settings.TIME_ZONE))
    to = Compiler(setting)
    parts = []
    for ground in grounds(rule):
        unless = "".join(f" AND ({one.true(to)}) IS NOT TRUE" for one in ground.unless)
        for resource, branches in ground.facts.by_resource.items():
            day = to.day_of("CASE WHEN f.s0 > '-infinity' THEN f.s0 ELSE f.e0 END")
            parts.append(
                f"SELECT '{resource.name}' AS model, f.fact_id, {day} AS day FROM {resource.rows} f "
                f"JOIN pf_subject s ON s.member_id = f.member_id WHERE ({to.selection(branches)}){unless}"
            )
    if not parts:
        return None
    program = Program(
        setting,
        (),
        (rule,),
        tuple(to.needed_codes()),
        tuple(to.fetches()),
        "SELECT s.member_id FROM pf_subject s",
        "",
        tuple(to.definitions),
        frozenset(to.looked_up),
    )
    return program, " UNION ".join(parts)
