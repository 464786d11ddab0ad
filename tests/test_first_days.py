"""The first day of each role in a real browser: from signing in, through the role's own work, to what it leaves."""

import re

import pytest
from playwright.sync_api import expect

from clinical.models import Encounter, Referral, Task
from core.db import as_job
from core.models import User
from hospitals.models import Stay
from labs.models import LabOrder
from members.models import Member
from network.models import Bed
from pharmacy.models import Fill, StockLot
from scheduling.models import Appointment
from tests.clinical.factories import arranging

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("demo")]


def one(queryset):
    """A row of the demo world, as the job account sees it."""
    with as_job(User.objects.system("tests"), reason="look"):
        return queryset.first()


def visit_about(words: str) -> Appointment:
    found = one(Appointment.objects.filter(reason=words).select_related("member", "visit_type"))
    assert found is not None, f"The demo clinic has no visit about {words!r}."
    return found


@pytest.mark.answers(403)
def test_front_desk_receives_moves_and_cancels(demo_sign_in, axe, screenshot):
    page = demo_sign_in("front.desk")
    page.get_by_role("heading", name="Family Medicine").first.wait_for()
    axe(page, "schedule")

    first = visit_about("Follow-up of diabetes")
    page.get_by_role("link", name=re.compile(f"Details ?: {first.member}")).click()
    page.get_by_role("heading", name="Coverage today").wait_for()
    here = visit_about("Shoulder pain after a fall")
    page.goto(f"/staff/schedule/visits/{here.pk}/")
    page.get_by_role("heading", name="Coverage today").wait_for()
    page.get_by_text("It costs the member").wait_for()
    axe(page, "visit")
    if page.get_by_role("button", name="Check in").count():
        page.get_by_role("button", name="Check in").click()
        page.get_by_text("Arrived").first.wait_for()

    moved = visit_about("Tired since September")
    page.goto(f"/staff/schedule/visits/{moved.pk}/")
    page.get_by_role("link", name="Move", exact=True).click()
    axe(page)
    page.locator(".kp-time").first.click()
    page.get_by_role("button", name="Move to this time").click()
    page.get_by_text("Moved to").first.wait_for()
    screenshot(page, "moved")

    page.get_by_role("link", name="Cancel the visit").click()
    axe(page)
    page.get_by_label("Reason").fill("Feels well again")
    page.get_by_role("button", name="Cancel the visit").click()
    page.get_by_text("Cancelled. The member is told").first.wait_for()
    page.get_by_text("member: Feels well again").wait_for()

    # The chart stays closed to the desk.
    assert page.goto(f"/staff/chart/{here.member_id}/").status == 403


def test_medical_assistant_brings_in_and_measures(demo_sign_in, axe):
    page = demo_sign_in("medical.assistant")
    waiting = visit_about("Follow-up of diabetes")
    page.get_by_label(f"Room: {waiting.member}").select_option(label="Exam 1")
    page.get_by_role("button", name=re.compile(f"Bring in ?: {waiting.member}")).click()
    page.get_by_text(f"{waiting.member}: in the room").wait_for()
    page.get_by_role("button", name=re.compile(f"Open the visit ?: {waiting.member}")).click()
    page.get_by_label("Systolic").fill("128")
    page.get_by_label("Diastolic").fill("78")
    page.get_by_role("button", name="Record").click()
    page.get_by_text("Vital signs recorded.").wait_for()
    page.get_by_text("128/78").first.wait_for()
    axe(page, "vitals")
    expect(page.get_by_role("button", name="Sign and end the visit"), "signing is the clinician's").to_have_count(0)


def test_nurse_admits_and_collects(demo_sign_in, axe, screenshot):
    inside = Stay.objects.values("member")
    patient = one(Member.objects.exclude(pk__in=inside).filter(user__isnull=True, status="active").order_by("mrn"))
    page = demo_sign_in("nurse")
    page.get_by_role("link", name="Beds").click()
    axe(page, "board")
    page.get_by_role("link", name=re.compile("^Admit to")).first.click()
    page.get_by_label("Record number (MRN)").fill(patient.mrn)
    page.get_by_label("Reason").fill("Pneumonia")
    page.get_by_role("main").get_by_role("button", name="Admit", exact=True).click()
    page.get_by_role("heading", name=f"{patient.family}, {patient.name_used or patient.given}").wait_for()
    axe(page, "stay")

    order = one(LabOrder.objects.filter(status="ordered", test__is_home_kit=False).select_related("member", "test"))
    page.get_by_role("link", name="Laboratory").click()
    page.get_by_role("link", name=re.compile(f"^Collect: {order.member.family}, .*{order.test.name}")).first.click()
    page.get_by_label("Record number (MRN)").fill(order.member.mrn)
    page.get_by_label("Birth date").fill(order.member.birth_date.isoformat())
    page.get_by_role("button", name="Specimen taken").click()
    page.get_by_text("Put the label on the tube").first.wait_for()
    screenshot(page, "collected")
    assert one(LabOrder.objects.filter(pk=order.pk)).status == "collected"


def test_physician_closes_what_waits_and_orders_with_open_eyes(demo_sign_in, axe):
    page = demo_sign_in("physician")
    page.get_by_role("heading", name="In-basket").wait_for()
    axe(page, "in-basket")
    page.get_by_role("link", name="Critical result: Potassium", exact=True).click()
    page.get_by_label("What was done").fill("Called; comes in today for a repeat")
    page.get_by_role("button", name="I have seen it").click()
    page.get_by_text("Noted. The task is closed.").wait_for()

    maria = one(Member.objects.filter(user__email="maria@demo.example"))
    page.get_by_label("Find a member").first.fill("alvares maria")
    page.keyboard.press("Enter")
    page.locator(f'main a[href="/staff/chart/{maria.pk}/"]').click()
    page.get_by_role("heading", name="Alvarez, Maria").first.wait_for()
    axe(page, "chart")

    # HbA1c was measured yesterday: the duplicate is said, and needs a reason.
    page.goto(f"/staff/chart/{maria.pk}/order/laboratory/?q=A1c")
    page.get_by_role("radio", name=re.compile("A1c", re.IGNORECASE)).first.check()
    page.get_by_role("button", name="Sign the order").click()
    page.get_by_text("has a result of").first.wait_for()
    axe(page, "duplicate")
    page.get_by_label("Why all the same").select_option(label="It has to be repeated")
    page.get_by_role("button", name="Order all the same").click()
    page.get_by_text("Ordered:").first.wait_for()

    # A question to a specialist outside: the letter is the next step.
    page.goto(f"/staff/chart/{maria.pk}/refer/")
    axe(page)
    page.get_by_role("combobox", name="Or to a specialist outside").fill("Golden Gate")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Question").fill("Sleep apnoea?")
    page.get_by_role("button", name="Send the question").click()
    page.get_by_role("heading", name="Send the letter").wait_for()
    axe(page, "referral")
    page.get_by_role("link", name="Read the letter").click()
    page.get_by_text("Sleep apnoea?").first.wait_for()
    axe(page, "letter")

    # A visit of today: note, signature, end.
    page.get_by_role("link", name="Schedule", exact=True).click()
    here = visit_about("Cough for three weeks")
    page.get_by_role("button", name=re.compile(f"Open the visit ?: {here.member}")).click()
    page.locator("#id_body").fill("Lungs clear. Viral. Back if fever.")
    page.get_by_role("button", name="Sign and end the visit").click()
    page.get_by_text("Signed. The visit has ended.").wait_for()
    assert one(Encounter.objects.filter(appointment=here)).status == "finished"


def test_pharmacist_checks_fills_and_hands_over(demo_sign_in, axe):
    page = demo_sign_in("pharmacist")
    page.get_by_role("heading", name="Pharmacy").first.wait_for()
    axe(page, "queue")
    page.get_by_role("link", name="Check and fill").first.click()
    page.get_by_role("button", name="Fill from this lot").wait_for()
    axe(page, "check")
    ndc = re.search(r"NDC (\d{11})", page.locator("main").inner_text())
    assert ndc, "the lot that is to be used is named with its NDC and its expiry"
    wrong = one(StockLot.objects.exclude(product__ndc=ndc[1]).select_related("product")).product.ndc
    page.get_by_label("Scan or type the NDC").fill(wrong)
    page.get_by_role("button", name="Fill from this lot").click()
    page.get_by_text("The bottle does not match").first.wait_for()
    page.get_by_label("Scan or type the NDC").fill(ndc[1])
    page.get_by_label("Where the bag goes").fill("Shelf 7")
    page.get_by_role("button", name="Fill from this lot").click()
    page.get_by_text("Shelf 7").first.wait_for()
    page.get_by_role("button", name="Hand over", exact=True).click()
    page.wait_for_load_state()
    done = one(Fill.objects.filter(pickup_place="Shelf 7").select_related("lot"))
    assert (done.status, done.lot.product.ndc) == ("collected", ndc[1])
    page.get_by_role("link", name="Stock", exact=True).click()
    axe(page, "stock")


@pytest.mark.answers(403)
def test_laboratory_technologist_receives_enters_and_releases(demo_sign_in, axe):
    page = demo_sign_in("laboratory.technologist")
    page.get_by_role("heading", name="Laboratory").first.wait_for()
    axe(page, "bench")
    order = one(LabOrder.objects.filter(status="collected", test__code="LDL").select_related("member", "test"))
    page.get_by_role("link", name=re.compile(f"^Receive: {order.member.family}, .*{order.test.name}")).first.click()
    page.get_by_role("button", name="Receive").click()
    tube = one(order.specimens.order_by("collected_at")).accession
    page.get_by_label("Accession number").fill(tube)
    page.get_by_label("Value in").fill("96")
    page.get_by_role("button", name="Enter result").click()
    page.get_by_role("button", name="Release", exact=True).click()
    page.get_by_text("Released.", exact=True).first.wait_for()
    axe(page, "released")
    assert one(LabOrder.objects.filter(pk=order.pk)).status == "released"
    assert page.goto("/staff/schedule/").status == 403


def test_care_coordinator_calls_books_and_closes_a_loop(demo_sign_in, axe, screenshot):
    page = demo_sign_in("care.coordinator")
    page.get_by_role("heading", name="Prevention").first.wait_for()
    axe(page, "worklist")
    page.get_by_role("link", name=re.compile("^Call ")).first.click()
    page.get_by_role("heading", name="After the call").wait_for()
    axe(page)
    page.get_by_role("link", name="Book the visit").click()
    axe(page)
    page.locator(".kp-time").first.click()
    page.get_by_role("button", name="Book this time").click()
    page.get_by_text("The member is told.").first.wait_for()
    screenshot(page, "booked")

    page.get_by_role("link", name="Referrals", exact=True).click()
    page.get_by_role("link", name="From us").click()
    page.get_by_text("awaits their reply").first.wait_for()
    axe(page, "loops")
    loop = one(Referral.objects.filter(to_organization__name="Bay Orthopaedic Specialists").select_related("member"))
    page.get_by_role("link", name=str(loop.member)).first.click()
    page.get_by_label("Who wrote it").fill("Dr. Ida Knee, orthopaedics")
    page.get_by_label("Dated").fill("2026-01-05")
    page.get_by_label("What they say").fill("No arthroscopy. Exercises for six weeks.")
    page.get_by_role("button", name="Take it in and close").click()
    page.get_by_text("Report received and read").first.wait_for()
    axe(page, "closed")
    assert one(Task.objects.filter(kind="referral_report")).owner.email == "physician@demo.example"


def test_the_chart_by_keyboard_alone(demo_sign_in):
    """Search, open, record an allergy: no mouse anywhere."""
    maria = one(Member.objects.filter(user__email="maria@demo.example"))
    page = demo_sign_in("physician")
    page.keyboard.press("/")
    page.keyboard.type(maria.mrn)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/chart/**")
    press_until(page, "Add an allergy")
    page.keyboard.press("Enter")
    page.wait_for_url("**/allergies/new/")
    for label, value in (("Substance", "lisinopril"), ("Reaction", "cough")):
        press_until(page, label, by_label=True)
        page.keyboard.type(value)
    press_until(page, "Save")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Lisinopril: cough", re.IGNORECASE)).first.wait_for()


FOCUSED = """() => {
  const here = document.activeElement;
  const label = here.labels && here.labels[0] ? here.labels[0].innerText : '';
  return {label, text: here.innerText || here.value || ''};
}"""


def press_until(page, words: str, *, by_label: bool = False) -> None:
    """Tab on until the focus is on what `words` name; fails where it never gets there."""
    for _ in range(160):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if words in (found["label"] if by_label else found["text"]):
            return
    raise AssertionError(f"The keyboard never reaches {words!r} on {page.url}.")


def test_the_world_of_these_days_is_there():
    """What the days above begin with; a demo without it would make them pass for the wrong reason."""
    with arranging():
        assert Appointment.objects.filter(status="arrived").exists()
        assert Stay.objects.filter(discharged_at__isnull=True).count() == 5
        assert Bed.objects.filter(assignments__isnull=True).exists()


def test_a_member_reads_and_books_in_spanish(demo_sign_in, axe):
    page = demo_sign_in("maria")
    page.goto("/")
    page.get_by_role("button", name="Español").or_(page.get_by_role("link", name="Español")).first.click()
    page.get_by_role("heading", name=re.compile("^Buen[oa]s (días|tardes|noches), Maria$")).wait_for()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    axe(page, "home")
    page.get_by_role("link", name="Citas").first.click()
    page.get_by_role("link", name=re.compile("Reservar|Programar|Pedir|Agendar|Sacar|Hacer")).first.click()
    page.locator(".kp-time").first.click()
    axe(page, "book")
    page.locator("form .kp-button--main").last.click()
    page.wait_for_url(re.compile("/appointments/[0-9a-f-]{36}/"))
