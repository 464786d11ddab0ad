"""Visits: a member's own, and the clinic's day."""

from django.urls import path

from scheduling.views import desk
from scheduling.views import portal as member_views
from scheduling.views import staff as staff_views

portal = [
    path("appointments/", member_views.appointments, name="appointments"),
    path("appointments/book/", member_views.book, name="book"),
    path("appointments/wait/", member_views.wait, name="wait"),
    path("appointments/<uuid:appointment_id>/", member_views.appointment, name="appointment"),
    path("appointments/<uuid:appointment_id>/move/", member_views.move, name="move"),
    path("appointments/<uuid:appointment_id>/cancel/", member_views.cancel, name="cancel"),
    path("appointments/<uuid:appointment_id>/visit.ics", member_views.calendar, name="calendar"),
]

staff = [
    path("schedule/", staff_views.day, name="day"),
    path("schedule/sessions/new/", staff_views.new_session, name="new_session"),
    path("schedule/book/<uuid:member_id>/", staff_views.book, name="staff_book"),
    path("schedule/members/<uuid:member_id>/", desk.member, name="member_desk"),
    path("schedule/visits/<uuid:appointment_id>/", desk.visit, name="visit"),
    path("schedule/visits/<uuid:appointment_id>/move/", desk.move, name="staff_move"),
    path("schedule/visits/<uuid:appointment_id>/cancel/", desk.cancel, name="staff_cancel"),
    path("schedule/<uuid:appointment_id>/<slug:step>/", staff_views.step, name="step"),
]
