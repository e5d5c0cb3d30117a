"""Idle and absolute limits of a session (security S12)."""

from __future__ import annotations


from django.conf import settings
from django.contrib.auth import logout

from yingan.kernel import clock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from collections.abc import Callable

STARTED, SEEN = "started_at", "seen_at"  # keys in the session, Unix seconds
SEEN_STEP_S = 60  # how finely the last use is kept, so that not every page writes the session


def begin(request: HttpRequest) -> None:
    """Start the clocks of a new session; call right after login."""
    stamp = clock.now().timestamp()
    request.session[STARTED] = request.session[SEEN] = stamp


class SessionLimits:
    """End sessions that were idle or open for too long, and those of people who were disabled."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check the clocks, then answer."""
        if not request.path.startswith("/live/") and request.user.is_authenticated:
            stamp = clock.now().timestamp()
            started = request.session.get(STARTED, 0)
            seen = request.session.get(SEEN, 0)
            too_old = stamp - started > settings.SESSION_ABSOLUTE_HOURS * 3600
            too_idle = stamp - seen > settings.SESSION_IDLE_MINUTES * 60
            if too_old or too_idle or not request.user.is_active:
                logout(request)
            elif stamp - seen > SEEN_STEP_S and "X-Background" not in request.headers:  # the bell is not use
                request.session[SEEN] = stamp
        return self.get_response(request)
