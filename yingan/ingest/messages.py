"""The wire format of gateways, version 1 (docs/gateway-protocol.md): one message, one gateway, some readings.

Pure functions: bytes in, a `Message` out, or `Poison` with the reason. Nothing of the database.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta

from yingan.telemetry.models.measures import BAD, MAX_READINGS, Bytes, Floats, Ints

TAG_LENGTH = 100
MAX_BYTES = 1 << 20
EARLIEST_MS, LATEST_MS = -62_135_596_800_000, 253_402_300_799_999  # the years 1 to 9999
SUBJECT = re.compile(r"^\$MQTT\.msgs\.gw\.([0-9a-f]{32})\.data(\.msgpack)?$")


class Poison(Exception):
    """The bytes are not a message of the protocol; the text says why."""


class _Row(msgspec.Struct):
    p: str
    t: int
    v: float | None
    q: int = 0


class _Columns(msgspec.Struct):
    p: list[str]
    t: int | list[int]
    v: list[float | None]
    q: int | list[int] = 0


class _Envelope(msgspec.Struct):
    version: Annotated[int, Meta(ge=1, le=1)] = msgspec.field(name="version")
    boot: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    rows: list[_Row] | None = None
    columns: _Columns | None = None


_JSON = msgspec.json.Decoder(_Envelope)
_MSGPACK = msgspec.msgpack.Decoder(_Envelope)


class Message(msgspec.Struct):
    """A decoded message: the gateway's run and number, and columns of equal length, in the order they were sent."""

    boot: str
    seq: int
    tags: list[str]
    times: Ints
    values: Floats
    qualities: Bytes


def decode(body: bytes, *, packed: bool = False) -> Message:
    """Read one message; `packed` says msgpack instead of JSON.

    :raises Poison: if the bytes are not a message of the protocol
    """
    if len(body) > MAX_BYTES:
        raise Poison(f"message of {len(body)} bytes")
    try:
        envelope = (_MSGPACK if packed else _JSON).decode(body)
        return _message(envelope)
    except (msgspec.MsgspecError, RecursionError, OverflowError, ValueError, TypeError) as error:
        raise Poison(f"{type(error).__name__}: {error}"[:300]) from error


def _message(envelope: _Envelope) -> Message:
    if (envelope.rows is None) == (envelope.columns is None):
        raise Poison("either rows or columns")
    if envelope.columns is not None:
        columns = envelope.columns
        tags, times, values, qualities = columns.p, columns.t, columns.v, columns.q
    else:
        rows = envelope.rows or []
        tags, times = [row.p for row in rows], [row.t for row in rows]
        values, qualities = [row.v for row in rows], [row.q for row in rows]
    n = len(tags)
    if not 0 < n <= MAX_READINGS:
        raise Poison(f"{n} readings")
    message = Message(
        envelope.boot,
        envelope.seq,
        tags,
        _column(times, n, np.int64),
        _column(values, n, np.float64),
        _qualities(_column(qualities, n, np.int64)),
    )
    if message.times.min() < EARLIEST_MS or message.times.max() > LATEST_MS:
        raise Poison("a time that no calendar has")
    message.qualities[~np.isfinite(message.values)] = BAD
    return message


def _column(data: Any, n: int, kind: type) -> Any:
    """Return a column of n elements; one number stands for n equal ones, null for NaN."""
    if isinstance(data, int):
        return np.full(n, data, kind)
    if len(data) != n:
        raise Poison(f"columns of {n} and {len(data)}")
    return np.array(data, kind)


def _qualities(column: Ints) -> Bytes:
    """Return the quality codes; what the protocol does not name is bad."""
    column[(column < 0) | (column > BAD)] = BAD
    return column.astype(np.uint8)


def gateway_of(subject: str) -> tuple[str, bool] | None:
    """Return the gateway's public id (hex) and whether its body is msgpack; None for a subject that is not ours."""
    match = SUBJECT.match(subject)
    return (match[1], match[2] is not None) if match else None


def encode(boot: str, seq: int, tags: list[str], times: Any, values: list[float | None], qualities: Any = 0) -> bytes:
    """Return a JSON message in columns, as the replay, the simulator and the tests send it."""
    columns = {"p": tags, "t": times, "v": values, "q": qualities}
    return msgspec.json.encode({"version": 1, "boot": boot, "seq": seq, "columns": columns})
