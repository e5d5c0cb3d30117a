"""The edge to the outside: one small protocol, the SMS gateway, apprise, and the demo's channel that sends nothing."""

import logging
from typing import Protocol

import requests
from django.conf import settings

logger = logging.getLogger(__name__)
TIMEOUT_S = 10


class NotDelivered(Exception):
    """The channel did not take it; the message says why."""


class Channel(Protocol):
    """Something that delivers a text."""

    def send(self, address: str, title: str, text: str, key: str) -> str:
        """Deliver a text and return what the channel answered; the same `key` twice must have one effect.

        :raises NotDelivered: if the channel did not take it
        """


class HttpSms:
    """An SMS gateway over HTTP: POST {"phone", "text", "key"} as JSON; any 2xx means taken."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, address: str, title: str, text: str, key: str) -> str:
        """Hand the text to the gateway."""
        try:
            answer = requests.post(
                self.url,
                json={"phone": address, "text": text, "key": key},
                headers={"Idempotency-Key": key},
                timeout=TIMEOUT_S,
            )
        except requests.RequestException as failure:
            raise NotDelivered(f"短信网关没有应答：{type(failure).__name__}") from failure
        if not answer.ok:
            raise NotDelivered(f"短信网关拒绝：HTTP {answer.status_code}")
        return answer.text[:200]


class Apprise:
    """Mail, WeCom, DingTalk, Feishu, webhook: whatever the addresses of settings.NOTIFY_URLS name."""

    def send(self, address: str, title: str, text: str, key: str) -> str:
        """Push the text to all addresses."""
        import apprise  # loads a hundred plug-ins, in the worker only

        sender = apprise.Apprise()
        for url in settings.NOTIFY_URLS:
            sender.add(url)
        if not sender.notify(title=title, body=text):
            raise NotDelivered("至少一个推送地址没有收下")
        return f"{len(settings.NOTIFY_URLS)} 个地址"


class Shown:
    """The demo's SMS: nothing leaves the machine; /demo/outbox/ shows it."""

    def send(self, address: str, title: str, text: str, key: str) -> str:
        """Take the text as sent."""
        return "演示环境，未外发"


class Unset:
    """A channel that nobody has set up: it says so instead of losing the text."""

    def send(self, address: str, title: str, text: str, key: str) -> str:
        """Refuse the text."""
        raise NotDelivered("没有配置短信网关（SMS_URL）")


def channel_for(name: str) -> Channel:
    """Return the channel of that name as this installation has it set up."""
    if name == "push":
        return Apprise()
    if settings.SMS_URL:
        return HttpSms(settings.SMS_URL)
    return Shown() if settings.DEMO else Unset()
