"""Signing in, slowing down guesses without locking anybody out, second factor, sessions."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client

from identity.conftest import NEW_PASSWORD, PASSWORD, SEED
from identity.people import throttle
from identity.people.models import SecurityEvent
from yingan.kernel.identifiers import fictitious_phone

pytestmark = pytest.mark.django_db


def sign_in(client, account, password=PASSWORD, ip="10.1.0.1", **more):
    return client.post("/login/", {"login": account, "password": password, **more}, REMOTE_ADDR=ip)


def prove_again(client):
    assert client.post("/reauthenticate/", {"password": PASSWORD}).status_code == 302


def solve(client):
    """Return the answer to the sum that the page shows."""
    return {"answer": str(client.session.get(throttle.ANSWER, ""))}


def test_wrong_account_and_wrong_password_get_the_same_answer(guest, enterprise):
    unknown = sign_in(guest, "919900000000000999").content.decode()
    wrong = sign_in(guest, enterprise.username, "Wrong-Password-1").content.decode()
    assert "账号或密码不正确" in unknown
    assert "账号或密码不正确" in wrong


def test_five_wrong_passwords_slow_down_this_network_only(enterprise):
    attacker, owner = Client(), Client()
    for _ in range(5):
        sign_in(attacker, enterprise.username, "Wrong-Password-1", **solve(attacker))
    refused = sign_in(attacker, enterprise.username, **solve(attacker))
    assert refused.status_code == 200
    assert "尝试次数过多" in refused.content.decode()
    assert sign_in(owner, enterprise.username, ip="10.1.0.2").status_code == 302


def test_after_fifteen_minutes_the_same_network_may_try_again(enterprise):
    client = Client()
    for _ in range(5):
        sign_in(client, enterprise.username, "Wrong-Password-1", **solve(client))
    assert sign_in(client, enterprise.username, **solve(client)).status_code == 200
    with time_machine.travel(time.time() + 16 * 60):
        assert sign_in(Client(), enterprise.username).status_code == 302


def test_guesses_from_everywhere_do_not_keep_a_known_device_out(enterprise, monkeypatch):
    monkeypatch.setitem(throttle.RATES, "account", "8/h/key")
    owner = Client()
    assert sign_in(owner, enterprise.username).status_code == 302
    owner.post("/logout/")
    for n in range(9):
        sign_in(Client(), enterprise.username, "Wrong-Password-1", ip=f"10.9.0.{n}")
    stranger = sign_in(Client(), enterprise.username, ip="10.9.1.1")
    assert "尝试次数过多" in stranger.content.decode()
    assert sign_in(owner, enterprise.username).status_code == 302


def test_one_guess_on_many_accounts_uses_up_the_budget_of_the_network(db, monkeypatch):
    monkeypatch.setitem(throttle.RATES, "network", "6/15m/key")
    for n in range(6):
        sign_in(Client(), fictitious_phone(n), "Wrong-Password-1")
    assert "尝试次数过多" in sign_in(Client(), fictitious_phone(99), "Wrong-Password-1").content.decode()


def test_from_the_fourth_try_a_sum_must_be_solved(guest, enterprise):
    for _ in range(3):
        page = sign_in(guest, enterprise.username, "Wrong-Password-1")
    assert "等于几" in page.content.decode()
    assert "请回答下面的验证问题" in sign_in(guest, enterprise.username).content.decode()
    assert sign_in(guest, enterprise.username, **solve(guest)).status_code == 302


def test_a_device_cookie_that_was_made_up_is_a_stranger(rf, enterprise):
    request = rf.get("/login/")
    request.COOKIES[throttle.COOKIE] = "made-up"
    assert throttle.Guess(request, enterprise.username).device == ""


def test_refusals_and_sign_ins_are_recorded(guest, enterprise):
    sign_in(guest, enterprise.username, "Wrong-Password-1")
    sign_in(guest, enterprise.username)
    actions = set(enterprise.events.values_list("action", "ip"))
    assert {("sign_in_refused", "10.1.0.1"), ("signed_in", "10.1.0.1")} <= actions


def test_the_record_refuses_changes(enterprise):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SecurityEvent.objects.update(note="nothing happened")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        SecurityEvent.objects.all().delete()


def test_a_second_factor_is_asked_for_and_works_once(guest, guarded, totp_code):
    assert sign_in(guest, guarded.username).url == "/account/second-factor/authenticate/"
    assert guest.get("/account/").status_code == 302
    code = totp_code()
    assert guest.post("/account/second-factor/authenticate/", {"code": code}).status_code == 302
    assert guest.get("/account/").status_code == 200
    second = Client()
    sign_in(second, guarded.username)
    assert "不正确" in second.post("/account/second-factor/authenticate/", {"code": code}).content.decode()


def test_a_recovery_code_stands_in_for_the_authenticator(guest, guarded):
    codes = Authenticator.objects.get(user=guarded, type="recovery_codes").wrap().get_unused_codes()
    sign_in(guest, guarded.username)
    assert guest.post("/account/second-factor/authenticate/", {"code": codes[0]}).status_code == 302
    assert guest.get("/account/").status_code == 200


def test_a_person_switches_the_second_factor_on_and_is_told(
    guest, enterprise, inbox, django_capture_on_commit_callbacks
):
    from allauth.mfa.totp.internal import auth

    sign_in(guest, enterprise.username)
    assert guest.get("/account/second-factor/totp/activate/").url.startswith("/reauthenticate/")
    prove_again(guest)
    page = guest.get("/account/second-factor/totp/activate/")
    secret = page.context["form"].secret
    counter = int(time.time()) // 30
    shown = auth.format_hotp_value(auth.hotp_value(secret, counter))
    with django_capture_on_commit_callbacks(execute=True):
        done = guest.post("/account/second-factor/totp/activate/", {"code": shown})
    assert done.status_code == 302
    assert "已开启二次验证" in inbox(enterprise.phone)[0]
    stored = Authenticator.objects.get(user=enterprise, type="totp")
    assert secret not in str(stored.data)
    assert guest.get("/account/second-factor/recovery-codes/").status_code == 200


def test_the_seed_lies_sealed(guarded):
    assert SEED not in str(Authenticator.objects.get(user=guarded, type="totp").data)


def test_changing_the_password_ends_all_sessions_and_tells(enterprise, inbox):
    here, elsewhere = Client(), Client()
    sign_in(here, enterprise.username)
    sign_in(elsewhere, enterprise.username, ip="10.1.0.7")
    form = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert here.post("/account/password/", form).status_code == 302
    assert here.get("/account/").status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert "密码已修改" in inbox(enterprise.phone)[0]
    assert sign_in(Client(), enterprise.username).status_code == 200
    assert sign_in(Client(), enterprise.username, NEW_PASSWORD).status_code == 302


def test_a_new_password_must_keep_the_policy(guest, enterprise):
    sign_in(guest, enterprise.username)
    weak = enterprise.username
    form = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert "密码" in guest.post("/account/password/", form).content.decode()
    enterprise.refresh_from_db()
    assert enterprise.check_password(PASSWORD)


def test_other_sessions_can_be_seen_and_ended(enterprise):
    here, elsewhere = Client(), Client()
    sign_in(here, enterprise.username)
    sign_in(elsewhere, enterprise.username, ip="10.1.0.7")
    assert "10.1.0.7" in here.get("/account/sessions/").content.decode()
    here.post("/account/sessions/")
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_a_session_ends_after_half_an_hour_idle_and_twelve_hours_in_any_case(guest, enterprise):
    start = time.time()
    sign_in(guest, enterprise.username)
    with time_machine.travel(start + 31 * 60):
        assert guest.get("/account/").status_code == 302
    busy = Client()
    sign_in(busy, enterprise.username)
    for minutes in range(20, 12 * 60 + 20, 20):
        with time_machine.travel(start + minutes * 60):
            last = busy.get("/account/").status_code
    assert last == 200
    with time_machine.travel(start + (12 * 60 + 20) * 60):
        assert busy.get("/account/").status_code == 302


def test_the_phone_is_changed_with_a_code_to_the_new_one(guest, person, code_for, inbox):
    sign_in(guest, "zhangsan")
    assert guest.get("/account/phone/").url.startswith("/reauthenticate/")
    prove_again(guest)
    old, new = person.phone, fictitious_phone(71)
    guest.post("/account/phone/", {"phone": new, "send_code": "1"}, headers={"accept": "application/json"})
    assert guest.post("/account/phone/", {"phone": new, "code": code_for(new)}).status_code == 302
    person.refresh_from_db()
    assert (person.phone, person.previous_phone) == (new, old)
    assert "已更换" in inbox(old)[0]
    assert "已更换" in inbox(person.email)[0]
