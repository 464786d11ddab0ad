"""Reminders of vaccines: which for which age, one visit for all, parents for their children, the cap for a family."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from core.db import as_job
from core.models import User
from members.models import CommunicationPreference
from prevention.engine.evaluate import Partition
from prevention.immunisation.outlook import IN_WORDS
from prevention.models import Campaign, CareGap, ImmunisationForecast, OutreachEpisode
from prevention.outreach.defaults import VACCINES
from prevention.outreach.vaccines import sync_vaccine_gaps
from tests.clinical.factories import account, arranging, member, proxy, region, system
from tests.prevention import charts
from tests.prevention.outreach.factories import AS_OF, AT, gap, policy, queue, reached_by, reminders

pytestmark = pytest.mark.django_db


class Family:
    """Maria, 40, with an account, is the parent of Mateo, 2, and Ana, 14, who have none."""

    def __init__(self) -> None:
        with arranging():
            self.system = system()
            policy(self.system)
            self.region = region(self.system)
            self.maria = self.person("Maria", 40)
            self.mateo = self.person("Mateo", 2, with_account=False)
            self.ana = self.person("Ana", 14, with_account=False)
            for child in (self.mateo, self.ana):
                proxy(self.maria.user, child, "view", "schedule")
            reached_by(self.maria, "email", "sms")
            self.maria.language = "es"
            self.maria.save()

    def person(self, given: str, years: int, **more):
        made = member(
            self.system, given, birth_date=AS_OF - relativedelta(years=years, days=40), region=self.region, **more
        )
        charts.enrol(made)
        return made

    def forecast(self, of, group: str, **more) -> ImmunisationForecast:
        values = {"status": "Not Complete", "earliest_on": AS_OF, "recommended_on": AS_OF - timedelta(days=30), **more}
        with arranging():
            return ImmunisationForecast.objects.create(
                member=of, vaccine_group=group, authority="CDC", changed_at=timezone.now(), **values
            )

    def sync(self) -> list[tuple[str, str]]:
        with as_job(User.objects.system("prevention"), reason="test"):
            sync_vaccine_gaps(Partition(), as_of=AS_OF, at=AT, zone="America/Los_Angeles")
        with arranging():
            found = CareGap.objects.filter(status="open", rule__startswith="immunisation:")
            return sorted(found.values_list("member__given", "rule"))


@pytest.fixture
def family() -> Family:
    return Family()


# --- Which, for whom --------------------------------------------------------------------------------------------


def test_what_waits_for_an_answer_is_no_gap_and_one_that_was_open_is_closed(family):
    forecast = family.forecast(family.ana, "Varicella")
    assert family.sync() == [("Ana", "immunisation:Varicella")]
    with arranging():
        ImmunisationForecast.objects.filter(pk=forecast.pk).update(asks="birth_country")
    assert family.sync() == []


@pytest.mark.parametrize(
    ("years", "group", "campaign"),
    [
        (1, "MMR", "child-vaccines"),
        (1, "Rotavirus", "child-vaccines"),
        (5, "DTaP/Tdap/Td", "child-vaccines"),
        (0, "RSV", "child-vaccines"),
        (11, "HPV", "teen-vaccines"),
        (11, "Meningococcal", "teen-vaccines"),
        (11, "DTaP/Tdap/Td", "teen-vaccines"),
        (40, "DTaP/Tdap/Td", "adult-vaccines"),
        (52, "Zoster", "adult-vaccines"),
        (66, "Pneumococcal", "adult-vaccines"),
        (76, "RSV", "winter-vaccines"),
        (66, "COVID-19", "winter-vaccines"),
        (3, "Influenza", "influenza"),
        (80, "Influenza", "influenza"),
        # Decided with a clinician, and no reminder decides it.
        (40, "COVID-19", None),
        (17, "Meningococcal B", None),
        (40, "MMR", None),
    ],
)
def test_each_age_is_reminded_of_its_vaccines(family, years, group, campaign):
    with arranging():
        person = family.person("Someone", years)
    family.forecast(person, group)

    gaps = family.sync()
    queue()

    with arranging():
        episode = OutreachEpisode.objects.filter(member=person).select_related("campaign").first()
    assert gaps == ([("Someone", f"immunisation:{group}")] if campaign else [])
    assert (episode and episode.campaign.code) == campaign


def test_every_group_that_is_named_is_one_of_the_schedules():
    assert {group for one in VACCINES for group in one.groups} <= IN_WORDS.keys()


def test_another_systems_campaign_opens_no_gap_here(family):
    with arranging():
        other = member(system(), "Else", birth_date=AS_OF - relativedelta(years=52))
        charts.enrol(other)
    family.forecast(other, "Zoster")
    assert family.sync() == []


def test_who_has_outgrown_a_campaign_is_no_longer_reminded_by_it(family):
    family.forecast(family.ana, "HPV")
    assert family.sync() == [("Ana", "immunisation:HPV")]
    with arranging():
        family.ana.birth_date = AS_OF - relativedelta(years=60)
        family.ana.save()
        Campaign.objects.filter(code="adult-vaccines").update(rules=["immunisation:Zoster"])
    assert family.sync() == []


def test_children_come_before_adults(family):
    family.forecast(family.maria, "Zoster", recommended_on=AS_OF - timedelta(days=300))
    family.forecast(family.mateo, "MMR", recommended_on=AS_OF - timedelta(days=300))
    family.sync()
    queue()
    with arranging():
        score = {row.member_id: row.score for row in OutreachEpisode.objects.all()}
    assert score[family.mateo.pk] > score[family.maria.pk]


def test_ages_stand_in_their_order(family):
    with arranging(), pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(code="adult-vaccines").update(age_from=20, age_until=19)


# --- One visit for all ------------------------------------------------------------------------------------------


def test_what_goes_into_one_visit_is_written_about_once(family):
    for group in ("MMR", "Varicella", "HepA", "Polio"):
        family.forecast(family.mateo, group)
    family.sync()

    for days in range(3):
        queue(as_of=AS_OF + timedelta(days=days), at=AT + timedelta(days=days))

    assert len({one.gap_id for one in reminders(family.mateo)}) == 1
    with arranging():
        first = reminders(family.mateo)[0].gap
        CareGap.objects.filter(pk=first.pk).update(status="closed", closed_at=AT)
    later = timedelta(days=20)
    queue(as_of=AS_OF + later, at=AT + later)
    assert len({one.gap_id for one in reminders(family.mateo)}) == 2, "what is left is told of when the first is done"


# --- Parents ----------------------------------------------------------------------------------------------------


def test_a_parent_is_written_to_about_the_child_in_the_parents_language(family):
    with arranging():
        due = gap(family.mateo, "immunisation:MMR")

    queue()
    queue(as_of=AS_OF + timedelta(days=3), at=AT + timedelta(days=3))

    notice, mail = reminders(family.mateo)
    assert (notice.channel, notice.message.user_id, notice.language) == ("portal", family.maria.user_id, "es")
    assert (notice.message.member_id, notice.message.url_path) == (family.mateo.pk, f"/gaps/{due.pk}/")
    assert (mail.channel, mail.message.address) == ("email", "maria@example.org")


def test_a_parent_with_an_account_alone_gets_mail_at_its_address(family):
    with arranging():
        baby = family.person("Baby", 1, with_account=False)
        aunt = account("Aunt Guardian", "aunt@example.org")
        proxy(aunt, baby, "view", relationship="guardian")
        gap(baby, "immunisation:MMR")
    queue(baby)
    queue(baby, as_of=AS_OF + timedelta(days=3), at=AT + timedelta(days=3))
    assert [(one.channel, one.message.user_id, one.message.address) for one in reminders(baby)] == [
        ("portal", aunt.pk, ""),
        ("email", aunt.pk, "aunt@example.org"),
    ]


@pytest.mark.parametrize("why", ["carer", "no view", "ended", "left alone"])
def test_who_may_not_see_the_record_or_asked_for_peace_is_not_written_to(family, why):
    with arranging():
        child = family.person("Kind", 4, with_account=False)
        other = family.person("Other", 40)
        made = proxy(other.user, child, "view", relationship="carer" if why == "carer" else "parent")
        if why == "no view":
            made.scopes = ["schedule"]
        if why == "ended":
            made.period = (date(2020, 1, 1), AS_OF - timedelta(days=1))
        made.save()
        if why == "left alone":
            CommunicationPreference.objects.create(member=other, no_outreach=True)
        gap(child, "immunisation:MMR")
    queue(child)
    assert [one.message.user_id for one in reminders(child) if one.message] == []


def test_an_adult_is_written_to_themselves_whoever_else_may_see_the_record(family):
    with arranging():
        grown = family.person("Grown", 19)
        proxy(family.maria.user, grown, "view")
        gap(grown, "immunisation:HPV")
    queue(grown)
    assert [one.message.user_id for one in reminders(grown)] == [grown.user_id]


def test_the_cap_holds_for_the_person_who_reads_it(family):
    """Two children and her own screening: no more than the policy's two messages in fourteen days come to Maria."""
    with arranging():
        gap(family.maria, "colorectal_screening")
        gap(family.mateo, "immunisation:MMR")
        gap(family.ana, "immunisation:HPV")

    for days in range(14):
        queue(as_of=AS_OF + timedelta(days=days), at=AT + timedelta(days=days))

    to_maria = [one for one in reminders() if one.message and one.message.user_id == family.maria.user_id]
    assert len(to_maria) == 2


def test_a_notice_opens_the_childs_record_for_the_parent_and_nobody_else(client, family):
    with arranging():
        due = gap(family.mateo, "immunisation:MMR")
        stranger = family.person("Stranger", 40)
    page = reverse("prevention:gap", args=[due.pk])

    client.force_login(family.maria.user)
    answer = client.get(page)
    assert answer.status_code == 200 and "Measles" in answer.content.decode()
    client.force_login(stranger.user)
    assert client.get(page).status_code == 404


def test_weights_and_season_are_policy_that_people_change(family):
    with arranging():
        winter = Campaign.objects.get(code="winter-vaccines")
        children = Campaign.objects.get(code="child-vaccines")
    assert (winter.season_from, winter.season_until, winter.age_from) == (901, 331, 65)
    assert (children.age_until, children.weight_overdue, children.in_one_visit) == (9, Decimal(2), True)


def test_quiet_hours_are_the_parents(family):
    from datetime import time

    with arranging():
        CommunicationPreference.objects.create(member=family.maria, quiet_from=time(6), quiet_until=time(22))
        gap(family.mateo, "immunisation:MMR")
    queue(family.mateo)
    [one] = reminders(family.mateo)
    zone = ZoneInfo("America/Los_Angeles")
    assert one.send_after == datetime.combine(AT.astimezone(zone).date(), time(22), zone)
