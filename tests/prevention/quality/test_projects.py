"""A project from aim to decision, what its run chart says, and guidelines that are looked at again in time."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from psycopg2.extras import DateRange

from core.db import as_job
from core.models import OutboxMessage, User
from prevention.measures import measure
from prevention.models import (
    Guideline,
    GuidelineReview,
    ImprovementProject,
    MeasureStratum,
    ProjectCycle,
    QualitySnapshot,
)
from prevention.quality import by_month, reading
from prevention.quality.rates import Rate
from prevention.quality.run_chart import ENOUGH, run_chart
from prevention.quality.stewardship import ask_owners
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.forms import seen
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
    lay("oakland", 44, 30, language="en")
    lay("richmond", 36, 12, language="es")
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

    assert page.count("n = 36") == 2
    assert "33.3" in page
    assert "Rate, year to date" in page


def months_of(world, numerators: dict[date, int], denominator: int = 100) -> None:
    """Snapshots of months in which the rate of everybody stood so; a month at None was hidden."""
    with arranging():
        for month, numerator in numerators.items():
            period = DateRange(date(month.year, 1, 1), date(month.year + 1, 1, 1))
            snapshot = QualitySnapshot.objects.create(
                managing_organization=world.system, period=period, month=month, as_of=month + timedelta(days=20)
            )
            MeasureStratum.objects.create(
                managing_organization=world.system,
                snapshot=snapshot,
                measure=measure("CMS130", month.year).key,
                group=1,
                dimension="all",
                stratum="",
                members=denominator,
                denominator=denominator,
                numerator=numerator or 0,
                exclusions=0,
                exceptions=0,
                is_hidden=numerator is None,
                hides_rate=numerator is None,
                hides_exclusions=False,
                hides_exceptions=False,
            )


def of_everybody(world, **kept) -> tuple[list, object]:
    found = reading.snapshots(world.system.pk, **kept)
    (row,) = reading.rows(found[0], ["all"], measure="CMS130", group=1)
    return found, row


def a_year(year: int, each: int, months: int = 12) -> dict[date, int]:
    """A rate that climbs from nothing, by as many people each month."""
    return {date(year, month, 1): each * month for month in range(1, months + 1)}


@pytest.mark.django_db
def test_a_rate_that_climbs_through_every_year_is_no_signal(client, quality_world):
    """Each month one in twenty of those still missing: the year to date rises every month, and nothing changed."""
    many = 100_000
    fewer = {day: round(many * (1 - 0.95**day.month)) for day in a_year(2025, 1) | a_year(2026, 1, 11)}
    months_of(quality_world, fewer, many)
    cumulative = run_chart([fewer[day] for day in fewer if day.year == 2026])
    assert {signal.kind for signal in cumulative.signals} == {"trend"}, "as it was read before"
    with arranging():
        project = ImprovementProject.objects.create(
            managing_organization=quality_world.system,
            measure="CMS130",
            group=1,
            dimension="all",
            title="Kits",
            aim="More",
            owner=quality_world.director,
            started_on=date(2026, 1, 1),
            due_on=date(2027, 1, 1),
        )
    client.force_login(quality_world.director)

    answer = client.get(reverse("prevention:quality_project", args=[project.pk]))

    chart = answer.context["chart"]
    assert chart["signals"] == []
    assert chart["count"] >= ENOUGH
    assert {point["value"] for point in chart["trend"]["points"]} == {5.0}
    assert "no rule is read from it" in answer.content.decode()


@pytest.mark.django_db
def test_a_month_that_added_more_than_the_others_is_a_signal(quality_world):
    months_of(
        quality_world, a_year(2025, 20) | {date(2026, m, 1): 20 * m + 50 * max(0, m - 4) for m in range(1, 11)}, 1800
    )
    with arranging():
        found, row = of_everybody(quality_world, months=by_month.MONTHS)
        added = by_month.added(found, row)

    assert {signal.kind for signal in run_chart([one.share for one in added]).signals} >= {"shift"}


@pytest.mark.django_db
def test_what_a_month_added_is_of_those_who_could_have_been(quality_world):
    months_of(
        quality_world,
        {
            date(2025, 12, 1): 800,
            date(2026, 1, 1): 100,
            date(2026, 2, 1): 280,
            date(2026, 3, 1): None,
            date(2026, 4, 1): 500,
            date(2026, 5, 1): 450,
            date(2026, 7, 1): 1000,
            date(2026, 8, 1): 1000,
        },
        1000,
    )
    with arranging():
        found, row = of_everybody(quality_world)
        added = [(one.month.month, one.gained, one.missing) for one in by_month.added(found, row)]

    # None for January, which begins anew; none beside a month that is hidden or missing; none of fewer than eleven.
    assert added == [(2, 180, 900), (5, -50, 500)]


@pytest.mark.django_db
def test_where_less_is_better_what_is_left_over_counts(quality_world):
    rates = [Rate(numerator, 100, lower_is_better=True) for numerator in (100, 80)]
    shown = list(zip((date(2026, 1, 1), date(2026, 2, 1)), rates, strict=True))
    years = {month: date(2026, 1, 1) for month, _rate in shown}

    assert list(by_month._months(shown, years)) == [by_month.Month(date(2026, 2, 1), 20, 100)]


@pytest.mark.django_db
def test_the_dashboard_compares_with_the_same_month_of_a_year_before(client, quality_world):
    client.force_login(quality_world.director)
    months_of(quality_world, {date(2026, 10, 1): 40, date(2026, 11, 1): 60})
    page = client.get(reverse("prevention:quality")).content.decode()
    assert "on a year before" not in page, "from one month to the next it climbs by construction"

    months_of(quality_world, {date(2025, 11, 1): 55})
    page = client.get(reverse("prevention:quality")).content.decode()
    assert "+5.0 on a year before" in page
    assert "each the year to date" in page


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
    retire = reverse("prevention:quality_retire", args=[guideline.pk])
    assert client.post(retire, {"retire-reason": "  "}).status_code == 422
    with arranging():
        assert Guideline.objects.get().retired_on is None, "not without a reason"
    client.post(retire, {"retire-reason": "The USPSTF's of 2027 takes its place"})
    shown = client.get(listed).content.decode()
    assert "None is in force" in shown and "takes its place" in shown, "out of force, and it is said why"
    assert "takes its place" in client.get(page).content.decode()
    assert client.post(page, {"found": "x", "review_by": "2030-01-01"}).status_code == 404


# --- Whose it is, by when, and what was changed -----------------------------------------------------------------


@pytest.fixture
def successor(spanish):
    with arranging():
        made = factories.account("Sam Successor")
        factories.role(made, ROLE.QUALITY, spanish.system)
    return made


@pytest.mark.django_db
def test_an_aim_is_corrected_and_handed_over_and_what_stood_before_is_shown(client, spanish, successor):
    client.force_login(spanish.director)
    project = begin(client)
    page = reverse("prevention:quality_project", args=[project.pk])
    change = reverse("prevention:quality_change_project", args=[project.pk])
    later = TODAY() + timedelta(days=300)
    said = {"change-aim": "From 33 % to 45 %", "change-due_on": later, "change-reason": "No kits until May"}
    said |= seen(client, reverse("prevention:quality_project", args=[project.pk]), "change_form")
    assert client.post(change, said | {"change-due_on": "2020-01-01"}).status_code == 422
    assert client.post(change, said | {"change-reason": ""}).status_code == 422
    assert client.post(change, said).status_code == 302
    assert "Nothing was changed" in client.post(change, said).content.decode()

    given = {"hand_over-owner": successor.pk, "hand_over-reason": "I am on leave"}
    assert client.post(reverse("prevention:quality_hand_over_project", args=[project.pk]), given).status_code == 302

    shown = client.get(page).content.decode()
    assert "From 33 % to 45 %" in shown and "From 33 % to 50 % of Spanish" in shown
    assert "No kits until May" in shown and "I am on leave" in shown
    with arranging():
        kept = ImprovementProject.objects.get()
        assert (kept.owner, kept.due_on, kept.earlier.count()) == (successor, later, 2)


@pytest.mark.django_db
def test_it_is_handed_to_those_alone_who_work_for_quality_here(client, spanish, successor):
    client.force_login(spanish.director)
    project = begin(client)
    with arranging():
        nurse = factories.account("Nora Nurse")
        factories.role(nurse, ROLE.NURSE, spanish.system)
    address = reverse("prevention:quality_hand_over_project", args=[project.pk])
    for other in (nurse, spanish.other_director, spanish.director):
        answer = client.post(address, {"hand_over-owner": other.pk, "hand_over-reason": "x"})
        assert answer.status_code == 422
    client.force_login(spanish.other_director)
    assert client.post(address, {"hand_over-owner": successor.pk, "hand_over-reason": "x"}).status_code == 404
    with arranging():
        reader = factories.account("Nadia Rahman")
        factories.role(reader, ROLE.AUDITOR, spanish.system)
    client.force_login(reader)
    for name in ("quality_hand_over_project", "quality_change_project"):
        assert client.post(reverse(f"prevention:{name}", args=[project.pk]), {}).status_code == 403


@pytest.mark.django_db
def test_an_owner_is_told_once_that_the_day_has_come_and_so_is_whoever_takes_it_over(client, spanish, successor):
    client.force_login(spanish.director)
    with arranging():
        kept = Guideline.objects.create(
            managing_organization=spanish.system,
            title="Colorectal screening",
            source="USPSTF",
            owner=spanish.director,
            review_by=TODAY(),
        )

    def told() -> list[str]:
        with as_job(User.objects.system("tests"), reason="test"):
            ask_owners(TODAY() - timedelta(days=1))
            ask_owners(TODAY())
            ask_owners(TODAY() + timedelta(days=1))
            return [one.address for one in OutboxMessage.objects.filter(channel="email").order_by("created_at", "id")]

    assert told() == [spanish.director.email]
    assert 'Guidelines <span class="soft">1</span>' in client.get(reverse("prevention:quality")).content.decode()

    client.post(
        reverse("prevention:quality_hand_over_guideline", args=[kept.pk]),
        {"hand_over-owner": successor.pk, "hand_over-reason": "On leave"},
    )
    assert told() == [spanish.director.email, successor.email]
    page = client.get(reverse("prevention:quality_guideline", args=[kept.pk])).content.decode()
    assert "Sam Successor" in page and "On leave" in page
    assert 'Guidelines <span class="soft">' not in client.get(reverse("prevention:quality")).content.decode()
    client.post(reverse("prevention:quality_retire", args=[kept.pk]), {"retire-reason": "Ours no more"})
    with as_job(User.objects.system("tests"), reason="test"):
        assert ask_owners(TODAY()) == 0
