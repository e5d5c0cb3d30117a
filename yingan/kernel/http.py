"""Requests of signed-in people, and the two questions every view asks: who, and does htmx want only a part."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

if TYPE_CHECKING:
    from django.contrib.auth.models import _User
    from django_htmx.middleware import HtmxDetails


class SignedInRequest(HttpRequest):
    """A request after the gate: its user is a User, and htmx details are there."""

    user: _User
    htmx: HtmxDetails


View = Callable[..., HttpResponse]  # (SignedInRequest, whatever the URL names)


def wants_fragment(request: Any) -> bool:
    """Tell whether htmx asks for a part of the page: not boosted, not a history restore."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def signed_in(view: View) -> View:
    """Let only people through who are signed in and have finished what must come first (User.first_duty)."""

    @wraps(view)
    def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return redirect(f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}")
        duty = user.first_duty()
        if duty and not request.path.startswith(duty):
            return _sent_to(duty, request)
        return view(request, *args, **kwargs)

    return gate


def _sent_to(duty: str, request: Any) -> HttpResponse:
    """Send a page to the duty; a part that htmx asks for stays as it is: never a page inside a page."""
    return HttpResponse(status=204) if wants_fragment(request) else redirect(duty)


def roles(*allowed: str) -> Callable[[View], View]:
    """Let only these roles through; for everybody else the page does not exist (404)."""

    def decorate(view: View) -> View:
        @signed_in
        @wraps(view)
        def gate(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_role(*allowed):
                raise Http404
            return view(request, *args, **kwargs)

        return gate

    return decorate


def client_ip(request: HttpRequest) -> str:
    """Return the address of the peer; forwarded headers are believed only behind our own proxy."""
    return str(request.META.get("REMOTE_ADDR") or "")
