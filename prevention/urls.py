"""Prevention: a member's gaps, the outreach worker's list, the nightly runs."""

from django.urls import path

from prevention.outreach.views import addresses as address_views
from prevention.outreach.views import campaigns as campaign_views
from prevention.outreach.views import effect as effect_views
from prevention.outreach.views import one_tap
from prevention.outreach.views import orders as order_views
from prevention.outreach.views import staff as outreach_views
from prevention.outreach.views import terms as terms_views
from prevention.quality import list_views as quality_lists
from prevention.quality import project_views as projects
from prevention.quality import views as quality
from prevention.vaccine_clinic import recall_views
from prevention.vaccine_clinic import views as clinic
from prevention.views import cohorts as cohort_views
from prevention.views import doses, immunisation_policy, intervals, plan_rates, talks
from prevention.views import immunisations as immunisation_views
from prevention.views import library as library_views
from prevention.views import portal as member_views
from prevention.views import registries as registry_views
from prevention.views import staff as staff_views

portal = [
    path("library/", library_views.library, name="library"),
    path("library/<slug:slug>/", library_views.article, name="article"),
    path("vaccines/", immunisation_views.immunisations, name="immunisations"),
    path("vaccines/born/", immunisation_views.born, name="birth_country"),
    path("vaccines/certificate/", immunisation_views.certificate, name="immunisation_certificate"),
    path("gaps/<uuid:gap_id>/", member_views.gap, name="gap"),
    path("gaps/<uuid:gap_id>/order/", member_views.order, name="order"),
    path("gaps/<uuid:gap_id>/elsewhere/", member_views.elsewhere, name="elsewhere"),
    path("gaps/<uuid:gap_id>/not-now/", member_views.not_now, name="not_now"),
    path("r/<str:token>/", one_tap.one_tap, name="one_tap"),
    path("r/<str:token>/kit/", one_tap.order_kit, name="one_tap_order"),
    path("r/<str:token>/visit/", one_tap.book, name="one_tap_book"),
    path("r/<str:token>/elsewhere/", one_tap.elsewhere, name="one_tap_elsewhere"),
    path("r/<str:token>/not-now/", one_tap.not_now, name="one_tap_not_now"),
]

staff = [
    path("prevention/", staff_views.worklist, name="worklist"),
    path("prevention/gaps/<uuid:gap_id>/", staff_views.gap_detail, name="gap_detail"),
    path("prevention/gaps/<uuid:gap_id>/contact/", staff_views.contact, name="contact"),
    path("prevention/gaps/<uuid:gap_id>/order/", staff_views.order, name="staff_order"),
    path("chart/<uuid:member_id>/prevention/<slug:rule>/", intervals.interval, name="interval"),
    path("chart/<uuid:member_id>/prevention/<slug:rule>/talked/", talks.talked, name="talked"),
    path("chart/<uuid:member_id>/prevention/<uuid:interval_id>/end/", intervals.end_interval, name="end_interval"),
    path("chart/<uuid:member_id>/vaccines/record/", doses.record_dose, name="record_dose"),
    path("chart/<uuid:member_id>/vaccines/catch-up/", doses.catch_up, name="catch_up"),
    path("chart/<uuid:member_id>/vaccines/born/", doses.born, name="member_birth_country"),
    path("prevention/vaccine-schedules/", immunisation_policy.policies, name="immunisation_policies"),
    path("prevention/vaccine-schedules/roll-over/", immunisation_policy.roll_over, name="roll_over_seasons"),
    path(
        "prevention/vaccine-schedules/<uuid:policy_id>/end/",
        immunisation_policy.end_policy,
        name="end_immunisation_policy",
    ),
    path("vaccine-clinic/", clinic.day, name="vaccine_clinic"),
    path("vaccine-clinic/walk-in/", clinic.take_walk_in, name="vaccine_walk_in"),
    path("vaccine-clinic/stock/", clinic.shelf, name="vaccine_stock"),
    path("vaccine-clinic/lots/<uuid:vaccine_lot_id>/recall/", recall_views.recall, name="vaccine_recall"),
    path("vaccine-clinic/visits/<uuid:vaccine_visit_id>/", clinic.visit, name="vaccine_visit"),
    path("prevention/plan-rates/", plan_rates.plan_rates, name="plan_rates"),
    path("cohorts/", cohort_views.cohorts, name="cohorts"),
    path("cohorts/new/", cohort_views.new, name="cohort_new"),
    path("cohorts/agreements/", cohort_views.agreements, name="agreements"),
    path("cohorts/<uuid:cohort_id>/", cohort_views.cohort, name="cohort"),
    path("cohorts/<uuid:cohort_id>/change/", cohort_views.edit, name="cohort_edit"),
    path("cohorts/<uuid:cohort_id>/count/", cohort_views.count, name="cohort_count"),
    path("cohorts/<uuid:cohort_id>/recount/", cohort_views.recount, name="cohort_recount"),
    path("cohorts/<uuid:cohort_id>/export/", cohort_views.export, name="cohort_export"),
    path("cohorts/exports/<uuid:cohort_export_id>/<str:file_name>", cohort_views.download, name="cohort_download"),
    path("registries/", registry_views.registries, name="registries"),
    path("registries/people/<uuid:registration_id>/", registry_views.entry, name="registry_entry"),
    path("registries/people/<uuid:registration_id>/note/", registry_views.follow_up, name="registry_follow_up"),
    path("registries/bulk/<uuid:bulk_id>/", registry_views.batch, name="registry_batch"),
    path("registries/<slug:registry>/", registry_views.registry, name="registry"),
    path("registries/<slug:registry>/prepare/", registry_views.prepare, name="registry_prepare"),
    path("outreach/campaigns/", effect_views.campaigns, name="campaigns"),
    path("outreach/campaigns/terms/", terms_views.terms, name="outreach_terms"),
    path("outreach/campaigns/terms/<uuid:terms_id>/end/", terms_views.end_terms, name="end_outreach_terms"),
    path("outreach/campaigns/costs/", terms_views.costs, name="outreach_costs"),
    path("outreach/campaigns/new/", campaign_views.new_campaign, name="new_campaign"),
    path("outreach/campaigns/<uuid:campaign_id>/change/", campaign_views.change_campaign, name="change_campaign"),
    path("outreach/campaigns/<uuid:campaign_id>/stop/", campaign_views.stop_campaign, name="stop_campaign"),
    path("outreach/campaigns/<uuid:campaign_id>/", effect_views.campaign, name="campaign"),
    path("outreach/calls/", outreach_views.calls, name="calls"),
    path("outreach/calls/<uuid:reminder_id>/", outreach_views.call, name="call"),
    path("outreach/calls/<uuid:reminder_id>/take/", outreach_views.take_call, name="take_call"),
    path("outreach/calls/<uuid:reminder_id>/leave/", outreach_views.leave_call, name="leave_call"),
    path("outreach/letters/", outreach_views.letters, name="letters"),
    path("outreach/letters/print/", outreach_views.print_letters, name="print_letters"),
    path("outreach/letters/<uuid:pile_id>.pdf", outreach_views.letters_pdf, name="letters_pdf"),
    path("outreach/letters/<uuid:pile_id>/posted/", outreach_views.letters_posted, name="letters_posted"),
    path("outreach/letters/<uuid:pile_id>/put-back/", outreach_views.letters_put_back, name="letters_put_back"),
    path("outreach/addresses/", address_views.addresses, name="addresses"),
    path("outreach/addresses/<uuid:wanted_member_id>/", address_views.address, name="address"),
    path("outreach/addresses/<uuid:member_id>/telecom/", address_views.found_telecom, name="found_telecom"),
    path("outreach/addresses/<uuid:member_id>/address/", address_views.found_address, name="found_address"),
    path("outreach/addresses/<uuid:member_id>/again/", address_views.write_again, name="write_again"),
    path("outreach/reports/", outreach_views.reports, name="reports"),
    path("outreach/reports/<uuid:report_id>/", outreach_views.report, name="report"),
    path("outreach/reports/<uuid:report_id>/accept/", outreach_views.report_accept, name="report_accept"),
    path("outreach/reports/<uuid:report_id>/refuse/", outreach_views.report_refuse, name="report_refuse"),
    path("outreach/reports/<uuid:report_id>/proof.pdf", outreach_views.report_proof, name="report_proof"),
    path("outreach/protocols/", order_views.protocols, name="protocols"),
    path("outreach/protocols/new/", order_views.new_protocol, name="new_protocol"),
    path("outreach/protocols/<uuid:protocol_id>/list/", order_views.prepare, name="prepare_batch"),
    path("outreach/protocols/<uuid:protocol_id>/end/", order_views.end_protocol, name="end_protocol"),
    path("outreach/lists/<uuid:batch_id>/", order_views.batch, name="batch"),
    path("outreach/lists/<uuid:batch_id>/sign/", order_views.sign, name="sign_batch"),
    path("outreach/lists/<uuid:batch_id>/place/", order_views.place, name="place_batch"),
    path("outreach/lists/<uuid:batch_id>/progress/", order_views.batch_progress, name="batch_progress"),
    path("outreach/lists/<uuid:batch_id>/withdraw/", order_views.withdraw, name="withdraw_batch"),
    path("outreach/kits/", order_views.kits, name="kits"),
    path("outreach/kits/<uuid:kit_id>/lost/", order_views.kit_lost, name="kit_lost"),
    path("outreach/follow-up/", order_views.follow_ups, name="follow_ups"),
    path("outreach/follow-up/settle/", order_views.settle_unread, name="settle_unread"),
    path("outreach/follow-up/<uuid:follow_up_id>/close/", order_views.close_follow_up, name="close_follow_up"),
    path("prevention/runs/", staff_views.runs, name="runs"),
    path("prevention/runs/start/", staff_views.start_run, name="start_run"),
    path("prevention/runs/<uuid:run_id>/progress/", staff_views.run_progress, name="run_progress"),
    path("quality/", quality.dashboard, name="quality"),
    path("quality/rates.csv", quality_lists.export_all, name="quality_export_all"),
    path("quality/measures/<slug:measure>/<int:group>/", quality.measure, name="quality_measure"),
    path("quality/measures/<slug:measure>/<int:group>/people/", quality_lists.members, name="quality_people"),
    path("quality/measures/<slug:measure>/<int:group>/goal/", quality_lists.goal, name="quality_goal"),
    path("quality/measures/<slug:measure>/<int:group>/rate.csv", quality_lists.export_rate, name="quality_export"),
    path("quality/projects/", projects.projects, name="quality_projects"),
    path("quality/projects/new/", projects.start, name="quality_start_project"),
    path("quality/projects/<uuid:project_id>/", projects.project, name="quality_project"),
    path("quality/projects/<uuid:project_id>/cycles/", projects.begin_cycle, name="quality_cycle"),
    path(
        "quality/projects/<uuid:project_id>/cycles/<uuid:cycle_id>/end/", projects.end_cycle, name="quality_end_cycle"
    ),
    path("quality/projects/<uuid:project_id>/points/", projects.add_point, name="quality_point"),
    path("quality/projects/<uuid:project_id>/decide/", projects.decide, name="quality_decide"),
    path("quality/projects/<uuid:project_id>/change/", projects.change, name="quality_change_project"),
    path("quality/projects/<uuid:project_id>/hand-over/", projects.hand_over, name="quality_hand_over_project"),
    path("quality/guidelines/", projects.guidelines, name="quality_guidelines"),
    path("quality/guidelines/new/", projects.new_guideline, name="quality_new_guideline"),
    path("quality/guidelines/<uuid:guideline_id>/", projects.guideline, name="quality_guideline"),
    path(
        "quality/guidelines/<uuid:guideline_id>/hand-over/",
        projects.hand_over_guideline,
        name="quality_hand_over_guideline",
    ),
    path("quality/guidelines/<uuid:guideline_id>/retire/", projects.retire, name="quality_retire"),
]
