"""Browsers before the sign-in: the known device's cookie, the remembered account, and the sum to be solved."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.core import signing
from django.utils.http import url_has_allowed_host_and_scheme

from yingan.accounts.services import Origin
from yingan.kernel.http import client_ip

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

DEVICE, ACCOUNT = "yingan_device", "yingan_account"  # cookies
DAYS = 180
MOST_ACCOUNTS = 10  # on one device
SUM = "sign_in_sum"  # in the session
WORDS = "零一二三四五六七八九"
HOME = "/home/"


def origin_of(request: HttpRequest, account: str) -> Origin:
    """Return where an attempt on an account comes from."""
    return Origin(client_ip(request), _devices(request).get(_short(account), ""))


def _short(account: str) -> str:
    return hashlib.sha256(account.encode()).hexdigest()[:16]


def _devices(request: HttpRequest) -> dict[str, str]:
    try:
        found = signing.loads(request.COOKIES.get(DEVICE, ""), salt=DEVICE, max_age=DAYS * 86400)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def remember_device(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Mark the browser as one on which the account has signed in completely."""
    known = _devices(request)
    name = known.pop(_short(account), "") or secrets.token_urlsafe(12)
    newest = dict(list(known.items())[-(MOST_ACCOUNTS - 1) :]) | {_short(account): name}
    _set(request, response, DEVICE, signing.dumps(newest, salt=DEVICE))


def remember_account(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Fill in the account name next time; '' forgets it."""
    if account:
        _set(request, response, ACCOUNT, signing.dumps(account, salt=ACCOUNT))
    else:
        response.delete_cookie(ACCOUNT, samesite="Lax")


def remembered_account(request: HttpRequest) -> str:
    """Return the account name that this browser remembers, or ''."""
    try:
        return str(signing.loads(request.COOKIES.get(ACCOUNT, ""), salt=ACCOUNT, max_age=DAYS * 86400))
    except signing.BadSignature:
        return ""


def _set(request: HttpRequest, response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=DAYS * 86400, httponly=True, samesite="Lax", secure=request.is_secure())


def new_sum(request: HttpRequest) -> str:
    """Return a sum in words whose result this browser must give next."""
    first, second = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    request.session[SUM] = first + second
    return f"{WORDS[first]}加{WORDS[second]}等于几？"


def solves_sum(request: HttpRequest, answer: str) -> bool:
    """Tell whether the answer is right; each sum counts once."""
    expected = request.session.pop(SUM, None)
    return expected is not None and answer.strip() == str(expected)


def safe_address(request: HttpRequest, url: str) -> str:
    """Return `url` if it lies on this site and may be gone to, else the home."""
    is_here = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url and is_here and not urlsplit(url).path.startswith(("/login", "/logout", "/live/")) else HOME
