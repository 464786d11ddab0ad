"""The product's settings, plus what only tests want."""

from kpcare.settings import *  # noqa: F403
from kpcare.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE

# A page that asks the database once per row fails the test that meets it.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True

# One round of a cheap hash: tests make many users and none of them is attacked.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each thread of the live server gives its connection back, so that a test can drop its database.
for _database in DATABASES.values():
    _database["CONN_MAX_AGE"] = 0
