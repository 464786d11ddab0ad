"""The quality director reads rates by group, opens who is in one, sets a goal; nobody else sees what is not theirs."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.urls import reverse

from core.models import AuditEvent
from prevention.measures import measure
from prevention.models import MeasureGoal, MeasureStratum
from prevention.quality.export import as_csv, safe
from prevention.quality.rates import Rate, wilson
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.prevention.quality.conftest import AS_OF, ROLE

pytestmark = pytest.mark.django_db


def url(page: str, measure: str = "CMS130", group: int = 1, **query: str) -> str:
    from urllib.parse import urlencode

    return f"{reverse(f'prevention:{page}', args=[measure, group])}?{urlencode(query)}"


@pytest.fixture
def counted(quality_world, lay):
    """Spanish speakers are served worse; three speak Tagalog; one clinician has a few people."""
    lay("oakland", 60, 48, language="en", sex="female")
    lay("richmond", 40, 12, language="es", sex="male")
    lay("fresno", 30, 18, language="en", sex="male")
    lay("fresno", 24, 12, language="vi", sex="male")
    lay("fresno", 3, 1, language="tl", sex="male")
    lay("provo", 12, 12)
    lay("oakland", 30, 12, measure_id="CMS122")
    lay("oakland", 24, 12, measure_id="CMS155", birth_date=date(2016, 1, 1))
    lay("oakland", 24, 12, measure_id="CMS155", group=2, birth_date=date(2016, 1, 1))
    quality_world.count()
    return quality_world


def signed_in(client, world):
    client.force_login(world.director)
    return client


def page_of(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_dashboard_says_rate_interval_and_widest_gap(client, counted):
    page = page_of(signed_in(client, counted), reverse("prevention:quality"))

    assert "58.0 %" in page, "91 of 157"
    low, high = (f"{edge * 100:.1f}" for edge in wilson(91, 157))
    assert f"{low}–{high} %" in page
    assert "Projects" in page, "the director's own pages stand beside each other"
    assert "Spanish" in page
    assert "Counselling on nutrition" in page, "a rate of several says what it is"
    assert "12 of" not in page


def test_a_goal_says_how_many_people_are_missing_and_less_is_better_where_it_is(client, counted):
    client = signed_in(client, counted)
    for one, percent in (("CMS130", "70"), ("CMS122", "10")):
        answer = client.post(
            url("quality_goal", one),
            {"percent": percent, "kind": "goal", "source": "Quality committee, January", "start": "2026-01-01"},
        )
        assert answer.status_code == 302

    page = page_of(client, reverse("prevention:quality"))

    # 109.9 of 157 are 70 %; 3 of 30 are 10 %.
    assert "19 more" in page
    assert "9 fewer" in page
    assert "2 rates of 2 with a goal are short of it" in page
    with arranging():
        assert AuditEvent.objects.filter(verb="prevention.set_goal").count() == 2


def test_the_headline_leaves_no_rate_with_a_goal_out(client, counted):
    """A rate that nobody but a few met is hidden: of it the first sentence says so, for it may be the worst."""
    with arranging():
        MeasureStratum.objects.filter(measure=measure("CMS122", 2026).key, dimension="all").update(hides_rate=True)
    client = signed_in(client, counted)
    for one in ("CMS130", "CMS122"):
        client.post(url("quality_goal", one), {"percent": "70", "kind": "goal", "source": "C", "start": "2026-01-01"})

    page = page_of(client, reverse("prevention:quality"))

    assert "1 rate of 2 with a goal is short of it." in page
    assert "Of 1 more with a goal it cannot be said." in page


def test_a_new_goal_ends_the_earlier_one(client, counted):
    client = signed_in(client, counted)
    for percent, start in (("70", "2026-01-01"), ("75", "2026-07-01")):
        client.post(url("quality_goal"), {"percent": percent, "kind": "goal", "source": "Committee", "start": start})

    with arranging():
        held = MeasureGoal.objects.order_by("period").values_list("rate", "period")
        assert [(rate, period.lower, period.upper) for rate, period in held] == [
            (Decimal("0.7"), date(2026, 1, 1), date(2026, 7, 1)),
            (Decimal("0.75"), date(2026, 7, 1), None),
        ]


def test_a_goal_from_a_day_within_an_ended_one_takes_its_place(client, counted):
    client = signed_in(client, counted)
    for percent, start in (("70", "2026-01-01"), ("75", "2026-06-01"), ("72", "2026-03-01")):
        asked = {"percent": percent, "kind": "goal", "source": "Committee", "start": start}
        assert client.post(url("quality_goal"), asked).status_code == 302

    with arranging():
        held = MeasureGoal.objects.order_by("period").values_list("rate", "period")
        assert [(rate, period.lower, period.upper) for rate, period in held] == [
            (Decimal("0.7"), date(2026, 1, 1), date(2026, 3, 1)),
            (Decimal("0.72"), date(2026, 3, 1), None),
        ]


def test_a_goal_without_source_or_above_everybody_is_refused(client, counted):
    client = signed_in(client, counted)
    assert (
        client.post(url("quality_goal"), {"percent": "170", "kind": "goal", "start": "2026-01-01"}).status_code == 422
    )


def test_a_rate_by_language_names_the_worst_served_and_hides_the_few(client, counted):
    page = page_of(signed_in(client, counted), url("quality_measure", by="language"))

    assert page.index("Spanish") < page.index("English")
    assert "worst served" in page
    assert "Tagalog" in page
    assert "hidden" in page
    assert "33.3 %" not in page, "one of three"


def test_of_many_groups_a_page_shows_the_worst_and_says_that_the_file_has_all(client, counted, monkeypatch):
    signed_in(client, counted)
    every = client.get(url("quality_measure", by="language")).context["groups"]
    monkeypatch.setattr("prevention.quality.views.MOST", 1)

    answer = client.get(url("quality_measure", by="language"))

    assert len(every) > 1 and [row["stratum"] for row in answer.context["groups"]] == [every[0]["stratum"]]
    assert "The 1 groups with the worst rates; the file has them all." in answer.content.decode()


def test_a_rate_that_few_met_or_missed_is_hidden_and_how_many_are_counted_is_not(client, quality_world, lay):
    lay("oakland", 200, 100, language="en")
    lay("richmond", 30, 3, language="es")
    lay("fresno", 40, 37, language="vi")
    quality_world.count()
    client = signed_in(client, quality_world)

    page = page_of(client, url("quality_measure", by="language"))
    rows = csv.DictReader(io.StringIO(client.get(url("quality_export")).content.decode()))

    assert "10.0 %" not in page and "92.5 %" not in page
    assert "fewer than 11 people met or missed them" in page
    spanish = next(row for row in rows if (row["dimension"], row["group"]) == ("Language", "Spanish"))
    assert (spanish["people"], spanish["denominator"]) == ("30", "30")
    assert {spanish[name] for name in ("numerator", "rate", "ci_low", "ci_high")} == {"hidden"}
    people = page_of(client, url("quality_people", by="language", stratum="es"))
    assert "30 counted" in people and "10.0 %" not in people


def test_postgres_keeps_no_small_rate_as_shown(quality_world, lay):
    lay("oakland", 200, 100)
    quality_world.count()
    shown = MeasureStratum.objects.filter(dimension="all", measure__startswith="CMS130")
    for few in ({"numerator": 3}, {"numerator": 195}, {"denominator": 108}):
        with pytest.raises(IntegrityError), arranging():
            shown.update(hides_rate=False, **few)


def test_a_group_is_followed_over_the_months(client, counted):
    counted.count(date(2026, 10, 30))

    page = page_of(signed_in(client, counted), url("quality_measure", by="sex", stratum="female"))

    assert "Female, by month" in page
    assert page.count("n = 60") == 2


def test_places_lead_inward(client, counted):
    client = signed_in(client, counted)
    region = counted.places["oakland"].region
    page = page_of(client, url("quality_measure", by="facility", within=str(region.pk)))

    assert "Oakland" in page
    assert "Richmond" in page
    assert "Fresno" not in page
    chen = counted.places["oakland"].clinician
    page = page_of(client, url("quality_measure", by="clinician"))
    assert str(chen) in page


def test_the_list_holds_exactly_the_people_that_were_counted(client, counted):
    client = signed_in(client, counted)
    with arranging():
        shown = list(
            MeasureStratum.objects.filter(
                managing_organization=counted.system, measure__startswith="CMS130", is_hidden=False
            ).exclude(dimension="stratum")
        )
    assert len({row.dimension for row in shown}) >= 8
    for row in shown:
        at = {"by": row.dimension, "stratum": row.stratum, "region": row.region}
        met = client.get(url("quality_people", show="in", **at)).content.decode()
        assert f"{row.denominator} counted" in met
        assert met.count('<th scope="row">') == min(row.numerator, 50), row.dimension


def test_a_long_list_goes_on_after_the_last(client, counted):
    client = signed_in(client, counted)
    first = client.get(url("quality_people", show="counted"))
    last = first.context["people"][-1]
    assert f"after={last.id}&" in first.context["next"] + "&", "a key, no name"
    second = client.get(first.context["next"])

    seen = [person.id for page in (first, second) for person in page.context["people"]]
    assert len(seen) == len(set(seen)) == 100


def test_opening_a_list_is_on_record_and_a_hidden_group_has_none(client, counted):
    client = signed_in(client, counted)
    assert client.get(url("quality_people", by="language", stratum="es")).status_code == 200
    assert client.get(url("quality_people", by="language", stratum="tl")).status_code == 404
    with arranging():
        read = AuditEvent.objects.get(verb="prevention.measure_members")
    assert len(read.detail.pop("members")) == 28, "each of them can ask who looked"
    assert read.detail == {"measure": "CMS130", "rate": 1, "dimension": "language", "shown": "out"}


@pytest.mark.parametrize(
    ("role", "sees_rates", "sees_people"),
    [
        (ROLE.QUALITY, True, True),
        (ROLE.PLAN_ADMINISTRATOR, True, False),
        (ROLE.AUDITOR, True, False),
        (ROLE.PHYSICIAN, True, False),
        (ROLE.NURSE, False, False),
        (ROLE.FINANCE, False, False),
        (ROLE.FRONT_DESK, False, False),
    ],
)
def test_who_sees_rates_and_who_sees_people(client, counted, role, sees_rates, sees_people):
    with arranging():
        user = factories.account("Some Body")
        factories.role(user, role, counted.system)
    client.force_login(user)

    assert client.get(reverse("prevention:quality")).status_code == (200 if sees_rates else 403)
    assert client.get(url("quality_measure")).status_code == (200 if sees_rates else 403)
    assert client.get(url("quality_export")).status_code == (200 if sees_rates else 403)
    assert client.get(url("quality_people")).status_code == (200 if sees_people else 403)
    assert client.get(url("quality_goal")).status_code == (200 if sees_people else 403)


def test_the_director_of_another_system_sees_their_own_rates(client, counted):
    client.force_login(counted.other_director)

    page = page_of(client, reverse("prevention:quality"))

    assert "100.0 %" in page
    assert "58.0 %" not in page
    assert client.get(url("quality_people", show="counted")).content.decode().count('<th scope="row">') == 12


def test_the_file_has_names_and_says_what_is_hidden(client, counted):
    answer = signed_in(client, counted).get(url("quality_export"))

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    by_language = {row["group"]: row for row in rows if row["dimension"] == "Language"}
    assert by_language["Spanish"]["rate"] == "0.3000"
    assert by_language["Tagalog"]["people"] == by_language["Tagalog"]["rate"] == "hidden"
    assert {row["dimension"] for row in rows} >= {"Region", "Facility", "Clinician panel", "Race", "Area deprivation"}
    with arranging():
        assert AuditEvent.objects.filter(verb="prevention.export_rates").exists()


def test_no_cell_of_the_file_is_a_formula(client, counted):
    with arranging():
        facility = counted.places["oakland"].department.facility
        facility.name = '=HYPERLINK("http://evil.example","Oakland")'
        facility.save()

    answer = signed_in(client, counted).get(url("quality_export"))

    for row in csv.reader(io.StringIO(answer.content.decode())):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@", "\t")) for cell in row), row
    assert "'=HYPERLINK" in answer.content.decode()
    assert [safe(word) for word in ("+1", " @x", "a=b", 5)] == ["'+1", "' @x", "a=b", 5]
    assert as_csv([]).startswith("measure,title")


def test_the_dashboard_asks_few_questions_whatever_there_is(client, counted, django_assert_max_num_queries):
    client = signed_in(client, counted)
    client.get(reverse("prevention:quality"))
    with django_assert_max_num_queries(21):
        client.get(reverse("prevention:quality"))
    with django_assert_max_num_queries(25):
        client.get(url("quality_measure", by="clinician"))


def test_intervals_and_distances():
    assert wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4), "Newcombe 1998, table I"
    assert wilson(0, 0) == (0.0, 1.0)
    assert Rate(50, 100).needed(Decimal("0.605")) == 11
    assert Rate(50, 100, lower_is_better=True).needed(Decimal("0.405")) == 10
    assert Rate(70, 100).needed(Decimal("0.7")) == 0
    assert Rate(70, 100).distance(Decimal("0.6")) == pytest.approx(0.1)
    assert Rate(70, 100, lower_is_better=True).distance(Decimal("0.6")) == pytest.approx(-0.1)
    assert Rate(0, 0).value is None


def test_before_the_first_run_the_page_says_so(client, quality_world):
    client.force_login(quality_world.director)
    assert "No rates yet" in page_of(client, reverse("prevention:quality"))
    assert "Nobody is counted" in page_of(client, url("quality_measure"))
    assert AS_OF.year == 2026
