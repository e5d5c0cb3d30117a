"""The history of the demo: a year of commitments and alarms, and the readings of the last month to go with them."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from simulator.plants import usual
from yingan.alarms import demo as alarms
from yingan.commitments import services as commitments
from yingan.telemetry.services import blocks

if TYPE_CHECKING:
    from simulator.instruments import Instrument
    from yingan.enterprises.models import Enterprise
    from yingan.telemetry.models import Point

COARSE, COARSE_DAYS = dt.timedelta(minutes=10), 30  # one value in ten minutes for the last month …
FINE, FINE_DAYS = dt.timedelta(minutes=1), 2  # … and one a minute for the last days
DAY_MS = 86_400_000
YEAR_DAYS = 365


def of_plant(seed: int, enterprise: Enterprise, made: list[tuple[Point, Instrument]], *, now: dt.datetime) -> None:
    """Write a year of alarms and the readings of the last month, which leave their limits when an alarm says so."""
    past = alarms.seed_history(enterprise, [point for point, _ in made], YEAR_DAYS, Random(seed), now)  # noqa: S311
    random = np.random.default_rng(seed)
    times = _times(now)
    for point, item in made:
        own = [alarm for alarm in past if alarm.point_id == point.pk]
        blocks.write(point, times, alarms.bend(times, _values(item, seed, times, random), own))


def of_commitments(seed: int, enterprise: Enterprise, *, today: dt.date) -> None:
    """Write a year of commitments."""
    commitments.seed(enterprise, days=YEAR_DAYS, rng=Random(seed), today=today)  # noqa: S311


def _times(now: dt.datetime) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    end = int(now.timestamp() * 1000)
    middle, start = end - FINE_DAYS * DAY_MS, end - COARSE_DAYS * DAY_MS
    coarse = np.arange(start, middle, COARSE // dt.timedelta(milliseconds=1))
    fine = np.arange(middle, end, FINE // dt.timedelta(milliseconds=1))
    return np.concatenate([coarse, fine]).astype(np.int64)


def _values(
    item: Instrument, seed: int, times: np.ndarray[tuple[int], np.dtype[np.int64]], random: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return what the instrument would have shown: its usual waves and noise, within its range."""
    values = usual(item, seed, times / 1000) + random.normal(0, item.noise, len(times))
    return np.asarray(np.round(np.clip(values, item.low, item.high), 3), np.float64)
