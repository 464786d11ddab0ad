from django.apps import AppConfig


class PreventionConfig(AppConfig):
    name = "prevention"

    def ready(self) -> None:
        from core import jobs as core_jobs
        from prevention import jobs

        core_jobs.register(jobs.KIND, jobs.evaluate_share, finish=jobs.finish)
