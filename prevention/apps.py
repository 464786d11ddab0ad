from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PreventionConfig(AppConfig):
    name = "prevention"

    def ready(self) -> None:
        from clinical import ports
        from core import outbox, wakeups
        from members.ports import register_merge_effect
        from prevention import panels, permissions  # noqa: F401  (permissions registers who may)
        from prevention.library import card as library_card
        from prevention.merging import make_way
        from prevention.outreach.one_tap import path_for
        from prevention.registries import panel as registry_panel
        from prevention.tasks import wake_for_changes
        from prevention.vaccine_clinic import VISIT_TYPE

        register_merge_effect("prevention", make_way)
        ports.register_narrow_visit(VISIT_TYPE)
        self.register_jobs()
        self.register_starters()
        panels.plug_in()
        registry_panel.plug_in()
        library_card.plug_in()
        outbox.register_path("one-tap", path_for)
        wakeups.register_member_wakeup(wake_for_changes)
        self.register_places()

    def register_jobs(self) -> None:
        from core import jobs as core_jobs
        from prevention import jobs
        from prevention.aside import set_aside_share
        from prevention.cohorts import jobs as cohorts
        from prevention.immunisation import run as immunisations
        from prevention.outreach import batches
        from prevention.plan_rates import job as plan_rates
        from prevention.registries import run as registries

        core_jobs.register(
            jobs.KIND, jobs.evaluate_share, finish=jobs.finish, title=jobs.title, set_aside=set_aside_share
        )
        core_jobs.register(
            plan_rates.KIND,
            plan_rates.evaluate_share,
            finish=plan_rates.finish,
            title=plan_rates.title,
            set_aside=set_aside_share,
        )
        core_jobs.register(
            immunisations.KIND,
            immunisations.evaluate_share,
            finish=immunisations.finish,
            title=immunisations.title,
            set_aside=set_aside_share,
        )
        core_jobs.register(
            registries.KIND,
            registries.evaluate_share,
            finish=registries.finish,
            title=registries.title,
            set_aside=set_aside_share,
        )
        core_jobs.register(batches.KIND, batches.place_share, title=batches.title)
        core_jobs.register(
            cohorts.COUNT, cohorts.count_share, finish=cohorts.finish_count, title=cohorts.title_of_count
        )
        core_jobs.register(
            cohorts.EXPORT, cohorts.export_share, title=cohorts.title_of_export, failed=cohorts.export_failed
        )

    def register_starters(self) -> None:
        from core.starters import register_starter
        from prevention import jobs
        from prevention.plan_rates import job as plan_rates
        from prevention.registries import run as registries

        register_starter(
            "prevention",
            label=_("Evaluate prevention"),
            says=_("Everybody is evaluated as of today, in the background. Nobody is reminded twice."),
            permission="prevention.start_run",
            start=jobs.start_now,
        )
        register_starter(
            "plan-rates",
            label=_("Count plan rates"),
            says=_("Everybody is counted by the plan measures of this year, as far as it has gone."),
            permission="prevention.start_run",
            start=plan_rates.start_now,
        )
        register_starter(
            "registries",
            label=_("Evaluate registries"),
            says=_("Who has which condition, how it stands and what is next is worked out as of today."),
            permission="prevention.start_run",
            start=registries.start_now,
        )

    def register_places(self) -> None:
        from core.navigation import portal_nav, staff_nav

        portal_nav.register("vaccines", _("Vaccines"), "prevention:immunisations", order=55, icon="medical_services")
        staff_nav.register(
            "prevention", _("Prevention"), "prevention:worklist", order=40, permission="prevention.view_worklist"
        )
        staff_nav.register(
            "vaccine-clinic",
            _("Vaccine clinic"),
            "prevention:vaccine_clinic",
            order=43,
            permission="prevention.run_vaccine_clinic",
        )
        staff_nav.register("outreach", _("Outreach"), "prevention:calls", order=41, permission="prevention.reach_out")
        staff_nav.register(
            "campaigns", _("Campaigns"), "prevention:campaigns", order=79, permission="prevention.view_outreach"
        )
        staff_nav.register(
            "vaccine-schedules",
            _("Vaccine schedules"),
            "prevention:immunisation_policies",
            order=82,
            permission="prevention.set_immunisation_policy",
        )
        staff_nav.register(
            "plan-rates", _("Plan rates"), "prevention:plan_rates", order=81, permission="prevention.view_runs"
        )
        staff_nav.register(
            "registries", _("Registries"), "prevention:registries", order=42, permission="prevention.view_registries"
        )
        staff_nav.register(
            "cohorts", _("Cohorts"), "prevention:cohorts", order=78, permission="prevention.build_cohort"
        )
        staff_nav.register(
            "prevention-runs", _("Prevention runs"), "prevention:runs", order=80, permission="prevention.start_run"
        )
        staff_nav.register(
            "quality", _("Quality"), "prevention:quality", order=45, permission="prevention.view_quality"
        )
