"""The OpenID Connect provider: the code flow with PKCE end to end, and what it refuses (spec/security.md S10)."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from identity.conftest import PASSWORD, PLATFORM
from identity.people import services, setup

pytestmark = pytest.mark.django_db
SECRET = "client-secret-of-the-test"
BACK = f"{PLATFORM}/login/callback/"
VERIFIER = "verifier-" + "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASKED = {
    "response_type": "code", "client_id": "yingan", "redirect_uri": BACK, "scope": "openid profile enterprise phone",
    "state": "s-1", "nonce": "n-1", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
}  # fmt: skip


@pytest.fixture(autouse=True)
def platform(db):
    """Register the platform."""
    return setup.make_client("yingan", SECRET, PLATFORM)


def authorize(client, **changes):
    asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
    return client.get(f"/identity/o/authorize?{urlencode(asked)}")


def answer_of(response):
    """Return the parameters with which the client is called back."""
    assert response.status_code == 302, response.content.decode()
    where = response.headers["Location"]
    assert where.startswith(BACK), where
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


def exchange(code, **changes):
    sent = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "client_id": "yingan",
        "client_secret": SECRET, "code_verifier": VERIFIER,
    } | changes  # fmt: skip
    sent = {name: value for name, value in sent.items() if value is not None}
    return Client().post("/identity/o/api/token", sent)


def verified(token):
    """Return the claims of an id token, its signature checked against the published key."""
    keys = Client().get("/.well-known/jwks.json").json()["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWK(next(key for key in keys if key["kid"] == kid))
    return jwt.decode(token, key.key, algorithms=["RS256"], audience="yingan", issuer="http://testserver")


def test_signing_in_for_the_platform_end_to_end(guest, enterprise):
    first = authorize(guest)
    assert first.url.startswith("/login/")
    after = guest.post("/login/", {
        "login": enterprise.username, "password": PASSWORD, "next": parse_qs(urlsplit(first.url).query)["next"][0],
    })  # fmt: skip
    back = answer_of(guest.get(after.url))
    assert back["state"] == "s-1"
    tokens = exchange(back["code"]).json()
    claims = verified(tokens["id_token"])
    assert claims["nonce"] == "n-1"
    assert claims["sub"] == str(enterprise.pk)
    info = (
        Client().get("/identity/o/api/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"}).json()
    )
    for found in (claims, info):
        assert found["uscc"] == enterprise.username
        assert found["enterprise_name"] == "示例化工1厂"
        assert found["legal_person"] == "赵六"
        assert found["phone_number"] == enterprise.phone
        assert "id_number" not in json.dumps(found)
        assert enterprise.id_number not in json.dumps(found)


def test_a_person_already_signed_in_is_sent_straight_back(signed_in, enterprise):
    assert "code" in answer_of(authorize(signed_in(enterprise)))


def test_scopes_bound_what_is_told(signed_in, enterprise):
    code = answer_of(authorize(signed_in(enterprise), scope="openid"))["code"]
    claims = verified(exchange(code).json()["id_token"])
    assert not {"uscc", "enterprise_name", "phone_number", "name"} & set(claims)


def test_a_natural_person_has_no_enterprise(signed_in, person):
    code = answer_of(authorize(signed_in(person)))["code"]
    claims = verified(exchange(code).json()["id_token"])
    assert claims["name"] == "张三"
    assert "uscc" not in claims


@pytest.mark.parametrize(
    "where", [PLATFORM + "/login/callback", PLATFORM + "/evil/", "https://evil.example/login/callback/", BACK + "?x=1"]
)
def test_a_wrong_address_to_come_back_to_is_refused(signed_in, enterprise, where):
    refused = authorize(signed_in(enterprise), redirect_uri=where)
    assert refused.status_code == 400
    assert "没有登记" in refused.content.decode()


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"client_id": None}])
def test_an_unknown_client_is_refused(signed_in, enterprise, changes):
    assert authorize(signed_in(enterprise), **changes).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": ""},
    ],
)
def test_a_request_without_pkce_is_refused(signed_in, enterprise, changes):
    back = answer_of(authorize(signed_in(enterprise), **changes))
    assert back["error"] == "invalid_request"
    assert "code" not in back


@pytest.mark.parametrize("changes", [{"response_type": "token"}, {"scope": "openid email admin"}])
def test_other_flows_and_scopes_are_refused(signed_in, enterprise, changes):
    response = authorize(signed_in(enterprise), **changes)
    assert "error=" in response.headers["Location"]
    assert "code=" not in response.headers["Location"]


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": "another-" + "v" * 50},
        {"client_secret": "wrong"},
        {"client_secret": None},
        {"redirect_uri": PLATFORM + "/evil/"},
        {"code": "made-up"},
        {"grant_type": "password"},
        {"grant_type": "client_credentials"},
        {"client_id": "nobody"},
    ],
)
def test_a_wrong_exchange_gives_no_token(signed_in, enterprise, changes):
    code = answer_of(authorize(signed_in(enterprise)))["code"]
    refused = exchange(code, **changes) if "code" not in changes else exchange(**changes)
    assert refused.status_code in {400, 401}
    assert "access_token" not in refused.json()
    assert not Token.objects.exists()


def test_a_code_buys_tokens_once(signed_in, enterprise):
    code = answer_of(authorize(signed_in(enterprise)))["code"]
    assert exchange(code).status_code == 200
    again = exchange(code)
    assert again.status_code in {400, 401}
    assert Token.objects.filter(type=Token.Type.ACCESS_TOKEN).count() == 1


def test_a_code_is_worth_nothing_once_the_account_is_off(signed_in, enterprise):
    code = answer_of(authorize(signed_in(enterprise)))["code"]
    enterprise.is_active = False
    enterprise.save()
    assert exchange(code).status_code in {400, 401}


def test_a_new_password_withdraws_the_tokens(signed_in, enterprise, now):
    token = exchange(answer_of(authorize(signed_in(enterprise)))["code"]).json()["access_token"]
    services.set_password(enterprise, "Cloud-Violin-Pepper-81", now=now)
    bearer = {"authorization": f"Bearer {token}"}
    assert Client().get("/identity/o/api/userinfo", headers=bearer).status_code == 401


def test_the_platform_can_sign_a_person_out(signed_in, enterprise):
    client = signed_in(enterprise)
    token = exchange(answer_of(authorize(client))["code"]).json()["id_token"]
    leaving = {"id_token_hint": token, "post_logout_redirect_uri": PLATFORM + "/", "state": "bye"}
    done = client.get(f"/identity/o/logout?{urlencode(leaving)}")
    if done.status_code == 200:
        done = client.post("/identity/o/logout", leaving | {"action": "logout", "csrfmiddlewaretoken": "x"})
    assert done.headers["Location"] == f"{PLATFORM}/?state=bye"
    assert client.get("/account/").status_code == 302


def test_signing_out_leads_to_registered_addresses_only(signed_in, enterprise):
    client = signed_in(enterprise)
    token = exchange(answer_of(authorize(client))["code"]).json()["id_token"]
    leaving = {"id_token_hint": token, "post_logout_redirect_uri": "https://evil.example/"}
    answer = client.get(f"/identity/o/logout?{urlencode(leaving)}")
    assert "evil.example" not in answer.headers.get("Location", "")


def test_the_configuration_says_what_is_offered(guest):
    found = guest.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == "http://testserver"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {"enterprise", "phone"} <= set(found["scopes_supported"])
    assert {"uscc", "enterprise_name", "legal_person", "phone_number"} <= set(found["claims_supported"])
    assert found["grant_types_supported"] == ["authorization_code"]
    assert "device_authorization_endpoint" not in found
    assert guest.post("/identity/o/api/device", {"client_id": "yingan"}).status_code == 404
