"""The history of the demo: readings of the last months, made with numpy straight into history blocks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from simulator.plants import WANDER_PERIOD_S, WANDER_SHARE
from yingan.telemetry.services import blocks

if TYPE_CHECKING:
    from simulator.instruments import Instrument
    from yingan.telemetry.models import Point

COARSE, COARSE_DAYS = dt.timedelta(minutes=10), 30  # one value in ten minutes for the last month …
FINE, FINE_DAYS = dt.timedelta(minutes=1), 2  # … and one a minute for the last days
DAY_MS = 86_400_000


def of_plant(seed: int, made: list[tuple[Point, Instrument]], *, now: dt.datetime) -> None:
    """Write the readings of one plant's points up to `now`: quiet days with a daily wave."""
    random = np.random.default_rng(seed)
    times = _times(now)
    for point, item in made:
        blocks.write(point, times, _values(item, times, random))


def _times(now: dt.datetime) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    end = int(now.timestamp() * 1000)
    middle, start = end - FINE_DAYS * DAY_MS, end - COARSE_DAYS * DAY_MS
    coarse = np.arange(start, middle, COARSE // dt.timedelta(milliseconds=1))
    fine = np.arange(middle, end, FINE // dt.timedelta(milliseconds=1))
    return np.concatenate([coarse, fine]).astype(np.int64)


def _values(
    item: Instrument, times: np.ndarray[tuple[int], np.dtype[np.int64]], random: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what the instrument would have shown: its normal, a slow and a daily wave, noise, within its range."""
    bounds = [limit for limit in item.limits if limit is not None] or [item.low, item.high]
    room = min(abs(limit - item.normal) for limit in bounds)
    seconds = times / 1000
    slow = WANDER_SHARE * np.sin(2 * np.pi * seconds / WANDER_PERIOD_S + random.uniform(0, 6.28))
    daily = 0.15 * np.sin(2 * np.pi * seconds / 86400 + random.uniform(0, 6.28))
    values = item.normal + room * (slow + daily) + random.normal(0, item.noise, len(times))
    return np.asarray(np.round(np.clip(values, item.low, item.high), 3), np.float64)
