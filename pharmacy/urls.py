"""Pages about medicines: the member's own, the pharmacist's queue and stock, prescribing in the chart."""

from django.urls import path

from pharmacy.views import chart, stock
from pharmacy.views import portal as member_pages
from pharmacy.views import staff as counter

portal = [
    path("medicines/", member_pages.my_medicines, name="my_medicines"),
    path("medicines/<uuid:prescription_id>/refill/", member_pages.refill, name="refill"),
    path("medicines/fills/<uuid:fill_id>/cancel/", member_pages.cancel_refill, name="cancel_refill"),
]
staff = [
    path("pharmacy/", counter.work_queue, name="queue"),
    path("pharmacy/fills/<uuid:fill_id>/", counter.fill_detail, name="fill_detail"),
    path("pharmacy/fills/<uuid:fill_id>/<slug:step>/", counter.work_fill, name="work_fill"),
    path("pharmacy/stock/", stock.stock, name="stock"),
    path("pharmacy/lots/<uuid:lot_id>/recall/", stock.recall, name="recall"),
    path("pharmacy/members/<uuid:member_id>/prescribe/", chart.prescribe, name="prescribe"),
]
