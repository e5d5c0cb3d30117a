"""The two doors of the OpenID Connect provider, held tighter than allauth holds them.

Every client must use PKCE with S256, a confidential one too, and name its registered address to the letter (allauth
lets a query string differ). Two requests with one code wait for each other, so that it buys one answer only (allauth
keeps codes in the cache, whose delete does not say whether it found anything).
"""

import hashlib
from http import HTTPStatus
from urllib.parse import urlencode

from allauth.idp.oidc import views
from allauth.idp.oidc.models import Client
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """Begin the code flow for a known client with its exact address and PKCE; refuse every other request."""
    asked = request.GET if request.method == "GET" else request.POST
    if "request" in request.POST:  # our own signed consent form
        return _authorize(request)
    client = Client.objects.filter(id=asked.get("client_id", "")).first()
    where = asked.get("redirect_uri", "")
    if client is None or where not in client.get_redirect_uris():
        problem = {"description": "unknown client or redirect_uri"}
        return render(request, "idp/oidc/error.html", {"error": problem}, status=HTTPStatus.BAD_REQUEST)
    if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
        answer = {"error": "invalid_request", "error_description": "PKCE with S256 is required"}
        return HttpResponseRedirect(f"{where}?{urlencode(answer | {'state': asked.get('state', '')})}")
    return _authorize(request)


def _authorize(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = views.authorization(request)
    return response


@csrf_exempt
@transaction.atomic
def token(request: HttpRequest) -> HttpResponse:
    """Give tokens for a code, once."""
    name = hashlib.sha256(request.POST.get("code", "").encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(name, "big", signed=True)])
    response: HttpResponse = views.token(request)
    return response


def not_offered(request: HttpRequest) -> HttpResponse:
    """Say that there is no such page: allauth must be able to name it, but devices sign in elsewhere."""
    raise Http404
