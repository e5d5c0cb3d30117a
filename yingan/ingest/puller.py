"""Pulling from the durable consumer without a pause between two batches: requests stay open ahead of what arrives."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from yingan.ingest.selfcheck import CONSUMER, STREAM

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription
    from nats.js import JetStreamContext

AHEAD = 1000  # messages asked for and not yet here; bounds what this process can hold
EXPIRES_S = 10.0


class Puller:
    """Open requests to the consumer, and what they brought."""

    def __init__(self, link: Client) -> None:
        self.link = link
        self.subject = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{CONSUMER}"
        self.inbox = link.new_inbox()
        self.asked = 0
        self.asked_at = 0.0
        self.subscription: Subscription | None = None

    async def open(self) -> None:
        """Begin to listen for what will be asked for."""
        self.subscription = await self.link.subscribe(self.inbox, pending_bytes_limit=-1, pending_msgs_limit=-1)

    async def reclaim(self, js: JetStreamContext) -> tuple[int, int]:
        """Have what an earlier process took and did not acknowledge delivered again now, before anything new.

        Without this it comes after `ack_wait`, behind newer messages, and would be judged as late data. A negative
        acknowledgement is sent for each message between the floor and the last one delivered; the server ignores
        those that are not pending. Return how many were pending, and the number in the stream up to which they lie.
        """
        info = await js.consumer_info(STREAM, CONSUMER)
        floor, last = info.ack_floor, info.delivered
        if not info.num_ack_pending or floor is None or last is None:
            return 0, 0
        for number in range(floor.stream_seq + 1, last.stream_seq + 1):
            await self.link.publish(f"$JS.ACK.{STREAM}.{CONSUMER}.1.{number}.{last.consumer_seq}.0.0", b"-NAK")
        await self.link.flush()
        return int(info.num_ack_pending), int(last.stream_seq)

    async def close(self) -> None:
        """Stop listening; what was not acknowledged comes again."""
        if self.subscription is not None:
            await self.subscription.unsubscribe()

    async def next(self, most: int, wait_s: float) -> list[Msg]:
        """Return up to `most` messages, those that are here or the first that come within `wait_s` seconds."""
        assert self.subscription is not None  # noqa: S101  # open() was called
        await self._ask()
        found: list[Msg] = []
        try:
            self._sort(await self.subscription.next_msg(timeout=wait_s), found)
            while len(found) < most and self.subscription.pending_msgs:
                self._sort(await self.subscription.next_msg(timeout=0.001), found)
        except TimeoutError:
            pass
        return found

    async def _ask(self) -> None:
        """Keep at least half of AHEAD asked for; a request that brought nothing for too long is forgotten."""
        if time.monotonic() - self.asked_at > EXPIRES_S + 1:
            self.asked = 0
        if self.asked < AHEAD // 2:
            wanted = AHEAD - self.asked
            request = {"batch": wanted, "expires": int(EXPIRES_S * 1e9)}
            await self.link.publish(self.subject, json.dumps(request).encode(), self.inbox)
            self.asked, self.asked_at = AHEAD, time.monotonic()

    def _sort(self, msg: Msg, found: list[Msg]) -> None:
        """Keep a message; a status line says how much of a request remains unanswered."""
        if msg.reply:
            found.append(msg)
            self.asked -= 1
            return
        left = (msg.headers or {}).get("Nats-Pending-Messages")
        self.asked = max(0, self.asked - int(left)) if left else 0
