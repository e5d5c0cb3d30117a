"""A process tied to the one that started it: `python -m ops.tied SIGNAL COMMAND …` gets the signal when that one dies.

So nothing is left running when a start-up is killed outright.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie_to_parent(how: signal.Signals) -> None:
    """Ask the kernel to send this process the signal when its parent dies; the wish survives exec."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(how))


if __name__ == "__main__":
    tie_to_parent(signal.Signals[f"SIG{sys.argv[1]}"])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # no shell on purpose
