"""A talk at a visit is noted from the chart by whoever writes it; the fact closes the gap, nobody types "done"."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import Procedure
from core import terminology
from core.db import as_job
from core.models import AuditEvent, User, ValueSetMember
from prevention.actions import evaluate_partition
from prevention.engine.codes import Code
from prevention.engine.evaluate import Partition
from prevention.models import CareGap
from prevention.rules import RULES
from prevention.rules import value_sets as own
from prevention.talks import SYSTEM, note_talk
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.test_intervals import World

pytestmark = pytest.mark.django_db
RULE = "skin_cancer_counselling"


@pytest.fixture
def world() -> World:
    made = World()
    with arranging():
        made.maria.birth_date = timezone.localdate().replace(year=timezone.localdate().year - 12, day=1)
        made.maria.save()
        charts.enrol(made.maria)
    terminology.load_own()
    return made


def status(world) -> str:
    with as_job(User.objects.system("prevention"), reason="test"):
        evaluate_partition(Partition(ids=(world.maria.pk,)), as_of=timezone.localdate(), at=timezone.now(), measures=())
    with arranging():
        return CareGap.objects.get(member=world.maria, rule=RULE).status


def spoken_of(client, user, world, rule: str = RULE):
    client.force_login(user)
    return client.post(reverse("prevention:talked", args=[world.maria.pk, rule]))


def test_it_is_noted_from_the_chart_and_closes_the_gap(client, world):
    assert status(world) == "open"
    client.force_login(world.own)
    panel = reverse("clinical:chart_panel", args=[world.maria.pk, "prevention"])
    assert reverse("prevention:talked", args=[world.maria.pk, RULE]) in client.get(panel).content.decode()

    assert spoken_of(client, world.own, world).status_code == 302
    assert spoken_of(client, world.own, world).status_code == 302

    assert status(world) == "closed"
    with arranging():
        (noted,) = Procedure.objects.filter(member=world.maria)
        assert noted.performer.user == world.own
        assert AuditEvent.objects.filter(verb="prevention.note_talk").count() == 1
    assert reverse("prevention:talked", args=[world.maria.pk, RULE]) not in client.get(panel).content.decode()


def test_who_does_not_write_this_chart_notes_nothing(client, world):
    answer = spoken_of(client, world.other, world)

    assert answer.status_code in (302, 403)
    with arranging():
        assert not Procedure.objects.exists()


def test_a_rule_of_another_kind_is_settled_by_its_own_facts(client, world):
    assert spoken_of(client, world.own, world, "colorectal_screening").status_code == 404
    assert spoken_of(client, world.own, world, "no_such_rule").status_code == 404
    with pytest.raises(ValueError, match="another kind"):
        note_talk(world.maria, "breast_screening", by=world.own)


def test_each_talk_is_among_what_settles_its_rule(db):
    terminology.load_own()
    with arranging():
        ours = ValueSetMember.objects.filter(concept__system__uri=SYSTEM)
        known = set(ours.values_list("value_set__url", "concept__code"))
    talks = [rule for rule in RULES if rule.talk]
    assert len(talks) == 6
    for rule in talks:
        sets = {
            code.url
            for closer in rule.closers
            for branch in closer.facts.branches
            for code in branch.retrieve.codes
            if not isinstance(code, Code)
        }
        assert any((url, rule.talk) in known for url in sets), rule.id
        assert rule.at_visit
    assert own.SUN_PROTECTION.url in {url for url, _code in known}
