"""The outbox: taken with a lease, sent before marked, tried again later, given up in the end, never lost."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
import requests
import time_machine
from django.db import connection, transaction

from yingan.kernel import clock
from yingan.notifications import channels, services
from yingan.notifications.models import Outbox, Receipt

pytestmark = pytest.mark.django_db


class Memory:
    """A channel that remembers; it refuses as long as `refusals` lasts."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.sent: list[tuple[str, str, str]] = []

    def send(self, address: str, title: str, text: str, key: str) -> str:
        """Take the text."""
        if self.refusals:
            self.refusals -= 1
            raise channels.NotDelivered("占线")
        self.sent.append((address, text, key))
        return "ok"


@pytest.fixture
def channel(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """Put the remembering channel in the place of all others."""
    memory = Memory()
    monkeypatch.setattr(services, "channel_for", lambda name: memory)
    return memory


def test_what_is_due_is_sent_once_with_a_receipt(channel: Memory) -> None:
    services.send_sms("13800000001", "验证码 123456", key="code-1")
    assert services.send_due() == 1
    assert services.send_due() == 0
    assert channel.sent == [("13800000001", "验证码 123456", "code-1")]
    assert Outbox.objects.get().state == "sent"
    receipt = Receipt.objects.get()
    assert (receipt.ok, receipt.detail) == (True, "ok")


def test_a_failure_is_tried_again_later_and_every_try_leaves_a_receipt(channel: Memory) -> None:
    channel.refusals = 2
    services.send_sms("13800000001", "一", key="a")
    start = clock.now()
    with time_machine.travel(start, tick=False) as time:
        services.send_due()
        assert services.send_due() == 0
        time.shift(dt.timedelta(seconds=services.RETRY_AFTER[0]))
        services.send_due()
        time.shift(dt.timedelta(seconds=services.RETRY_AFTER[1]))
        services.send_due()
    assert len(channel.sent) == 1
    assert list(Receipt.objects.values_list("ok", flat=True)) == [False, False, True]


def test_it_is_given_up_after_the_last_try(channel: Memory) -> None:
    channel.refusals = 99
    services.send_sms("13800000001", "一", key="a")
    with time_machine.travel(clock.now(), tick=False) as time:
        for _ in range(services.MAX_ATTEMPTS):
            services.send_due()
            time.shift(dt.timedelta(hours=2))
        assert services.send_due() == 0
    row = Outbox.objects.get()
    assert (row.state, row.attempts, row.receipts.count()) == ("failed", services.MAX_ATTEMPTS, services.MAX_ATTEMPTS)


def test_nobody_else_takes_it_during_the_lease_and_everybody_may_after_it() -> None:
    services.send_sms("13800000001", "一", key="a")
    now = clock.now()
    assert len(services.claim(10, now=now)) == 1
    assert services.claim(10, now=now + services.LEASE - dt.timedelta(seconds=1)) == []
    again = services.claim(10, now=now + services.LEASE + dt.timedelta(seconds=1))
    assert [row.attempts for row in again] == [2]


def test_a_sender_that_dies_after_sending_sends_again_under_the_same_key(channel: Memory) -> None:
    services.send_sms("13800000001", "一", key="a")
    row = services.claim(1, now=clock.now())[0]
    channel.send(row.address, row.title, row.text, row.key)  # and dies before it marks the row
    with time_machine.travel(clock.now() + services.LEASE + dt.timedelta(seconds=1)):
        services.send_due()
    assert [key for _, _, key in channel.sent] == ["a", "a"]


def test_the_sms_gateway_gets_phone_text_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, object] = {}

    def post(url: str, **options: object) -> requests.Response:
        seen.update(url=url, **options)
        answer = requests.Response()
        answer.status_code = 202
        answer._content = b"taken"
        return answer

    monkeypatch.setattr(channels.requests, "post", post)
    assert channels.HttpSms("http://127.0.0.1:9/sms").send("13800000001", "", "一", "a") == "taken"
    assert seen["json"] == {"phone": "13800000001", "text": "一", "key": "a"}
    assert seen["timeout"] == channels.TIMEOUT_S


def test_a_gateway_that_does_not_answer_or_refuses_has_not_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = channels.HttpSms("http://127.0.0.1:9/sms")
    with pytest.raises(channels.NotDelivered, match="没有应答"):
        gateway.send("13800000001", "", "一", "a")
    refusal = requests.Response()
    refusal.status_code = 503
    monkeypatch.setattr(channels.requests, "post", lambda *args, **options: refusal)
    with pytest.raises(channels.NotDelivered, match="503"):
        gateway.send("13800000001", "", "一", "a")


def test_a_channel_that_nobody_set_up_says_so(settings: object) -> None:
    settings.SMS_URL, settings.DEMO = "", False  # type: ignore[attr-defined]
    with pytest.raises(channels.NotDelivered, match="SMS_URL"):
        channels.channel_for("sms").send("13800000001", "", "一", "a")
    settings.DEMO = True  # type: ignore[attr-defined]
    assert "未外发" in channels.channel_for("sms").send("13800000001", "", "一", "a")


def test_a_push_that_no_address_takes_has_not_been_delivered(settings: object) -> None:
    settings.NOTIFY_URLS = ["json://127.0.0.1:9/"]  # type: ignore[attr-defined]
    with pytest.raises(channels.NotDelivered, match="推送"):
        channels.channel_for("push").send("", "告警", "一", "a")


def test_the_worker_may_do_all_that_sending_needs(channel: Memory) -> None:
    services.send_sms("13800000001", "一", key="a")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE yingan_worker")
        assert services.send_due() == 1
        cursor.execute("RESET ROLE")
    assert Outbox.objects.get().state == "sent"


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_never_take_the_same_thing() -> None:
    for number in range(40):
        services.send_sms("13800000001", "一", key=str(number))
    start, taken = threading.Barrier(2), []

    def take() -> None:
        start.wait()
        for _ in range(4):
            taken.extend(row.key for row in services.claim(5, now=clock.now()))
        connection.close()

    senders = [threading.Thread(target=take) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(taken) == sorted(str(number) for number in range(40))


def test_numbers_and_texts_are_wiped_after_a_month_and_the_proof_stays(channel: Memory) -> None:
    services.send_sms("13800000001", "验证码 123456", key="old")
    services.send_due()
    services.send_sms("13800000002", "还没有发出", key="waiting")
    services.forget_old(now=clock.now() + services.BLANK_AFTER - dt.timedelta(minutes=1))
    assert Outbox.objects.get(key="old").address == "13800000001"
    services.forget_old(now=clock.now() + services.BLANK_AFTER + dt.timedelta(minutes=1))
    old = Outbox.objects.get(key="old")
    assert (old.address, old.text, old.receipts.count()) == ("", "", 1)
    assert Outbox.objects.get(key="waiting").text == "还没有发出"
