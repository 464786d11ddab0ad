"""A lifelong chart that came from elsewhere, looked at by the physician whose patient its person now is."""

import os
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from clinical.models import Encounter
from clinical.ports import chart_panels
from core.db import as_job
from core.models import User
from members.models import Member, PrimaryCareAssignment
from network.models import Clinician
from tests.demo import command

DATA = Path(os.environ.get("KPCARE_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "synthea"
BUNDLES = sorted((DATA / "bundles").glob("*.json"), key=lambda file: (-file.stat().st_size, file.name))

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.usefixtures("demo"),
    pytest.mark.skipif(not BUNDLES, reason=f"No bundles under {DATA}: set KPCARE_DATA to their folder."),
]


@pytest.fixture
def imported() -> Member:
    """The person of the largest bundle, now a patient of the demo's physician."""
    job = User.objects.system("tests")
    with as_job(job, reason="look"):
        before = set(Member.objects.values_list("pk", flat=True))
    command("jobs", "import_fhir", str(BUNDLES[0]), "--workers=1")
    with as_job(job, reason="arrange"):
        member = Member.objects.exclude(pk__in=before).get()
        physician = Clinician.objects.get(user__email="physician@demo.example")
        PrimaryCareAssignment.objects.filter(member=member).delete()
        PrimaryCareAssignment.objects.create(
            member=member,
            clinician=physician,
            department=physician.employments.latest("pk").department,
            period=(timezone.localdate(), None),
            origin="assigned",
        )
    return member


def test_every_page_of_an_imported_chart_stands_at_both_widths(imported, demo_sign_in, axe):
    page = demo_sign_in("physician")
    page.goto(reverse("clinical:chart", args=[imported.pk]))
    page.get_by_role("heading", name=imported.family).first.wait_for()
    axe(page, "summary")
    shown = 0
    for panel in chart_panels():
        answer = page.goto(reverse("clinical:chart_panel", args=[imported.pk, panel.name]))
        assert answer is not None and answer.ok, f"{panel.name} answers {answer and answer.status}"
        axe(page, panel.name)
        shown += 1
    assert shown > 8
    with as_job(User.objects.system("tests"), reason="look"):
        assert Encounter.objects.filter(member=imported).count() > 50, "a lifelong chart"
