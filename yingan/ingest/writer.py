"""The database side of ingest: one connection that holds the writer's lock, and what is done when a batch fails.

Only one process may write at a time, as it judges from memory; a second one stands by. The lock belongs to the very
connection that writes, so a process that lost it cannot commit.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from yingan.ingest.pipeline import Delivery, Pipeline, Watermark, beat
from yingan.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)
LOCK = 7303
RETRY_S = 1.0


class Writer:
    """Commits batches, whatever the database does: it waits for it, and it isolates what the tables refuse.

    All methods run in one thread of their own, as the connection belongs to it.
    """

    def __init__(self) -> None:
        self.pipeline = Pipeline()
        self._locked: object = None
        self._said = False

    def take(self, deliveries: Sequence[Delivery], lag_s: float) -> list[Watermark]:
        """Commit all of a batch, in pieces if need be; returns only when it is done."""
        while True:
            try:
                self._hold_lock()
                return self._take(deliveries, lag_s)
            except (OperationalError, InterfaceError) as error:
                logger.warning("数据库暂时不可用，稍后重试：%s", error)
                self._let_go()

    def wait_for_turn(self) -> None:
        """Return when this process is the writer: only then may it take messages from the broker."""
        while True:
            try:
                return self._hold_lock()
            except (OperationalError, InterfaceError) as error:
                logger.warning("数据库暂时不可用，稍后重试：%s", error)
                self._let_go()

    def beat(self) -> None:
        """Say that ingest is alive while nothing comes; a database that is away is no reason to stop."""
        try:
            self._hold_lock()
            beat(clock.now())
        except (OperationalError, InterfaceError) as error:
            logger.warning("数据库暂时不可用：%s", error)
            self._let_go()

    def _take(self, deliveries: Sequence[Delivery], lag_s: float) -> list[Watermark]:
        """Commit a batch; one that fails is halved until the message that spoils it stands alone (D07)."""
        try:
            return self.pipeline.take(deliveries, lag_s=lag_s)
        except (OperationalError, InterfaceError):
            raise
        except (DatabaseError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            logger.exception("一批报文处理失败，共 %s 条", len(deliveries))
            if len(deliveries) == 1:
                self.pipeline.put_aside(deliveries[0], f"{type(error).__name__}: {error}")
                return []
        half = len(deliveries) // 2
        return [*self._take(deliveries[:half], lag_s), *self._take(deliveries[half:], lag_s)]

    def _hold_lock(self) -> None:
        """Make sure that this process is the writer, on this connection; wait for it as long as another one is."""
        while self._locked is None or connection.connection is not self._locked:
            self.pipeline = Pipeline()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                if cursor.fetchone()[0]:
                    self._locked = connection.connection
                    return
            if not self._said:
                logger.info("另一个接入进程正在工作，本进程待命。")
                self._said = True
            time.sleep(RETRY_S)

    def _let_go(self) -> None:
        self._locked = None
        connection.close()
        time.sleep(RETRY_S)
