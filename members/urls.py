"""Pages about a person: whose record the portal shows."""

from django.urls import path

from members.views import person

portal = [
    path("family/<uuid:member_id>/open/", person.switch_person, name="switch_person"),
]
