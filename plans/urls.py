"""Coverage: a member's own with its costs, and its history for staff."""

from django.urls import path

from plans.views import portal as member_views
from plans.views import staff as staff_views
from plans.views.without_doctor import without_doctor

portal = [path("coverage/", member_views.coverage, name="coverage")]

staff = [
    path("members/without-doctor/", without_doctor, name="without_doctor"),
    path("members/<uuid:member_id>/coverage/", staff_views.history, name="history"),
    path("members/<uuid:member_id>/coverage/enrol/", staff_views.enrol, name="enrol"),
    path("members/<uuid:member_id>/coverage/end/", staff_views.end_coverage, name="end_coverage"),
]
