"""Business time. Rules and pages ask this clock, never SQL now(), so that a demo may move it.

Not for measuring durations: use `time.monotonic`.
"""

import datetime as dt
import os

from django.utils import timezone

OFFSET_VARIABLE = "YINGAN_CLOCK_OFFSET_S"


def now() -> dt.datetime:
    """Return the aware time at which business happens: the machine's, moved by the demo offset (seconds)."""
    return timezone.now() + dt.timedelta(seconds=float(os.environ.get(OFFSET_VARIABLE, "0")))


def local(moment: dt.datetime) -> dt.datetime:
    """Return the moment in the zone in which people read it (Asia/Shanghai)."""
    return timezone.localtime(moment)


def today() -> dt.date:
    """Return the day on which business happens in Asia/Shanghai."""
    return local(now()).date()


def from_epoch_ms(milliseconds: int) -> dt.datetime:
    """Return the aware time of a Unix stamp in milliseconds."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, tz=dt.UTC)
