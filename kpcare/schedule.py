"""When beat starts which task. The database scheduler takes these over and an administrator may change them there."""

from typing import Any

# name: {"task": "<app>.tasks.<function>", "schedule": seconds or crontab(…), "options": {"queue": "jobs"}}
SCHEDULE: dict[str, dict[str, Any]] = {
    # Redis carries wake-ups alone; these find what it lost.
    "sweep-jobs": {"task": "core.tasks.sweep_jobs", "schedule": 30},
}
