"""A whole installation for a test: PostgreSQL, NATS and ingest as real processes on ports of their own.

For `tests/chaos` and `tests/bench`. Everything lies below one folder and dies with `stop()`.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from ops import databases, environment, nats, ports, postgres
from ops.failures import CannotGoOn

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
LISTENING = ("POSTGRES_PORT", "NATS_PORT", "NATS_MONITOR_PORT", "MQTT_PORT", "WEB_PORT", "IDENTITY_PORT")


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Return the condition's first true answer; fail with its name after a time."""
    end = time.monotonic() + seconds
    while True:
        if answer := condition():
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)


def _quiet_ports() -> list[str]:
    """Return free ports below the range from which clients take theirs: one that reconnects could take a server's."""
    found = (port for port in iter(lambda: 15000 + secrets.randbelow(15000), None) if ports.is_free(port))
    return [str(port) for port in sorted({next(found) for _ in range(4 * len(LISTENING))})[: len(LISTENING)]]


def _starts(start: Callable[[], None]) -> bool:
    """Start a server; say no while what was killed still holds its port or its shared memory."""
    try:
        start()
    except CannotGoOn:
        return False
    return True


class Stack:
    """The processes of one installation, each started and killed alone."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        kept = {name: make() for name, make in environment.KEPT.items()}
        kept |= dict(zip(LISTENING, _quiet_ports(), strict=True)) | {"VAR_DIR": str(folder), "DEMO": "0"}
        self.values = environment.derived(kept, folder) | kept
        self.cluster = postgres.prepare(folder / "postgres", int(kept["POSTGRES_PORT"]), durable=durable)
        self.broker = nats.Broker(folder / "nats", self.values)
        self.ingest: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything on a fresh, migrated database."""
        self.cluster.start()
        roles = {databases.OWNER: "OWNER", databases.IDENTITY: "IDENTITY"}
        roles |= {role: role.removeprefix("yingan_").upper() for role in databases.SERVING}
        passwords = {role: self.values[f"{name}_PASSWORD"] for role, name in roles.items()}
        databases.set_up(self.cluster.url(), passwords)
        self.manage("migrate", "--verbosity", "0")
        self.manage("make_partitions")
        self.broker.start(self.folder / "nats.log")
        self.start_ingest()

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables of a process of this installation."""
        return (
            os.environ
            | self.values
            | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "yingan.config.settings"}
            | more
        )

    def manage(self, *words: str, **more: str) -> str:
        """Run an administrative command to its end and return what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        done = subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(f"manage.py {' '.join(words)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start_ingest(self, **more: str) -> None:
        """Start the ingest process."""
        with (self.folder / "ingest.log").open("ab") as log:
            command = [sys.executable, str(ROOT / "manage.py"), "ingest"]
            env = self.environment(YINGAN_ROLE="ingest", **more)
            self.ingest = subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True)

    def kill_ingest(self) -> None:
        """Kill the ingest process with -9."""
        assert self.ingest is not None
        self.ingest.kill()
        self.ingest.wait()

    def kill_nats(self) -> None:
        """Kill the broker with -9 and start it again."""
        self._kill(self.broker.process_id)
        wait_for(lambda: _starts(lambda: self.broker.start(self.folder / "nats.log")), "the broker again", 30)

    def kill_postgres(self) -> None:
        """Kill the database server with -9, wait until its children have gone, and start it again."""
        self._kill(self.cluster.process_id)
        wait_for(lambda: _starts(self.cluster.start), "postgres again", 30)

    def _kill(self, process_id: Callable[[], int | None]) -> None:
        pid = process_id()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: process_id() is None, "the end of a killed process", 10)

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask the database as the owner, who sees all."""
        with psycopg.connect(self.values["DATABASE_URL"]) as link:
            return link.execute(statement, values).fetchall()

    def stop(self) -> None:
        """Stop everything that this stack started."""
        if self.ingest is not None:
            self.ingest.kill()
            self.ingest.wait()
        self.broker.stop()
        self.cluster.stop()
