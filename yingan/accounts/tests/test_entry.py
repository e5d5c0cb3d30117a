"""企业个人入口: the right password, the wrong one, the published one, and how guessing is slowed down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from yingan.accounts.models import Throttle, User, UserSession
from yingan.accounts.services import throttle
from yingan.accounts.tests.factories import PASSWORD, person
from yingan.accounts.visitors import SUM
from yingan.kernel.models import AuditEntry, PlatformAuditEntry
from yingan.notifications.models import Message

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
HOME = "10.1.2.3"


def attempt(client: Client, username: str, password: str, *, ip: str = HOME, **more: str) -> Any:
    answer = client.session.get(SUM)
    words = {"username": username, "password": password, "answer": str(answer) if answer else ""} | more
    return client.post("/login/", words, REMOTE_ADDR=ip)


def guess(client: Client, username: str, times: int, *, ip: str = HOME) -> Any:
    answer = None
    for number in range(times):
        answer = attempt(client, username, f"wrong-guess-{number}", ip=ip)
    return answer


def test_the_right_password_begins_a_session_with_a_new_id(client: Client, admin: User) -> None:
    client.get("/login/legal/")  # an anonymous session may exist
    before = client.session.session_key
    answer = attempt(client, admin.username, PASSWORD)
    assert answer["Location"] == "/home/"
    assert client.session.session_key != before
    row = UserSession.objects.get(user=admin)
    assert (row.session_key, row.address) == (client.session.session_key, HOME)
    assert AuditEntry.unscoped.filter(action="accounts.sign_in", user_id=admin.pk).count() == 1


def test_a_lower_case_or_full_width_credit_code_is_the_same_account(client: Client, admin: User) -> None:
    assert attempt(client, f" {admin.username.lower()} ", PASSWORD)["Location"] == "/home/"
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in admin.username)
    assert attempt(Client(), wide, PASSWORD)["Location"] == "/home/"


def test_unknown_wrong_disabled_and_not_activated_get_the_same_answer(admin: User) -> None:
    person("off", is_active=False)
    fresh = person("fresh")
    fresh.set_unusable_password()
    fresh.save()
    pages = []
    for name, password in (
        (admin.username, "wrong-password"),
        ("nobody-at-all", PASSWORD),
        ("off", PASSWORD),
        ("fresh", PASSWORD),
    ):
        answer = attempt(Client(), name, password, ip=f"10.9.{len(pages)}.1")
        assert answer.status_code == 422
        pages.append(answer.content.decode().partition("账号或密码不正确")[2].partition("</p>")[0])
    assert len(set(pages)) == 1
    assert "法人用户登录" in pages[0]
    assert PlatformAuditEntry.objects.filter(action="accounts.sign_in.refused").count() == 4


@pytest.mark.parametrize("name", ["known", "unknown", "fresh"])
def test_the_published_password_opens_nothing_and_leads_to_activation(name: str, admin: User) -> None:
    admin.set_password("11111111")  # even if somebody managed to set it
    admin.save()
    fresh = person("fresh")
    fresh.set_unusable_password()
    fresh.save()
    client = Client()
    answer = attempt(client, {"known": admin.username}.get(name, name), "11111111")
    assert answer.status_code == 200
    assert "首次登录需要激活" in answer.content.decode()
    assert client.get("/account/").status_code == 302
    assert Throttle.objects.count() == 0


def test_a_sum_is_asked_after_three_failures(client: Client, admin: User) -> None:
    assert "等于几" not in guess(client, admin.username, 2).content.decode()
    assert "等于几" in guess(client, admin.username, 1).content.decode()
    refused = client.post(
        "/login/", {"username": admin.username, "password": PASSWORD, "answer": "99"}, REMOTE_ADDR=HOME
    )
    assert refused.status_code == 422
    assert attempt(client, admin.username, PASSWORD)["Location"] == "/home/"


def test_five_failures_close_the_pair_for_a_quarter_of_an_hour_then_doubling(client: Client, admin: User) -> None:
    with time_machine.travel(START, tick=False) as clock:
        guess(client, admin.username, 5)
        closed = attempt(client, admin.username, PASSWORD)
        assert closed.status_code == 429
        assert closed["Retry-After"] == str(15 * 60)
        clock.shift(dt.timedelta(minutes=15, seconds=1))
        guess(client, admin.username, 1)
        clock.shift(dt.timedelta(minutes=16))
        assert attempt(client, admin.username, PASSWORD).status_code == 429
        clock.shift(dt.timedelta(minutes=15))
        assert attempt(client, admin.username, PASSWORD)["Location"] == "/home/"


def test_others_are_not_locked_out_by_the_guesser(client: Client, admin: User, neighbour: User) -> None:
    guess(client, admin.username, 6)
    assert attempt(Client(), admin.username, PASSWORD, ip="10.7.7.7")["Location"] == "/home/"
    assert attempt(Client(), neighbour.username, PASSWORD)["Location"] == "/home/"


def test_a_known_device_gets_in_while_strangers_guess_from_its_own_network(client: Client, admin: User) -> None:
    attempt(client, admin.username, PASSWORD)
    client.post("/logout/")
    guess(Client(), admin.username, 6)
    assert attempt(Client(), admin.username, PASSWORD).status_code == 429
    assert attempt(client, admin.username, PASSWORD)["Location"] == "/home/"


def test_guesses_from_many_networks_use_up_the_account_s_budget_and_alarm(admin: User, security_admin: User) -> None:
    now = START
    for number in range(throttle.BUDGETS["account"][0]):
        origin = throttle.Origin(f"10.{number}.0.1")
        row = throttle.lock("password", admin.username, origin, now=now)
        throttle.failed(row, "password", admin.username, origin, now=now)
    with pytest.raises(throttle.Throttled):
        throttle.lock("password", admin.username, throttle.Origin("10.250.0.1"), now=now)
    throttle.lock("password", admin.username, throttle.Origin("10.250.0.1", "known"), now=now)
    throttle.lock("password", admin.username, throttle.Origin("10.250.0.1"), now=now + dt.timedelta(hours=2))
    assert Message.objects.filter(recipient_id=security_admin.pk).count() == 1


def test_a_pair_that_is_slowed_down_is_in_the_audit_log(db: None) -> None:
    blocks = PlatformAuditEntry.objects.filter(action="accounts.throttle.block")
    origin = throttle.Origin(HOME)
    for number in range(throttle.BLOCK_AFTER):
        assert not blocks.exists(), number
        row = throttle.lock("password", "somebody", origin, now=START)
        throttle.failed(row, "password", "somebody", origin, now=START)
    assert blocks.get().detail["account"] == "somebody"


def test_one_guess_on_each_of_many_accounts_uses_up_the_network_s_budget(db: None) -> None:
    for number in range(throttle.BUDGETS["network"][0]):
        origin = throttle.Origin(f"10.1.2.{number}")
        row = throttle.lock("password", f"name-{number}", origin, now=START)
        throttle.failed(row, "password", f"name-{number}", origin, now=START)
    with pytest.raises(throttle.Throttled):
        throttle.lock("password", "another", throttle.Origin(HOME), now=START)
    throttle.lock("password", "another", throttle.Origin("10.1.3.1"), now=START)


def test_the_account_is_remembered_only_when_asked(client: Client, admin: User) -> None:
    attempt(client, admin.username, PASSWORD, remember="on")
    client.post("/logout/")
    assert admin.username in client.get("/login/").content.decode()
    attempt(client, admin.username, PASSWORD)
    client.post("/logout/")
    assert admin.username not in client.get("/login/").content.decode()


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example/", "/logout/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client: Client, admin: User, bad: str) -> None:
    assert attempt(client, admin.username, PASSWORD, next=bad)["Location"] == "/home/"
    assert attempt(Client(), admin.username, PASSWORD, next="/messages/")["Location"] == "/messages/"


def test_signing_out_ends_the_session_on_the_server(client: Client, admin: User) -> None:
    attempt(client, admin.username, PASSWORD)
    cookie = client.cookies["yingan_session"].value
    client.post("/logout/")
    client.cookies["yingan_session"] = cookie
    assert client.get("/account/").status_code == 302
    assert UserSession.objects.count() == 0
    assert client.get("/logout/").status_code == 405


def test_the_way_back_from_a_forgotten_password_is_public(client: Client) -> None:
    page = client.get("/login/forgotten/").content.decode()
    assert "激活单" in page
    assert "/login/legal/" in page
