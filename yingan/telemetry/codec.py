"""How readings become bytes and back: the log's payload, a history block, the packed latest values.

Every array is numpy, one element a reading. Times are milliseconds since 1970 (UTC), values are in the point's unit,
NaN where there is none. Bytes are columns, byte-shuffled, then zstd level 1 (spec/telemetry.md §4). No database here.
"""

from __future__ import annotations

import struct
import threading
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import zstandard

from yingan.telemetry.models.measures import OPEN_RULE, Bytes, Floats, Ints, Packed, Readings

BLOCK_LIMIT = 64 << 20  # bytes of an unpacked block; protects against a damaged header

_local = threading.local()


def _compress(data: bytes) -> bytes:
    tool = getattr(_local, "compressor", None)
    if tool is None:
        tool = _local.compressor = zstandard.ZstdCompressor(level=1)
    return cast("bytes", tool.compress(data))


def _expand(data: bytes | memoryview) -> bytes:
    tool = getattr(_local, "expander", None)
    if tool is None:
        tool = _local.expander = zstandard.ZstdDecompressor()
    return cast("bytes", tool.decompress(bytes(data), max_output_size=BLOCK_LIMIT))


def _shuffle(column: npt.NDArray[Any]) -> bytes:
    """Put all first bytes of the elements together, then all second ones: like bytes compress well."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


def _unshuffle(data: memoryview, kind: str, n: int) -> npt.NDArray[Any]:
    size = np.dtype(kind).itemsize
    rows = np.frombuffer(data, np.uint8, n * size).reshape(size, n)
    return np.ascontiguousarray(rows.T).view(kind).reshape(n)


def _deltas(times: Ints) -> Ints:
    return np.diff(times, prepend=np.int64(0))


class _Reader:
    """Takes columns one after the other from an expanded payload that begins with their length."""

    def __init__(self, data: bytes | memoryview) -> None:
        self.view = memoryview(_expand(data))
        (self.n,) = struct.unpack_from("<I", self.view)
        self.at = 4

    def column(self, kind: str) -> npt.NDArray[Any]:
        size = np.dtype(kind).itemsize * self.n
        part = self.view[self.at : self.at + size]
        self.at += size
        return _unshuffle(part, kind, self.n)


def pack_log(readings: Readings) -> bytes:
    """Return the payload of a log row; values are kept as 32-bit floats."""
    return _compress(
        b"".join(
            (
                struct.pack("<I", len(readings.points)),
                _shuffle(readings.points.astype("<u4")),
                _shuffle(_deltas(readings.times).astype("<i8")),
                _shuffle(readings.values.astype("<f4")),
                readings.qualities.tobytes(),
            )
        )
    )


def unpack_log(payload: bytes | memoryview) -> Readings:
    """Return the readings of a log row."""
    take = _Reader(payload)
    points, times = take.column("<u4").astype(np.int64), np.cumsum(take.column("<i8"))
    return Readings(points, times, take.column("<f4").astype(np.float64), take.column("u1"))


def pack_block(times: Ints, values: Floats, qualities: Bytes) -> bytes:
    """Return the bytes of a history block: one point's readings in order of time."""
    return _compress(
        b"".join(
            (
                struct.pack("<I", len(times)),
                _shuffle(_deltas(times).astype("<i8")),
                _shuffle(values.astype("<f4")),
                qualities.tobytes(),
            )
        )
    )


def unpack_block(data: bytes | memoryview) -> tuple[Ints, Floats, Bytes]:
    """Return times, values and qualities of a history block."""
    take = _Reader(data)
    return np.cumsum(take.column("<i8")), take.column("<f4").astype(np.float64), take.column("u1")


def pack_latest(latest: Packed) -> bytes:
    """Return the bytes of a gateway's latest values; values are kept as 64-bit floats, as they are judged."""
    return _compress(
        b"".join(
            (
                struct.pack("<I", len(latest.points)),
                _shuffle(latest.points.astype("<i8")),
                _shuffle(latest.times.astype("<i8")),
                _shuffle(latest.values.astype("<f8")),
                latest.qualities.tobytes(),
                _shuffle(latest.judged.astype("<i8")),
                latest.open_rules.astype(OPEN_RULE).tobytes(),
            )
        )
    )


def unpack_latest(data: bytes | memoryview) -> Packed:
    """Return the latest values of a gateway; a time of NEVER means that the point never spoke."""
    take = _Reader(data)
    points, times, values = take.column("<i8"), take.column("<i8"), take.column("<f8")
    qualities, judged = take.column("u1"), take.column("<i8")
    return Packed(points, times, values, qualities, judged, np.frombuffer(take.view[take.at :], OPEN_RULE))
