from django.urls import path

from clinical.views import portal as portal_views

portal = [
    path("", portal_views.home, name="home"),
    path("record/", portal_views.my_record, name="my_record"),
    path("results/", portal_views.my_results, name="my_results"),
]
