"""Newest values and history for tests of pages, as ingest would have written them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from yingan.kernel import clock
from yingan.telemetry.models.measures import OPEN_RULE, Packed, Readings
from yingan.telemetry.queries import RULES
from yingan.telemetry.services import readings

if TYPE_CHECKING:
    from yingan.telemetry.models import Gateway, Point


def show(device: Gateway, *values: tuple[Point, float, float, tuple[str, ...]]) -> None:
    """Make these the newest values of a gateway's points: point, value, age in seconds, rules that stand."""
    now = clock.now()
    ids = np.array([point.pk for point, *_ in values], np.int64)
    times = np.array([int((now.timestamp() - age) * 1000) for _, _, age, _ in values], np.int64)
    rules = [
        (index, RULES.index(rule), 1, times[index], value)
        for index, (_, value, _, standing) in enumerate(values)
        for rule in standing
    ]
    packed = Packed(
        ids,
        times,
        np.array([value for _, value, *_ in values]),
        np.zeros(len(values), np.uint8),
        times,
        np.array(rules, OPEN_RULE),
    )
    heard = now - dt.timedelta(seconds=min(age for *_, age, _ in values))
    readings.keep_latest([readings.LatestRow(device.enterprise_id, device.pk, heard, heard, 0.4, packed)])


def log(device: Gateway, point: Point, values: list[float], *, step_s: float = 60, seq: int = 1) -> None:
    """Keep a message with values of a point, the last one now."""
    now = clock.now()
    end = int(now.timestamp() * 1000)
    times = np.array([end - int((len(values) - 1 - i) * step_s * 1000) for i in range(len(values))], np.int64)
    row = readings.LogRow(
        device.enterprise_id, device.pk, "b1", seq, now, clock.from_epoch_ms(int(times[0])), now,
        Readings(np.full(len(values), point.pk), times, np.array(values), np.zeros(len(values), np.uint8)),
    )  # fmt: skip
    readings.keep_log([row])
    readings.keep_runs([readings.RunRow(device.enterprise_id, device.pk, "b1", seq)], now)
