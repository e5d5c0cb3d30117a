"""One's own account: password, sessions and their limits, profile."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from yingan.accounts import passwords
from yingan.accounts import services as accounts
from yingan.accounts.models import PASSWORD_PATH, OfficePost, Role, User, UserSession
from yingan.accounts.tests.factories import PASSWORD
from yingan.kernel import clock
from yingan.notifications.models import Message

pytestmark = pytest.mark.django_db
NEW = "qingfeng-laiguo-2031"
START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def entered(user: User, **headers: str) -> Client:
    client = Client(headers=headers)
    assert client.post("/login/", {"username": user.username, "password": PASSWORD})["Location"] == "/home/"
    return client


def change(client: Client, old: str = PASSWORD, new: str = NEW, repeated: str = "") -> int:
    words = {"old_password": old, "new_password": new, "repeated": repeated or new}
    return client.post("/account/password/", words).status_code


def test_changing_the_password_ends_the_other_sessions_and_tells_the_person(admin: User) -> None:
    here, there = entered(admin), entered(admin)
    key = here.session.session_key
    assert change(here) == 302
    assert here.get("/account/").status_code == 200
    assert here.session.session_key != key
    assert there.get("/account/").status_code == 302
    assert Message.objects.filter(recipient_id=admin.pk, title="登录密码已修改").count() == 1
    assert [row.session_key for row in UserSession.objects.filter(user=admin)] == [here.session.session_key]


@pytest.mark.parametrize(
    ("old", "new", "repeated"),
    [("not-the-old-one", NEW, NEW), (PASSWORD, NEW, NEW + "x"), (PASSWORD, "kurz", "kurz"), (PASSWORD, "", "")],
)
def test_a_change_that_is_not_right_changes_nothing(admin: User, old: str, new: str, repeated: str) -> None:
    assert change(entered(admin), old, new, repeated) == 422
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)


def test_nobody_without_a_password_sets_one_without_the_identity_platform(admin: User, signed_in: object) -> None:
    admin.set_unusable_password()
    admin.save()
    client = signed_in(admin)  # type: ignore[operator]
    assert change(client) == 422


def test_sessions_are_listed_and_ended(admin: User, neighbour: User) -> None:
    here = entered(admin, user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/140")
    there = entered(admin, user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile")
    page = here.get("/account/sessions/").content.decode()
    assert "Chrome，Windows" in page
    assert "Chrome，安卓手机" in page
    row = UserSession.objects.get(session_key=there.session.session_key)
    assert entered(neighbour).post(f"/account/sessions/{row.pk}/end/").status_code == 404
    assert there.get("/account/").status_code == 200
    here.post(f"/account/sessions/{row.pk}/end/")
    assert there.get("/account/").status_code == 302
    third = entered(admin)
    here.post("/account/sessions/end-others/")
    assert third.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_a_session_ends_after_30_idle_minutes(admin: User) -> None:
    with time_machine.travel(START, tick=False) as now:
        client = entered(admin)
        now.shift(dt.timedelta(minutes=29))
        assert client.get("/account/").status_code == 200
        now.shift(dt.timedelta(minutes=29))
        assert client.get("/account/").status_code == 200
        now.shift(dt.timedelta(minutes=31))
        assert client.get("/account/").status_code == 302
        assert UserSession.objects.count() == 0


def test_a_session_ends_after_12_hours_however_busy(admin: User) -> None:
    with time_machine.travel(START, tick=False) as now:
        client = entered(admin)
        for _ in range(35):
            now.shift(dt.timedelta(minutes=20))
            assert client.get("/account/").status_code == 200
        now.shift(dt.timedelta(minutes=21))
        assert client.get("/account/").status_code == 302


def test_disabling_and_another_role_act_on_the_next_request(admin: User, head: User) -> None:
    client = entered(admin)
    assert client.get("/enterprise/registration/edit/").status_code == 200
    admin.memberships.update(role=Role.EMPLOYEE)
    assert client.get("/enterprise/registration/edit/").status_code == 404
    other = entered(head)
    User.objects.filter(pk=head.pk).update(is_active=False)
    assert other.get("/account/").status_code == 302


def test_the_profile_changes_contact_data_only(admin: User) -> None:
    client = entered(admin)
    words = {"phone": "138 0000 7777", "email": "a@example.invalid", "job": "厂长", "role": "auditor", "username": "x"}
    assert client.post("/account/profile/", words)["Location"] == "/account/"
    admin.refresh_from_db()
    assert (admin.phone, admin.job, admin.username != "x") == ("13800007777", "厂长", True)
    assert "13800007777" not in client.get("/account/").content.decode()
    assert client.post("/account/profile/", {"phone": "12"}).status_code == 422


@pytest.mark.parametrize("piece", ["username", "code", "phone", "name", "enterprise"])
def test_words_about_the_person_are_refused(admin: User, piece: str) -> None:
    known = {
        "username": admin.username, "code": admin.username[-6:].lower(), "phone": admin.phone, "name": admin.name,
        "enterprise": str(admin.enterprise),
    }[piece]  # fmt: skip
    with pytest.raises(ValidationError, match="不能包含"):
        passwords.check(f"luo-ye-{known}-gui-gen", admin)


def test_every_common_password_is_refused(admin: User) -> None:
    long = sorted(word for word in passwords.common_words() if len(word) >= 6)[:10_000]
    assert max(map(len, passwords.common_words())) <= passwords.LONGEST_WORD
    assert len(long) == 10_000
    assert [word for word in long if not passwords.is_guessable(word) and len(word) >= 12] == []
    assert [word for word in long[::5] if not passwords.is_guessable(f"{word}2026!")] == []


@given(st.text(min_size=30, max_size=128))
def test_long_passwords_are_kept_whole(password: str) -> None:
    user = User(username="whole", name="李示例")
    user.__dict__.update(membership=None, post=None)
    user.platform_role = ""
    try:
        passwords.check(password, user)
        problems = ""
    except ValidationError as refused:
        problems = str(refused)
    assert "密码至少" not in problems
    assert "密码最多" not in problems


def test_officers_need_classes_and_take_no_former_password(reviewer: User) -> None:
    with pytest.raises(ValidationError, match="3 类"):
        passwords.check("qingfeng laiguo bushi", reviewer)
    accounts.set_password(reviewer, "Qingfeng-2031-Lai", now=clock.now())
    accounts.set_password(reviewer, "Mingyue-2032-Qu", now=clock.now())
    with pytest.raises(ValidationError, match="用过的密码"):
        passwords.check("Qingfeng-2031-Lai", reviewer)


def test_an_officer_s_old_password_must_be_changed_first(reviewer: User, employee: User) -> None:
    assert OfficePost.objects.filter(user=reviewer).exists()
    for user in (reviewer, employee):
        user.password_changed_at = clock.now() - dt.timedelta(days=91)
    assert (reviewer.first_duty(), employee.first_duty()) == (PASSWORD_PATH, "")
