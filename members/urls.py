"""Pages about a person: their own profile and family, registration and matching for staff."""

from django.urls import path

from members.views import access, deaths, desk, duplicates, invite, person
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
    path("members/merges/", duplicates.merges, name="merges"),
    path("members/merges/<uuid:merge_id>/undo/", duplicates.unmerge, name="unmerge"),
    path("members/merges/<uuid:merge_id>/access/", duplicates.settle_access, name="settle_access"),
    path("members/<uuid:member_id>/contact/", desk.contact, name="contact"),
    path("members/<uuid:member_id>/contact/<uuid:telecom_id>/end/", desk.end_telecom, name="end_telecom"),
    path("members/<uuid:member_id>/doctor/", desk.doctor, name="doctor"),
    path("members/<uuid:member_id>/death/", deaths.death, name="death"),
    path("members/<uuid:member_id>/access/", access.access, name="access"),
    path("members/<uuid:member_id>/access/<uuid:proxy_id>/end/", access.end_access, name="end_staff_access"),
    path("members/<uuid:member_id>/invite/", invite.invite, name="invite"),
    path("members/access/waiting/", access.waiting, name="proxy_requests"),
    path("members/access/<uuid:request_id>/confirm/", access.confirm, name="confirm_proxy"),
    path("members/access/<uuid:request_id>/refuse/", access.refuse, name="refuse_proxy"),
    path("audit/proxies/", access.staff_proxies, name="staff_proxies"),
    path("members/<uuid:member_id>/duplicates/", duplicates.duplicates, name="duplicates"),
    path("members/<uuid:member_id>/duplicates/<uuid:other_id>/", duplicates.compare, name="compare"),
    path("members/<uuid:member_id>/edit/", staff_views.edit, name="edit"),
]
