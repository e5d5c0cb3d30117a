"""The site map: each context brings its own urls.py. ARCHITECTURE.md has the table."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from yingan.config import session


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process serves."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("session/", session.state, name="session-state"),
    path("session/resumed/", session.resumed, name="session-resumed"),
    path("", include("yingan.kernel.urls")),
    path("", include("yingan.help.urls")),
    path("", include("yingan.accounts.urls")),
    path("", include("yingan.notifications.urls")),
    path("", include("yingan.telemetry.urls")),
    path("", include("yingan.alarms.urls")),
    path("", include("yingan.commitments.urls")),
    path("", include("yingan.onboarding.urls")),
    path("", include("yingan.demo.urls")),
]

handler400 = "yingan.config.errors.bad_request"
handler403 = "yingan.config.errors.forbidden"
handler404 = "yingan.config.errors.not_found"
handler500 = "yingan.config.errors.server_error"
