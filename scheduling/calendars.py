"""Appointments as iCalendar (RFC 5545)."""

import datetime
import zoneinfo

from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from scheduling.models import Appointment


def event(appointment: Appointment) -> bytes:
    """One appointment as a calendar file: time, place and that it is a visit; nothing about why."""
    facility = appointment.department.facility
    zone = zoneinfo.ZoneInfo(facility.time_zone)
    entry = Event()
    entry.add("uid", f"{appointment.pk}@kpcare")
    entry.add("dtstamp", timezone.now().astimezone(datetime.UTC))
    entry.add("sequence", appointment.version)
    entry.add("dtstart", appointment.starts_at.astimezone(zone))
    entry.add("dtend", appointment.ends_at.astimezone(zone))
    entry.add("summary", _("Visit at %(place)s") % {"place": facility.name})
    address = ", ".join(part for part in (facility.line1, facility.city, facility.state, facility.postal_code) if part)
    entry["location"] = vText(address or facility.name)
    cancelled = appointment.status in (Appointment.Status.CANCELLED, Appointment.Status.NO_SHOW)
    entry.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//kpcare//scheduling//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    return calendar.to_ical()
