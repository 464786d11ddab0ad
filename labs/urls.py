"""Pages of the laboratory: the member's results, the bench."""

from django.urls import path

from labs.views import bench
from labs.views import portal as own

portal = [
    path("results/<uuid:result_id>/", own.result, name="result"),
]

staff = [
    path("labs/", bench.bench, name="bench"),
    path("labs/mismatches/", bench.mismatches, name="mismatches"),
    path("labs/mismatches/<uuid:mismatch_id>/resolve/", bench.resolve, name="resolve"),
    path("labs/orders/<uuid:order_id>/", bench.order, name="order"),
    path("labs/orders/<uuid:order_id>/collect/", bench.collect, name="collect"),
    path("labs/orders/<uuid:order_id>/mail/", bench.mail, name="mail"),
    path("labs/orders/<uuid:order_id>/return/", bench.return_kit, name="return_kit"),
    path("labs/orders/<uuid:order_id>/receive/", bench.receive, name="receive"),
    path("labs/orders/<uuid:order_id>/reject/", bench.reject, name="reject"),
    path("labs/orders/<uuid:order_id>/enter/", bench.enter, name="enter"),
    path("labs/orders/<uuid:order_id>/release/", bench.release, name="release"),
    path("labs/orders/<uuid:order_id>/cancel/", bench.cancel, name="cancel"),
    path("labs/results/<uuid:result_id>/correct/", bench.correct, name="correct"),
    path("labs/results/<uuid:result_id>/acknowledge/", bench.acknowledge, name="acknowledge"),
]
