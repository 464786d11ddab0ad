"""Every page that a role may open, found from the site map: it answers, passes axe at two widths, fits the phone.

Its picture at both widths is kept in test-artefacts/, for somebody to look at.

A new page is covered as soon as it has an address. A new kind of argument in an address needs an entry in `VALUES`.
"""

import re
import zlib
from collections.abc import Callable, Iterator

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import get_resolver

from core.db import as_job
from core.models import JobRun, User
from tests.demo import OWED
from tests.test_urls_walk import patterns

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("demo")]

ROLES = (
    "maria",
    "physician",
    "nurse",
    "medical.assistant",
    "pharmacist",
    "laboratory.technologist",
    "front.desk",
    "care.coordinator",
    "plan.administrator",
    "finance",
    "auditor",
    "quality",
)
# Elsewhere: interfaces and libraries' pages; what has browser tests of its own; what is no page.
ELSEWHERE = (
    "admin/",
    "api/",
    "fhir/",
    "oauth/",
    "accounts/",
    "staff/gallery/",
    "invitation/",
    "language/",
    ".well-known/",
)
NO_PAGE = (".ics", ".pdf", ".csv", "/progress/", "/state/")
# Rows that the demo world has none of: their pages stay unvisited until it has.
ABSENT_ALLOWED = {
    "review_id",
    "claim_id",
    "row_id",
    "proxy_id",
    "handoff_id",
    "mismatch_id",
    "thread_id",
    "entry_id",
    "line_id",
    "page",
    "token",
    "merge_id",
    "interval_id",
    "policy_id",
    "bulk_id",
    "cohort_id",
    "cohort_export_id",
    "file_name",
    "reminder_id",
    "report_id",
    "batch_id",
    "kit_id",
    "follow_up_id",
}
TRIED = 4
# The walk is cut so that workers share it.
PARTS = 4


def newest(model: type[Model], **conditions) -> Callable[[], list[str]]:
    return lambda: [
        str(pk) for pk in model.objects.filter(**conditions).order_by("-pk").values_list("pk", flat=True)[:TRIED]
    ]


def values() -> dict[str, list[str]]:
    """For each argument in an address a few values of the demo world, those of the demo member first."""
    from billing.models import CapitationLine, CapitationRun, LedgerEntry, OutsideClaim
    from clinical.models import BreakTheGlass, Condition, Encounter, MessageThread, Note, Referral, Task
    from clinical.ports import chart_panels, order_kinds
    from hospitals.models import Handoff, Stay
    from interop.models import ImportRun, SetAside
    from labs.models import LabOrder, LabResult, ResultMismatch
    from members.models import MatchReview, Member, MemberTelecom, Proxy
    from network.models import Bed, RoleAssignment
    from pharmacy.models import Fill, Prescription, StockLot
    from prevention.library import articles
    from prevention.models import (
        BatchOrder,
        Campaign,
        CareGap,
        ElsewhereReport,
        FollowUp,
        HomeKit,
        ImmunisationPolicy,
        RegistryEntry,
        Reminder,
        StandingOrder,
    )
    from prevention.registries import BY_ID as REGISTRIES
    from prevention.rules import BY_ID
    from scheduling.models import Appointment

    maria = Member.objects.get(user__email="maria@demo.example")
    own = {"member": maria}
    return {
        "member_id": [str(maria.pk)],
        "appointment_id": newest(Appointment, **own)() + newest(Appointment, status="booked")(),
        "gap_id": newest(CareGap, status="open", **own)(),
        "result_id": newest(LabResult, **own)() + newest(LabResult)(),
        "prescription_id": newest(Prescription, **own)(),
        "fill_id": newest(Fill, status="requested")() + newest(Fill)(),
        "lot_id": newest(StockLot)(),
        "order_id": newest(LabOrder)(),
        "mismatch_id": newest(ResultMismatch)(),
        "stay_id": newest(Stay)(),
        "bed_id": newest(Bed, assignments__isnull=True)(),
        "handoff_id": newest(Handoff)(),
        "referral_id": newest(Referral)(),
        "task_id": newest(Task)(),
        "thread_id": newest(MessageThread)(),
        "encounter_id": newest(Encounter, **own)(),
        "condition_id": newest(Condition, **own)(),
        "note_id": newest(Note, **own)(),
        "proxy_id": newest(Proxy)(),
        "review_id": newest(MatchReview)(),
        "run_id": newest(JobRun)() + newest(CapitationRun)() + newest(ImportRun)(),
        "line_id": newest(CapitationLine)(),
        "claim_id": newest(OutsideClaim)(),
        "entry_id": newest(LedgerEntry)(),
        "row_id": newest(SetAside)(),
        "user_id": newest(User)(),
        "assignment_id": newest(RoleAssignment)(),
        "registration_id": newest(RegistryEntry, left_on=None)(),
        "registry": list(REGISTRIES),
        "slug": [one.slug for one in articles.articles("en")[:TRIED]],
        "bulk_id": [],
        "cohort_id": [],
        "cohort_export_id": [],
        "file_name": [],
        "merge_id": [],
        "interval_id": [],
        "access_id": newest(BreakTheGlass)(),
        "campaign_id": newest(Campaign)(),
        "reminder_id": newest(Reminder, channel="call")(),
        "report_id": newest(ElsewhereReport)(),
        "protocol_id": newest(StandingOrder)(),
        "batch_id": newest(BatchOrder)(),
        "kit_id": newest(HomeKit)(),
        "follow_up_id": newest(FollowUp)(),
        "telecom_id": newest(MemberTelecom, **own)(),
        "other_id": newest(Member)(),
        "rule": list(BY_ID)[:TRIED],
        "policy_id": newest(ImmunisationPolicy)(),
        "kind": [kind.name for kind in order_kinds()],
        "name": [panel.name for panel in chart_panels()],
        "step": ["none"],
        "page": [],
        "token": [],
    }


IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
ARGUMENT = re.compile(r"<\w+:(\w+)>")


def addresses() -> Iterator[str]:
    """Every address of a page with its arguments filled in; one that must be guessed comes in a few variants."""
    known = values()
    for at, _pattern in patterns(get_resolver()):
        if at.startswith(ELSEWHERE) or at.endswith(NO_PAGE):
            continue
        names = ARGUMENT.findall(at)
        for name in names:
            assert name in known, f"{at}: say in VALUES what to put for {name!r}."
            assert known[name] or name in ABSENT_ALLOWED, f"The demo world has nothing for {name!r} of {at}."
        yield from filled(f"/{at}", names, known)


def shape_of(address: str) -> str:
    return IDENTITY.sub("…", address)


def part_of(address: str) -> int:
    """Which part of the walk an address belongs to, the same in every run: that of its shape."""
    return zlib.crc32(shape_of(address).encode()) % PARTS


def filled(at: str, names: list[str], known: dict[str, list[str]]) -> Iterator[str]:
    if not names:
        yield at
        return
    first, *rest = names
    for value in known[first]:
        yield from filled(ARGUMENT.sub(value, at, count=1), rest, known)


@OWED
@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_answers_passes_axe_and_fits_the_phone(part, page, live_server, axe, screenshot):
    with as_job(User.objects.system("tests"), reason="look"):
        asked = [address for address in dict.fromkeys(addresses()) if part_of(address) == part]
        accounts = {role: User.objects.get(email=f"{role}@demo.example") for role in ROLES}
    failed: list[str] = []
    opened: dict[str, str] = {}
    reached: dict[str, set[str]] = {role: set() for role in ROLES}
    for role, user in accounts.items():
        client = Client(raise_request_exception=False)
        client.force_login(user)
        for address in asked:
            shape = shape_of(address)
            if shape in reached[role] and not shape.endswith("…/order/"):
                continue
            answer = client.get(address)
            if answer.status_code >= 500:
                failed.append(f"{role}: {address} answers {answer.status_code}")
            elif answer.status_code == 200 and b"<html" in answer.content[:400]:
                reached[role].add(shape)
                if shape not in opened.values():
                    opened.setdefault(address, shape)
                    look(page, live_server.url, client, address, axe, screenshot, failed)
    lonely = [role for role in ROLES if not reached[role]]
    assert not lonely, f"These roles open no page of this part: {lonely}"
    assert len(set(opened.values())) > 55 // PARTS, sorted(set(opened.values()))
    assert not failed, "\n".join(failed)


def look(page, url: str, client: Client, address: str, axe, screenshot, failed: list[str]) -> None:
    """Open one page in the browser as the role that reached it first."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": one.value, "url": url} for name, one in client.cookies.items()])
    said: list[str] = []

    def heard(message) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", heard)
    try:
        answer = page.goto(address)
        assert answer is not None and answer.ok, f"{address} answers {answer.status if answer else 'nothing'}"
        screenshot(page, re.sub(r"\W+", "-", IDENTITY.sub("", address)).strip("-") or "home")
        axe(page)
        assert not said, f"{address}: the console says {said}"
    except AssertionError as error:
        failed.append(str(error)[:1500])
    finally:
        page.remove_listener("console", heard)
