"""What happens to requests that are refused or fail: one audit entry each (security S56).

Refusals are written in the request's own transaction, a failure in one of its own: the request's is rolled back.
Middlewares only: services write the entries of what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from yingan.kernel import audit, tenancy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

REFUSED = (403, 404)


def _facts(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    match = request.resolver_match
    return {"method": request.method, "view": match.view_name if match else "", "status": response.status_code}


def _record(action: str, request: HttpRequest, response: HttpResponse) -> None:
    user: Any = getattr(request, "user", None)
    by = user if getattr(user, "is_authenticated", False) else None
    owner = tenancy.scope_of(by).enterprise_id
    audit.record(action, by=by, enterprise_id=owner, detail=_facts(request, response))


class AuditRefusals:
    """Write an entry when a signed-in person is refused an address that exists."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and remember a refusal."""
        response = self.get_response(request)
        inside = not request.path.startswith(tenancy.LIVE_PREFIX)
        if inside and response.status_code in REFUSED and request.resolver_match and request.user.is_authenticated:
            _record("request.refused", request, response)
        return response


class AuditFailures:
    """Write an entry when a request fails with a 5xx; it stands although everything else was rolled back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and remember a failure."""
        response = self.get_response(request)
        if response.status_code >= 500 and not request.path.startswith(tenancy.LIVE_PREFIX):
            with transaction.atomic():
                tenancy.set_scope(tenancy.scope_of(getattr(request, "user", None)))
                _record("request.failed", request, response)
        return response
