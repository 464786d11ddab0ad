"""A vaccine clinic: who comes, what is given from which lot, what is refused, and who may."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone
from zeal import zeal_ignore

from clinical import models as clinical
from clinical.access import looks_after
from clinical.actions import start_visit
from clinical.models import BreakTheGlass, Encounter, Immunization
from core.db import acting_as
from core.models import AuditEvent
from core.permissions import may
from pharmacy.actions.dispensing import Refused
from pharmacy.models import StockMovement
from prevention.engine.facts import Code
from prevention.models import DoseGiven
from prevention.vaccine_clinic import stock
from prevention.vaccine_clinic.actions import DoseRefused, give_doses, walk_in
from prevention.vaccine_clinic.advice import advise
from scheduling import actions as scheduling
from scheduling.actions import BookingRefused
from scheduling.models import Appointment
from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.prevention import charts
from tests.prevention.immunisation.test_screens import evaluate
from tests.prevention.vaccine_clinic.factories import EDITION, Clinic, vaccinate

pytestmark = pytest.mark.django_db
SNOMED = "http://snomed.info/sct"


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def give(clinic, visit, *doses, by=None):
    by = by or clinic.park.user
    with acting_as(by, reason="test"):
        return give_doses(visit, doses, by=by)


# --- Given ------------------------------------------------------------------------------------------------------


def test_several_doses_in_one_go_are_charted_and_leave_the_shelf(clinic):
    zoster, tdap = clinic.lot(clinic.zoster), clinic.lot(clinic.tdap)
    visit = clinic.come()

    give(clinic, visit, clinic.dose(zoster), clinic.dose(tdap, site="RD"))

    with arranging():
        charted = {dose.lot_number: dose for dose in Immunization.objects.filter(member=clinic.maria)}
        rows = {row.lot_id: row for row in DoseGiven.objects.filter(member=clinic.maria)}
        visit.refresh_from_db()
        encounter = Encounter.objects.get(appointment=visit)
        zoster.refresh_from_db()
    assert charted.keys() == {zoster.lot_number, tdap.lot_number}
    dose = charted[zoster.lot_number]
    assert (dose.manufacturer, dose.expires_on, dose.is_primary_source) == ("SKB", zoster.expires_on, True)
    assert dose.encounter_id == encounter.pk
    row = rows[tdap.pk]
    assert (row.site, row.route, row.information_on, row.given_by_id) == ("RD", "IM", EDITION, clinic.park.user_id)
    assert zoster.on_hand == Decimal(9)
    assert (visit.status, encounter.status) == ("fulfilled", "finished")


def test_a_booked_person_who_is_here_need_not_be_checked_in_first(clinic):
    lot = clinic.lot(clinic.zoster)
    visit = clinic.come(arrived=False)
    give(clinic, visit, clinic.dose(lot))
    with arranging():
        visit.refresh_from_db()
    assert visit.status == "fulfilled" and visit.arrived_at is not None


def test_all_of_it_or_nothing(clinic):
    zoster, gone = clinic.lot(clinic.zoster), clinic.lot(clinic.tdap, doses=1)
    with acting_as(clinic.park.user, reason="test"):
        stock.waste_doses(gone.pk, by=clinic.park.user, doses=1, reason="vial broke")
    visit = clinic.come()

    with pytest.raises(DoseRefused, match="no unit"):
        give(clinic, visit, clinic.dose(zoster), clinic.dose(gone))

    with arranging():
        zoster.refresh_from_db()
        visit.refresh_from_db()
        assert not Immunization.objects.filter(member=clinic.maria).exists()
    assert (zoster.on_hand, visit.status) == (Decimal(10), "arrived")


def test_pressed_twice_one_dose_leaves_the_shelf(clinic):
    lot = clinic.lot(clinic.zoster)
    visit = clinic.come()
    give(clinic, visit, clinic.dose(lot))

    with pytest.raises(ValidationError):
        give(clinic, visit, clinic.dose(lot, despite="pressed twice"))

    with arranging():
        lot.refresh_from_db()
        assert DoseGiven.objects.filter(member=clinic.maria).count() == 1
    assert lot.on_hand == Decimal(9)


def test_two_vaccines_of_one_kind_are_not_given_at_one_visit_unless_it_is_said_why(clinic):
    one, other = clinic.lot(clinic.tdap), clinic.lot(clinic.tdap)
    visit = clinic.come()
    with pytest.raises(DoseRefused) as refused:
        give(clinic, visit, clinic.dose(one), clinic.dose(other))
    assert (refused.value.code, refused.value.lot_id) == ("twice", other.pk)
    with pytest.raises(DoseRefused):
        give(clinic, visit, clinic.dose(one), clinic.dose(one))
    with arranging():
        assert not DoseGiven.objects.filter(member=clinic.maria).exists()


TO_COME = date(2099, 8, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"site": ""}, "site"), ({"information_on": None}, "information"), ({"information_on": TO_COME}, "information")],
    ids=["site", "sheet", "sheet to come"],
)
def test_what_the_law_wants_on_record_is_asked(clinic, wrong, code):
    lot = clinic.lot(clinic.zoster)
    with pytest.raises(DoseRefused) as refused:
        give(clinic, clinic.come(), clinic.dose(lot, **wrong))
    assert (refused.value.code, refused.value.lot_id) == (code, lot.pk)


def test_no_dose_from_another_places_shelf_nor_from_a_lot_past_its_day(clinic):
    elsewhere = clinic.lot(clinic.zoster, at=clinic.cardiology)
    old = clinic.lot(clinic.zoster, days=-1)
    visit = clinic.come()
    for lot, code in ((elsewhere, "lot"), (old, "unusable")):
        with pytest.raises(DoseRefused) as refused:
            give(clinic, visit, clinic.dose(lot))
        assert refused.value.code == code


# --- What the schedule is against -------------------------------------------------------------------------------


def child(clinic, years: int = 5):
    with arranging():
        return factories.member(
            clinic.system, "Mateo", birth_date=clinic.today - relativedelta(years=years), sex="male"
        )


def against(clinic, member, cvx: str) -> str:
    with arranging():
        return advise(member, clinic.today).against(cvx)


def test_what_is_due_has_nothing_against_it(clinic):
    assert against(clinic, clinic.maria, "187") == ""
    assert against(clinic, child(clinic), "03") == ""


def test_after_a_live_vaccine_another_waits_and_one_that_is_not_live_does_not(clinic):
    mateo = child(clinic)
    with arranging():
        vaccinate(mateo, "21", clinic.today - timedelta(days=10))

    assert "Too soon after another live vaccine" in against(clinic, mateo, "03")
    assert against(clinic, mateo, "10") == ""


def test_in_pregnancy_a_live_vaccine_is_contraindicated(clinic):
    with arranging():
        clinic.maria.birth_date = clinic.today - relativedelta(years=30)
        clinic.maria.save()
        charts.fact(
            clinical.Condition,
            clinic.maria,
            Code("77386006", SNOMED),
            (timezone.now() - timedelta(days=60), None),
            status="active",
            verification="confirmed",
        )
    assert "Contraindicated" in against(clinic, clinic.maria, "03")


def test_what_is_complete_too_early_or_not_for_this_age_says_so(clinic):
    with arranging():
        vaccinate(clinic.maria, "187", clinic.today - timedelta(days=7))
        vaccinate(clinic.maria, "115", clinic.today - timedelta(days=7))
    assert "Too early" in against(clinic, clinic.maria, "187")
    assert "not before" in against(clinic, clinic.maria, "115") or "complete" in against(clinic, clinic.maria, "115")
    assert "Not recommended" in against(clinic, clinic.maria, "116"), "rotavirus at 60"


def test_the_childrens_product_of_a_vaccine_that_is_due_is_not_for_adults(clinic):
    assert against(clinic, clinic.maria, "115") == ""
    assert "age" in against(clinic, clinic.maria, "20")


def test_against_the_schedule_it_is_given_only_with_a_reason_which_is_kept(clinic):
    with arranging():
        vaccinate(clinic.maria, "187", clinic.today - timedelta(days=7))
    lot = clinic.lot(clinic.zoster)
    visit = clinic.come()
    with pytest.raises(DoseRefused) as refused:
        give(clinic, visit, clinic.dose(lot))
    assert refused.value.code == "against"

    [row] = give(clinic, visit, clinic.dose(lot, despite="Leaves for a year tomorrow"))

    assert row.despite == "Leaves for a year tomorrow"
    with arranging():
        assert AuditEvent.objects.get(verb="prevention.give_dose").reason == row.despite


# --- Who may ----------------------------------------------------------------------------------------------------


def test_only_who_vaccinates_there_gives_doses(clinic):
    lot = clinic.lot(clinic.zoster)
    visit = clinic.come()
    with arranging():
        desk = factories.clinician(clinic.department, "Dana Hill", as_role="front_desk")
        theirs = factories.clinician(clinic.other_department, "Nora Else", as_role="nurse")
    for somebody in (desk, theirs):
        with pytest.raises((PermissionDenied, Appointment.DoesNotExist)):
            give(clinic, visit, clinic.dose(lot), by=somebody.user)
    with arranging():
        assert not DoseGiven.objects.exists()


@pytest.mark.parametrize("name", ["vaccine_clinic", "vaccine_stock"])
def test_the_desk_members_and_the_other_system_open_no_page_of_it(client, clinic, name):
    with arranging():
        desk = factories.clinician(clinic.department, "Dana Hill", as_role="front_desk")
        theirs = factories.clinician(clinic.other_department, "Nora Else", as_role="nurse")
    page = f"{reverse(f'prevention:{name}')}?department={clinic.department.pk}"
    for user in (desk.user, clinic.maria.user, theirs.user):
        client.force_login(user)
        assert client.get(page).status_code == 403


# --- Without appointment ----------------------------------------------------------------------------------------


def test_somebody_without_appointment_takes_a_free_seat_and_is_here(clinic):
    with acting_as(clinic.park.user, reason="test"):
        visit = walk_in(by=clinic.park.user, member=clinic.pedro, department=clinic.department)
    assert (visit.status, visit.visit_type_id, visit.member_id) == ("arrived", clinic.kind.pk, clinic.pedro.pk)


def test_a_full_clinic_takes_nobody_more(clinic):
    with arranging():
        clinic.session.slots.update(is_blocked=True)
    with pytest.raises(BookingRefused, match="No seat"), acting_as(clinic.park.user, reason="test"):
        walk_in(by=clinic.park.user, member=clinic.pedro, department=clinic.department)


# --- The shelf --------------------------------------------------------------------------------------------------


def test_given_and_wasted_add_up_with_what_is_left(clinic):
    lot = clinic.lot(clinic.zoster, doses=10)
    give(clinic, clinic.come(), clinic.dose(lot))
    with acting_as(clinic.park.user, reason="test"):
        stock.waste_doses(lot.pk, by=clinic.park.user, doses=2, reason="left open")
        now = timezone.now()
        [row] = stock.shelf(clinic.department.facility, start=now - timedelta(hours=1), end=now + timedelta(hours=1))
    assert (row.on_hand, row.given, row.wasted) == (Decimal(7), Decimal(1), Decimal(2))
    with arranging():
        assert sum(StockMovement.objects.filter(lot=lot).values_list("quantity", flat=True)) == row.on_hand
        assert AuditEvent.objects.filter(verb="prevention.waste_doses", reason="left open").exists()


def test_waste_needs_a_reason_and_no_more_than_there_is(clinic):
    lot = clinic.lot(clinic.zoster, doses=1)
    with acting_as(clinic.park.user, reason="test"):
        with pytest.raises(ValidationError):
            stock.waste_doses(lot.pk, by=clinic.park.user, doses=1, reason=" ")
        with pytest.raises(Refused):
            stock.waste_doses(lot.pk, by=clinic.park.user, doses=2, reason="fridge")


def test_a_delivery_is_booked_in_on_the_page_once(client, clinic):
    client.force_login(clinic.park.user)
    page = f"{reverse('prevention:vaccine_stock')}?department={clinic.department.pk}"
    data = {
        "in-vaccine": str(clinic.tdap.pk), "in-lot_number": "T1", "in-doses": "20", "in-source": "note 7",
        "in-expires_on": (clinic.today + timedelta(days=90)).isoformat(),
    }  # fmt: skip
    assert client.post(page, data).status_code == 302
    assert client.post(page, data).status_code == 422
    assert "T1" in client.get(page).content.decode()

    [lot] = _lots(clinic, "T1")
    waste = {"what": "waste", "out-lot": str(lot.pk), "out-doses": "3", "out-reason": "fridge failed"}
    assert client.post(page, waste).status_code == 302
    [lot] = _lots(clinic, "T1")
    assert lot.on_hand == Decimal(17)


def _lots(clinic, number):
    from pharmacy.models import StockLot

    with arranging():
        return list(StockLot.objects.filter(lot_number=number))


# --- Pages ------------------------------------------------------------------------------------------------------


def test_the_days_list_says_who_comes_and_what_each_may_have(client, clinic, django_assert_max_num_queries):
    mateo = child(clinic)
    with arranging():
        vaccinate(mateo, "21", clinic.today - timedelta(days=10))
    evaluate(clinic.maria, mateo)
    clinic.come()
    clinic.come(mateo, arrived=False)
    client.force_login(clinic.park.user)

    with django_assert_max_num_queries(40):
        page = client.get(reverse("prevention:vaccine_clinic")).content.decode()

    assert "Maria Alvarez" in page and "Zoster" in page
    assert "MMR: not before" in page
    assert "HPV: not before" not in page, "what comes in years is no matter of today"
    with arranging():
        seen = AuditEvent.objects.filter(verb="prevention.vaccine_clinic")
        assert seen.exists()


def test_the_list_tells_nothing_labelled(client, clinic):
    from prevention.models import ImmunisationForecast

    evaluate(clinic.maria)
    with arranging():
        ImmunisationForecast.objects.filter(member=clinic.maria, vaccine_group="Zoster").update(sensitivity=16)
    clinic.come()
    client.force_login(clinic.park.user)
    assert "Zoster" not in client.get(reverse("prevention:vaccine_clinic")).content.decode().replace("Vaccine 187", "")


def test_the_nurse_records_everything_on_one_page_and_the_certificate_shows_it_at_once(client, clinic):
    evaluate(clinic.maria)
    zoster, tdap = clinic.lot(clinic.zoster), clinic.lot(clinic.tdap)
    visit = clinic.come()
    client.force_login(clinic.park.user)
    url = reverse("prevention:vaccine_visit", args=[visit.pk])
    page = client.get(url)
    forms = {row["due"].row.vaccine_group: row["form"] for row in page.context["groups"] if row["form"]}
    assert forms.keys() >= {"Zoster", "DTaP/Tdap/Td"}
    data = {"other-lot": "", "other-site": "LD"}
    for form, lot in ((forms["Zoster"], zoster), (forms["DTaP/Tdap/Td"], tdap)):
        data |= {form.add_prefix("lot"): str(lot.pk), form.add_prefix("site"): "LD"}
        data |= {form.add_prefix("information_on"): EDITION.isoformat()}

    missing = {**data, forms["Zoster"].add_prefix("information_on"): ""}
    with zeal_ignore():  # each dose is charted and taken from its lot by itself
        refused = client.post(url, missing)
        assert refused.status_code == 422 and "which edition" in refused.content.decode()
        assert client.post(url, data).status_code == 302

    client.force_login(clinic.maria.user)
    certificate = client.get(reverse("prevention:immunisation_certificate")).content.decode()
    assert zoster.lot_number in certificate and tdap.lot_number in certificate


def test_taken_in_from_the_list_she_is_at_once_at_the_form(client, clinic):
    client.force_login(clinic.park.user)
    asked = f"Alvarez {clinic.maria.birth_date:%Y-%m-%d}"
    page = client.post(reverse("prevention:vaccine_clinic"), {"q": asked}, follow=True).content.decode()
    assert "Take in" in page

    answer = client.post(
        reverse("prevention:vaccine_walk_in"), {"department": clinic.department.pk, "member": clinic.maria.pk}
    )

    assert answer.status_code == 302 and "/vaccine-clinic/visits/" in answer["Location"]
    assert client.get(answer["Location"]).status_code == 200


@pytest.fixture
def stranger(clinic):
    """Of the same plan, and nobody at the clinic looks after her."""
    with arranging():
        made = factories.member(clinic.system, "Noor", "Haddad", birth_date=clinic.today - relativedelta(years=60))
        vaccinate(made, "115", clinic.today - relativedelta(years=12))
    return made


def take_in(client, clinic, member):
    client.force_login(clinic.park.user)
    asked = {"department": clinic.department.pk, "member": member.pk}
    return client.post(reverse("prevention:vaccine_walk_in"), asked)["Location"]


def test_a_stranger_who_is_taken_in_opens_the_clinics_page_and_not_her_chart(client, clinic, stranger):
    page = client.get(take_in(client, clinic, stranger))

    assert page.status_code == 200 and "Haddad, Noor" in page.content.decode()
    assert [row.on.date() for row in page.context["record"]], "what she had is there"
    assert [item["label"] for item in page.context["rail"]] == ["Vaccine visit", "Whole chart, with a reason"]
    chart = client.get(reverse("clinical:chart", args=[stranger.pk]))
    assert chart.status_code == 302
    assert chart["Location"].startswith(reverse("clinical:break_glass", args=[stranger.pk])), "it asks for the reason"
    with arranging():
        assert not BreakTheGlass.objects.exists(), "nothing for auditors to wade through on a flu day"
        seen = AuditEvent.objects.get(verb="prevention.vaccine_visit", member_id=stranger.pk)
        assert (seen.user_id, seen.reason) == (clinic.park.user_id, "the member is at their vaccine clinic today")


def test_nor_does_the_visit_once_a_dose_was_given_open_her_chart_to_anybody_there(client, clinic, stranger):
    lot = clinic.lot(clinic.zoster)
    with arranging():
        colleague = factories.clinician(clinic.department, "Cody Lane", as_role="nurse")
    take_in(client, clinic, stranger)
    with arranging():
        visit = Appointment.objects.get(member=stranger)
    give(clinic, visit, clinic.dose(lot))

    for user in (clinic.park.user, colleague.user):
        with acting_as(user, reason="test"):
            assert not looks_after(user, stranger.pk)
            assert not may(user, "clinical.view_chart", stranger)
    with arranging():
        assert DoseGiven.objects.filter(member=stranger).count() == 1
        assert not BreakTheGlass.objects.exists()


def test_the_page_of_somebody_unknown_is_open_on_the_day_of_the_visit_alone(client, clinic, stranger):
    url = take_in(client, clinic, stranger)
    with arranging():
        visit = Appointment.objects.get(member=stranger)
    user = clinic.park.user
    with acting_as(user, reason="test"):
        assert may(user, "prevention.vaccinate", visit)
        for days in (-1, 1):
            moved = [at + timedelta(days=days) for at in (visit.starts_at, visit.ends_at)]
            visit.during = DateTimeTZRange(*moved)
            assert not may(user, "prevention.vaccinate", visit)
            visit.refresh_from_db()
    with arranging():
        Appointment.objects.filter(pk=visit.pk).update(status="cancelled")
    client.force_login(user)
    assert client.get(url)["Location"].startswith(reverse("clinical:break_glass", args=[stranger.pk]))


def test_a_visit_of_another_kind_is_not_begun_by_whoever_may_not_write_in_the_chart(clinic, stranger):
    from tests.scheduling.factories import hours

    slot = hours(clinic.chen, clinic.department, timezone.now() + timedelta(minutes=1), count=1)[0]
    user = clinic.park.user
    with acting_as(user, reason="test"):
        made = scheduling.book(by=user, member=stranger, slot=slot, visit_type=clinic.office)
        scheduling.check_in(made, by=user)
        with pytest.raises(PermissionDenied):
            start_visit(made, by=user)
    with arranging():
        assert not BreakTheGlass.objects.exists()


def test_without_appointment_one_is_found_by_name_and_birth_date_or_by_record_number(client, clinic, stranger):
    client.force_login(clinic.park.user)
    page = reverse("prevention:vaccine_clinic")
    born = f"{stranger.birth_date:%m/%d/%Y}"
    for asked in ("Haddad", f"{stranger.birth_date.year} Haddad", born):
        answer = client.post(page, {"q": asked}, follow=True)
        assert not answer.context["found"] and "Ask for the birth date" in answer.content.decode(), asked
    for asked in (f"Haddad {born}", stranger.mrn):
        assert [one.pk for one in client.post(page, {"q": asked}, follow=True).context["found"]] == [stranger.pk], asked


def test_a_visit_of_another_kind_and_of_the_other_system_is_no_vaccine_visit(client, clinic):
    visit = clinic.come()
    url = reverse("prevention:vaccine_visit", args=[visit.pk])
    with arranging():
        theirs = factories.clinician(clinic.other_department, "Nora Else", as_role="nurse")
    client.force_login(theirs.user)
    assert client.get(url).status_code in (403, 404)
    with arranging():
        Appointment.objects.filter(pk=visit.pk).update(visit_type=clinic.office)
    client.force_login(clinic.park.user)
    assert client.get(url).status_code == 404


# --- Booking ----------------------------------------------------------------------------------------------------


def test_vaccine_visits_are_offered_in_the_clinics_hours_and_take_no_physicians_time(client, clinic):
    from tests.scheduling.factories import hours

    hours(clinic.chen, clinic.department)
    client.force_login(clinic.maria.user)
    evaluate(clinic.maria)
    page = client.get(f"{reverse('scheduling:book')}?from=vaccines:due")
    assert page.context["visit_type"].code == "VACCINE"
    starts = {time["value"] for one in page.context["days"] for time in one["times"]}
    with arranging():
        ours = {str(slot.pk) for slot in clinic.session.slots.all()}
    assert starts <= ours and (starts or timezone.localtime(timezone=factories.PACIFIC).hour >= 22)


def test_a_room_is_opened_for_vaccine_visits_on_the_page(client, clinic):
    client.force_login(clinic.park.user)
    day = clinic.today + timedelta(days=3)
    data = {
        "department": clinic.department.pk, "clinician": "", "room": str(clinic.room.pk), "day": day.isoformat(),
        "starts": "09:00", "ends": "12:00", "modality": "in_person", "slot_minutes": "10", "capacity": "6",
        "visit_types": [str(clinic.kind.pk)],
    }  # fmt: skip
    url = f"{reverse('scheduling:new_session')}?department={clinic.department.pk}"
    assert client.post(url, {**data, "room": ""}).status_code == 200
    assert client.post(url, data).status_code == 302
    with arranging():
        from scheduling.models import Slot

        slot = Slot.objects.filter(session__room=clinic.room, starts_at__date__gte=day).first()
        assert (slot.capacity, [kind.code for kind in slot.visit_types.all()]) == (6, ["VACCINE"])
