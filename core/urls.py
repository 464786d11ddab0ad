"""Pages that belong to no room above: the gallery of components, the language of the pages."""

from django.urls import path

from core.views import accounts, gallery, language

portal = [
    path("invitation/<str:token>/", accounts.invitation, name="invitation"),
    path("language/", language.choose_language, name="set_language"),
]

staff = [
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<slug:page>/", gallery.gallery, name="gallery_page"),
]
