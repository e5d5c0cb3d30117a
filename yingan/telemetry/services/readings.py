"""What ingest writes about readings: set-based, inside the pipeline's one transaction, as the role yingan_ingest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import psycopg
from django.db import connection

from yingan.telemetry.codec import pack_latest, pack_log

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from yingan.telemetry.models.measures import Packed, Readings


class LogRow(NamedTuple):
    """One message to be kept; `readings` carry the times as the gateway sent them."""

    enterprise_id: int
    gateway_id: int
    boot: str
    seq: int
    received_at: dt.datetime
    first_at: dt.datetime
    last_at: dt.datetime
    readings: Readings


class RunRow(NamedTuple):
    """How far a run of a gateway is in the record after this transaction."""

    enterprise_id: int
    gateway_id: int
    boot: str
    committed_seq: int


class ReceiptRow(NamedTuple):
    """A message that is taken by this transaction."""

    enterprise_id: int
    run_id: int
    seq: int


class LatestRow(NamedTuple):
    """The newest values of one gateway."""

    enterprise_id: int
    gateway_id: int
    received_at: dt.datetime
    newest_at: dt.datetime
    clock_offset_s: float
    packed: Packed


class UnknownRow(NamedTuple):
    """Readings under a tag that no point names."""

    enterprise_id: int
    gateway_id: int
    tag: str
    at: dt.datetime
    readings: int


def keep_log(rows: Sequence[LogRow]) -> None:
    """Append messages to the reading log."""
    _put(
        "INSERT INTO telemetry_readinglog"
        " (enterprise_id, gateway_id, boot, seq, received_at, first_at, last_at, n, payload)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[],"
        " %s::timestamptz[], %s::timestamptz[], %s::int[], %s::bytea[])",
        [(*row[:7], len(row.readings.points), pack_log(row.readings)) for row in rows],
    )


def keep_runs(rows: Sequence[RunRow], now: dt.datetime) -> dict[tuple[int, str], int]:
    """Move the watermarks forward and return the id of each run, by (gateway, boot)."""
    found = _put(
        "INSERT INTO telemetry_gatewayrun (enterprise_id, gateway_id, boot, committed_seq, updated_at)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[])"
        " ON CONFLICT (enterprise_id, gateway_id, boot) DO UPDATE SET updated_at = EXCLUDED.updated_at,"
        " committed_seq = GREATEST(telemetry_gatewayrun.committed_seq, EXCLUDED.committed_seq)"
        " RETURNING gateway_id, boot, id",
        [(*row, now) for row in rows],
    )
    return {(gateway, boot): run for gateway, boot, run in found}


def keep_receipts(rows: Sequence[ReceiptRow]) -> None:
    """Keep the receipts.

    :raises IntegrityError: if a message is in the record already: then nothing of this transaction may stay
    """
    _put(
        "INSERT INTO telemetry_readingreceipt (enterprise_id, run_id, seq)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])",
        rows,
    )


def keep_latest(rows: Sequence[LatestRow]) -> None:
    """Replace the newest values of gateways."""
    _put(
        "INSERT INTO telemetry_latest (enterprise_id, gateway_id, received_at, newest_at, clock_offset_s, data)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::float8[],"
        " %s::bytea[]) ON CONFLICT (enterprise_id, gateway_id) DO UPDATE SET received_at = EXCLUDED.received_at,"
        " newest_at = EXCLUDED.newest_at, clock_offset_s = EXCLUDED.clock_offset_s, data = EXCLUDED.data",
        [(*row[:5], pack_latest(row.packed)) for row in rows],
    )


def keep_unknown(rows: Sequence[UnknownRow]) -> None:
    """Count readings under tags that no point names; one row a tag in one call."""
    _put(
        "INSERT INTO telemetry_unknowntag (enterprise_id, gateway_id, tag, first_at, last_at, readings)"
        " SELECT e, g, tag, at, at, n"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[]) AS r (e, g, tag, at, n)"
        " ON CONFLICT (enterprise_id, gateway_id, tag) DO UPDATE SET last_at = EXCLUDED.last_at,"
        " readings = telemetry_unknowntag.readings + EXCLUDED.readings",
        rows,
    )


def _put(statement: str, rows: Sequence[Sequence[object]]) -> list[tuple[int, str, int]]:
    """Run a set-based statement with one array a column; bytes travel in binary, not as text inside the SQL."""
    if not rows:
        return []
    connection.ensure_connection()
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, columns)
        return cursor.fetchall() if cursor.description else []
