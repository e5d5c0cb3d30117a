"""Whether the session still stands, for pages that stay open for long (kernel/static/kernel/session.js)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


@never_cache
@require_GET
def state(request: HttpRequest) -> JsonResponse:
    """Return who is signed in (as the page's body says it, or null) and the CSRF token of now."""
    user = str(request.user.pk) if request.user.is_authenticated else None
    return JsonResponse({"user": user, "csrf": get_token(request)})


@never_cache
@require_GET
def resumed(request: HttpRequest) -> HttpResponse:
    """Tell the window that waits for the sign-in to go on, and close this one."""
    return render(request, "kernel/resumed.html")
