"""A nurse's day at the vaccine clinic, in the browser, and the member who looks at the certificate afterwards."""

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.urls import reverse

from tests.clinical import factories
from tests.clinical.factories import arranging
from tests.network.factories import make_staff
from tests.prevention.immunisation.test_screens import evaluate
from tests.prevention.vaccine_clinic.factories import Clinic, vaccinate

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def clinic() -> Clinic:
    made = Clinic()
    with arranging():
        made.mateo = factories.member(made.system, "Mateo", birth_date=made.today - relativedelta(years=5), sex="male")
        vaccinate(made.mateo, "21", made.today - timedelta(days=10))
    made.shelf = [made.lot(made.zoster), made.lot(made.tdap), made.lot(made.mmr)]
    evaluate(made.maria, made.mateo)
    made.come()
    made.come(made.mateo, arrived=False)
    return made


def test_a_nurses_day_at_the_clinic(page, axe, sign_in, clinic):
    sign_in(clinic.park.user)
    page.goto(reverse("prevention:vaccine_clinic"))
    axe(page, "day")
    page.get_by_role("link", name="Give").click()
    axe(page, "visit")

    zoster = page.get_by_role("group", name="Zoster")
    zoster.get_by_label("Lot").select_option(index=1)
    page.get_by_role("button", name="Record what was given").click()

    page.get_by_text("The certificate shows it already.").wait_for()
    axe(page, "done")
    page.get_by_role("link", name="Deliveries and waste").click()
    axe(page, "shelf")

    sign_in(clinic.maria.user)
    page.goto(reverse("prevention:immunisation_certificate"))
    page.get_by_text(clinic.shelf[0].lot_number).wait_for()


def test_seasons_that_have_run_out_stand_on_the_page(page, axe, sign_in, clinic):
    sign_in(make_staff("plan_administrator", clinic.system))
    page.goto(reverse("prevention:immunisation_policies"))
    axe(page, "seasons")
