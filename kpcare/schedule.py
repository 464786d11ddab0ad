"""When beat starts which task. The database scheduler takes these over and an administrator may change them there."""

from typing import Any

from celery.schedules import crontab

# name: {"task": "<app>.tasks.<function>", "schedule": seconds or crontab(…), "options": {"queue": "jobs"}}
SCHEDULE: dict[str, dict[str, Any]] = {
    # Redis carries wake-ups alone; these find what it lost.
    "sweep-jobs": {"task": "core.tasks.sweep_jobs", "schedule": 30},
    # Before who is due: outreach writes about the vaccines that a forecast names.
    "immunisations-nightly": {"task": "prevention.tasks.nightly_immunisations", "schedule": crontab(hour=8, minute=45)},
    "prevention-nightly": {"task": "prevention.tasks.nightly", "schedule": crontab(hour=9, minute=15)},
    "plan-rates-monthly": {
        "task": "prevention.tasks.monthly_plan_rates",
        "schedule": crontab(day_of_month=2, hour=10, minute=30),
    },
    "registries-nightly": {"task": "prevention.tasks.nightly_registries", "schedule": crontab(hour=9, minute=30)},
    "expire-cohort-exports": {"task": "prevention.tasks.remove_expired_exports", "schedule": 60 * 60},
    # Whoever's chart changed is evaluated again within two seconds; an empty queue costs a look into an index.
    "prevention-changed": {"task": "prevention.tasks.changed_members", "schedule": 1},
    # A task past its time goes to its department too: critical results, handoffs, follow-up after hospital.
    "escalate-overdue": {"task": "clinical.tasks.escalate_overdue", "schedule": 60},
    "deliver-outbox": {"task": "core.tasks.deliver_outbox", "schedule": 20},
    "seal-audit": {"task": "core.tasks.seal_audit", "schedule": 60},
    "ensure-partitions": {"task": "core.tasks.ensure_partitions", "schedule": 6 * 60 * 60},
    "forget-old-keys": {"task": "core.tasks.forget_old_keys", "schedule": crontab(hour=7, minute=45)},
    "waiting-list": {"task": "scheduling.tasks.sweep_waitlist", "schedule": 300},
    "costs-nightly": {"task": "billing.tasks.post_costs", "schedule": crontab(hour=8, minute=0)},
    # After the nightly run, whose rates and gaps it reads.
    "guardrails-nightly": {"task": "billing.tasks.compare_panels", "schedule": crontab(hour=10, minute=30)},
    "capitation-estimate": {"task": "billing.tasks.estimate_capitation", "schedule": crontab(hour=8, minute=30)},
    "capitation-close": {
        "task": "billing.tasks.close_capitation",
        "schedule": crontab(day_of_month=1, hour=10, minute=0),
    },
}
