"""Reads: a person's messages, and what the demo's outbox page shows."""

from typing import Any

from django.db.models import QuerySet

from yingan.kernel import tenancy
from yingan.notifications.models import Message, Outbox

WINDOW = "app.outbox_window"  # the setting under which web may read the outbox (walls.LetterBox)


def messages_of(user: Any, *, unread_only: bool = False) -> QuerySet[Message]:
    """Return a person's messages, newest first."""
    rows = Message.objects.filter(recipient_id=user.pk)
    return rows.filter(read_at__isnull=True) if unread_only else rows


def unread_count(user: Any) -> int:
    """Return how many messages the person has not read; a stranger has none."""
    return messages_of(user, unread_only=True).count() if user.pk else 0


def outbox_for_show(limit: int = 100) -> list[Outbox]:
    """Return the newest things sent or to be sent; only the demo shows them, since they hold codes and links."""
    tenancy.set_local(WINDOW, "open")
    rows = list(Outbox.objects.order_by("-created_at", "-id")[:limit])
    tenancy.set_local(WINDOW, "")
    return rows
