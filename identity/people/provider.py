"""The two doors of the OpenID Connect provider, held tighter than allauth holds them.

Every client must use PKCE with S256, a confidential one too; and two requests with one code wait for each other, so
that it buys one answer only (allauth keeps codes in the cache, whose delete does not say whether it found anything).
"""

import hashlib
from urllib.parse import urlencode

from allauth.idp.oidc import views
from allauth.idp.oidc.models import Client
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def authorize(request: HttpRequest) -> HttpResponse:
    """Begin the code flow, or send the client its error if it comes without PKCE."""
    asked = request.GET if request.method == "GET" else request.POST
    without = not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256"
    if without and "request" not in request.POST:  # "request": our own signed consent form
        return _without_pkce(request, asked.get("client_id", ""), asked.get("redirect_uri", ""), asked.get("state", ""))
    response: HttpResponse = views.authorization(request)
    return response


def _without_pkce(request: HttpRequest, client_id: str, where: str, state: str) -> HttpResponse:
    sentence = "PKCE with S256 is required"
    client = Client.objects.filter(id=client_id).first()
    if client is None or where not in client.get_redirect_uris():
        return render(request, "idp/oidc/error.html", {"error": {"description": sentence}}, status=400)
    problem = {"error": "invalid_request", "error_description": sentence, "state": state}
    return HttpResponseRedirect(f"{where}?{urlencode(problem)}")


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
