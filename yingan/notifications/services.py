"""Telling people. `notify` and `send_sms` only write rows, in the caller's transaction: rolled back is never said."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from yingan.kernel import clock
from yingan.notifications.channels import Channel, NotDelivered, channel_for
from yingan.notifications.models import Message, Outbox, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import _User

LEASE = dt.timedelta(seconds=60)
RETRY_AFTER = (5, 30, 120, 600, 3600)  # seconds to wait after the first, second … failure; then it is given up
MAX_ATTEMPTS = len(RETRY_AFTER) + 1
BLANK_AFTER = dt.timedelta(days=30)  # then number and text of what was sent are wiped; the receipts stay as the proof
FORGET_AFTER = dt.timedelta(days=365)  # then messages that were read are deleted


def notify(
    users: Iterable[_User],
    *,
    title: str,
    body: str = "",
    url: str = "",
    key: str | None = None,
    level: str = Message.Level.INFO,
    sms: bool = False,
) -> None:
    """Put a message into the box of each person, once per `key`; `sms` sends it to their phones too.

    `key` names the event ("alarm-1842-raised"): told again, nobody hears it twice. An urgent message also goes to the
    addresses of settings.NOTIFY_URLS (a duty group's robot, a mailbox).
    """
    people = list({user.pk: user for user in users}.values())
    event = key or uuid.uuid4().hex
    now = clock.now()
    Message.objects.bulk_create(
        [
            Message(recipient_id=user.pk, level=level, title=title[:120], body=body, url=url, key=event, sent_at=now)
            for user in people
        ],
        ignore_conflicts=True,
    )
    text = f"{title}。{body}" if body else title
    if sms:
        for user in people:
            _put(Outbox.Channel.SMS, str(getattr(user, "phone", "") or ""), text, title=title, key=f"{event}:{user.pk}")
    if level == Message.Level.URGENT and settings.NOTIFY_URLS and people:
        _put(Outbox.Channel.PUSH, "", text, title=title, key=f"{event}:push")


def send_sms(phone: str, text: str, *, key: str | None = None) -> None:
    """Send a text message to a phone: codes and activation links, to people who may not be signed in."""
    _put(Outbox.Channel.SMS, phone, text, key=key or uuid.uuid4().hex)


def _put(channel: str, address: str, text: str, *, key: str, title: str = "") -> None:
    if channel == Outbox.Channel.SMS and not address:
        return
    now = clock.now()
    row = Outbox(channel=channel, address=address, title=title[:120], text=text, key=key, created_at=now, due_at=now)
    Outbox.objects.bulk_create([row], ignore_conflicts=True)


def mark_read(message: Message) -> None:
    """Remember that the person has read a message."""
    if message.read_at is None:
        Message.objects.filter(pk=message.pk, read_at__isnull=True).update(read_at=clock.now())


def mark_all_read(*, by: _User) -> int:
    """Remember that the person has read all messages; return how many were unread."""
    return Message.objects.filter(recipient_id=by.pk, read_at__isnull=True).update(read_at=clock.now())


def claim(limit: int, *, now: dt.datetime) -> list[Outbox]:
    """Take up to `limit` due things for LEASE; another sender gets others, and these again if we die."""
    with transaction.atomic():
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
        rows = list(
            Outbox.objects.select_for_update(skip_locked=True)
            .filter(free, state=Outbox.State.WAITING, due_at__lte=now)
            .order_by("due_at", "id")[:limit]
        )
        taken = Outbox.objects.filter(pk__in=[row.pk for row in rows])
        taken.update(claimed_until=now + LEASE, attempts=F("attempts") + 1)
        for row in rows:
            row.attempts += 1
    return rows


def send_due(limit: int = 50) -> int:
    """Send what is due and write a receipt for each try; return how many were tried.

    Sent before marked, never the other way: after a crash in between it goes out again under the same key.
    """
    rows = claim(limit, now=clock.now())
    for row in rows:
        _try(row, channel_for(row.channel))
    return len(rows)


def _try(row: Outbox, channel: Channel) -> None:
    try:
        detail, ok = channel.send(row.address, row.title, row.text, row.key), True
    except NotDelivered as failure:
        detail, ok = str(failure), False
    now = clock.now()
    with transaction.atomic():
        Receipt.objects.create(outbox=row, at=now, ok=ok, detail=detail[:300])
        row.claimed_until = None
        if ok:
            row.state = Outbox.State.SENT
        elif row.attempts >= MAX_ATTEMPTS:
            row.state = Outbox.State.FAILED
        else:
            row.due_at = now + dt.timedelta(seconds=RETRY_AFTER[row.attempts - 1])
        row.save(update_fields=["state", "due_at", "claimed_until"])


@transaction.atomic
def forget_old(*, now: dt.datetime) -> None:
    """Wipe phone numbers and texts that are no longer needed, and delete old messages that were read."""
    settled = Outbox.objects.exclude(state=Outbox.State.WAITING).filter(is_wiped=False)
    settled.filter(created_at__lt=now - BLANK_AFTER).update(address="", text="", is_wiped=True)
    Message.objects.filter(read_at__isnull=False, sent_at__lt=now - FORGET_AFTER).delete()
