"""The composition root: settings, URLs, Celery app, embedded servers. Nothing imports this package."""
