"""Import runs."""

from django.urls import path

from interop.views import runs

staff = [
    path("imports/", runs.runs, name="runs"),
    path("imports/<uuid:run_id>/", runs.run, name="run"),
    path("imports/<uuid:run_id>/replay/", runs.replay, name="replay"),
    path("imports/<uuid:run_id>/terminations/<uuid:row_id>/accept/", runs.accept, name="accept_termination"),
    path("imports/<uuid:run_id>/terminations/<uuid:row_id>/decline/", runs.decline, name="decline_termination"),
    path("imports/<uuid:run_id>/set-aside/<uuid:row_id>/", runs.sent, name="set_aside"),
    path("imports/<uuid:run_id>/set-aside/<uuid:row_id>/dismiss/", runs.dismiss, name="dismiss"),
]
