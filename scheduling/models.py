from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models.functions import Now

from core.constraints import MemberForeignKey
from core.history import track
from core.models import Identified, User
from core.triggers import BumpVersion
from members.models import MemberOwned, member_key
from network.models import Clinician, Department, Organization, Resource, Room
from plans.models import Benefit
from scheduling.querysets import AppointmentQuerySet, SlotQuerySet
from scheduling.triggers import CapacityHoldsSeats, SeatInSlot, SlotKeepsTime
from scheduling.words import visit_words


class VisitType(Identified):
    """What can be booked: how long it takes, how it is held, what service it counts as for cost."""

    class Modality(models.TextChoices):
        IN_PERSON = "in_person", "in person"
        VIDEO = "video"
        PHONE = "phone"

    class CountsAs(models.TextChoices):
        OFFICE = "office", "office visit"
        WELLNESS = "wellness", "preventive visit"
        HOME = "home", "home visit"

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    code = models.CharField(max_length=30)
    name = models.CharField(max_length=100)
    minutes = models.PositiveSmallIntegerField()
    modality = models.CharField(max_length=10, choices=Modality, default=Modality.IN_PERSON)
    service = models.CharField(max_length=20, choices=Benefit.Service)
    specialty = models.CharField(max_length=10, blank=True, default="", help_text="NUCC code; empty: primary care.")
    counts_as = models.CharField(
        max_length=10,
        choices=CountsAs,
        blank=True,
        default=CountsAs.OFFICE,
        db_default=CountsAs.OFFICE,
        help_text="What a visit in person is to measures; empty: none of theirs, as a nurse's visit or a picture.",
    )
    is_self_scheduled = models.BooleanField(default=True, help_text="Members book it themselves.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="scheduling_visittype_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        """The name in the reader's language, where it is one of ours."""
        return visit_words(self.name)


class Session(Identified):
    """A stretch of a clinician's (or a room's) day at a department, cut into slots (FHIR Schedule)."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    clinician = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="sessions")
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+")
    during = DateTimeRangeField()
    modality = models.CharField(max_length=10, choices=VisitType.Modality, default=VisitType.Modality.IN_PERSON)
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(during__isempty=False), name="scheduling_session_during"),
            models.CheckConstraint(
                condition=models.Q(clinician__isnull=False) | models.Q(room__isnull=False),
                name="scheduling_session_held_by",
            ),
        ]
        indexes = [models.Index(fields=["department", "during"], name="scheduling_session_dept")]


class ResourceBooking(models.Model):
    """A clinician or a room is never in two places at once, whatever the booking is for."""

    id = models.BigAutoField(primary_key=True)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="bookings", db_index=False)
    during = DateTimeRangeField()
    session = models.ForeignKey(Session, models.CASCADE, null=True, blank=True, related_name="bookings")
    purpose = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(during__isempty=False), name="scheduling_booking_during"),
            ExclusionConstraint(
                name="scheduling_booking_once",
                expressions=[("resource", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                violation_error_message="The clinician or room is already booked at that time.",
            ),
        ]


class Slot(Identified):
    """A bookable time in a session with `capacity` numbered seats (FHIR Slot). Holds nothing personal."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    visit_types = models.ManyToManyField(VisitType, related_name="slots", blank=True, help_text="Empty: any.")
    capacity = models.PositiveSmallIntegerField(default=1)
    is_blocked = models.BooleanField(default=False)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="scheduling_slot_order"),
            models.UniqueConstraint(fields=["session", "starts_at"], name="scheduling_slot_once"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="scheduling_slot_start")]
        triggers = [CapacityHoldsSeats(name="seats_given"), SlotKeepsTime(name="time_given")]


@track()
class Appointment(MemberOwned):
    """A member's seat in a slot. Cancelled and missed ones give the seat back and stay on record."""

    class Status(models.TextChoices):
        BOOKED = "booked"
        ARRIVED = "arrived"
        ROOMED = "roomed", "in the room"
        FULFILLED = "fulfilled", "seen"
        CANCELLED = "cancelled"
        NO_SHOW = "noshow", "did not come"

    HOLDING = (Status.BOOKED, Status.ARRIVED, Status.ROOMED, Status.FULFILLED)

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="appointments")
    seat = models.PositiveSmallIntegerField(default=1)
    during = DateTimeRangeField(help_text="The slot's time, kept here so that a member is never in two places.")
    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+", db_index=False)
    clinician = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="appointments")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.BOOKED, db_default=Status.BOOKED)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    expected_cost = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text="The member's cost as told at booking."
    )
    moved_from = member_key("self", null=True, blank=True, related_name="+", db_index=False)
    booked_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    booked_at = models.DateTimeField(db_default=Now())
    arrived_at = models.DateTimeField(null=True, blank=True)
    roomed_at = models.DateTimeField(null=True, blank=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    cancel_reason = models.CharField(max_length=100, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta(MemberOwned.Meta):
        constraints = [
            *MemberOwned.Meta.constraints,
            MemberForeignKey("moved_from"),
            models.UniqueConstraint(
                fields=["slot", "seat"],
                condition=~models.Q(status__in=["cancelled", "noshow"]),
                name="scheduling_appointment_seat",
                violation_error_message="Somebody else has just taken this time.",
            ),
            ExclusionConstraint(
                name="scheduling_appointment_member",
                expressions=[("member", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=~models.Q(status__in=["cancelled", "noshow"]),
                violation_error_message="You already have an appointment at that time.",
            ),
        ]
        indexes = [GistIndex(fields=["department", "during"], name="scheduling_appointment_day")]
        triggers = [BumpVersion(name="bump_version"), SeatInSlot(name="seat_in_slot")]

    @property
    def starts_at(self) -> datetime:
        return self.during.lower

    @property
    def ends_at(self) -> datetime:
        return self.during.upper


@track()
class WaitlistEntry(MemberOwned):
    """A wish for an earlier time; offered when a seat is given back. An offer holds nothing: who books first has it."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        BOOKED = "booked"
        WITHDRAWN = "withdrawn"

    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    clinician = models.ForeignKey(Clinician, models.PROTECT, null=True, blank=True, related_name="+")
    dates = DateRangeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING, db_default=Status.WAITING)
    offered_slot = models.ForeignKey(Slot, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    offered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(MemberOwned.Meta):
        constraints = [*MemberOwned.Meta.constraints]
        indexes = [
            models.Index(
                fields=["visit_type", "created_at"],
                name="scheduling_waitlist_turn",
                condition=models.Q(status="waiting"),
            )
        ]
