"""Settings of the platform. Everything that differs between machines comes from the environment (ops/env.py)."""

import os
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext

from yingan.config.npm_files import NPM_FILES as NPM_FILES

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-tests-and-gates-that-serve-nobody-0123456789abcdef")
DEBUG = False
DEMO = os.environ.get("DEMO", "0") == "1"
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")
IDENTITY_URL = os.environ.get("IDENTITY_URL", "http://127.0.0.1:8001")
_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "django_tables2",
    "csp",
    "procrastinate.contrib.django",
    "yingan.kernel",
    "yingan.regions",
    "yingan.enterprises",
    "yingan.accounts",
    "yingan.notifications",
    "yingan.help",
    "yingan.telemetry",
    "yingan.alarms",
    "yingan.commitments",
    "yingan.onboarding",
    "yingan.ingest",
    "yingan.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "yingan.kernel.watch.AuditFailures",
    "yingan.kernel.tenancy.TenantTransaction",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yingan.kernel.tenancy.TenantScope",
    "yingan.kernel.watch.AuditRefusals",
    "yingan.accounts.sessions.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "yingan.config.urls"
ASGI_APPLICATION = "yingan.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "yingan.config.context.shell",
            ],
        },
    },
]


ROLE = os.environ.get("YINGAN_ROLE", "web")


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {} if ROLE == "owner" else {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }


_URL_NAMES = {
    "web": "WEB_DATABASE_URL",
    "ingest": "INGEST_DATABASE_URL",
    "worker": "WORKER_DATABASE_URL",
    "owner": "DATABASE_URL",
}
DATABASES = {"default": _database(os.environ.get(_URL_NAMES[ROLE], "postgresql://127.0.0.1:5432/yingan"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TENANT_MODEL = "enterprises.Enterprise"
AUTH_USER_MODEL = "accounts.User"
NATS_URL = os.environ.get("NATS_URL", "nats://127.0.0.1:4222")
NATS_MONITOR_URL = os.environ.get("NATS_MONITOR_URL", "http://127.0.0.1:8222")
MQTT_HOST = os.environ.get("MQTT_HOST", "127.0.0.1")
MQTT_PORT = int(os.environ.get("MQTT_PORT", "1883"))

# Sign-in (spec/security.md S03, S12, S13)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_POLICY = {  # the last three: for officers and administrators of the platform (spec/security.md §5.3)
    "min_length": 12,
    "max_length": 128,
    "require_classes": 3,
    "max_age_days": 90,
    "history": 5,
}
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/home/"
SESSION_COOKIE_NAME = "yingan_session"
CSRF_COOKIE_NAME = "yingan_csrf"
SESSION_IDLE_MINUTES = 30
SESSION_ABSOLUTE_HOURS = 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # with TLS there is no plain listener that could redirect
X_FRAME_OPTIONS = "DENY"
OIDC_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "yingan")
OIDC_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET", "")
OIDC_ISSUER = os.environ.get("OIDC_ISSUER", IDENTITY_URL)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],  # ECharts and Leaflet position their elements by style attributes
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", IDENTITY_URL],
    },
}

# Personal data at rest (kernel/sealed.py): key id → 32 bytes
DATA_KEYS = {
    "1": b64decode(os.environ["DATA_KEY"]) if "DATA_KEY" in os.environ else b"tests-only-key-of-32-bytes-tests"
}
INDEX_KEY = b64decode(os.environ["INDEX_KEY"]) if "INDEX_KEY" in os.environ else b"tests-only-index-key-of-32-bytes"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

NODE_MODULES = BASE_DIR / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "yingan.kernel.staticfiles.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# What every page says about itself, and how people are told
PLATFORM_NAME = os.environ.get("PLATFORM_NAME", "省应急管理综合应用平台")
PLATFORM_ORGANISER = os.environ.get("PLATFORM_ORGANISER", "示例省应急管理厅")
PLATFORM_SUPPORT = os.environ.get("PLATFORM_SUPPORT", "示例信息中心 138-0000-0009（工作日 8:30–17:30）")
IDENTITY_LINKS = {  # where portal and sign-in lead; a province's own platform has other addresses
    "register": os.environ.get("IDENTITY_REGISTER_URL", f"{IDENTITY_URL}/register/"),
    "forgotten": os.environ.get("IDENTITY_FORGOTTEN_URL", f"{IDENTITY_URL}/password/forgotten/"),
    "appeal": os.environ.get("IDENTITY_APPEAL_URL", f"{IDENTITY_URL}/appeals/"),
    "guide": os.environ.get("IDENTITY_GUIDE_URL", f"{IDENTITY_URL}/guide/"),
}
STALE_AFTER_SECONDS = int(os.environ.get("STALE_AFTER_SECONDS", "300"))
LOST_AFTER_SECONDS = int(os.environ.get("LOST_AFTER_SECONDS", "600"))
COMMITMENT_DEADLINE = os.environ.get("COMMITMENT_DEADLINE", "10:00")  # Asia/Shanghai, every day (domain §1.1)
NOTIFY_URLS = os.environ.get("NOTIFY_URLS", "").split()  # apprise addresses of a duty group
SMS_URL = os.environ.get("SMS_URL", "")
CSRF_FAILURE_VIEW = "yingan.config.errors.csrf_failure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
