"""Structured logs that name no patient."""

from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog

# Keys under which somebody might log a person's own data. Ids are fine: they lead nowhere without a login.
WITHHELD = {
    *("name", "first_name", "last_name", "given", "family", "birth_date", "mrn", "ssn", "phone", "email"),
    *("address", "street", "postal_code", "subject", "body", "text", "value", "params"),
}


def withhold_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values under personal keys, and cut Postgres's DETAIL lines, which quote the offending row."""
    for key in WITHHELD & event.keys():
        event[key] = "[withheld]"
    for key in ("exception", "event"):
        text = event.get(key)
        if isinstance(text, str) and "DETAIL:" in text:
            event[key] = "\n".join(_without_detail(text))
    return event


def _without_detail(text: str) -> list[str]:
    return [
        line.partition("DETAIL:")[0] + "DETAIL: [withheld]" if "DETAIL:" in line else line for line in text.split("\n")
    ]


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    withhold_personal_data,
]


def _json(event: Any, default: Callable[[Any], Any] | None = None, **_: Any) -> str:
    return orjson.dumps(event, default=default, option=orjson.OPT_NON_STR_KEYS).decode()


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_settings(*, readable: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: every record through the same processors, as JSON lines or, for a person, as text."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer(serializer=_json)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "pgtrigger": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
