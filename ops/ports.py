"""Are the ports free that we want to listen on?"""

import secrets
import socket

from ops.failures import CannotGoOn


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def demand_free(port: int, variable: str) -> None:
    """Return if `port` is free.

    :raises CannotGoOn: naming the port and the variable of `.env` that changes it
    """
    if not is_free(port):
        raise CannotGoOn(f"端口 {port} 已被其他程序占用：请停止该程序，或在 .env 中把 {variable} 改成别的端口。")


def any_free() -> int:
    """Return a port that is free now, below the range from which clients take theirs: it stays free for a restart."""
    while not is_free(port := 15000 + secrets.randbelow(15000)):
        pass
    return port
