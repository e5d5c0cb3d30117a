"""The identity provider at the edge: OpenID Connect code flow with PKCE. Nothing here knows our tables.

Which provider is a matter of settings alone (OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET).
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

import requests
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

SCOPE = "openid profile enterprise phone"
ALGORITHMS = ["RS256"]
TIMEOUT_S = 8
FLOW_S = 600  # how long a person may take at the provider
LEEWAY_S = 60
OLDEST_S = 600  # an id_token issued longer ago is not the answer to our question


class ProviderUnavailable(Exception):
    """The provider does not answer as it should; the message is fit to show."""


class AssertionRefused(Exception):
    """What came back is not a fresh assertion of our provider for us; the message is fit to show."""


UNAVAILABLE = "暂时无法连接统一身份认证平台，请稍后再试；已设置登录密码的用户可从【企业个人入口】登录。"
REFUSED = "登录未完成：统一身份认证平台的返回信息未通过校验。请回到登录页，重新点击【法人用户登录】。"


@dataclass(frozen=True)
class Flow:
    """One sign-in under way: kept in the browser's session until it comes back, once."""

    state: str
    nonce: str
    verifier: str
    began_at: float
    after: str = ""

    @classmethod
    def begin(cls, after: str) -> Flow:
        """Return a fresh flow."""
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        return cls(state, nonce, secrets.token_urlsafe(48), time.time(), after)

    def kept(self) -> dict[str, Any]:
        """Return what the session keeps."""
        return asdict(self)


@dataclass(frozen=True)
class Person:
    """Whom the provider vouches for. `uscc` is empty for a 自然人."""

    issuer: str
    subject: str
    uscc: str
    enterprise_name: str
    legal_person: str
    phone: str


def redirect_uri() -> str:
    """Return the exact address to which the provider sends people back."""
    return f"{settings.PUBLIC_URL}/login/callback/"


def metadata() -> dict[str, Any]:
    """Return the provider's own description, which must name the issuer of the settings.

    :raises ProviderUnavailable: if there is none
    """
    issuer = settings.OIDC_ISSUER.rstrip("/")
    found = _json(requests.get, f"{issuer}/.well-known/openid-configuration")
    if str(found.get("issuer", "")).rstrip("/") != issuer:
        raise ProviderUnavailable(UNAVAILABLE)
    return found


def authorization_url(flow: Flow) -> str:
    """Return the address at the provider to which the browser goes."""
    asked = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": redirect_uri(),
        "scope": SCOPE,
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": create_s256_code_challenge(flow.verifier),
        "code_challenge_method": "S256",
    }
    return str(add_params_to_uri(metadata()["authorization_endpoint"], list(asked.items())))


def redeem(flow: Flow, answer: dict[str, str]) -> Person:
    """Return the person of the provider's answer (the callback's query) to this flow.

    :raises AssertionRefused: if anything of it is not as it must be
    :raises ProviderUnavailable: if the provider cannot be reached
    """
    description = metadata()
    late = not 0 <= time.time() - flow.began_at <= FLOW_S
    if late or not hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
        raise AssertionRefused(REFUSED)
    if answer.get("iss", description["issuer"]) != description["issuer"]:  # RFC 9207: not mixed up with another
        raise AssertionRefused(REFUSED)
    if answer.get("error") or not answer.get("code"):
        raise AssertionRefused("您没有在统一身份认证平台完成登录。请重新点击【法人用户登录】。")
    tokens = _tokens(description, answer["code"], flow.verifier)
    claims = verified(tokens.get("id_token"), tokens.get("access_token"), flow.nonce, description)
    return _person(claims, _userinfo(description, str(tokens.get("access_token"))))


def _tokens(description: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
    pair = f"{settings.OIDC_CLIENT_ID}:{settings.OIDC_CLIENT_SECRET}".encode()
    return _json(
        requests.post,
        description["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri(),
            "code_verifier": verifier,
        },
        headers={"Authorization": f"Basic {base64.b64encode(pair).decode()}"},
    )


def _userinfo(description: dict[str, Any], access_token: str) -> dict[str, Any]:
    return _json(requests.get, description["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})


def verified(token: Any, access_token: Any, nonce: str, description: dict[str, Any]) -> CodeIDToken:
    """Return the claims of an id_token that our provider signed (RS256) for us, just now, for this nonce.

    :raises AssertionRefused: if one of these does not hold
    """
    try:
        served: Any = _json(requests.get, description["jwks_uri"])
        keys = KeySet.import_key_set(served)
        parsed = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            parsed.claims,
            parsed.header,
            {
                "iss": {"essential": True, "value": description["issuer"]},
                "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": settings.OIDC_CLIENT_ID, "access_token": access_token},
        )
        claims.validate(now=int(time.time()), leeway=LEEWAY_S)
        fresh = time.time() - float(claims["iat"]) <= OLDEST_S
        audience = claims["aud"]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as problem:
        raise AssertionRefused(REFUSED) from problem
    subject = claims["sub"]
    only_us = audience in (settings.OIDC_CLIENT_ID, [settings.OIDC_CLIENT_ID])
    if not fresh or not only_us or not isinstance(subject, str) or not subject.strip():
        raise AssertionRefused(REFUSED)
    return claims


def _person(claims: CodeIDToken, told: dict[str, Any]) -> Person:
    if told.get("sub") != claims["sub"]:  # OpenID Connect Core §5.3.2
        raise AssertionRefused(REFUSED)
    words = {name: told.get(name, "") for name in ("uscc", "enterprise_name", "legal_person", "phone_number")}
    if not all(isinstance(word, str) for word in words.values()):
        raise AssertionRefused(REFUSED)
    phone = words["phone_number"] if told.get("phone_number_verified", True) is True else ""
    return Person(claims["iss"], claims["sub"], words["uscc"], words["enterprise_name"], words["legal_person"], phone)


def _json(send: Any, url: str, **options: Any) -> dict[str, Any]:
    """Return a JSON object from the provider; its refusals are refusals, everything else is an outage."""
    try:
        reply = send(url, timeout=TIMEOUT_S, allow_redirects=False, **options)
        found = reply.json() if reply.status_code == 200 else None
    except (requests.RequestException, ValueError) as problem:
        raise ProviderUnavailable(UNAVAILABLE) from problem
    if reply.status_code in (400, 401, 403):
        raise AssertionRefused(REFUSED)
    if not isinstance(found, dict):
        raise ProviderUnavailable(UNAVAILABLE)
    return found
