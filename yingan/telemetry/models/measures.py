"""Words for readings in numpy arrays, shared by the codec, the judge and ingest. No tables here.

Times are milliseconds since 1970 (UTC); values are in the point's unit, NaN where there is none.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

GOOD, OVER_RANGE, BAD = 0, 1, 2
QUALITY_MASK = 0x0F
SUSPECT_TIME = 0x80  # the gateway's clock was out of bounds: the time of receipt stands for the reading's own
MAX_READINGS = 10_000  # in one message
NEVER = np.iinfo(np.int64).min

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

OPEN_RULE = np.dtype([("index", "<u4"), ("rule", "u1"), ("active", "u1"), ("since", "<i8"), ("peak", "<f8")])


class Readings(NamedTuple):
    """Columns of readings of several points."""

    points: Ints
    times: Ints
    values: Floats
    qualities: Bytes


class Packed(NamedTuple):
    """The newest reading of each point of a gateway, and the rules that are not at rest (`OPEN_RULE` rows)."""

    points: Ints
    times: Ints
    values: Floats
    qualities: Bytes
    judged: Ints
    open_rules: npt.NDArray[Any]
