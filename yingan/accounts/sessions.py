"""Sessions: when they began, where they are open, and their idle and absolute limits (security S12)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse

from yingan.accounts.models import UserSession
from yingan.kernel import clock
from yingan.kernel.http import client_ip
from yingan.kernel.tenancy import LIVE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest

    from yingan.accounts.models import User

STARTED, SEEN = "started_at", "seen_at"  # keys in the session, Unix seconds
SEEN_STEP_S = 60  # how finely the last use is kept, so that not every page writes the session
BROWSERS = (("Edg", "Edge"), ("360", "360 浏览器"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "安卓手机"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def begin(request: HttpRequest, *, way: str = UserSession.Way.PASSWORD) -> None:
    """Start the clocks of a new session and put it on the person's list; call right after login."""
    now = clock.now()
    request.session[STARTED] = request.session[SEEN] = now.timestamp()
    if not request.session.session_key:
        request.session.create()
    UserSession.objects.update_or_create(
        session_key=str(request.session.session_key),
        defaults={
            "user_id": int(request.user.pk or 0),
            "way": way,
            "device": device_name(request.headers.get("User-Agent", "")),
            "address": client_ip(request),
            "started_at": now,
            "seen_at": now,
        },
    )


def device_name(agent: str) -> str:
    """Return browser and system of a User-Agent as people know them."""
    browser = next((name for mark, name in BROWSERS if mark in agent), "其他浏览器")
    system = next((name for mark, name in SYSTEMS if re.search(mark, agent)), "未知设备")
    return f"{browser}，{system}"


def end(rows: Iterable[UserSession]) -> int:
    """End sessions at once, wherever they are open; return how many."""
    ended = 0
    for row in rows:
        SessionStore(row.session_key).delete()
        row.delete()
        ended += 1
    return ended


def end_all(user: User, *, but: str | None = None) -> int:
    """End all sessions of a person except the one with the key `but`; return how many."""
    return end(UserSession.objects.filter(user_id=user.pk).exclude(session_key=but or ""))


def move(old: str, new: str) -> None:
    """Keep a session on the list under the new id that it got."""
    UserSession.objects.filter(session_key=old).update(session_key=new)


def is_over(request: HttpRequest) -> bool:
    """Tell whether the request's session was idle or open for too long, or its person was disabled."""
    stamp = clock.now().timestamp()
    too_old = stamp - request.session.get(STARTED, 0) > settings.SESSION_ABSOLUTE_HOURS * 3600
    too_idle = stamp - request.session.get(SEEN, 0) > settings.SESSION_IDLE_MINUTES * 60
    return too_old or too_idle or not request.user.is_active


class SessionLimits:
    """End sessions that were idle or open for too long, and those of people who were disabled."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check the clocks, then answer."""
        if request.user.is_authenticated:
            if request.path.startswith(LIVE_PREFIX):  # outside any transaction: nothing is written here
                return HttpResponse(status=401) if is_over(request) else self.get_response(request)
            self._judge(request)
        return self.get_response(request)

    @staticmethod
    def _judge(request: HttpRequest) -> None:
        now = clock.now()
        stamp = now.timestamp()
        row = UserSession.objects.filter(session_key=request.session.session_key or "")
        if is_over(request):
            row.delete()
            logout(request)
        elif stamp - request.session.get(SEEN, 0) > SEEN_STEP_S and "X-Background" not in request.headers:
            request.session[SEEN] = stamp  # the bell is not use
            row.update(seen_at=now)
