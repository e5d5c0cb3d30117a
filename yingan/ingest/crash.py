"""Named places at which the process may be killed: by a test that sets YINGAN_CRASH_AT, never otherwise."""

import os
import signal

VARIABLE = "YINGAN_CRASH_AT"  # a name, or name:n for the n-th time that the place is passed
POINTS = (
    "after_fetch",
    "after_decode",
    "after_judge",
    "after_log",
    "after_alarms",
    "before_commit",
    "after_commit_before_ack",
    "between_acks",
    "after_ack_before_watermark",
)
_name, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = int(_times or 1)


def crash_here(name: str) -> None:
    """Kill this process as kill -9 does, if a test asked for it at this place."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
