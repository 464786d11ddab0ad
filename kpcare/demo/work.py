"""A few weeks' work on the demo world once its first jobs have run: messages, lists, kits, reviews, projects, cohorts.

Made by the same actions as the screens, by the demo accounts, so that no page begins empty. `lay` does it once.
"""

import contextlib
import datetime
from decimal import Decimal

from django.utils import timezone

from clinical.actions.messages import answer_thread, start_thread
from core.models import JobRun, User
from hospitals.actions.handoffs import hand_off
from hospitals.models import Stay
from kpcare.demo import past_outreach, past_quality
from kpcare.demo.ancillary import staff
from labs.actions import specimens
from labs.actions.results import SpecimenMismatch, enter_result, release_result
from labs.models import LabOrder
from members.models import Member
from network.models import Department, Organization, Region
from prevention import actions as prevention
from prevention.cohorts import jobs as cohort_jobs
from prevention.cohorts.criteria import Criteria
from prevention.immunisation import seasons
from prevention.immunisation.actions import set_policy
from prevention.models import (
    BatchOrder,
    CareGap,
    Cohort,
    CohortExport,
    Guideline,
    HomeKit,
    OutreachEpisode,
    RegistryEntry,
    Reminder,
    StandingOrder,
)
from prevention.outreach import batches, letters
from prevention.outreach.elsewhere import report_elsewhere
from prevention.outreach.orders import order_for_gap
from prevention.quality import project_actions as improvement
from prevention.registries import actions as registries

FIT = "colorectal_screening"
# Title, source, address, care rule, months until it is looked at again.
GUIDELINES = (
    (
        "Colorectal cancer screening",
        "US Preventive Services Task Force, 18 May 2021, grades A and B",
        "https://www.uspreventiveservicestaskforce.org/uspstf/recommendation/colorectal-cancer-screening",
        FIT,
        5,
    ),
    (
        "Glycaemic goals in diabetes",
        "American Diabetes Association, Standards of Care 2025, section 6",
        "https://diabetesjournals.org/care/issue/48/Supplement_1",
        "hba1c",
        -1,
    ),
)
# A photo of one grey dot.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
# Of the kits posted in a fortnight, per cent that were back a fortnight later: six before the envelopes, six after.
POINTS = (30.8, 28.0, 33.3, 29.6, 34.6, 31.0, 38.5, 46.2, 42.3, 48.0, 44.4, 50.0)
FORTNIGHT = 14
# What has become of the kits of the signed list, in their order: how many days ago it came about.
KITS = (
    ("ordered", 0), ("ordered", 0), ("ordered", 1), ("mailed", 4), ("mailed", 6), ("mailed", 9), ("asked", 20),
    ("asked", 24), ("lost", 61), ("expired", 371), ("returned", 1), ("returned", 0), ("Negative", 3), ("Negative", 8),
)  # fmt: skip


def lay(at: datetime.datetime) -> bool:
    """Lay it; False where it was laid before. Needs the jobs login and `as_job`."""
    if Guideline.objects.exists():
        return False
    system = Organization.objects.get(kind="system")
    today = timezone.localdate(at)
    past_outreach.add(at=at, caller=staff("care.coordinator").pk)
    past_quality.add(system, by=staff("quality"), today=today)
    _messages()
    _orders_under_protocol(system)
    _post(system)
    _addresses_wanted(at)
    _wards_and_bench()
    _interval(system, today)
    _registries()
    _improvement(system, today)
    _vaccines(system, today)
    return True


def _messages() -> None:
    user = User.objects.get(email="maria@demo.example")
    maria = Member.objects.get(user=user)
    asked = start_thread(
        by=user,
        member=maria,
        subject="Cough with lisinopril",
        body="Since the summer I have had a dry cough, mostly at night. Could it be the blood pressure tablet?",
    )
    answer_thread(
        asked,
        by=staff("physician"),
        body="It could be: one person in ten has it. Let us talk about it at your next visit; go on until then.",
    )
    start_thread(
        by=user,
        member=maria,
        subject="Form for Mateo's school",
        body="The school asks for his vaccine certificate by Friday. Where do I find it?",
    )


def _orders_under_protocol(system: Organization) -> None:
    """A list signed last week, with its kits; one that waits for a signature; somebody who had it elsewhere."""
    protocol = StandingOrder.objects.get(organization=system, protocol="fit_home_kit")
    # In a small world nobody may be due at the nurse's own place.
    with contextlib.suppress(ValueError):
        signed = batches.prepare_batch(protocol, FIT, by=staff("nurse"), limit=14)
        # Who has an account answers for themselves in this demo.
        themselves = frozenset(signed.items.filter(member__user__isnull=False).values_list("pk", flat=True))
        batches.sign_and_place(signed, by=staff("physician"), without=themselves)
        _kits(signed)
        batches.prepare_batch(protocol, FIT, by=staff("nurse"), limit=9)
    others = CareGap.objects.open().for_rule(FIT).filter(member__user=None).exclude(kits__isnull=False)
    for gap, when in zip(others.order_by("pk")[:2], ("last spring", "about 2022"), strict=False):
        report_elsewhere(gap, by=staff("care.coordinator"), when=when, where="Bay Digestive Health", what="colonoscopy")


def _kits(batch: BatchOrder) -> None:
    """Kits at every stage, as if they had been ordered over the last months; the lost one has its successor."""
    orders = batch.items.filter(order__isnull=False).values("order")
    kits = HomeKit.objects.filter(order__in=orders).select_related("gap", "member").order_by("ordered_at", "pk")
    for kit, (stage, days) in zip(kits, KITS, strict=False):
        _kit(kit, stage, datetime.timedelta(days=days))


def _kit(kit: HomeKit, stage: str, ago: datetime.timedelta) -> None:
    technologist, now = staff("laboratory.technologist"), timezone.now()
    order = LabOrder.objects.select_related("member", "test").get(request=kit.order_id)
    since = now - ago
    # A kit was ordered two days before it was sent, and three weeks before it came back.
    before = {"ordered": 0, "returned": 21, "Negative": 23}.get(stage, 2)
    kit.ordered_at = since - datetime.timedelta(days=before)
    if stage != "ordered":
        order = specimens.mail_kit(by=technologist, order=order)
    if stage in ("returned", "Negative"):
        tube = specimens.receive_kit(
            by=technologist, order=order, mrn=order.member.mrn, birth_date=order.member.birth_date
        )
        if stage == "Negative":
            enter_result(by=technologist, order=order, accession=tube.accession, value=stage)
            release_result(by=technologist, order=order)
    if stage == "asked":
        kit.nudged_at = since + datetime.timedelta(days=FORTNIGHT)
    if stage in ("lost", "expired"):
        kit.nudged_at, kit.lost_at = since + datetime.timedelta(days=FORTNIGHT), since + datetime.timedelta(days=45)
    kit.save(update_fields=["ordered_at", "nudged_at", "lost_at"])
    LabOrder.objects.filter(pk=order.pk).update(status_at=since, created_at=kit.ordered_at)
    if stage == "lost":
        order_for_gap(kit.gap, by=staff("nurse"))


def _post(system: Organization) -> None:
    """A pile of letters that the coordinator printed and has not posted yet; the others wait to be taken."""
    waiting = letters.piles(letters.waiting()[: letters.AT_ONCE])
    smallest = min(waiting, key=lambda pile: len(pile.reminders), default=None)
    if smallest is not None:
        letters.print_pile(
            system.pk,
            language=smallest.language,
            large_print=smallest.large_print,
            by=staff("care.coordinator"),
        )


def _addresses_wanted(at: datetime.datetime) -> None:
    """A few people whom nothing reached: somebody looks for their address."""
    open_ones = OutreachEpisode.objects.filter(stopped_at=None, arm="outreach", gap__status="open", sensitivity=0)
    unknown = open_ones.exclude(gap__in=Reminder.objects.filter(status="queued").values("gap")).order_by("pk")
    few = list((unknown.filter(member__user=None) or open_ones.order_by("pk")).values_list("pk", flat=True)[:4])
    OutreachEpisode.objects.filter(pk__in=few).update(stopped_at=at, stop_reason="undeliverable")


def _wards_and_bench() -> None:
    """A tube that belongs to somebody else, kept for review; a ward that waits to take over from another."""
    order = LabOrder.objects.filter(status="received").order_by("pk").first()
    if order is not None:
        with contextlib.suppress(SpecimenMismatch):
            enter_result(by=staff("laboratory.technologist"), order=order, accession="26-0000-0007", value="4.4")
    stay = Stay.objects.filter(discharged_at=None).select_related("member").order_by("pk").first()
    if stay is not None:
        parts = {
            "illness_severity": "Watcher",
            "patient_summary": "Day 3 of antibiotics, afebrile since yesterday, walks with a frame.",
            "actions": "Potassium at 16:00. Change to tablets if she eats.",
            "contingencies": "If oxygen falls below 90 %, call me and take a picture of the chest.",
        }
        hand_off(by=staff("physician"), stay=stay, parts=parts, to_department=_ward(stay))


def _ward(stay: Stay) -> Department:
    return stay.beds.latest("pk").bed.room.department


def _interval(system: Organization, today: datetime.date) -> None:
    """Somebody whose blood pressure is to be looked at more often than others'."""
    known = Member.objects.filter(managing_organization=system, user=None, household__isnull=False).order_by("-mrn")[0]
    prevention.set_personal_interval(
        known, "blood_pressure", by=staff("physician"), months=3, reason="New medicine", start=today
    )


def _registries() -> None:
    """People of the diabetes registry handed to coordinators in one go, and one noted."""
    coordinator = staff("care.coordinator")
    found = list(RegistryEntry.objects.filter(registry="diabetes", left_on=None).order_by("-tier", "pk")[:6])
    if found:
        batch = registries.prepare_batch("diabetes", "task", found, by=coordinator, filters={})
        registries.do_batch(batch, by=coordinator, detail="Not seen for a year: call, offer a visit and the eye test.")
        registries.note_follow_up(
            found[0], by=coordinator, note="Moved to her sister's. Prefers calls after five.", next_contact_on=None
        )


def _improvement(system: Organization, today: datetime.date) -> None:
    quality = staff("quality")
    for title, source, address, rule, months in GUIDELINES:
        improvement.add_guideline(
            system.pk,
            by=quality,
            title=title,
            source=source,
            address=address,
            rule=rule,
            review_by=today + datetime.timedelta(days=30 * months),
        )
    begun = today - datetime.timedelta(days=FORTNIGHT * len(POINTS))
    turned = begun + datetime.timedelta(days=FORTNIGHT * len(POINTS) // 2)
    project = improvement.start_project(
        system.pk,
        by=quality,
        title="Stool tests for Spanish speakers",
        aim="Half of the kits posted to members who prefer Spanish are back within a fortnight, up from three in ten; "
        "counted every fortnight for the kits posted in the one before.",
        measure="CMS130",
        group=1,
        dimension="language",
        stratum="es",
        due_on=today + datetime.timedelta(days=120),
    )
    type(project).objects.filter(pk=project.pk).update(started_on=begun)
    first = improvement.begin_cycle(
        project,
        by=quality,
        change_idea="A letter in Spanish, large print, goes with the kit",
        prediction="Two in five come back within a fortnight, against three in ten before.",
        start=begun,
    )
    improvement.end_cycle(
        first,
        by=quality,
        learnt="31 % came back, as before. Return envelopes without a stamp were the main reason for not sending.",
        next_step="Prepaid envelopes, and a text message after a week.",
        end=turned,
    )
    improvement.begin_cycle(
        project,
        by=quality,
        change_idea="Prepaid envelope, and a text message after a week",
        prediction="Half come back within a fortnight.",
        start=turned,
    )
    for number, value in enumerate(POINTS, 1):
        day = begun + datetime.timedelta(days=FORTNIGHT * number)
        improvement.add_point(project, by=quality, on=day, value=Decimal(str(value)))


def cohort() -> tuple[JobRun, JobRun]:
    """People with diabetes, to be counted, and exported without what identifies them: the runs that do so."""
    by = staff("plan.administrator")
    system = Organization.objects.get(kind="system")
    criteria = Criteria(registries=("diabetes",), min_age=40).checked()
    made = Cohort.objects.create(
        managing_organization=system,
        name="Diabetes, 40 and over",
        purpose="Who would gain from the eye camera in the clinic",
        criteria=criteria.to_json(),
        created_by=by,
    )
    today = timezone.localdate()
    counting = cohort_jobs.start_count(made, by=by, as_of=today)
    export = CohortExport.objects.create(
        managing_organization=system,
        cohort=made,
        kind=CohortExport.Kind.SAFE_HARBOR,
        purpose="Study of eye screening with the state university",
        criteria=made.criteria,
        as_of=today,
        requested_by=by,
    )
    return counting, cohort_jobs.start_export(export, by=by)


def _vaccines(system: Organization, today: datetime.date) -> None:
    season = seasons.shipped(today)
    region = Region.objects.filter(system=system).order_by("-code").first()
    set_policy(
        by=staff("plan.administrator"),
        system=system,
        region=region,
        name="As CDSi, confirmed by the market's committee",
        start=today,
        source="Immunisation committee, minutes of October",
        today=today,
        overlay={"seasons": season.overlay(system.name)} if season else {},
    )
