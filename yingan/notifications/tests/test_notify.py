"""Telling people: once, in the caller's transaction, to the right box and the right phone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.db import connection, transaction

from yingan.accounts.tests.factories import person
from yingan.kernel import clock
from yingan.notifications import queries, services
from yingan.notifications.models import Message, Outbox

if TYPE_CHECKING:
    from yingan.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> list[User]:
    """Return two people with phones."""
    return [person(), person()]


def test_everybody_gets_the_message(people: list[User]) -> None:
    services.notify(people, title="告警", body="LT-1011 高高报", url="/alarms/1/")
    for user in people:
        message = queries.messages_of(user).get()
        assert (message.title, message.url, message.read_at) == ("告警", "/alarms/1/", None)
        assert queries.unread_count(user) == 1


def test_the_same_event_is_told_once(people: list[User]) -> None:
    services.notify(people, title="告警", key="alarm-1-raised", sms=True)
    services.notify([*people, people[0]], title="告警", key="alarm-1-raised", sms=True)
    assert Message.objects.count() == 2
    assert Outbox.objects.count() == 2


def test_two_events_without_a_key_are_two_messages(people: list[User]) -> None:
    services.notify(people[:1], title="一")
    services.notify(people[:1], title="一")
    assert queries.unread_count(people[0]) == 2


def test_what_is_rolled_back_was_never_said(people: list[User]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.notify(people, title="告警", sms=True)
        raise RuntimeError
    assert Message.objects.count() == Outbox.objects.count() == 0


def test_a_text_message_goes_to_the_phone_and_is_sealed(people: list[User]) -> None:
    services.notify(people[:1], title="告警", body="LT-1011 高高报", sms=True)
    row = Outbox.objects.get()
    assert (row.channel, row.address, row.text) == ("sms", people[0].phone, "告警。LT-1011 高高报")
    with connection.cursor() as cursor:
        cursor.execute("SELECT address, text FROM notifications_outbox")
        stored = " ".join(cursor.fetchone())
    assert people[0].phone not in stored
    assert "LT-1011" not in stored


def test_who_has_no_phone_gets_no_text_message() -> None:
    services.notify([person(phone="")], title="告警", sms=True)
    assert Outbox.objects.count() == 0


def test_only_urgent_messages_go_to_the_duty_group(people: list[User], settings: object) -> None:
    settings.NOTIFY_URLS = ["json://127.0.0.1:9/"]  # type: ignore[attr-defined]
    services.notify(people, title="提醒", level="warning", key="a")
    assert not Outbox.objects.filter(channel="push").exists()
    services.notify(people, title="告警", level="urgent", key="b")
    assert Outbox.objects.filter(channel="push").count() == 1


def test_reading_all_leaves_other_people_alone(people: list[User]) -> None:
    services.notify(people, title="一", key="a")
    services.notify(people, title="二", key="b")
    assert services.mark_all_read(by=people[0]) == 2
    assert (queries.unread_count(people[0]), queries.unread_count(people[1])) == (0, 2)


def test_old_messages_are_deleted_once_they_were_read(people: list[User]) -> None:
    services.notify(people, title="一", key="a")
    services.mark_all_read(by=people[0])
    services.forget_old(now=clock.now() + services.FORGET_AFTER + dt.timedelta(days=1))
    assert list(Message.objects.values_list("recipient_id", flat=True)) == [people[1].pk]
