"""Turning the log into hour blocks, and pruning receipts: the worker's part, a transaction a gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import psycopg
from django.db import connection, transaction
from django.db.models import F

from yingan.kernel import clock
from yingan.telemetry import history
from yingan.telemetry.codec import pack_block, unpack_block
from yingan.telemetry.models import Gateway, HistoryBlock, HistoryCursor, Point, ReadingReceipt
from yingan.telemetry.models.measures import GOOD, QUALITY_MASK, Bytes, Floats, Ints

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

ROWS_AT_ONCE = 4000


class Hour(NamedTuple):
    """The readings of one point in one hour, in order of time."""

    point_id: int
    start: int
    times: Ints
    values: Floats
    qualities: Bytes


@transaction.atomic
def merge(gateway: Gateway, *, now: dt.datetime) -> int:
    """Move the messages of one gateway that no running transaction can precede into its blocks; return how many.

    Runs in the gateway's tenant. What comes late is merged into the block that is already there.
    """
    HistoryCursor.unscoped.bulk_create(
        [HistoryCursor(enterprise_id=gateway.enterprise_id, gateway=gateway, merged_at=gateway.created_at)],
        ignore_conflicts=True,
    )
    cursor = HistoryCursor.unscoped.select_for_update().get(enterprise_id=gateway.enterprise_id, gateway=gateway)
    horizon, rows = _next_rows(gateway, cursor)
    if rows:
        _keep(gateway.enterprise_id, list(_hours(rows)))
    cursor.merged_to, cursor.merged_at = horizon, now if len(rows) < ROWS_AT_ONCE else cursor.merged_at
    cursor.save(update_fields=["merged_to", "merged_at"])
    return len(rows)


@transaction.atomic
def write(point: Point, times: Ints, values: Floats) -> None:
    """Put good readings of one point, in order of time, straight into its blocks: for seeding a history."""
    columns = (np.full(len(times), point.pk), times, values, np.zeros(len(times), np.uint8))
    _keep(point.enterprise_id, list(_split(*columns)))


@transaction.atomic
def prune_receipts(gateway: Gateway) -> int:
    """Forget the receipts below the watermark of the gateway's runs; return how many."""
    rows = ReadingReceipt.unscoped.filter(
        enterprise_id=gateway.enterprise_id, run__gateway_id=gateway.pk, seq__lte=F("run__committed_seq")
    )
    return rows.delete()[0]


def _next_rows(gateway: Gateway, cursor: HistoryCursor) -> tuple[int, list[tuple[Any, ...]]]:
    """Return the next messages in order of transaction, and the transaction before which all are among them."""
    with connection.cursor() as sql:
        sql.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = sql.fetchone()[0]
        sql.execute(
            "SELECT txid, payload, received_at FROM telemetry_readinglog WHERE enterprise_id = %s AND gateway_id = %s"
            " AND received_at >= %s AND received_at < %s AND txid >= %s AND txid < %s ORDER BY txid LIMIT %s",
            [gateway.enterprise_id, gateway.pk, cursor.merged_at - history.SLACK, clock.now() + history.SLACK,
             cursor.merged_to, horizon, ROWS_AT_ONCE],
        )  # fmt: skip
        rows = sql.fetchall()
    if len(rows) == ROWS_AT_ONCE and rows[0][0] != rows[-1][0]:  # the last transaction may be cut: leave it
        horizon = rows[-1][0]
        rows = [row for row in rows if row[0] < horizon]
    return horizon, rows


def _hours(rows: list[tuple[Any, ...]]) -> Iterator[Hour]:
    found = [history.own_readings(payload, received) for _, payload, received in rows]
    yield from _split(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _split(points: Ints, times: Ints, values: Floats, qualities: Bytes) -> Iterator[Hour]:
    if not len(points):
        return
    hours = times - times % history.HOUR_MS
    order = np.lexsort((times, points))
    points, hours, times = points[order], hours[order], times[order]
    values, qualities = values[order], qualities[order]
    borders = np.flatnonzero((points[1:] != points[:-1]) | (hours[1:] != hours[:-1])) + 1
    starts, ends = [0, *borders.tolist()], [*borders.tolist(), len(points)]
    for start, end in zip(starts, ends, strict=True):
        part = slice(start, end)
        yield Hour(int(points[start]), int(hours[start]), times[part], values[part], qualities[part])


def _keep(enterprise_id: int, hours: list[Hour]) -> None:
    """Insert the hours as blocks, each joined with the block of its hour that is already there."""
    known = HistoryBlock.unscoped.filter(
        enterprise_id=enterprise_id,
        point_id__in={hour.point_id for hour in hours},
        start_at__in={clock.from_epoch_ms(hour.start) for hour in hours},
    )
    there = {(block.point_id, history._stamp(block.start_at)): bytes(block.data) for block in known}
    rows = [_row(enterprise_id, _joined(hour, there.get((hour.point_id, hour.start)))) for hour in hours]
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])


_UPSERT = """
INSERT INTO telemetry_historyblock (enterprise_id, point_id, start_at, first_at, last_at, n, good, low, high, total,
  first_value, last_value, worst_quality, data)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::int[],
  %s::int[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::smallint[], %s::bytea[])
ON CONFLICT (enterprise_id, point_id, start_at) DO UPDATE SET first_at = EXCLUDED.first_at,
  last_at = EXCLUDED.last_at, n = EXCLUDED.n, good = EXCLUDED.good, low = EXCLUDED.low, high = EXCLUDED.high,
  total = EXCLUDED.total, first_value = EXCLUDED.first_value, last_value = EXCLUDED.last_value,
  worst_quality = EXCLUDED.worst_quality, data = EXCLUDED.data
"""


def _joined(hour: Hour, block: bytes | None) -> Hour:
    if block is None:
        return hour
    times, values, qualities = unpack_block(block)
    times = np.concatenate([times, hour.times])
    order = np.argsort(times, kind="stable")
    values = np.concatenate([values, hour.values])[order]
    return Hour(hour.point_id, hour.start, times[order], values, np.concatenate([qualities, hour.qualities])[order])


def _row(enterprise_id: int, hour: Hour) -> tuple[Any, ...]:
    codes = hour.qualities & QUALITY_MASK
    good = hour.values[(codes == GOOD) & np.isfinite(hour.values)]
    heads = (
        (float(good.min()), float(good.max()), float(good.sum()), float(good[0]), float(good[-1]))
        if len(good)
        else (None,) * 5
    )
    at, first, last = (clock.from_epoch_ms(int(time)) for time in (hour.start, hour.times[0], hour.times[-1]))
    return (
        enterprise_id, hour.point_id, at, first, last, len(hour.times), len(good), *heads, int(codes.max()),
        pack_block(hour.times, hour.values, hour.qualities),
    )  # fmt: skip
