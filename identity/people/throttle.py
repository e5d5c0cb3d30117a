"""Slowing down guesses without locking anybody out (spec/security.md S04, §5.2).

User names are public (credit codes), so a counter by account alone would let anyone lock out a province. Wrong
passwords are counted by the pair of account and device, where a signed cookie of an earlier sign-in names the device,
else by the pair of account and network; strangers to the account also share a budget for the account and one for their
network. A known device never pays for strangers. From the fourth failure of a pair a small sum must be solved as well.
"""

import hashlib
import secrets
from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from yingan.kernel.http import client_ip

COOKIE = "identity_device"
COOKIE_DAYS = 180
ACCOUNTS_ON_A_DEVICE = 10
CHALLENGE_AFTER = 3
RATES = {"pair": "5/15m/key", "account": "100/h/key", "network": "60/15m/key"}
CHALLENGE_S = 15 * 60
DIGITS = "零一二三四五六七八九"
ANSWER = "sign_in_answer"


def _short(account: str) -> str:
    return hashlib.sha256(account.encode()).hexdigest()[:16]


def _device_of(request: HttpRequest) -> dict[str, str]:
    try:
        found = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=COOKIE_DAYS * 86400)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True)
class Guess:
    """One attempt to sign in to `account` from `request`."""

    request: HttpRequest
    account: str

    @property
    def device(self) -> str:
        """Return the known device's name for this account, or nothing for a stranger."""
        return _device_of(self.request).get(_short(self.account), "")

    @property
    def pair(self) -> str:
        """Return the key under which this account's failures from here are counted."""
        return f"{self.account}|{self.device or client_ip(self.request)}"

    def keys(self) -> dict[str, str]:
        """Return the budgets that a failure uses up: name → key."""
        strangers = {} if self.device else {"account": self.account, "network": client_ip(self.request)}
        return {"pair": self.pair, **strangers}

    def take(self) -> list[ratelimit.RateLimitUsage] | None:
        """Use up one attempt of each budget; None if one of them is empty."""
        taken: list[ratelimit.RateLimitUsage] = []
        for name, key in self.keys().items():
            usage = ratelimit.consume(self.request, app="identity", action=name, config=RATES, key=key)
            if not usage:
                return None
            taken.append(usage)
        return taken

    def failed(self) -> None:
        """Count a failure towards the challenge."""
        cache.set(self._challenge_key, self.failures + 1, CHALLENGE_S)

    def succeeded(self) -> None:
        """Forget the failures of this pair."""
        cache.delete(self._challenge_key)

    @property
    def failures(self) -> int:
        """Return how many failures this pair had of late."""
        return int(cache.get(self._challenge_key, 0))

    @property
    def needs_challenge(self) -> bool:
        """Tell whether a sum has to be solved first."""
        return self.failures >= CHALLENGE_AFTER

    @property
    def _challenge_key(self) -> str:
        return f"identity.sign_in.failures:{hashlib.sha256(self.pair.encode()).hexdigest()}"


def new_challenge(request: HttpRequest) -> str:
    """Return a sum in words, whose answer this session now expects."""
    first, second = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    request.session[ANSWER] = first + second
    return f"{DIGITS[first]}加{DIGITS[second]}等于几？"


def solves_challenge(request: HttpRequest, answer: str) -> bool:
    """Tell whether `answer` is the sum that this session expects; each sum counts once."""
    expected = request.session.pop(ANSWER, None)
    return expected is not None and answer.strip() == str(expected)


def remember_device(request: HttpRequest, response: HttpResponse, account: str) -> None:
    """Mark the browser as one where `account` has signed in."""
    known = _device_of(request)
    known.pop(_short(account), None)
    known = dict(list(known.items())[-(ACCOUNTS_ON_A_DEVICE - 1) :]) | {_short(account): secrets.token_urlsafe(12)}
    value = signing.dumps(known, salt=COOKIE)
    response.set_cookie(
        COOKIE, value, max_age=COOKIE_DAYS * 86400, httponly=True, samesite="Lax", secure=request.is_secure()
    )
