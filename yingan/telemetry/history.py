"""The history of a point behind a narrow door: `append`, `series`, `buckets`, `drop_before`; behind it PostgreSQL.

What the worker has put into hour blocks is read from there, the tail from the log, both in one statement, so that a
reading that moves from one to the other is seen exactly once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from django.db import connection

from yingan.kernel import clock
from yingan.telemetry import partitions
from yingan.telemetry.codec import unpack_block, unpack_log
from yingan.telemetry.models.measures import GOOD, QUALITY_MASK, SUSPECT_TIME, Bytes, Floats, Ints, Readings
from yingan.telemetry.services import readings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yingan.telemetry.models import Point

HOUR_MS = 3_600_000
SLACK = dt.timedelta(days=1)  # no transaction of ingest lasts this long: only for choosing partitions

_TAIL = """
SELECT l.payload, l.received_at FROM telemetry_readinglog l
WHERE l.enterprise_id = %(enterprise)s AND l.gateway_id = %(gateway)s AND l.received_at >= %(since)s
  AND l.received_at < %(until)s AND l.last_at >= %(start)s AND l.first_at < %(end)s
  AND l.txid >= COALESCE((SELECT c.merged_to FROM telemetry_historycursor c
    WHERE c.enterprise_id = %(enterprise)s AND c.gateway_id = %(gateway)s), 0)
"""
_SERIES = f"""
SELECT b.data, NULL::timestamptz FROM telemetry_historyblock b
WHERE b.enterprise_id = %(enterprise)s AND b.point_id = %(point)s
  AND b.start_at >= %(first_hour)s AND b.start_at < %(end)s
UNION ALL {_TAIL}
"""
_HEADERS = f"""
SELECT NULL::bytea, NULL::timestamptz, b.start_at, b.good, b.low, b.high, b.total, b.first_value, b.last_value
FROM telemetry_historyblock b
WHERE b.enterprise_id = %(enterprise)s AND b.point_id = %(point)s
  AND b.start_at >= %(first_hour)s AND b.start_at < %(end)s
UNION ALL SELECT t.*, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM ({_TAIL}) t
"""


@dataclass(frozen=True)
class Series:
    """Readings of one point in order of time: aware times, values (None where there is none), quality codes."""

    times: list[dt.datetime]
    values: list[float | None]
    qualities: list[int]


class Bucket(NamedTuple):
    """A span of time in a chart, over its readings of good quality; it never hides an extreme."""

    start: dt.datetime
    low: float
    average: float
    high: float
    first: float
    last: float
    n: int


class Columns(NamedTuple):
    """One point's readings as arrays, in order of time."""

    times: Ints
    values: Floats
    qualities: Bytes


def append(rows: Sequence[readings.LogRow]) -> None:
    """Append messages to the record; they are part of the history from the commit on."""
    readings.keep_log(rows)


def series(point: Point, start: dt.datetime, end: dt.datetime) -> Series:
    """Return the readings of a point from `start` to before `end`."""
    columns = arrays(point, start, end)
    return Series(
        [clock.from_epoch_ms(time) for time in columns.times.tolist()],
        [value if value == value else None for value in columns.values.tolist()],
        (columns.qualities & QUALITY_MASK).tolist(),
    )


def arrays(point: Point, start: dt.datetime, end: dt.datetime) -> Columns:
    """Return the same as `series`, as arrays."""
    rows = _ask(_SERIES, point, start, end)
    parts = [_cut(_unpack(data, received, point.pk), start, end) for data, received in rows]
    return _join(parts)


def buckets(point: Point, start: dt.datetime, end: dt.datetime, n: int = 500) -> list[Bucket]:
    """Return at most `n` spans of equal width that hold a good reading, in order of time.

    Spans of an hour or more begin at full hours and are made from the heads of the blocks.
    """
    width = max(1, -(-_ms(end - start) // n))
    first = _stamp(start)
    if width < HOUR_MS:
        return _buckets_of(arrays(point, start, end), first, width)
    width = -(-width // HOUR_MS) * HOUR_MS
    first -= first % HOUR_MS
    heads: dict[int, list[Bucket]] = {}
    tail = []
    for data, received, at, good, low, high, total, first_value, last_value in _ask(_HEADERS, point, start, end):
        if data is not None:
            tail.append(_cut(_unpack(data, received, point.pk), clock.from_epoch_ms(first), end))
        elif good:
            head = Bucket(at, low, total / good, high, first_value, last_value, good)
            heads.setdefault((_stamp(at) - first) // width, []).append(head)
    for bucket in _buckets_of(_join(tail), first, HOUR_MS):
        heads.setdefault((_stamp(bucket.start) - first) // width, []).append(bucket)
    return [_merge(clock.from_epoch_ms(first + index * width), heads[index]) for index in sorted(heads)]


def drop_before(day: dt.date) -> int:
    """Drop the months of history that end at or before `day`; as the owner. Return how many partitions went."""
    return partitions.drop_before(partitions.HISTORY, day)


def own_readings(payload: bytes, received_at: dt.datetime) -> Readings:
    """Return a message's readings with the time of receipt in place of suspect times."""
    found = unpack_log(payload)
    suspect = (found.qualities & SUSPECT_TIME) != 0
    return found._replace(times=np.where(suspect, _stamp(received_at), found.times))


def _ask(statement: str, point: Point, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[Any, ...]]:
    first_hour = start.replace(minute=0, second=0, microsecond=0)
    now = clock.now()
    values = {
        "enterprise": point.enterprise_id, "point": point.pk, "gateway": point.gateway_id, "start": start, "end": end,
        "first_hour": first_hour, "since": _tail_since(point) - SLACK, "until": now + SLACK,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()


def _tail_since(point: Point) -> dt.datetime:
    """Return a time before which no unmerged message was received: lets the planner leave partitions out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT merged_at FROM telemetry_historycursor WHERE enterprise_id = %s AND gateway_id = %s",
            [point.enterprise_id, point.gateway_id],
        )
        row = cursor.fetchone()
    return row[0] if row else point.created_at


def _unpack(data: bytes, received: dt.datetime | None, point_id: int) -> Columns:
    if received is None:
        return Columns(*unpack_block(data))
    found = own_readings(data, received)
    mine = found.points == point_id
    return Columns(found.times[mine], found.values[mine], found.qualities[mine])


def _cut(columns: Columns, start: dt.datetime, end: dt.datetime) -> Columns:
    inside = (columns.times >= _stamp(start)) & (columns.times < _stamp(end))
    return Columns(columns.times[inside], columns.values[inside], columns.qualities[inside])


def _join(parts: Sequence[Columns]) -> Columns:
    if not parts:
        return Columns(np.empty(0, np.int64), np.empty(0), np.empty(0, np.uint8))
    joined = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.argsort(joined[0], kind="stable")
    return Columns(*(column[order] for column in joined))


def _buckets_of(columns: Columns, first: int, width: int) -> list[Bucket]:
    good = ((columns.qualities & QUALITY_MASK) == GOOD) & np.isfinite(columns.values)
    times, values = columns.times[good], columns.values[good]
    if not len(times):
        return []
    index = (times - first) // width
    starts = np.flatnonzero(np.append(True, index[1:] != index[:-1]))
    ends = np.append(starts[1:], len(index))
    counts = ends - starts
    measured = (
        np.minimum.reduceat(values, starts), np.add.reduceat(values, starts) / counts,
        np.maximum.reduceat(values, starts), values[starts], values[ends - 1], counts,
    )  # fmt: skip
    at = [clock.from_epoch_ms(first + int(place) * width) for place in index[starts]]
    return [Bucket(*row) for row in zip(at, *(column.tolist() for column in measured), strict=True)]


def _merge(start: dt.datetime, parts: list[Bucket]) -> Bucket:
    parts.sort(key=lambda part: part.start)
    n = sum(part.n for part in parts)
    return Bucket(
        start, min(part.low for part in parts), sum(part.average * part.n for part in parts) / n,
        max(part.high for part in parts), parts[0].first, parts[-1].last, n,
    )  # fmt: skip


def _stamp(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)


def _ms(span: dt.timedelta) -> int:
    return round(span.total_seconds() * 1000)
