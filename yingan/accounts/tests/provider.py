"""An identity provider in process, whose every answer a test can spoil."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from yingan.kernel.identifiers import fictitious_credit_code

ISSUER = "http://127.0.0.1:8001"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


class Reply:
    """What `requests` would return."""

    def __init__(self, body: Any, status_code: int = 200) -> None:
        self.body, self.status_code = body, status_code

    def json(self) -> Any:
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


class FakeProvider:
    """Answers the platform's requests; `claims`, `header`, `key`, `info`, `tokens` may be changed before that."""

    def __init__(self) -> None:
        settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = ISSUER, "yingan"
        self.key = self.published = KEY
        self.metadata: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "userinfo_endpoint": f"{ISSUER}/userinfo",
            "jwks_uri": f"{ISSUER}/jwks",
        }
        self.subject = "subject-1"
        self.claims: dict[str, Any] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.drop: set[str] = set()
        self.info: dict[str, Any] = {
            "uscc": fictitious_credit_code(901),
            "enterprise_name": "示例新办化工厂",
            "legal_person": "赵示例",
            "phone_number": "13800009901",
        }
        self.token_override: Any = None
        self.asked: dict[str, str] = {}
        self.codes: set[str] = set()
        self.down = False

    def begin(self, url: str) -> str:
        """Take the browser's request for authorization; return the callback's query with a code."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert self.asked["code_challenge_method"] == "S256"
        assert self.asked["redirect_uri"].endswith("/login/callback/")
        self.codes.add("the-code")
        return f"?code=the-code&state={self.asked['state']}"

    def get(self, url: str, **options: Any) -> Reply:
        if self.down:
            return Reply({}, 502)
        path = urlsplit(url).path
        if path.endswith("openid-configuration"):
            return Reply(self.metadata)
        if path == "/jwks":
            return Reply(KeySet([self.published]).as_dict(private=False))
        assert options["headers"]["Authorization"] == "Bearer the-access-token"
        return Reply({"sub": self.subject} | self.info)

    def post(self, url: str, **options: Any) -> Reply:
        data = options["data"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(data["code_verifier"].encode()).digest()).rstrip(b"=")
        if data["code"] not in self.codes or challenge.decode() != self.asked["code_challenge"]:
            return Reply({"error": "invalid_grant"}, 400)
        self.codes.discard(data["code"])
        return Reply({"access_token": "the-access-token", "token_type": "Bearer", "id_token": self.id_token()})

    def id_token(self) -> Any:
        if self.token_override is not None:
            return self.token_override(self) if callable(self.token_override) else self.token_override
        return jwt.encode(self.header, self.payload(), self.key)

    def payload(self) -> dict[str, Any]:
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": "yingan",
            "exp": now + 300,
            "iat": now,
            "nonce": self.asked["nonce"],
        }
        return {name: value for name, value in (good | self.claims).items() if name not in self.drop}
