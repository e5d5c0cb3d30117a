"""The message pages: one's own messages only; the wall holds even without the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from yingan.kernel import tenancy
from yingan.notifications import services
from yingan.notifications.models import Message, Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(admin: User, neighbour: User) -> Message:
    """Tell both, and return the administrator's message."""
    services.notify([admin, neighbour], title="安全承诺被退回", url="/commitments/1/", key="commitment-1-returned")
    return Message.objects.get(recipient_id=admin.pk)


def test_the_list_shows_the_own_messages(message: Message, admin: User, signed_in: SignIn) -> None:
    page = signed_in(admin).get("/messages/").content.decode()
    assert page.count("安全承诺被退回") == 2  # the title and the button's name
    assert "消息，1 条未读" in page


def test_opening_marks_as_read_and_leads_to_the_place(message: Message, admin: User, signed_in: SignIn) -> None:
    answer = signed_in(admin).post(f"/messages/{message.pk}/open/")
    assert (answer.status_code, answer["Location"]) == (302, "/commitments/1/")
    message.refresh_from_db()
    assert message.read_at is not None
    assert "没有未读消息" in signed_in(admin).get("/messages/?unread=1").content.decode()


def test_a_message_never_leads_out_of_the_site(admin: User, signed_in: SignIn) -> None:
    services.notify([admin], title="一", url="//example.org/")
    row = Message.objects.get()
    assert signed_in(admin).post(f"/messages/{row.pk}/open/")["Location"] == "/messages/"


def test_other_peoples_messages_do_not_exist(message: Message, neighbour: User, signed_in: SignIn) -> None:
    assert signed_in(neighbour).post(f"/messages/{message.pk}/open/").status_code == 404
    message.refresh_from_db()
    assert message.read_at is None


def test_reading_changes_nothing_by_get(message: Message, admin: User, signed_in: SignIn) -> None:
    assert signed_in(admin).get(f"/messages/{message.pk}/open/").status_code == 405
    assert signed_in(admin).get("/messages/read/").status_code == 405


def test_all_are_read_at_once(message: Message, admin: User, signed_in: SignIn) -> None:
    page = signed_in(admin).post("/messages/read/", follow=True).content.decode()
    assert "已将 1 条消息标为已读" in page
    assert "消息，0 条未读" in page


def test_the_bell_is_only_a_part_and_nothing_for_strangers(
    message: Message, admin: User, signed_in: SignIn, client: Client
) -> None:
    page = signed_in(admin).get("/messages/bell/").content.decode()
    assert "消息，1 条未读" in page
    assert "<html" not in page
    assert client.get("/messages/bell/").status_code == 302


def test_asking_for_the_bell_does_not_keep_the_session(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    session = client.session
    session["seen_at"] -= 600
    session.save()
    client.get("/messages/bell/", headers={"X-Background": "1"})
    assert client.session["seen_at"] == session["seen_at"]
    client.get("/messages/")
    assert client.session["seen_at"] > session["seen_at"]


def test_the_list_asks_a_fixed_number_of_queries(
    admin: User, signed_in: SignIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for number in range(30):
        services.notify([admin], title="一", key=str(number))
    client = signed_in(admin)
    with django_assert_max_num_queries(18):  # type: ignore[attr-defined]
        page = client.get("/messages/").content.decode()
    assert "共 30 条，第 1/2 页" in page


def test_the_wall_shows_each_person_their_own_messages_only(message: Message, admin: User, neighbour: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yingan_web")
        tenancy.set_scope(tenancy.Scope(user_id=neighbour.pk))
        assert [row.recipient_id for row in Message.objects.all()] == [neighbour.pk]
        services.notify([admin], title="从邻居到管理员", key="x")  # one may tell others
        assert not Message.objects.filter(recipient_id=admin.pk).exists()
        tenancy.set_scope(tenancy.Scope())
        assert Message.objects.count() == 0
        cursor.execute("RESET ROLE")


def test_the_web_role_cannot_look_into_the_outbox(admin: User) -> None:
    services.send_sms("13800000001", "验证码 123456")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yingan_web")
        assert Outbox.objects.count() == 0
        cursor.execute("RESET ROLE")


def test_the_outbox_page_is_there_in_the_demo_only(client: Client, settings: object) -> None:
    services.send_sms("13800000001", "验证码 123456")
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.get("/demo/outbox/").status_code == 404
    settings.DEMO = True  # type: ignore[attr-defined]
    assert "验证码 123456" in client.get("/demo/outbox/").content.decode()
