"""The edges towards the outside: an SMS gateway over HTTP, or the outbox page of the demo."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import requests
from django.conf import settings

from identity.codes.models import Message
from yingan.kernel import clock
from yingan.kernel.sealed import mask_phone

log = logging.getLogger(__name__)
_sender = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sms")
TIMEOUT_S = 10


class Unreachable(Exception):
    """No SMS service is set up, so that nothing can be sent."""


class SmsChannel(Protocol):
    """Whatever can bring a text to a phone."""

    def send(self, phone: str, text: str) -> None:
        """Send `text` to `phone`.

        :raises Unreachable: if there is no way to send
        """


class DemoOutbox:
    """Keeps messages for the page 短信发件箱; nothing leaves the machine."""

    def send(self, phone: str, text: str) -> None:
        """Keep the text."""
        Message.objects.create(channel=Message.Channel.SMS, receiver=phone, body=text, sent_at=clock.now())


class HttpGateway:
    """Posts `{"phone": …, "text": …}` to the gateway of the installation (`SMS_URL`).

    In a thread, so that an answer takes the same time whether or not a message goes out.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, phone: str, text: str) -> None:
        """Hand the text over to the sending thread."""
        _sender.submit(self._post, phone, text)

    def _post(self, phone: str, text: str) -> None:
        try:
            requests.post(self.url, json={"phone": phone, "text": text}, timeout=TIMEOUT_S).raise_for_status()
        except requests.RequestException as failure:
            log.error("SMS to %s was not accepted: %s", mask_phone(phone), type(failure).__name__)


class NoChannel:
    """Stands where no SMS service is set up: fails closed."""

    def send(self, phone: str, text: str) -> None:
        """Refuse.

        :raises Unreachable: always
        """
        raise Unreachable("短信服务尚未配置，请联系平台运维人员")


def sms() -> SmsChannel:
    """Return the channel of this installation."""
    if settings.SMS_URL:
        return HttpGateway(settings.SMS_URL)
    return DemoOutbox() if settings.DEMO else NoChannel()
