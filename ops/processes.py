"""Processes that we started, known by the file that holds their number."""

import os
import signal
import time
from pathlib import Path

SECONDS_TO_STOP = 60


def running(file: Path, program: str) -> int | None:
    """Return the process id in the first line of `file` if that process runs `program`; a zombie does not run."""
    try:
        pid = int(file.read_text("utf-8").split("\n", 1)[0])
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace")
    except (OSError, ValueError, IndexError):
        return None
    return pid if state != "Z" and program in command else None


def stop(pid: int | None, how: signal.Signals, seconds: float = SECONDS_TO_STOP) -> None:
    """Ask the process to stop and wait until it has gone; after `seconds` it is killed."""
    if pid is None:
        return
    end = time.monotonic() + seconds
    os.kill(pid, how)
    while _alive(pid):
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
