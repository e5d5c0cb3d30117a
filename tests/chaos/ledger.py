"""Producers that remember what was acknowledged, and the comparison of that ledger with the tables (Q08)."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from tests.stack import Stack, wait_for
from yingan.ingest.sender import Sender

HIGH, LOW = 100.0, 0.0
Episode = tuple[str, str, int, int | None, float | None]


class Producer(threading.Thread):
    """One gateway that sends until it is told to stop; `ledger` holds each message that was acknowledged."""

    def __init__(self, stack: Stack, device: dict[str, Any], seed: int) -> None:
        super().__init__(daemon=True)
        self.device = device
        self.random = random.Random(seed)
        values = stack.values
        self.sender = Sender(values["MQTT_HOST"], int(values["MQTT_PORT"]), device["user"], device["password"])
        self.done = threading.Event()
        self.ledger: list[tuple[int, int, list[float]]] = []

    def run(self) -> None:
        """Send a message of all tags every few milliseconds; now and then a value crosses a limit."""
        self.sender.connect()
        at = round(time.time() * 1000)
        while not self.done.is_set():
            at = max(at + 1, round(time.time() * 1000))
            values = [self._next(value) for value in self.ledger[-1][2]]
            seq = self.sender.send(self.device["tags"], at, values)
            self.ledger.append((seq, at, values))
            self.done.wait(0.03)
        self.sender.close()

    def _next(self, value: float) -> float:
        return self.random.choice([-1.0, 50.0, 50.0, 120.0, 130.0]) if self.random.random() < 0.05 else value


def expected_episodes(producer: Producer) -> list[Episode]:
    """Say which episodes the ledger's values make: (tag, rule, raised, cleared, peak), worked out plainly.

    The peak of one that still stands is written when it clears.
    """
    found = []
    for place, tag in enumerate(producer.device["tags"]):
        for rule, sign, limit in (("high", 1, HIGH), ("low", -1, LOW)):
            standing: list[float] | None = None
            for _, at, values in producer.ledger:
                value = values[place]
                beyond = sign * value > sign * limit
                if beyond:
                    standing = (
                        [at, value] if standing is None else [standing[0], sign * max(sign * value, sign * standing[1])]
                    )
                elif not beyond and standing is not None:
                    found.append((tag, rule, int(standing[0]), at, standing[1]))
                    standing = None
            if standing is not None:
                found.append((tag, rule, int(standing[0]), None, None))
    return sorted(found, key=str)


def stored_episodes(stack: Stack, gateway: int, boot_start: int) -> list[Episode]:
    """Return the episodes in the tables that began at or after a time (ms)."""
    rows = stack.query(
        "SELECT p.tag, e.rule, (extract(epoch FROM e.raised_at) * 1000)::bigint,"
        " (extract(epoch FROM e.cleared_at) * 1000)::bigint,"
        " CASE WHEN e.cleared_at IS NOT NULL THEN e.peak_value END FROM alarms_alarmepisode e"
        " JOIN telemetry_point p ON p.id = e.point_id WHERE p.gateway_id = %s AND NOT e.is_backfilled"
        " AND e.raised_at >= to_timestamp(%s / 1000.0)",
        gateway, boot_start,
    )  # fmt: skip
    return sorted([tuple(row) for row in rows], key=str)


def settle(stack: Stack, producers: list[Producer]) -> None:
    """Stop the producers and wait until all that was acknowledged is in the record."""
    for producer in producers:
        producer.done.set()
    for producer in producers:
        producer.join(90)
        assert not producer.is_alive()
    for producer in producers:
        wait_for(lambda p=producer: _mark(stack, p) == p.sender.seq, "the record to reach the last message", 90)


def _mark(stack: Stack, producer: Producer) -> int:
    found = stack.query("SELECT committed_seq FROM telemetry_gatewayrun WHERE boot = %s", producer.sender.boot)
    return found[0][0] if found else 0


def compare(stack: Stack, producers: list[Producer]) -> None:
    """Fail unless every acknowledged message is in the record once and the alarms are those of the ledger."""
    for producer in producers:
        device, ledger = producer.device, producer.ledger
        rows = stack.query("SELECT seq, n FROM telemetry_readinglog WHERE boot = %s", producer.sender.boot)
        assert sorted(seq for seq, _ in rows) == [seq for seq, _, _ in ledger], "lost or doubled messages"
        assert sum(n for _, n in rows) == len(ledger) * len(device["tags"])
        stored, expected = stored_episodes(stack, device["id"], ledger[0][1]), expected_episodes(producer)
        wrong = sorted(set(stored) ^ set(expected), key=str)
        assert stored == expected, f"{len(wrong)} differ: {wrong[:6]}"
        late = "SELECT count(*) FROM alarms_alarmepisode e JOIN telemetry_point p ON p.id = e.point_id"
        assert stack.query(late + " WHERE p.gateway_id = %s AND e.is_backfilled", device["id"]) == [(0,)]
        assert stack.query(late + " WHERE p.gateway_id = %s AND e.notified_at IS NULL", device["id"]) == [(0,)]
    doubled = "SELECT key FROM alarms_alarmnotice GROUP BY enterprise_id, key HAVING count(*) > 1"
    assert stack.query(doubled) == []
