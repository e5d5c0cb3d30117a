"""`make run`: bring everything up, tell where it is, keep it up, and take it all down on Ctrl-C.

The data stay. A process that dies is started again by the supervisor; we say so on the terminal.
"""

import contextlib
import fcntl
import signal
import ssl
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ops import bootstrap, environment, ports, prepare, programs
from ops.failures import CannotGoOn, said_plainly
from ops.prepare import Timed, say
from ops.programs import PROGRAMS, SERVERS, Values
from ops.supervise import Supervisor

SECONDS_TO_BE_READY = 90
SECONDS_OF_A_LOOK = 2.0
SECONDS_OF_A_DAY = 86400.0
SITES = {"web": "PUBLIC_URL", "identity": "IDENTITY_URL"}
OWN_PORTS = {
    "DATABASE_URL": ("POSTGRES_PORT",),
    "NATS_URL": ("NATS_PORT", "NATS_MONITOR_PORT", "MQTT_PORT"),
}


class Stopped(BaseException):
    """Somebody wants us to stop: Ctrl-C, a closed terminal, or a polite kill."""


@contextlib.contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Hold the lock of this installation.

    :raises CannotGoOn: if it runs already
    """
    var.mkdir(parents=True, exist_ok=True)
    with (var / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotGoOn("平台已经在运行（另一个 make run）：请使用它，或先在那个窗口按 Ctrl-C 停止。") from None
        yield


def take_over(values: Values) -> None:
    """Stop servers of ours that run in the background (`ops.dev up`), and see that our ports are free.

    :raises CannotGoOn: naming the first port that another program holds
    """
    names = ["WEB_PORT", "IDENTITY_PORT"]
    for address, variables in OWN_PORTS.items():
        if environment.is_ours(values, address):
            names += variables
    if environment.is_ours(values, "DATABASE_URL"):
        programs.cluster_of(values).stop()
    programs.broker_of(values).stop()
    for name in names:
        ports.demand_free(int(values[name]), name)


def bring_up(values: Values, supervisor: Supervisor) -> str:
    """Start the servers, prepare what they hold, start the processes, wait until both sites answer.

    Returns the demo accounts.
    """
    with Timed("数据库与消息服务启动"):
        supervisor.start()
        if environment.is_ours(values, "DATABASE_URL"):
            log = Path(values["VAR_DIR"]) / "log" / "postgres.log"
            programs.cluster_of(values).wait(log, lambda: not supervisor.is_alive)
        if environment.is_ours(values, "NATS_URL"):
            programs.broker_of(values).wait()
    accounts = prepare.everything(values)
    with Timed("各进程启动"):
        for name in SITES:  # pages first: the others would only take the processor from them
            supervisor.begin(name)
        for name, address in SITES.items():
            wait_for_site(name, values, address)
        for program in PROGRAMS:
            if program.name not in {*SERVERS, *SITES} and program.wanted(values):
                supervisor.begin(program.name)
    return accounts


def wait_for_site(name: str, values: Values, address: str) -> None:
    """Wait until a site answers that it is healthy.

    :raises CannotGoOn: after a minute and a half, naming its log
    """
    end = time.monotonic() + SECONDS_TO_BE_READY
    while not answers(f"{values[address]}/healthz"):
        if time.monotonic() > end:
            log = Path(values["VAR_DIR"]) / "log" / f"{name}.log"
            raise CannotGoOn(f"{programs.BY_NAME[name].label}没有启动成功，请查看 {log}。")
        time.sleep(0.2)


def answers(address: str) -> bool:
    """Say whether `address` answers 200; whose certificate it is does not matter here."""
    context = ssl._create_unverified_context() if address.startswith("https:") else None  # noqa: S323
    try:
        with urllib.request.urlopen(address, timeout=5, context=context) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except OSError:
        return False


def tell(values: Values, accounts: str) -> None:
    """Print the addresses and, in the demo, the accounts."""
    print(f"\n  平台          {values['PUBLIC_URL']}/")
    print(f"  统一身份认证  {values['IDENTITY_URL']}/")
    print(f"  数据接入      MQTT {values['MQTT_HOST']}:{values['MQTT_PORT']}")
    print(f"  日志          {Path(values['VAR_DIR']) / 'log'}\n")
    print(accounts)


def keep_up(values: Values, supervisor: Supervisor) -> None:
    """Watch until somebody stops us: name the processes that were started again, and make partitions once a day."""
    seen: dict[str, Any] = {}
    next_day = time.monotonic() + SECONDS_OF_A_DAY
    while supervisor.is_alive:
        with contextlib.suppress(OSError):
            seen = notice_restarts(seen, supervisor.states())
        if time.monotonic() > next_day:
            prepare.partitions(values)
            next_day += SECONDS_OF_A_DAY
        time.sleep(SECONDS_OF_A_LOOK)
    raise CannotGoOn(f"进程管理意外停止，请查看 {Path(values['VAR_DIR']) / 'log' / 'supervisord.log'}。")


def notice_restarts(seen: Mapping[str, Any], states: Mapping[str, Any]) -> dict[str, Any]:
    """Say which processes have another process id than when last seen, and return what is seen now."""
    now = {name: info["pid"] for name, info in states.items() if info["pid"]}
    for name, pid in now.items():
        if seen.get(name, pid) != pid:
            say(f"{programs.BY_NAME[name].label}（{name}）意外停止，已自动重新启动")
    return {**seen, **now}


def stop_on_signals() -> None:
    """Turn the signals that mean "stop" into one exception; a second Ctrl-C does not cut the stopping short."""

    def stop(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, stop)


def serve() -> int:
    """Run the platform until somebody stops it."""
    start = time.monotonic()
    bootstrap.demand_space(bootstrap.BYTES_TO_RUN)
    values = environment.ensure()
    var = Path(values["VAR_DIR"])
    with only_one(var):
        take_over(values)
        var.chmod(0o700)  # uploaded files and logs are nobody else's business
        (var / "log").mkdir(exist_ok=True)
        supervisor = Supervisor(var, [program for program in PROGRAMS if program.wanted(values)])
        try:
            tell(values, bring_up(values, supervisor))
            say(f"已就绪（{time.monotonic() - start:.0f} 秒）。按 Ctrl-C 停止。")
            keep_up(values, supervisor)
        finally:
            print("\n▸ 正在停止 …", flush=True)
            supervisor.stop()
            say("已停止，数据已保留。")
    return 0


def main() -> int:
    """Serve; to be stopped is no failure."""
    stop_on_signals()
    try:
        return serve()
    except Stopped:
        return 0


if __name__ == "__main__":
    sys.exit(said_plainly(main))
