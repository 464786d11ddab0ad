"""Settings from the environment. Missing or unsafe values stop the start with a sentence that says the mend."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from kpcare.logins import URL_VARIABLES, current_login

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("KPCARE_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="insecure-demo-key" if DEMO or DEBUG else "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Rooms, lowest first. Imports point down only; `./kp check` holds it. -------------------------------
ROOMS = [
    "core",
    "network",
    "members",
    "plans",
    "scheduling",
    "clinical",
    "hospitals",
    "labs",
    "pharmacy",
    "prevention",
    "billing",
    "interop",
]

INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "pgtrigger",
    "pghistory",
    "rules",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_celery_beat",
    "django_celery_results",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.ActingUserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "kpcare.urls"
WSGI_APPLICATION = "kpcare.wsgi.application"
AUTH_USER_MODEL = "core.User"
# E-mail is unique without regard to case: core_user_email, an index over lower(email).
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = None

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            # cotton and partials both auto-configure loaders and then cotton tags render raw: say them here.
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
            ],
        },
    },
]
COTTON_DIR = "components"

# --- Database: three logins, one database (see kpcare/logins.py) ----------------------------------------


def _database(login: str) -> dict:
    variable = URL_VARIABLES[login]
    url = env(variable, default="")
    if not url:
        raise ImproperlyConfigured(
            f"{variable} is not set. Start with `./kp`, which brings a local Postgres up, or set {variable} "
            f"to the address of your database for the login {login!r}, like postgres://kpcare_{login}:…@host/kpcare."
        )
    return {
        **env.db_url_config(url),
        "ENGINE": "core.postgres",
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        # Behind PgBouncer in transaction mode a server-side cursor outlives its connection.
        "DISABLE_SERVER_SIDE_CURSORS": env.bool("PGBOUNCER", default=False),
    }


LOGIN = current_login()
DATABASES = {"default": _database(LOGIN)}
# Refusals and chart reads are written on a connection of their own: a rollback must not take them along.
DATABASES["audit"] = {**DATABASES["default"], "ATOMIC_REQUESTS": False, "TEST": {"MIRROR": "default"}}

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")

# --- Accounts -------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- History --------------------------------------------------------------------------------------------
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True
# Triggers are stated on the models and installed after each migrate by core.security: as migration operations
# they made a fresh migrate take six minutes (docs/decisions/0002).
PGTRIGGER_MIGRATIONS = False
PGTRIGGER_INSTALL_ON_MIGRATE = False

# --- Time, language -------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "kpcare" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".kpcare" / "static"

CELERY_BROKER_URL = REDIS_URL
