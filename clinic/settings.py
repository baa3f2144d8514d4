"""Configuration: everything comes from the environment; .env.example names every variable.

Without DATABASE_URL a running demo is looked for in the state folder, so that
`manage.py run_review` in a second terminal reaches it.
"""

import json
import os
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from clinic import logs

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("WAYMARK_STATE", BASE_DIR / ".waymark")).resolve()
_services_file = STATE_DIR / "services.json"
_demo: dict[str, str] = {}
if "DATABASE_URL" not in os.environ and _services_file.exists():
    _demo = json.loads(_services_file.read_text())


def env(name: str, default: str = "") -> str:
    return os.environ.get(name) or _demo.get(name) or default


def env_flag(name: str) -> bool:
    return env(name).lower() in ("1", "true", "yes", "on")


DEMO = env_flag("WAYMARK_DEMO")
DEBUG = env_flag("WAYMARK_DEBUG")
SECRET_KEY = env(
    "WAYMARK_SECRET_KEY", "only-for-commands-that-serve-nobody" if not env("DATABASE_URL") else ""
)
SECRET_KEY_FALLBACKS = [key for key in env("WAYMARK_OLD_SECRET_KEYS").split(",") if key]
SOURCE_URL = env("WAYMARK_SOURCE_URL")  # who serves a changed Waymark shows its source (AGPL, section 13)
BASE_URL = env("WAYMARK_BASE_URL", f"http://127.0.0.1:{env('PORT', '8000')}")
ALLOWED_HOSTS = [host for host in env("WAYMARK_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",") if host]
CSRF_TRUSTED_ORIGINS = [BASE_URL] if BASE_URL.startswith("https://") else []

INSTALLED_APPS = [
    "clinic.apps.ClinicConfig",
    "patients.apps.PatientsConfig",
    "programmes.apps.ProgrammesConfig",
    "clinic.apps.WaymarkAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",  # FORM_RENDERER below takes widget templates from there and from ours
    "rest_framework",
    "csp",
    "allauth.account",  # allauth.mfa stands on it; none of its pages are in the URLconf
    "allauth.mfa",
]

MIDDLEWARE = [
    "clinic.middleware.proxies.believe_proxies",
    "clinic.middleware.request_id.number_requests",
    "clinic.middleware.headers.complete_headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",  # below them: its way to https carries their headers
    "clinic.middleware.odd_requests.refuse_odd_requests",  # below what sets headers: refusals carry them
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.middleware.compression.CompressPatientPages",
    "clinic.middleware.odd_requests.drop_odd_session_key",
    "clinic.middleware.people.one_transaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "clinic.middleware.language.SpeakTheirLanguage",
    "django.middleware.common.CommonMiddleware",
    "clinic.middleware.odd_requests.compose_letters",  # before the first that reads a form
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "clinic.middleware.sessions.living_session",
    "clinic.middleware.second_factor.second_factor_first",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.middleware.people.active_clinic",
    "clinic.middleware.read_log.read_log",  # inside the transaction: no audit, no page
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "clinic.urls"
WSGI_APPLICATION = "clinic.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.middleware.people.site",
            ],
        },
    }
]


# --- Database: three roles on one database (docs/adr/0007). The web and the workers are `default`.
def database(url: str) -> dict[str, Any]:
    """Django's settings from a PostgreSQL URL; {} when there is none (commands that need no database)."""
    if not url:
        return {}
    parts = conninfo_to_dict(url)
    options: dict[str, Any] = {
        "server_side_binding": True,  # with prepared statements: 4.8 times less database CPU a page
        "prepare_threshold": 5,
        "connect_timeout": 5,
        "application_name": "waymark",
    }
    if sslmode := parts.get("sslmode"):
        options["sslmode"] = sslmode
    if env_flag("WAYMARK_DB_POOL"):
        # Web processes only: Celery closes a pool at every task boundary (celery#10554).
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "waymark"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "CONN_MAX_AGE": 0,
        "OPTIONS": options,
    }


DATABASES = {
    "default": database(env("DATABASE_URL")),
    "migrator": database(env("MIGRATOR_DATABASE_URL", env("DATABASE_URL"))),
    "maintenance": database(env("MAINTENANCE_DATABASE_URL", env("DATABASE_URL"))),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People
AUTH_USER_MODEL = "clinic.User"
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/staff/sign-in/", "/review/", "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "clinic.services.breached.BreachedPasswordValidator"},
]
# Sessions stay in the database: with Redis away nobody is signed out, and one can be ended (ADR 0022).
SESSION_ENGINE = "clinic.middleware.session_store"
STAFF_IDLE_MINUTES = int(env("WAYMARK_STAFF_IDLE_MINUTES", "30"))
MFA_OPTIONAL = DEMO and env_flag("WAYMARK_MFA_OPTIONAL")  # in a demo alone
MFA_ADAPTER = "clinic.services.factor_secrets.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO  # http://localhost
BACKUP_FOLDER = env("WAYMARK_BACKUP_FOLDER", "")  # where /healthz/ready looks for one; "": nowhere
PING_URL = env("WAYMARK_PING_URL")  # a dead-man service that is called each minute while all is well
SESSION_COOKIE_AGE = 60 * 60 * 24 * 90
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "clinic.middleware.error_pages.csrf_failure"

# --- Transport and headers
HTTPS = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
_prefix = "__Host-" if HTTPS else ""  # browsers then insist on Secure, Path=/ and no Domain
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_prefix}session", f"{_prefix}csrf"
LANGUAGE_COOKIE_NAME, LANGUAGE_COOKIE_HTTPONLY = f"{_prefix}language", True
# Not in a cookie: what was just done with a record would stand on the phone.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Proxies that end TLS in front of us; whatever others say in their name is removed (docs/adr/0028).
TRUSTED_PROXIES = [ip_network(text.strip()) for text in env("WAYMARK_TRUSTED_PROXIES").split(",") if text]
USE_X_FORWARDED_HOST = bool(TRUSTED_PROXIES)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]  # asked inside, without TLS
SECURE_HSTS_SECONDS = 63072000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024  # the longest form is under 10 KB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_HANDLERS = ["clinic.middleware.odd_requests.NoFiles"]
CSP_REPORTS = "/csp-report/"
OFFLINE_WORKER = env("WAYMARK_OFFLINE_WORKER", "on").lower() != "off"  # off: phones remove theirs (ADR 0046)
_own = ("script-src", "worker-src", "style-src", "img-src", "connect-src", "manifest-src", "form-action")
_none = ("default-src", "frame-ancestors", "base-uri", "object-src")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **dict.fromkeys(_none, [NONE]),
        **dict.fromkeys(_own, [SELF]),
        "report-uri": CSP_REPORTS,
        "report-to": "csp",
    }
}

# --- Celery: the message is a wake-up call, the work stands in the database (docs/adr/0008)
REDIS_URL = env("REDIS_URL")

# --- Mail: only the outbox's sender speaks SMTP
MAIL_DIR = env("WAYMARK_MAIL_DIR")
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if MAIL_DIR
    else "django.core.mail.backends.smtp.EmailBackend"
)
EMAIL_FILE_PATH = MAIL_DIR or None
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("WAYMARK_FROM_EMAIL", "Waymark <no-reply@waymark.example>")

# --- Language, time, files
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("pl", "Polski")]  # shipped; offered ones: clinic/languages.py
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["clinic.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
TESTING = "pytest" in sys.modules
# Hashed names where they were collected (and while they are); straight from static/ in demo and tests.
_collected = "collectstatic" in sys.argv or (STATIC_ROOT / "staticfiles.json").exists()
_hashed = _collected and not (DEBUG or TESTING or DEMO)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _hashed
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not _hashed
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}

LOGGING = logs.configuration()
