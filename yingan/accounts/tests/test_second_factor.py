"""The second factor stands before the session for everybody with public power (security S06)."""

from __future__ import annotations

import time

import pytest
import time_machine
from django.test import Client

from yingan.accounts.models import RecoveryCode, User, UserSession
from yingan.accounts.services import second_factor
from yingan.accounts.tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(seed: str = SEED, ahead: int = 0) -> str:
    return second_factor.code_at(seed, int(time.time()) // 30 + ahead)


def begin(user: User, client: Client | None = None) -> Client:
    client = client or Client()
    answer = client.post("/login/", {"username": user.username, "password": PASSWORD})
    assert answer["Location"] == "/second-factor/"
    return client


@pytest.fixture
def bound(reviewer: User) -> User:
    reviewer.totp_secret = SEED
    reviewer.save()
    return reviewer


def test_codes_are_those_of_rfc_6238() -> None:
    seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert [second_factor.code_at(seed, moment // 30) for moment in (59, 1111111109, 20000000000)] == [
        "287082", "081804", "353130",
    ]  # fmt: skip


def test_password_alone_opens_no_page(bound: User) -> None:
    client = begin(bound)
    for path in ("/home/", "/account/", "/authority/confirmations/", "/messages/"):
        assert client.get(path)["Location"].startswith("/login/")
    assert UserSession.objects.count() == 0


def test_the_code_opens_once(bound: User) -> None:
    with time_machine.travel(1_900_000_000, tick=False):
        client = begin(bound)
        used = code()
        assert client.post("/second-factor/", {"code": used})["Location"] == "/home/"
        again = begin(bound)
        assert again.post("/second-factor/", {"code": used}).status_code == 422
        assert again.post("/second-factor/", {"code": code(ahead=1)})["Location"] == "/home/"


@pytest.mark.parametrize("ahead", [-3, -2, 2, 3])
def test_a_code_of_another_time_is_refused(bound: User, ahead: int) -> None:
    client = begin(bound)
    assert client.post("/second-factor/", {"code": code(ahead=ahead)}).status_code == 422


def test_wrong_codes_are_slowed_down(bound: User) -> None:
    client = begin(bound)
    with time_machine.travel(time.time(), tick=False):
        for _ in range(5):
            client.post("/second-factor/", {"code": "000000" if code() != "000000" else "000001"})
        assert "尝试次数过多" in client.post("/second-factor/", {"code": code()}).content.decode()


def test_waiting_too_long_means_starting_again(bound: User) -> None:
    client = begin(bound)
    with time_machine.travel(time.time() + 601):
        assert client.post("/second-factor/", {"code": code()})["Location"] == "/login/"


def test_the_first_time_an_officer_binds_an_authenticator(reviewer: User) -> None:
    client = begin(reviewer)
    page = client.get("/second-factor/")
    seed = page.context["seed"]
    assert "data:image/svg+xml" in page.content.decode()
    assert client.post("/second-factor/", {"code": "12"}).status_code == 422
    shown = client.post("/second-factor/", {"code": code(seed)})
    assert shown.status_code == 200
    assert len(shown.context["codes"]) == 10
    reviewer.refresh_from_db()
    assert reviewer.totp_secret == seed
    assert client.get("/account/").status_code == 200


def test_a_recovery_code_stands_in_once(reviewer: User) -> None:
    codes = second_factor.switch_on(reviewer, SEED, code())
    assert begin(reviewer).post("/second-factor/", {"code": codes[0].lower()})["Location"] == "/home/"
    assert begin(reviewer).post("/second-factor/", {"code": codes[0]}).status_code == 422
    assert RecoveryCode.objects.filter(used_at__isnull=True).count() == 9


def test_an_enterprise_administrator_may_switch_it_on_and_off(admin: User) -> None:
    client = Client()
    assert client.post("/login/", {"username": admin.username, "password": PASSWORD})["Location"] == "/home/"
    seed = client.get("/account/second-factor/").context["seed"]
    wrong = client.post("/account/second-factor/", {"code": code(seed), "password": "not-mine"})
    assert wrong.status_code == 422
    assert client.post("/account/second-factor/", {"code": code(seed), "password": PASSWORD}).status_code == 200
    again = begin(admin)
    again.post("/second-factor/", {"code": code(seed, 1)})
    with time_machine.travel(time.time() + 60):
        again.post("/account/second-factor/off/", {"code": code(seed)})
    admin.refresh_from_db()
    assert admin.totp_secret == ""


def test_an_officer_cannot_switch_it_off(bound: User) -> None:
    client = begin(bound)
    client.post("/second-factor/", {"code": code()})
    with time_machine.travel(time.time() + 60):
        client.post("/account/second-factor/off/", {"code": code()})
    bound.refresh_from_db()
    assert bound.totp_secret == SEED
