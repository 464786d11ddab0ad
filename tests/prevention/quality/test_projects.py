"""A project from aim to decision, what its run chart says, and guidelines that are looked at again in time."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from prevention.models import Guideline, GuidelineReview, ImprovementProject, ProjectCycle
from prevention.quality.run_chart import run_chart
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.prevention.quality.conftest import ROLE

TODAY = timezone.localdate
FLAT = [50.0, 51.0] * 5


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (FLAT, set()),
        ([40, 41, 39, 42, 40, 41, 60, 61, 60, 62, 61, 63], {"shift"}),
        # Five above in a row are not yet a shift.
        ([40, 41, 39, 42, 40, 60, 61, 60, 62, 61], set()),
        # A point on the median neither counts nor breaks it.
        ([40, 41, 39, 42, 40, 38, 50, 60, 61, 60, 50, 62, 61, 63], {"shift"}),
        ([50, 51, 50, 51, 50, 51, 52, 53, 54, 50, 51, 50], {"trend"}),
        # A value like the one before neither counts nor breaks it.
        ([50, 51, 50, 51, 50, 51, 51, 52, 53, 53, 50, 51, 50], set()),
        ([50, 51, 50, 51, 50, 51, 51, 52, 53, 53, 54, 51, 50], {"trend"}),
        ([54, 53, 52, 51, 50], set()),
        ([], set()),
    ],
)
def test_a_change_is_told_from_chance(values, kinds):
    assert {signal.kind for signal in run_chart(values).signals} == kinds


def test_a_signal_says_where_it_stands():
    (signal,) = run_chart([50, 51, 50, 51, 50, 51, 52, 53, 54, 50, 51, 50]).signals
    assert (signal.direction, signal.start, signal.end) == (1, 4, 8)


@pytest.fixture
def spanish(quality_world, lay):
    lay("oakland", 40, 30, language="en")
    lay("richmond", 30, 10, language="es")
    quality_world.count()
    return quality_world


def begin(client, **more) -> ImprovementProject:
    address = reverse("prevention:quality_start_project") + "?measure=CMS130&rate=1&by=language&stratum=es"
    given = {
        "title": "Kits in Spanish",
        "aim": "From 33 % to 50 % of Spanish speakers by June",
        "due_on": (TODAY() + timedelta(days=180)).isoformat(),
    } | more
    answer = client.post(address, given)
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    with arranging():
        return ImprovementProject.objects.get()


@pytest.mark.django_db
def test_a_project_goes_from_aim_over_a_change_to_a_decision(client, spanish):
    client.force_login(spanish.director)
    project = begin(client)
    page = reverse("prevention:quality_project", args=[project.pk])
    assert "Colorectal cancer screening, Language: Spanish" in client.get(page).content.decode().replace("&#x27;", "'")

    def step(name, *more, status=302, **given):
        answer = client.post(reverse(f"prevention:{name}", args=[project.pk, *more]), given)
        assert answer.status_code == status
        return answer.content.decode()

    tried = {"cycle-change_idea": "Letter with the kit", "cycle-prediction": "10 points in a month"}
    step("quality_cycle", **tried, **{"cycle-start": "2026-01-05"})
    assert "at that time" in step("quality_cycle", status=422, **tried, **{"cycle-start": "2026-02-05"})
    decided = {"decision-decision": "adopt", "decision-decision_note": "It helps"}
    assert "being tried first" in step("quality_decide", status=422, **decided)
    with arranging():
        cycle = ProjectCycle.objects.get()
    learnt = {"end-learnt": "Eight points", "end-next_step": "All clinics"}
    assert "after the day" in step("quality_end_cycle", cycle.pk, status=422, **learnt, **{"end-end": "2026-01-05"})
    step("quality_end_cycle", cycle.pk, **learnt, **{"end-end": "2026-02-05"})
    for number, value in enumerate([33, 34, 32, 33, 34, 32, 40, 41, 42, 43, 44, 45]):
        step(
            "quality_point",
            **{"point-on": (date(2026, 1, 1) + timedelta(weeks=number)).isoformat()},
            **{"point-value": value},
        )
    assert "already has a number" in step(
        "quality_point", status=422, **{"point-on": "2026-01-01", "point-value": "50"}
    )
    assert "Shift: six or more in a row above the median." in client.get(page).content.decode()

    step("quality_decide", **decided)

    with arranging():
        done = ImprovementProject.objects.get()
    assert (done.decision, done.decided_by_id) == ("adopt", spanish.director.pk)
    assert "is decided" in step("quality_point", status=422, **{"point-on": "2026-08-01", "point-value": "50"})


@pytest.mark.django_db
def test_without_numbers_of_its_own_a_project_shows_the_months(client, spanish):
    spanish.count(date(2026, 10, 30))
    client.force_login(spanish.director)
    page = client.get(reverse("prevention:quality_project", args=[begin(client).pk])).content.decode()

    assert page.count("n = 30") == 2
    assert "33.3" in page


@pytest.mark.django_db
def test_a_project_of_another_system_is_not_there(client, spanish):
    client.force_login(spanish.director)
    project = begin(client)
    client.force_login(spanish.other_director)

    assert client.get(reverse("prevention:quality_project", args=[project.pk])).status_code == 404
    assert client.post(reverse("prevention:quality_decide", args=[project.pk]), {}).status_code == 404
    assert "Kits in Spanish" not in client.get(reverse("prevention:quality_projects")).content.decode()


@pytest.mark.django_db
def test_who_only_reads_starts_nothing(client, spanish):
    with arranging():
        reader = factories.account("Nadia Rahman")
        factories.role(reader, ROLE.AUDITOR, spanish.system)
    client.force_login(reader)

    assert client.get(reverse("prevention:quality_projects")).status_code == 200
    assert client.get(reverse("prevention:quality_start_project") + "?measure=CMS130").status_code == 403
    assert client.get(reverse("prevention:quality_new_guideline")).status_code == 403


@pytest.mark.django_db
def test_no_project_is_about_a_group_that_is_hidden(client, spanish, lay):
    lay("oakland", 3, 1, language="tl")
    spanish.count()
    client.force_login(spanish.director)
    address = reverse("prevention:quality_start_project")
    assert client.get(f"{address}?measure=CMS130&by=language&stratum=tl").status_code == 404
    assert client.get(f"{address}?measure=CMS999").status_code == 404


@pytest.mark.django_db
def test_a_guideline_past_its_review_is_said_and_a_review_lets_it_stand(client, spanish):
    client.force_login(spanish.director)
    given = {"title": "Colorectal screening", "source": "USPSTF 2021-05-18", "rule": "colorectal_screening"}
    ahead = TODAY() + timedelta(days=30)
    assert (
        client.post(reverse("prevention:quality_new_guideline"), given | {"review_by": "2020-01-01"}).status_code == 422
    )
    assert client.post(reverse("prevention:quality_new_guideline"), given | {"review_by": ahead}).status_code == 302
    with arranging():
        Guideline.objects.update(review_by=date(2026, 1, 1))
        guideline = Guideline.objects.get()
    listed = reverse("prevention:quality_guidelines")
    assert "1 is past its review" in client.get(listed).content.decode()

    page = reverse("prevention:quality_guideline", args=[guideline.pk])
    assert client.post(page, {"found": "Still so", "review_by": TODAY() + timedelta(days=365)}).status_code == 302

    assert "None is past its review" in client.get(listed).content.decode()
    with arranging():
        assert GuidelineReview.objects.get().found == "Still so"
    client.post(reverse("prevention:quality_retire", args=[guideline.pk]))
    assert "Colorectal screening" not in client.get(listed).content.decode()
    assert client.post(page, {"found": "x", "review_by": "2030-01-01"}).status_code == 404
