"""Pages of the hospitals: the bed board and the stay."""

from django.urls import path

from hospitals.views import board, stays

staff = [
    path("hospitals/", board.board, name="board"),
    path("hospitals/beds/<uuid:bed_id>/admit/", board.admit_to, name="admit"),
    path("hospitals/stays/<uuid:stay_id>/", stays.stay, name="stay"),
    path("hospitals/stays/<uuid:stay_id>/transfer/", stays.transfer, name="transfer"),
    path("hospitals/stays/<uuid:stay_id>/swap/", stays.swap, name="swap"),
    path("hospitals/stays/<uuid:stay_id>/status/", stays.change_status, name="change_status"),
    path("hospitals/stays/<uuid:stay_id>/summary/", stays.summary, name="summary"),
    path("hospitals/stays/<uuid:stay_id>/discharge/", stays.discharge, name="discharge"),
    path("hospitals/stays/<uuid:stay_id>/hand-off/", stays.hand_off, name="hand_off"),
    path("hospitals/handoffs/<uuid:handoff_id>/accept/", stays.accept, name="accept"),
]
