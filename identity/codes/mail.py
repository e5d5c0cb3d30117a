"""The mail backend where no mail server is set up: the demo keeps mails for its outbox page, others drop them."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from identity.codes.models import Message
from yingan.kernel import clock


class OutboxBackend(BaseEmailBackend):
    """Keeps each mail as a message of the demo."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails and return how many were kept."""
        if not settings.DEMO:
            return 0
        rows = [
            Message(
                channel=Message.Channel.MAIL,
                receiver=receiver,
                subject=str(mail.subject),
                body=str(mail.body),
                sent_at=clock.now(),
            )
            for mail in email_messages
            for receiver in mail.to
        ]
        return len(Message.objects.bulk_create(rows))
