"""Children: their parents are called and written to, nobody writes to them, and what is confidential stays theirs."""

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.urls import reverse
from django.utils import timezone, translation

from clinical.sensitivity import visible
from core import terminology
from core.db import acting_as
from core.models import User
from members.models import CommunicationPreference, Household, Member, MemberAddress, MemberTelecom, Proxy, Sensitivity
from network.ages import ADULT
from network.models import RoleAssignment
from plans.models import Coverage
from prevention.models import CampaignStep, CareGap, OutreachEpisode
from prevention.outreach import guardians, letters
from prevention.outreach.calls import open_calls, take_call
from prevention.outreach.guardians import adults_of
from prevention.rules import RULES
from tests.clinical import factories as clinic
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.outreach.factories import (
    AS_OF,
    at_any_hour,
    gap,
    policy,
    protocols,
    queue,
    reached_by,
    reminders,
    waits,
)
from tests.prevention.test_guidelines import icd
from tests.prevention.test_rules import evaluate, state

pytestmark = pytest.mark.django_db
MINOR = int(Sensitivity.MINOR_CONSENTED)
VISION = "child_vision"


class Family:
    """Mateo, 4, without a telephone; his parents Rosa (Spanish, a member) and Luis; a home of theirs."""

    def __init__(self) -> None:
        self.world = clinic.World()
        with arranging():
            self.system = self.world.system
            policy(self.system)
            at_any_hour()
            protocols(self.system, self.world.chen)
            self.home = Household.objects.create(managing_organization=self.system)
            self.mateo = self.person("Mateo", 4, with_account=False)
            self.rosa = self.person("Rosa", 35, language="es")
            self.luis = self.person("Luis", 38)
            self.cora = clinic.account("Cora Dinator")
            clinic.role(self.cora, RoleAssignment.Role.CARE_COORDINATOR, self.system)
            MemberTelecom.objects.create(member=self.rosa, system="sms", value="+15105550111")
            MemberTelecom.objects.create(member=self.luis, system="phone", value="+15105550122")
            MemberAddress.objects.create(member=self.rosa, line1="7 Parent Rd", city="Oakland", state="CA")
            MemberAddress.objects.create(member=self.mateo, line1="9 Child Way", city="Oakland", state="CA")

    def person(self, given: str, years: int, *, home: bool = False, **more) -> Member:
        born = timezone.localdate() - relativedelta(years=years, days=40)
        made = clinic.member(self.system, given, birth_date=born, **more)
        if home:
            Member.objects.filter(pk=made.pk).update(household=self.home)
            made.refresh_from_db()
        charts.enrol(made)
        return made

    def live_together(self, *people: Member) -> None:
        with arranging():
            Member.objects.filter(pk__in=[one.pk for one in people]).update(household=self.home)
            for one in people:
                one.refresh_from_db()

    def proxies(self, *people: Member) -> None:
        with arranging():
            for one in people:
                clinic.proxy(one.user, self.mateo, "view")

    def adults(self, of: Member | None = None) -> list[tuple[str, str]]:
        child = of or self.mateo
        with arranging():
            child = Member.objects.get(pk=child.pk)
            found = adults_of([child], timezone.localdate())[child.pk].willing
            return [(one.name.split()[0], str(one.relation)) for one in found]

    def leave_alone(self, *people: Member) -> None:
        with arranging():
            for one in people:
                CommunicationPreference.objects.create(member=one, channels=[], no_outreach=True)

    def called(self, client, *, child: Member | None = None) -> str:
        """The page of the call that the coordinator has in hand."""
        with arranging():
            row = waits(gap(child or self.mateo, VISION), "call", language="es")
        with acting_as(self.cora, reason="test"):
            take_call(row, by=self.cora)
        client.force_login(self.cora)
        return client.get(reverse("prevention:call", args=[row.pk])).content.decode()

    def letter(self, language: str = "en", *, child: Member | None = None) -> dict:
        with arranging():
            waits(gap(child or self.mateo, VISION), "letter", step=3, language=language)
        with acting_as(self.cora, reason="test"):
            pile = letters.print_pile(self.system.pk, language=language, large_print=False, by=self.cora)
            with translation.override(language):
                (made,) = letters._data(letters.printed(pile))["letters"]
        return made


@pytest.fixture
def family():
    return Family()


# --- Who is spoken to -----------------------------------------------------------------------------------------


def test_the_call_page_names_both_parents_with_relation_and_number(client, family):
    family.proxies(family.rosa, family.luis)
    page = family.called(client)
    assert page.index("Rosa Alvarez") < page.index("Luis Alvarez"), "the longest proxy first"
    assert "parent: +15105550111" in page
    assert "parent: +15105550122" in page
    assert "Spanish" in page, "the parent's language"


def test_the_number_is_shown_to_who_has_the_call_in_hand(client, family):
    family.proxies(family.rosa)
    with arranging():
        row = waits(gap(family.mateo, VISION), "call")
    client.force_login(family.cora)
    page = client.get(reverse("prevention:call", args=[row.pk])).content.decode()
    assert "Rosa Alvarez" in page
    assert "+15105550111" not in page
    assert "ask for Rosa Alvarez" in client.get(reverse("prevention:calls")).content.decode()


def test_a_legal_guardian_goes_before_a_parent_in_the_list_and_in_the_queue(family):
    """The page named the guardian first, and the messages went to the parent."""
    family.proxies(family.rosa)
    with arranging():
        guardian = clinic.proxy(family.luis.user, family.mateo, "view")
        Proxy.objects.filter(pk=guardian.pk).update(relationship="guardian")
        MemberTelecom.objects.create(member=family.luis, system="sms", value="+15105550133")
    assert family.adults() == [("Luis", "legal guardian"), ("Rosa", "parent")]
    sent = [one for one in written(family, family.mateo) if one.channel == "sms"]
    assert {one.message.address for one in sent} == {"+15105550133"}


def test_a_proxy_whose_account_is_closed_is_nobody_to_ask_and_no_refusal(family):
    family.proxies(family.rosa)
    with arranging():
        User.objects.filter(pk=family.rosa.user_id).update(is_active=False)
        found = adults_of([Member.objects.get(pk=family.mateo.pk)], timezone.localdate())[family.mateo.pk]
    assert (found.willing, found.refused) == ([], False)
    # As for a child of whose adults nobody is known: letters go to where the child lives.
    assert {"letter", "visit"} <= {one.channel for one in written(family, family.mateo)}


def test_whoever_the_queue_writes_to_is_the_first_of_the_list(family):
    """One definition: over adults at home and proxies, willing and not."""
    family.live_together(family.mateo, family.luis, family.rosa)
    family.proxies(family.luis)
    for unwilling in ((), (family.luis,), (family.rosa,)):
        if unwilling:
            family.leave_alone(*unwilling)
        asked = {"children": [family.mateo.pk], "today": timezone.localdate(), "adult": ADULT}
        with arranging(), connection.cursor() as cursor:
            first = None
            for one in (guardians.PARENT, guardians.HOME):
                cursor.execute(
                    f"SELECT q.member_id FROM members_member m CROSS JOIN LATERAL ({one}) q "
                    "WHERE m.id = ANY (%(children)s)",
                    asked,
                )
                row = cursor.fetchone()
                first = first or (row and row[0])
        named = family.adults()
        assert (first is None) == (named == [])
        if first:
            assert {family.luis.pk: "Luis", family.rosa.pk: "Rosa"}[first] == named[0][0]


def test_without_a_proxy_an_adult_at_home_is_asked_for(family):
    assert family.adults() == []
    family.live_together(family.mateo, family.rosa, family.luis)
    assert family.adults() == [("Luis", "adult of the household"), ("Rosa", "adult of the household")]
    with arranging():
        contract = Coverage.objects.get(member=family.rosa).contract
        Coverage.objects.filter(member=family.mateo).update(contract=contract)
    assert family.adults()[0] == ("Rosa", "subscriber of the coverage")
    family.proxies(family.luis)
    assert [name for name, _ in family.adults()] == ["Luis", "Rosa"]


def test_brothers_and_sisters_under_age_and_the_dead_are_not_asked_for(family):
    with arranging():
        ana = family.person("Ana", 16, home=True)
        Member.objects.filter(pk=family.luis.pk).update(deceased_at=timezone.now())
    family.live_together(family.mateo, family.luis, family.rosa)
    assert [name for name, _ in family.adults()] == ["Rosa"]
    assert ana.household_id == family.home.pk


def test_a_parent_who_asked_to_be_left_alone_is_passed_over(client, family):
    family.proxies(family.rosa, family.luis)
    family.leave_alone(family.rosa)
    assert family.adults() == [("Luis", "parent")]
    page = family.called(client)
    assert "Luis Alvarez" in page
    assert "Rosa Alvarez" not in page


def test_where_every_parent_asked_to_be_left_alone_nobody_is_called_or_written_to(family):
    family.proxies(family.rosa, family.luis)
    with arranging():
        waits(gap(family.mateo, VISION), "call")
        assert len(open_calls()) == 1
    family.leave_alone(family.rosa, family.luis)
    with arranging():
        assert open_calls() == []
    assert {one.channel for one in written(family, family.mateo) if one.step != 4} == {"visit"}, "but for the old call"


def test_a_child_who_asked_for_confidential_communications_is_spoken_of_to_nobody(family):
    family.proxies(family.rosa)
    with arranging():
        MemberAddress.objects.create(member=family.mateo, use="confidential", line1="1 Own Rd", city="Oakland")
    assert family.adults() == []
    assert [one.channel for one in written(family, family.mateo)] == ["visit"]


# --- Letters ------------------------------------------------------------------------------------------------


def test_a_letter_goes_to_the_parent_or_guardian_at_their_address(family):
    family.proxies(family.rosa)
    made = family.letter()
    assert made["to"][:2] == ["To the parent or guardian of Mateo Alvarez", "7 Parent Rd"]
    assert made["greeting"] == "Dear parent or guardian of Mateo Alvarez,"
    assert "9 Child Way" not in str(made)


def test_in_spanish_the_letter_says_the_same(family):
    """The words come from the catalogue: here it is seen that they are asked for in the letter's language."""
    family.proxies(family.rosa)
    made = family.letter("es")
    with translation.override("es"):
        expected = translation.gettext("To the parent or guardian of %(name)s") % {"name": "Mateo Alvarez"}
    assert made["to"][:2] == [expected, "7 Parent Rd"]


def test_without_a_known_adult_the_letter_goes_to_where_the_child_lives(family):
    made = family.letter()
    assert made["to"][:2] == ["To the parent or guardian of Mateo Alvarez", "9 Child Way"]


def test_adults_are_written_to_by_name_and_where_they_asked_to_be(family):
    with arranging():
        MemberAddress.objects.create(member=family.rosa, use="confidential", line1="PO Box 5", city="Oakland")
    made = family.letter(child=family.rosa)
    assert made["to"][:2] == ["Rosa Alvarez", "PO Box 5"]
    assert made["greeting"] == "Dear Rosa Alvarez,"


# --- Messages -----------------------------------------------------------------------------------------------


def written(family, child: Member):
    """All reminders about a child's eyes in half a year of nights."""
    with arranging():
        if not CareGap.objects.filter(member=child, rule=VISION).exists():
            gap(child, VISION, due=AS_OF)
        CampaignStep.objects.filter(channels__contains=["portal"]).update(channels=["sms", "email"])
    now = timezone.now()
    for days in range(0, 120, 10):
        at = now + relativedelta(days=days)
        queue(as_of=timezone.localdate(at), at=at)
    return reminders(child)


def test_no_message_goes_to_a_childs_own_number(family):
    with arranging():
        reached_by(family.mateo, "sms", "email", "phone")
    found = written(family, family.mateo)
    assert {one.channel for one in found} == {"letter", "call", "visit"}


def test_messages_go_to_the_parent_who_is_a_proxy_and_to_no_other_adult(family):
    with arranging():
        reached_by(family.mateo, "sms")
    family.live_together(family.mateo, family.luis)
    family.proxies(family.rosa)
    sent = [one for one in written(family, family.mateo) if one.channel in ("sms", "email")]
    assert sent
    assert {one.message.address for one in sent} == {"+15105550111"}
    assert {one.language for one in sent} == {"es"}


def test_an_adult_of_the_household_is_called_though_the_child_has_no_number(family):
    family.live_together(family.mateo, family.luis)
    assert {"call", "letter"} <= {one.channel for one in written(family, family.mateo)}


# --- What is confidential -----------------------------------------------------------------------------------


@pytest.fixture
def girl(family):
    """Ana, 16, sexually active by an unlabelled note; her mother sees her record."""
    with arranging():
        ana = family.person("Ana", 16)
        ana.birth_date = AS_OF - relativedelta(years=16, days=40)
        ana.save()
        clinic.proxy(family.rosa.user, ana, "view")
        reached_by(ana, "sms", "letter")
        icd("Z11.3")(ana)
        icd("A56.01")(ana)
    # Afterwards: a set takes the codes that some record has.
    terminology.load_own()
    return ana


def test_what_a_minor_may_have_done_alone_is_never_told_to_a_parent(family, girl):
    evaluate(girl)
    with arranging():
        gaps = CareGap.objects.filter(member=girl, status="open")
        of_infection = set(
            gaps.filter(rule__in=["chlamydia_screening", "hiv_screening"]).values_list("rule", flat=True)
        )
        assert of_infection == {"chlamydia_screening", "hiv_screening"}
        seen = set(visible(gaps, family.rosa.user, girl).values_list("rule", flat=True))
        hers = set(visible(gaps, girl.user, girl).values_list("rule", flat=True))
    assert not seen & {rule.id for rule in RULES if rule.confidential}
    assert of_infection <= hers
    assert state(girl, "chlamydia_screening").sensitivity & MINOR
    queue(girl)
    with arranging():
        assert not OutreachEpisode.objects.filter(gap__rule__in=of_infection).exists()
    assert not {one.gap.rule for one in reminders(girl)} & of_infection


def test_of_age_the_same_carries_no_label(family, girl):
    evaluate(girl)
    evaluate(girl, as_of=date(AS_OF.year + 3, 6, 1))
    assert state(girl, "hiv_screening").sensitivity & MINOR == 0


def test_confidential_rules_are_those_to_which_minors_consent_alone():
    confidential = {rule.id for rule in RULES if rule.confidential}
    assert {"chlamydia_screening", "gonorrhoea_screening", "syphilis_screening", "hiv_prevention"} <= confidential
    assert {rule.id for rule in RULES if rule.id.startswith("pregnancy_")} <= confidential
    assert not confidential & {"child_vision", "fluoride_varnish", "blood_pressure", "depression_screening"}
