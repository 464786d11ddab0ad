"""Settings from the environment. Missing or unsafe values stop the start with a sentence that says the mend."""

import logging
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from kpcare.logging import configure_structlog, logging_settings
from kpcare.logins import URL_VARIABLES, current_login
from kpcare.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("KPCARE_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY", default="insecure-demo-key" if DEMO or DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(64))'` "
        "and give it to every web and worker process, the same to all."
    )
# Its own key, so that SECRET_KEY can change while people are still found by a number that they gave before.
IDENTIFIER_KEY = env("IDENTIFIER_KEY", default=SECRET_KEY if DEMO else "")
if not IDENTIFIER_KEY:
    raise ImproperlyConfigured(
        "IDENTIFIER_KEY is not set: social security numbers are kept as digests under it. Make one as for SECRET_KEY, "
        "give it to every process, and keep it: with another key nobody is found by number any more. An installation "
        "that had none so far takes the SECRET_KEY it had."
    )
if DEBUG and not DEMO:
    raise ImproperlyConfigured("DEBUG shows patients' data in error pages. Unset it, or set KPCARE_DEMO=1 with it.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if "*" in ALLOWED_HOSTS and not DEMO:
    raise ImproperlyConfigured("ALLOWED_HOSTS is `*`: name the hosts that people use, comma-separated.")
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
    "kpcare",
    *ROOMS,
    "core.adminsite.RoomAdminConfig",
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
    "kpcare.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.middleware.PlainTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.PrivateMiddleware",
    "core.middleware.ActingUserMiddleware",
    "members.middleware.LocalTimeMiddleware",
    "core.language.AccountLanguageMiddleware",
    "core.middleware.RequestLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.StaffProtectionMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# What a request with an access token passes through (kpcare/machines.py); it has no session and gets no page.
MACHINE_PATHS = ("/api/",)
MACHINE_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "core.middleware.PrivateMiddleware",
    "core.middleware.ActingUserMiddleware",
    "core.middleware.RequestLogMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
    config = env.db_url_config(url)
    options = config.pop("OPTIONS", {})
    # `?host=/folder` names a socket; Django's own programs (dbshell) look for it under HOST.
    config["HOST"] = options.pop("host", config["HOST"])
    return {
        **config,
        "OPTIONS": options,
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
# A pooler's name for the same database in a pool of its own: who holds a connection must not wait for another of it.
DATABASES["audit"]["NAME"] = env("AUDIT_DATABASE", default=DATABASES["default"]["NAME"])

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")

# --- Accounts -------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "core.accounts.AccountAdapter"
# The record number is turned into the account's address by the form.
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {"login": "core.forms.SignInForm"}
# The demo world's people have no mailbox.
ACCOUNT_EMAIL_VERIFICATION = "none" if DEMO else "mandatory"
ACCOUNT_EMAIL_NOTIFICATIONS = True
# A clinic's people sit behind one address: a guesser there locks one account there, and not everybody's.
# `key` is account and address together; `guessed_account` counts one account's wrong passwords from everywhere.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key,200/5m/ip",
    "guessed_account": "50/h/key",
}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "core.forms.AddPasskeyForm"}
STAFF_MFA_REQUIRED = not DEMO
# Browsers allow passkeys on http://localhost alone without TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO or DEBUG
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]

# The OAuth 2.0 Security Best Current Practice (RFC 9700) throughout.
OAUTH2_PROVIDER = {
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "PKCE_REQUIRED": True,
    # What /.well-known/oauth-authorization-server tells: what there is an endpoint for, and no more.
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "client_credentials", "refresh_token"],
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 60 * 60,
    # An app that is not used for so long asks again.
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 24 * 60 * 60,
    # A demo machine has no certificate; apps on a phone register a claimed https address.
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https", "http"] if DEMO else ["https"],
}

# --- REST interface --------------------------------------------------------------------------------------
# Read by people on the page where they let an app in: what each opens, in plain words.
_KINDS = {
    "members": _("names, addresses and contact details"),
    "coverages": _("coverage: which plan, from when until when"),
    "appointments": _("appointments"),
    "encounters": _("visits and what was done there"),
    "conditions": _("health problems and diagnoses"),
    "observations": _("measurements, like blood pressure and weight"),
    "immunizations": _("vaccinations"),
    "orders": _("what was ordered: tests, images, referrals"),
    "results": _("laboratory results"),
    "prescriptions": _("prescriptions"),
    "fills": _("medicines handed over or being prepared"),
    "stays": _("hospital stays"),
    "referrals": _("referrals to specialists"),
    "messages": _("messages with the care team"),
    "care-gaps": _("what is due, like screenings"),
    "claims": _("claims and what they cost"),
    "capitation": _("payments per member to medical groups and hospitals"),
}
OAUTH2_PROVIDER["SCOPES"] = {
    **{f"{kind}:read": format_lazy(_("See {what}"), what=words) for kind, words in _KINDS.items()},
    **{f"{kind}:write": format_lazy(_("Add to or change {what}"), what=words) for kind, words in _KINDS.items()},
    "catalogue:read": _("See places, clinicians, free times, tests and medicines that can be chosen"),
}
OAUTH2_PROVIDER["DEFAULT_SCOPES"] = []
# No app asks for more than an administrator allowed it.
OAUTH2_PROVIDER["SCOPES_BACKEND_CLASS"] = "core.apps_allowed.AllowedScopes"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "core.api.authentication.BearerAuthentication",
        "core.api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.rendering.JSONRenderer"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["core.api.throttling.ClientThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "client": env("API_RATE", default="6000/min"),
        # Tokens, for one client at one address, and from one address at all.
        "token": env("TOKEN_RATE", default="30/min"),
        "address": env("TOKEN_ADDRESS_RATE", default="120/min"),
    },
    # By REMOTE_ADDR, where kpcare.proxies puts who asks; what clients say in X-Forwarded-For counts nothing.
    "NUM_PROXIES": 0,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "core.api.errors.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "core.api.errors.ProblemFormatter",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "kpcare",
    "DESCRIPTION": "One record of coverage, care and cost. Times are UTC, amounts are decimal strings, ids are UUIDv7.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAUTH2_FLOWS": ["clientCredentials", "authorizationCode"],
    "OAUTH2_AUTHORIZATION_URL": "/oauth/authorize/",
    "OAUTH2_TOKEN_URL": "/oauth/token/",
    "OAUTH2_SCOPES": OAUTH2_PROVIDER["SCOPES"],
    "ENUM_NAME_OVERRIDES": {"AdministrativeSexEnum": "members.models.Member.AdministrativeSex"},
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Without drf-spectacular's own hook for enumerations: it names them, and two kinds have a `status` each.
    "POSTPROCESSING_HOOKS": ["core.api.schema.finish"],
}

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

# --- Files -------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
# A demo serves static files from where they lie; elsewhere `collectstatic` gathers and fingerprints them.
STATIC_ROOT = None if DEMO else env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
WHITENOISE_USE_FINDERS = DEMO
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / ".kpcare" / "media"))

# --- Mail --------------------------------------------------------------------------------------------------
# A demo writes mail to files; elsewhere EMAIL_URL names the server, like smtp+tls://user:password@host:587.
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = BASE_DIR / ".kpcare" / "mail"
else:
    vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# How people reach this system: links in messages begin with it.
PUBLIC_URL = env("PUBLIC_URL", default="http://localhost:8000")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="kpcare <no-reply@localhost>")

# Text messages, push notices and letters leave by an HTTP gateway each (core/gateways.py); one without is off.
MESSAGE_GATEWAYS = {
    channel: {
        "url": url,
        "key": env(f"{channel.upper()}_GATEWAY_KEY", default=""),
        "sender": env(f"{channel.upper()}_FROM", default=""),
    }
    for channel in ("sms", "push", "letter")
    if (url := env(f"{channel.upper()}_GATEWAY_URL", default=""))
}

# Partitions of logs and history made after a migrate, for this month and so many to come; beat makes them from then on.
PARTITION_MONTHS_AHEAD = env.int("PARTITION_MONTHS_AHEAD", default=0 if DEMO else 1)

# --- Audit -------------------------------------------------------------------------------------------------
# Seals of the audit are written here too: put it where the database's administrators cannot write.
AUDIT_SEAL_FILE = env("AUDIT_SEAL_FILE", default=str(BASE_DIR / ".kpcare" / "audit-seals.txt"))

# --- Browser security --------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation"),
        *("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking"),
    )
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
HTTPS = not DEMO
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
# Only where a proxy in front sets the header and strips the client's own.
if env.bool("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # How many proxies of ours append to X-Forwarded-For.
    PROXIES = env.int("PROXIES", default=1)
    MIDDLEWARE.insert(0, "kpcare.proxies.ProxyMiddleware")
    MACHINE_MIDDLEWARE.insert(0, "kpcare.proxies.ProxyMiddleware")

# --- Cache, jobs -------------------------------------------------------------------------------------------
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "kpcare",
    }
}
# Celery names a socket otherwise than redis-py does.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_QUEUES = [Queue(name) for name in ("default", "jobs", "outbox")]
CELERY_TASK_IGNORE_RESULT = True  # a result row per task costs 10 ms and more; runs keep their own progress
# A task whose worker is killed is delivered again: tasks are idempotent, and leases are Postgres rows.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_TIMEZONE = TIME_ZONE

# --- Logs ----------------------------------------------------------------------------------------------------
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request, when it has ended
LOGGING = logging_settings(readable=DEMO or DEBUG, level=env("LOG_LEVEL", default="INFO"))
configure_structlog()
