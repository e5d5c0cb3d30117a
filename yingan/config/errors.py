"""The pages for requests that cannot be answered: what happened, what is kept, what to do. Never a bare code."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that the server does not understand."""
    return HttpResponse(render_to_string("kernel/errors/400.html"), status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that is refused."""
    return render(request, "kernel/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not there, or not for this person: the two look the same."""
    return render(request, "kernel/errors/404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose page has expired, for instance after signing in elsewhere in the same browser."""
    return render(request, "kernel/errors/csrf.html", status=403)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """Answer after a bug: everything was rolled back; the number leads to the entry in the log."""
    event = secrets.token_hex(4).upper()
    logger.error("event %s: %s %s", event, request.method, request.path)
    return HttpResponse(render_to_string("kernel/errors/500.html", {"event": event}), status=500)
