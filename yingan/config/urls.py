"""The site map: each context brings its own urls.py. ARCHITECTURE.md has the table."""

from importlib.util import find_spec

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from yingan.config import session


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process serves."""
    return HttpResponse("ok", content_type="text/plain")


CONTEXTS = (
    "kernel",
    "help",
    "accounts",
    "notifications",
    "telemetry",
    "alarms",
    "commitments",
    "onboarding",
    "ingest",
    "dashboards",
    "demo",
)


def _has_urls(name: str) -> bool:
    return bool(find_spec(f"yingan.{name}")) and bool(find_spec(f"yingan.{name}.urls"))


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("session/", session.state, name="session-state"),
    path("session/resumed/", session.resumed, name="session-resumed"),
    *[path("", include(f"yingan.{name}.urls")) for name in CONTEXTS if _has_urls(name)],
]

handler400 = "yingan.config.errors.bad_request"
handler403 = "yingan.config.errors.forbidden"
handler404 = "yingan.config.errors.not_found"
handler500 = "yingan.config.errors.server_error"
