"""The chart, visits, in-basket, referrals and messages."""

from django.urls import path

from clinical.views import access, charts, inbasket, messages, overrides, referrals, visits
from clinical.views import portal as portal_views

portal = [
    path("", portal_views.home, name="home"),
    path("record/", portal_views.my_record, name="my_record"),
    path("record/access/", access.who_opened, name="who_opened"),
    path("results/", portal_views.my_results, name="my_results"),
    path("messages/", messages.threads, name="threads"),
    path("messages/new/", messages.new_thread, name="new_thread"),
    path("messages/<uuid:thread_id>/", messages.thread, name="thread"),
]

staff = [
    path("", charts.staff_home, name="staff_home"),
    path("members/", charts.search, name="search"),
    path("chart/<uuid:member_id>/", charts.chart, name="chart"),
    path("chart/<uuid:member_id>/open/", charts.break_glass, name="break_glass"),
    path("chart/<uuid:member_id>/sign/", charts.sign_basket, name="sign_basket"),
    path("chart/<uuid:member_id>/order/<slug:kind>/", charts.order, name="order"),
    path("chart/<uuid:member_id>/refer/", referrals.refer, name="refer"),
    path("chart/<uuid:member_id>/problems/new/", charts.add_problem, name="add_problem"),
    path(
        "chart/<uuid:member_id>/problems/<uuid:condition_id>/resolve/", charts.resolve_problem, name="resolve_problem"
    ),
    path("chart/<uuid:member_id>/allergies/new/", charts.record_allergy, name="record_allergy"),
    path("chart/<uuid:member_id>/notes/<uuid:note_id>/amend/", visits.amend_note, name="amend_note"),
    path("chart/<uuid:member_id>/visit/<uuid:encounter_id>/", visits.visit, name="visit"),
    path("chart/<uuid:member_id>/visit/<uuid:encounter_id>/vitals/", visits.record_vitals, name="record_vitals"),
    path("chart/<uuid:member_id>/visit/<uuid:encounter_id>/diagnosis/", visits.add_diagnosis, name="add_diagnosis"),
    path("chart/<uuid:member_id>/visit/<uuid:encounter_id>/note/", visits.write_note, name="write_note"),
    path("chart/<uuid:member_id>/visit/<uuid:encounter_id>/end/", visits.finish_visit, name="finish_visit"),
    path("chart/<uuid:member_id>/<slug:name>/", charts.chart_panel, name="chart_panel"),
    path("visits/<uuid:appointment_id>/start/", visits.start_visit, name="start_visit"),
    path("access/reasons/", access.accesses, name="accesses"),
    path("access/reasons/<uuid:access_id>/", access.review, name="review_access"),
    path("overrides/", overrides.overrides, name="overrides"),
    path("in-basket/", inbasket.inbasket, name="inbasket"),
    path("in-basket/<uuid:task_id>/<slug:step>/", inbasket.work, name="work_task"),
    path("referrals/", referrals.referrals, name="referrals"),
    path("referrals/<uuid:referral_id>/", referrals.referral, name="referral"),
    path("referrals/<uuid:referral_id>/letter/", referrals.letter, name="referral_letter"),
    path("referrals/<uuid:referral_id>/letter.pdf", referrals.letter_pdf, name="referral_letter_pdf"),
    path("referrals/<uuid:referral_id>/cancel/", referrals.cancel, name="cancel_referral"),
    path("referrals/<uuid:referral_id>/<slug:step>/", referrals.answer, name="answer_referral"),
    path("messages/<uuid:thread_id>/", messages.staff_thread, name="staff_thread"),
]
