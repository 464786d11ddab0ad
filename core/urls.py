"""Pages that belong to no room above: the gallery of components, the language of the pages."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from core.permissions import public
from core.views import accounts, api_docs, apps, gallery, language, oversight

portal = [
    path("invitation/<str:token>/", accounts.invitation, name="invitation"),
    path("accounts/apps/", apps.apps, name="apps"),
    path("accounts/apps/<int:application_id>/shut-out/", apps.shut_out, name="shut_app_out"),
    path("language/", language.choose_language, name="set_language"),
]

staff = [
    path("audit/", oversight.audit_log, name="audit_log"),
    path("outbox/", oversight.messages_sent, name="messages_sent"),
    path("jobs/", oversight.job_runs, name="job_runs"),
    path("jobs/start/<slug:name>/", oversight.start_job, name="start_job"),
    path("jobs/<uuid:run_id>/", oversight.job_progress, name="job_progress"),
    path("jobs/<uuid:run_id>/stop/", oversight.stop_job, name="stop_job"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<slug:page>/", gallery.gallery, name="gallery_page"),
]

# The description of the REST interface holds nothing about anybody.
api = [
    path("schema/", public(SpectacularJSONAPIView.as_view()), name="api_schema"),
    path("docs/", api_docs.api_docs, name="api_docs"),
    path("docs/<slug:kind>/", api_docs.api_docs, name="api_docs_kind"),
]
