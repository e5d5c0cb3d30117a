"""What has to be done between the servers' start and the first page: roles, tables, static files, keys, demo data.

Each step is a command of one of the two sites. The platform's run as the owner of its tables, who serves nobody.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ops import databases, environment, launch, programs
from ops.environment import ROOT
from ops.failures import CannotGoOn

SETTINGS = {"platform": "yingan.config.settings", "identity": "identity.settings"}
PARTITIONS = "数据分区=make_partitions"
_LINE = threading.Lock()


def say(text: str) -> None:
    """Print a line of progress."""
    with _LINE:
        print(f"▸ {text}", flush=True)


class Timed:
    """`with Timed("…"):` prints the line with the seconds that it took."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.start = time.monotonic()

    def __enter__(self) -> None:
        self.start = time.monotonic()

    def __exit__(self, kind: object, value: object, trace: object) -> None:
        if kind is None:
            say(f"{self.title} {time.monotonic() - self.start:.1f} 秒")


def steps(site: str, values: Mapping[str, str], *wanted: str) -> str:
    """Run steps ("TITLE=command …") of a site in one process, pass its lines on, and return what else it prints.

    :raises CannotGoOn: with the last line of the error, and where the rest is
    """
    log = Path(values["VAR_DIR"]) / "log" / f"prepare-{site}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "ops.steps", SETTINGS[site], *wanted]
    with log.open("w+", encoding="utf-8") as errors:
        kinds: dict[str, Any] = {"cwd": ROOT, "env": _environment(site, values), "stdin": subprocess.DEVNULL}
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True, **kinds)
        said = _pass_on(process)
        if process.wait():
            last = (log.read_text("utf-8", "replace").strip().splitlines() or ["没有输出"])[-1]
            raise CannotGoOn(f"启动前的准备没有成功：{last}（全文见 {log}）。")
    return said


def _pass_on(process: "subprocess.Popen[str]") -> str:
    rest = []
    for line in process.stdout or ():
        if line.startswith("▸ "):
            say(line[2:].rstrip())
        else:
            rest.append(line)
    return "".join(rest)


def _environment(site: str, values: Mapping[str, str]) -> dict[str, str]:
    own = launch.environment_of(programs.BY_NAME["web" if site == "platform" else site], values)
    return own | {"DATABASE_URL": values["DATABASE_URL"], "YINGAN_ROLE": "owner"} if site == "platform" else own


def roles(values: Mapping[str, str]) -> None:
    """Make or refresh the database roles and the two databases."""
    embedded = environment.is_ours(values, "DATABASE_URL")
    admin = programs.cluster_of(values).url() if embedded else values["DATABASE_URL"]
    databases.set_up(admin, environment.role_passwords(values), embedded=embedded)


def demo_stamp(values: Mapping[str, str]) -> Path:
    """Return the file that says that the demo data were loaded."""
    return Path(values["VAR_DIR"]) / "demo-loaded"


def partitions(values: Mapping[str, str]) -> None:
    """Make the partitions of the coming weeks and drop those past their time: the owner's work, at start and daily."""
    steps("platform", values, PARTITIONS)


def platform(values: Mapping[str, str]) -> str:
    """Bring the platform up to date, load the demo data the first time, let the gateways in; return the accounts."""
    is_demo, is_new = values["DEMO"] == "1", not demo_stamp(values).exists()
    wanted = ["数据表（平台）=migrate --noinput -v0", PARTITIONS]
    if is_demo and is_new:
        wanted.append("演示数据=demo_load")
    if environment.is_ours(values, "NATS_URL"):
        wanted.append("采集网关的账号=render_gateways")
    wanted.append("页面资源（平台）=collectstatic --noinput -v0")
    if is_demo:
        wanted.append("演示账号=demo_accounts")
    said = steps("platform", values, *wanted)
    if is_demo and is_new:
        demo_stamp(values).touch()
    return said


def identity(values: Mapping[str, str]) -> str:
    """Bring the identity site's tables, key, client and static files up to date."""
    return steps(
        "identity",
        values,
        "数据表（统一身份认证）=migrate --noinput -v0",
        "登录客户端=identity_setup",
        "页面资源（统一身份认证）=collectstatic --noinput -v0",
    )


def everything(values: Mapping[str, str]) -> str:
    """Do all steps; the database and the broker run. Return the demo accounts.

    The two sites are prepared side by side, except that the identity site takes its demo people from a file which the
    platform's demo data bring.
    """
    with Timed("数据库角色"):
        roles(values)
    if values["DEMO"] == "1" and not demo_stamp(values).exists():
        accounts = platform(values)
        identity(values)
        return accounts
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(platform, values), pool.submit(identity, values)
        other.result()
        return one.result()
