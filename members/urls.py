"""Pages about a person: their own profile and family, registration and matching for staff."""

from django.urls import path

from members.views import person
from members.views import portal as member_views
from members.views import staff as staff_views

portal = [
    path("family/<uuid:member_id>/open/", person.switch_person, name="switch_person"),
    path("family/", member_views.family, name="family"),
    path("family/access/<uuid:proxy_id>/end/", member_views.end_access, name="end_access"),
    path("profile/", member_views.profile, name="profile"),
]

staff = [
    path("members/register/", staff_views.register, name="register"),
    path("members/matches/", staff_views.matches, name="matches"),
    path("members/matches/<uuid:review_id>/", staff_views.match, name="match"),
    path("members/<uuid:member_id>/edit/", staff_views.edit, name="edit"),
]
