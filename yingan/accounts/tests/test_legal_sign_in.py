"""The identity provider's answer: one good one is taken, every spoiled one is refused (security S10)."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from yingan.accounts import oidc
from yingan.accounts.tests.provider import ISSUER, FakeProvider

Spoil = Callable[[FakeProvider], Any]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings: Any) -> FakeProvider:
    settings.OIDC_CLIENT_SECRET = "shared"
    fake = FakeProvider()
    monkeypatch.setattr(oidc.requests, "get", fake.get)
    monkeypatch.setattr(oidc.requests, "post", fake.post)
    return fake


def answered(provider: FakeProvider, spoil: Spoil | None = None) -> oidc.Person:
    flow = oidc.Flow.begin("")
    provider.begin(oidc.authorization_url(flow))
    answer = {"code": "the-code", "state": flow.state}
    if spoil:
        changed = spoil(provider)
        if isinstance(changed, oidc.Flow):
            flow = changed
        elif isinstance(changed, dict):
            answer |= changed
    return oidc.redeem(flow, answer)


def claims(**values: Any) -> Spoil:
    return lambda provider: provider.claims.update(values)


def without(*names: str) -> Spoil:
    return lambda provider: provider.drop.update(names)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token(make: Callable[[FakeProvider], Any]) -> Spoil:
    return lambda provider: setattr(provider, "token_override", make)


def by_secret(provider: FakeProvider) -> str:
    secret = OctKey.import_key("shared" * 8)
    return jwt.encode({"alg": "HS256", "kid": "one"}, provider.payload(), secret, algorithms=["HS256"])


def by_public_key(provider: FakeProvider) -> str:
    secret = OctKey.import_key(hashlib.sha256(provider.key.as_pem(private=False)).hexdigest())
    return jwt.encode({"alg": "HS256", "kid": "one"}, provider.payload(), secret, algorithms=["HS256"])


def altered(provider: FakeProvider) -> str:
    head, _, signature = provider_token(provider).split(".")
    return f"{head}.{part(provider.payload() | {'sub': 'somebody-else'})}.{signature}"


def provider_token(provider: FakeProvider) -> str:
    return jwt.encode(provider.header, provider.payload(), provider.key)


def other_key(provider: FakeProvider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "one"})


def other_algorithm(name: str) -> Callable[[FakeProvider], str]:
    return lambda provider: jwt.encode(
        {"alg": name, "kid": "one"},
        provider.payload(),
        RSAKey.import_key(provider.key.as_pem(private=True)),
        algorithms=[name],
    )


def info(**values: Any) -> Spoil:
    return lambda provider: provider.info.update(values)


NOW = int(time.time())
SPOILED: dict[str, Spoil] = {
    "another issuer, same subject": claims(iss="http://evil.example"),
    "the issuer with a path": claims(iss=f"{ISSUER}/other"),
    "no issuer": without("iss"),
    "another audience": claims(aud="another-client"),
    "no audience": without("aud"),
    "a list of other audiences": claims(aud=["a", "b"]),
    "us among others": claims(aud=["yingan", "another-client"], azp="yingan"),
    "another authorized party": claims(azp="another-client"),
    "no subject": without("sub"),
    "an empty subject": claims(sub=""),
    "a subject that is a number": claims(sub=7),
    "expired": claims(exp=NOW - 600, iat=NOW - 900),
    "no end": without("exp"),
    "an end that is a word": claims(exp="tomorrow"),
    "issued long ago": claims(iat=NOW - 3600),
    "issued in the future": claims(iat=NOW + 3600),
    "no time of issue": without("iat"),
    "not valid yet": claims(nbf=NOW + 3600),
    "another nonce": claims(nonce="another"),
    "no nonce": without("nonce"),
    "another access token's hash": claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "alg none": token(lambda p: f"{part({'alg': 'none'})}.{part(p.payload())}."),
    "alg NONE with the key's id": token(lambda p: f"{part({'alg': 'NONE', 'kid': 'one'})}.{part(p.payload())}."),
    "no signature": token(lambda p: provider_token(p).rpartition(".")[0] + "."),
    "an altered payload": token(altered),
    "signed with the client secret": token(by_secret),
    "signed with the public key as secret": token(by_public_key),
    "RS512": token(other_algorithm("RS512")),
    "PS256": token(other_algorithm("PS256")),
    "signed by a stranger's key": other_key,
    "an unknown key id": lambda p: p.header.update(kid="two"),
    "no token": token(lambda p: None),
    "a token that is not one": token(lambda p: "a.b"),
    "a token of a number": token(lambda p: 12),
    "somebody else's userinfo": info(sub="somebody-else"),
    "userinfo without a subject": info(sub=None),
    "a credit code that is a list": info(uscc=["x"]),
    "another state": lambda p: {"state": "another"},
    "no state": lambda p: {"state": ""},
    "an answer of another issuer": lambda p: {"iss": "http://evil.example"},
    "an error": lambda p: {"error": "access_denied"},
    "no code": lambda p: {"code": ""},
    "a code of another flow": lambda p: {"code": "stolen"},
    "a code used before": lambda p: p.codes.clear(),
}


def test_a_good_answer_is_taken(provider: FakeProvider) -> None:
    person = answered(provider)
    assert (person.issuer, person.subject, person.uscc) == (ISSUER, "subject-1", provider.info["uscc"])
    assert person.phone == "13800009901"


def test_a_phone_that_is_not_verified_is_not_taken_over(provider: FakeProvider) -> None:
    provider.info["phone_number_verified"] = False
    assert answered(provider).phone == ""


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_answer_is_refused(provider: FakeProvider, spoil: Spoil) -> None:
    with pytest.raises(oidc.AssertionRefused):
        answered(provider, spoil)


def test_another_browser_s_verifier_buys_nothing(provider: FakeProvider) -> None:
    flow = oidc.Flow.begin("")
    provider.begin(oidc.authorization_url(flow))
    stolen = oidc.Flow(flow.state, flow.nonce, "another-verifier", flow.began_at)
    with pytest.raises(oidc.AssertionRefused):
        oidc.redeem(stolen, {"code": "the-code", "state": flow.state})


def test_an_answer_after_ten_minutes_is_late(provider: FakeProvider) -> None:
    flow = oidc.Flow.begin("")
    provider.begin(oidc.authorization_url(flow))
    late = oidc.Flow(flow.state, flow.nonce, flow.verifier, flow.began_at - 601)
    with pytest.raises(oidc.AssertionRefused):
        oidc.redeem(late, {"code": "the-code", "state": flow.state})


def test_a_description_that_names_another_issuer_is_no_provider(provider: FakeProvider) -> None:
    provider.metadata["issuer"] = "http://evil.example"
    with pytest.raises(oidc.ProviderUnavailable):
        oidc.authorization_url(oidc.Flow.begin(""))


@pytest.mark.django_db
def test_a_flow_counts_once_and_only_in_its_own_browser(client: Any, provider: FakeProvider) -> None:
    query = provider.begin(client.get("/login/legal/")["Location"])
    stranger = type(client)()
    assert stranger.get(f"/login/callback/{query}").status_code == 403
    assert client.get(f"/login/callback/{query}").status_code == 302
    client.post("/logout/")
    assert client.get(f"/login/callback/{query}").status_code == 403
