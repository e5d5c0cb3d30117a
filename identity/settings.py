"""Settings of 统一身份认证平台. Everything that differs between machines comes from the environment (ops/env.py)."""

import os
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parents[1]
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
SECRET_KEY = os.environ.get("IDENTITY_SECRET_KEY", "only-for-tests-and-gates-that-serve-nobody-0123456789abcdef")
DEBUG = False
DEMO = os.environ.get("DEMO", "0") == "1"
IDENTITY_URL = os.environ.get("IDENTITY_URL", "http://127.0.0.1:8001")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000")  # the platform, our client
_HTTPS = IDENTITY_URL.startswith("https://")
ALLOWED_HOSTS = [urlsplit(IDENTITY_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost", "testserver"]
CSRF_TRUSTED_ORIGINS = [IDENTITY_URL]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "identity.people",
    "identity.codes",
    "identity.recovery",
    "identity.appeals",
    "identity.guide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.idp",
    "allauth.idp.oidc",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "identity.people.sessions.AbsoluteLimit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "identity.urls"
ASGI_APPLICATION = "identity.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "identity" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "identity.guide.context.frame",
            ],
        },
    },
]


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
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 6, "timeout": 10}},
    }


DATABASES = {"default": _database(os.environ.get("IDENTITY_DATABASE_URL", "postgresql://127.0.0.1:5432/identity"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Rate limits and authorization codes live here: shared by all processes, and not lost by a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# Who signs in, and how (spec/security.md S03, S04, S06, S12, S13)
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "identity.people.passwords.OwnWords"},
    {"NAME": "identity.people.passwords.FewCharacters"},
    {"NAME": "identity.people.passwords.ReviewerClasses"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
ACCOUNT_ADAPTER = "identity.people.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "identity.people.forms.SignInForm", "change_password": "identity.people.forms.PasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Wrong passwords are counted by our adapter, by account and device or network: see identity/people/throttle.py.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": "5/15m/key"}
MFA_ADAPTER = "identity.people.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "统一身份认证平台"
MFA_TOTP_TOLERANCE = 1
USERSESSIONS_TRACK_ACTIVITY = True
SESSION_COOKIE_NAME = "identity_session"
CSRF_COOKIE_NAME = "identity_csrf"
SESSION_COOKIE_AGE = 30 * 60  # idle: every request renews it
SESSION_SAVE_EVERY_REQUEST = True
SESSION_ABSOLUTE_HOURS = 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # with TLS there is no plain listener that could redirect
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", PUBLIC_URL],  # signing in for the platform ends in a redirect to it
    },
}

# What we vouch for (OpenID Connect)
OIDC_CLIENT_ID = os.environ.get("OIDC_CLIENT_ID", "yingan")
OIDC_CLIENT_SECRET = os.environ.get("OIDC_CLIENT_SECRET", "")
IDENTITY_OIDC_KEY_FILE = Path(os.environ.get("IDENTITY_OIDC_KEY_FILE", VAR_DIR / "identity" / "oidc.pem"))
IDP_OIDC_ADAPTER = "identity.people.adapters.ProviderAdapter"
IDP_OIDC_PRIVATE_KEY = IDENTITY_OIDC_KEY_FILE.read_text() if IDENTITY_OIDC_KEY_FILE.is_file() else ""
IDP_OIDC_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]

# Personal data at rest (yingan/kernel/sealed.py): key id → 32 bytes
DATA_KEYS = {"1": b64decode(os.environ.get("DATA_KEY", "")) or b"tests-only-key-of-32-bytes-tests"}
INDEX_KEY = b64decode(os.environ.get("INDEX_KEY", "")) or b"tests-only-index-key-of-32-bytes"
EVIDENCE_DIR = VAR_DIR / "identity" / "evidence"
DEMO_PEOPLE = VAR_DIR / "demo" / "legal_persons.json"  # written by the platform's `demo_load`
GUIDE_PDF = VAR_DIR / "identity" / "registration-guide.pdf"

# Where codes and notices go
SMS_URL = os.environ.get("SMS_URL", "")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "identity.codes.mail.OutboxBackend"
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "no-reply@example.invalid")

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

NODE_MODULES = BASE_DIR / "node_modules"
NPM_FILES = {
    "@tabler/core": ["dist/css/tabler.min.css"],
    "@tabler/icons-webfont": ["dist/tabler-icons.min.css", "dist/fonts/*"],
}
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static-identity"
STATICFILES_DIRS = [BASE_DIR / "identity" / "static", BASE_DIR / "yingan" / "kernel" / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "yingan.kernel.staticfiles.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"weasyprint": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
