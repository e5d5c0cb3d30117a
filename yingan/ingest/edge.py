"""The broker's side: take what gateways sent, have it committed, acknowledge each message, tell the watermarks.

Acknowledged is one by one and only after the commit. Nothing is done at shutdown: a start is a recovery (C01).
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import nats
from django.conf import settings
from nats.errors import Error as NatsError

from yingan.ingest import credentials, selfcheck
from yingan.ingest.crash import crash_here
from yingan.ingest.pipeline import Delivery, Watermark
from yingan.ingest.puller import Puller
from yingan.ingest.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nats.aio.client import Client
    from nats.aio.msg import Msg

logger = logging.getLogger(__name__)
MOST = 400  # messages in one transaction
IDLE_S = 5.0
CHECK_S = 30.0
T = TypeVar("T")


class Edge:
    """Runs until it is killed."""

    def __init__(self) -> None:
        self.writer = Writer()
        self.database = ThreadPoolExecutor(1, "database")  # the writer's connection belongs to its one thread
        self.ready = asyncio.Event()
        self.watchers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Connect, check, take; start again from the beginning after whatever the broker does."""
        watcher = asyncio.create_task(self._watch_gateways())
        self.watchers.add(watcher)
        while True:
            try:
                await self._serve()
            except (NatsError, OSError) as error:
                logger.warning("消息服务暂时不可用，稍后重试：%s", error)
            self.ready.clear()
            await asyncio.sleep(1)

    async def _serve(self) -> None:
        link = await nats.connect(
            settings.NATS_URL, name="ingest", allow_reconnect=False, connect_timeout=5, ping_interval=10,
            pending_size=16 << 20,
        )  # fmt: skip
        try:
            await self._wait_until_sound(link)
            await self._in_database(self.writer.wait_for_turn)
            puller = Puller(link)
            await puller.open()
            await self._take_again(link, puller)
            checked = time.monotonic()
            while link.is_connected:
                if time.monotonic() - checked > CHECK_S:
                    await self._wait_until_sound(link)
                    checked = time.monotonic()
                found = await puller.next(MOST, IDLE_S)
                crash_here("after_fetch")
                await (self._take(link, found) if found else self._in_database(self.writer.beat))
        finally:
            await link.close()

    async def _take_again(self, link: Client, puller: Puller) -> None:
        """Take what an earlier process left unacknowledged before anything new, in the order in which it was sent.

        The server hands it out in any order after the second crash, so it is put in order here: else a reading would
        be judged as late only because we crashed.
        """
        left, last = await puller.reclaim(link.jetstream())
        if left:
            logger.info("重新接收上次未确认的报文 %s 条。", left)
        found: list[Msg] = []
        while left > 0 and (more := await puller.next(MOST, IDLE_S)):
            found += more
            left -= sum(_stream_seq(msg) <= last for msg in more)
        found.sort(key=_stream_seq)
        for start in range(0, len(found), MOST):
            await self._take(link, found[start : start + MOST])

    async def _wait_until_sound(self, link: Client) -> None:
        """Wait until broker, stream and consumer are as they must be (N01, N02, N03, N09)."""
        while wrong := await selfcheck.problems(link.jetstream()):
            self.ready.clear()
            logger.error("接入未就绪：%s", "；".join(wrong))
            await asyncio.sleep(2)
        if not self.ready.is_set():
            logger.info("接入就绪。")
        self.ready.set()

    async def _take(self, link: Client, found: Sequence[Msg]) -> None:
        """Have a batch committed, then acknowledge message by message, then tell the gateways."""
        oldest = found[0].metadata
        lag_s = max(0.0, time.time() - oldest.timestamp.timestamp())
        deliveries = [Delivery(msg.subject, msg.data, _stream_seq(msg)) for msg in found]
        marks = await self._in_database(lambda: self.writer.take(deliveries, lag_s))
        crash_here("after_commit_before_ack")
        for msg in found:
            await msg.ack()
            crash_here("between_acks")
        crash_here("after_ack_before_watermark")
        for mark in marks:
            await link.publish(f"cmd.{mark.public_id}.committed", _told(mark))

    async def _in_database(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.database, work)

    async def _watch_gateways(self) -> None:
        """Render the broker's users whenever gateways change, but only while nothing that they send would be lost."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "gateways") as thread:
            while True:
                await self.ready.wait()
                try:
                    await loop.run_in_executor(thread, _render_on_changes, self.ready)
                except Exception:
                    logger.warning("网关用户暂时不能更新，稍后重试", exc_info=True)
                await asyncio.sleep(1)


def _render_on_changes(ready: asyncio.Event) -> None:
    for _ in credentials.changes():
        if ready.is_set() and credentials.render():
            logger.info("已更新消息服务的网关用户。")


def _stream_seq(msg: Msg) -> int:
    """Return the message's number in the stream: `$JS.ACK.<stream>.<consumer>.<n>.<stream seq>.…`."""
    return int(msg.reply.split(".")[5])


def _told(mark: Watermark) -> bytes:
    return json.dumps({"boot": mark.boot, "seq": mark.committed}).encode()
