"""The supervisor: its configuration, and the few things that we ask of it."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from supervisor.xmlrpc import SupervisorTransport

from ops.environment import ROOT
from ops.programs import SERVERS, Program

LONGEST_SOCKET_PATH = 90
HEAD = """\
; Written by ops/supervise.py at every start.
[unix_http_server]
file = {socket}
chmod = 0700

[supervisord]
nodaemon = true
logfile = {log}/supervisord.log
logfile_maxbytes = 10MB
logfile_backups = 2
pidfile = {var}/supervisord.pid
childlogdir = {log}
{user}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
PROGRAM = """
[program:{name}]
command = "{python}" -m ops.launch {name}
directory = {root}
priority = {priority}
autostart = {autostart}
autorestart = true
startsecs = 1
startretries = 1000000
stopsignal = {signal}
stopwaitsecs = {seconds}
killasgroup = true
redirect_stderr = true
stdout_logfile = {log}/{name}.log
stdout_logfile_maxbytes = 20MB
stdout_logfile_backups = 3
"""


def socket_path(var: Path) -> Path:
    """Return where the supervisor listens: in `var`, unless that is too deep for the name of a socket."""
    near = var / "supervisor.sock"
    if len(str(near)) <= LONGEST_SOCKET_PATH:
        return near
    return Path(tempfile.mkdtemp(prefix="yingan-")) / "supervisor.sock"


def configuration(var: Path, socket: Path, programs: Iterable[Program]) -> str:
    """Return the supervisor's configuration: the two servers start at once, the others when we say so."""

    def plain(path: Path) -> str:
        return str(path).replace("%", "%%")

    log = plain(var / "log")
    user = "user = root" if os.geteuid() == 0 else ""
    text = HEAD.format(socket=plain(socket), log=log, var=plain(var), user=user)
    for program in programs:
        text += PROGRAM.format(
            name=program.name,
            python=plain(Path(sys.executable)),
            root=plain(ROOT),
            priority=SERVERS.index(program.name) + 1 if program.name in SERVERS else 999,
            autostart="true" if program.name in SERVERS else "false",
            signal=program.stop_signal,
            seconds=program.stop_seconds,
            log=log,
        )
    return text


class Supervisor:
    """A running supervisord, our child."""

    def __init__(self, var: Path, programs: Iterable[Program]) -> None:
        self.socket = socket_path(var)
        self.file = var / "supervisord.conf"
        self.file.write_text(configuration(var, self.socket, programs), "utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start supervisord, in a session of its own: Ctrl-C reaches us first and we stop it in order."""
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(self.file)]
        quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
        tied = [sys.executable, "-m", "ops.tied", "TERM", *command]
        self.process = subprocess.Popen(tied, cwd=ROOT, start_new_session=True, **quiet)

    @property
    def is_alive(self) -> bool:
        """Say whether supervisord runs."""
        return self.process is not None and self.process.poll() is None

    def ask(self, method: str, *values: Any) -> Any:
        """Call a method of supervisord's interface."""
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as server:
            return getattr(server.supervisor, method)(*values)

    def states(self) -> dict[str, dict[str, Any]]:
        """Return what supervisord knows of each process: `statename`, `pid`, `start`, …"""
        return {info["name"]: info for info in self.ask("getAllProcessInfo")}

    def begin(self, name: str) -> None:
        """Start a process without waiting for it."""
        self.ask("startProcess", name, False)

    def stop(self) -> None:
        """Stop the processes all at once, then the broker, then the database, then supervisord itself."""
        if self.process is None:
            return
        with contextlib.suppress(OSError, xmlrpc.client.Error):
            self._stop([name for name in self.states() if name not in SERVERS])
            for name in reversed(SERVERS):
                self._stop([name])
        if self.is_alive:
            self.process.terminate()
        self.process.wait()

    def _stop(self, names: list[str]) -> None:
        running = [name for name, info in self.states().items() if name in names and info["pid"]]
        for name in running:
            with contextlib.suppress(xmlrpc.client.Fault):  # it ended by itself just now
                self.ask("stopProcess", name, False)
        while any(self.states()[name]["pid"] for name in running):
            time.sleep(0.05)
