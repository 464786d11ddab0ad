"""Who works here and may do what."""

from django.urls import path

from network.views import offers
from network.views import staff as staff_views

portal = [
    path("roles/", offers.offers, name="offers"),
    path("roles/<uuid:offer_id>/accept/", offers.accept, name="accept_offer"),
    path("roles/<uuid:offer_id>/decline/", offers.decline, name="decline_offer"),
]

staff = [
    path("people/", staff_views.people, name="people"),
    path("people/add/", staff_views.add_person, name="add_person"),
    path("people/<uuid:user_id>/", staff_views.person, name="person"),
    path("people/<uuid:user_id>/account/", staff_views.switch_account, name="switch_account"),
    path("people/offers/<uuid:offer_id>/withdraw/", offers.withdraw, name="withdraw_offer"),
    path("people/roles/<uuid:assignment_id>/end/", staff_views.end_role, name="end_role"),
]
