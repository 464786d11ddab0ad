"""The builder offers under each kind of fact the value sets of that kind."""

import pytest
from django.urls import reverse

from core.terminology import load_own
from network.models import RoleAssignment
from prevention.cohorts.forms import CohortForm
from prevention.cohorts.offered import fits, offered, read_as
from prevention.measures import value_sets as vs
from prevention.rules import value_sets as own
from tests.clinical import factories
from tests.clinical.factories import World, arranging

pytestmark = pytest.mark.django_db


@pytest.fixture
def names():
    with arranging():
        load_own()
        return {kind: {url for url, _name in sets} for kind, sets in offered().items()}


def test_a_medicine_is_chosen_among_medicines(names):
    assert own.STATIN.url in names["medicine"] and own.STATIN.url not in names["condition"]
    assert own.WEEKS_12_TO_28.url in names["condition"]
    assert own.WEEKS_12_TO_28.url not in names["medicine"] | names["observation"] | names["procedure"]


def test_a_visit_is_no_procedure_and_a_result_no_diagnosis(names):
    assert vs.OFFICE_VISIT.url not in set().union(*names.values())
    assert vs.HBA1C_LABORATORY_TEST.url in names["observation"]
    assert vs.HBA1C_LABORATORY_TEST.url not in names["condition"] | names["procedure"] | names["medicine"]
    assert vs.COLONOSCOPY.url in names["procedure"] and vs.DIABETES.url in names["condition"]


def test_an_answer_to_a_question_is_nobodys_fact():
    assert read_as()[vs.TOBACCO_USER.url] == frozenset()
    assert not fits("condition", vs.TOBACCO_USER.url, ["http://snomed.info/sct"])


def test_a_set_that_nothing_here_reads_goes_by_its_systems():
    assert fits("medicine", "urn:somebody:else", ["http://www.nlm.nih.gov/research/umls/rxnorm"])
    assert not fits("condition", "urn:somebody:else", ["http://www.nlm.nih.gov/research/umls/rxnorm"])


def test_every_kind_has_something_to_choose(names):
    assert all(len(urls) >= 5 for urls in names.values())


def test_what_was_chosen_before_can_be_saved_again(names):
    with arranging():
        form = CohortForm(initial={"medicine": own.WEEKS_12_TO_28.url}, regions=[])
    assert own.WEEKS_12_TO_28.url in dict(form.fields["medicine"].choices)


def test_a_set_of_another_kind_is_refused(client, names):
    world = World()
    with arranging():
        keeper = factories.account("Paula Keeper")
        factories.role(keeper, RoleAssignment.Role.PLAN_ADMINISTRATOR, world.system)
    client.force_login(keeper)

    answer = client.post(
        reverse("prevention:cohort_new"),
        {"name": "Odd", "purpose": "test", "medicine": own.WEEKS_12_TO_28.url},
    )

    assert answer.status_code == 422
