"""The product's settings, plus what only tests want."""

from django.conf.global_settings import PASSWORD_HASHERS

from tests import environment

# Before the product's settings, which read what this sets.
environment.ensure()

from kpcare.settings import *  # noqa: E402, F403
from kpcare.settings import INSTALLED_APPS, MIDDLEWARE, REST_FRAMEWORK  # noqa: E402

# A page that asks the database once per row fails the test that meets it.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
# The library reads app, code and token again at each step of a request of its own.
ZEAL_ALLOWLIST = [{"model": "oauth2_provider.*"}]

# One round of a cheap hash: tests make many users and none of them is attacked. A demo world brings the product's.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# A test that types the code of an authenticator app may begin at the end of its half minute.
MFA_TOTP_TOLERANCE = 1
# All tests are one client at one address; `tests/api/test_tokens.py` sets rates of its own.
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": {**REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "token": "6000/min", "address": "6000/min"},
}
