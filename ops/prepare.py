"""What has to be done between the servers' start and the first page: roles, tables, static files, keys, demo data.

Each step is a command of one of the two sites, run with the environment of the role that it needs. Steps that do not
need each other run side by side.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ops import databases, environment, launch, programs
from ops.environment import ROOT
from ops.failures import CannotGoOn

MANAGE = (sys.executable, "manage.py")
IDENTITY = (sys.executable, "-m", "identity")
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


def command(title: str, words: tuple[str, ...], values: Mapping[str, str], role: str = "owner") -> str:
    """Run a command of a site as `role` (owner, web, identity) and return what it prints.

    :raises CannotGoOn: with its last line, and where the rest is
    """
    with Timed(title):
        variables = _environment(values, role)
        kinds = {"cwd": ROOT, "env": variables, "stdin": subprocess.DEVNULL, "capture_output": True, "text": True}
        done = subprocess.run(words, check=False, **kinds)  # type: ignore[call-overload]
        if done.returncode:
            log = Path(values["VAR_DIR"]) / "log" / "prepare.log"
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_text(done.stdout + done.stderr, "utf-8")
            last = (done.stderr.strip() or done.stdout.strip() or "没有输出").splitlines()[-1]
            raise CannotGoOn(f"“{title}”没有成功：{last}（全文见 {log}）")
        return str(done.stdout)


def _environment(values: Mapping[str, str], role: str) -> dict[str, str]:
    if role == "identity":
        return launch.environment_of(programs.BY_NAME["identity"], values)
    own = launch.environment_of(programs.BY_NAME["web"], values) | {"YINGAN_ROLE": role}
    return own | ({"DATABASE_URL": values["DATABASE_URL"]} if role == "owner" else {})


def roles(values: Mapping[str, str]) -> None:
    """Make or refresh the database roles and the two databases."""
    embedded = environment.is_ours(values, "DATABASE_URL")
    admin = programs.cluster_of(values).url() if embedded else values["DATABASE_URL"]
    databases.set_up(admin, environment.role_passwords(values), embedded=embedded)


def oidc_key(values: Mapping[str, str]) -> None:
    """Make the key with which the identity site signs, if there is none."""
    from cryptography.hazmat.primitives import serialization  # takes 0.1 s: only where it is needed
    from cryptography.hazmat.primitives.asymmetric import rsa

    file = Path(values["IDENTITY_OIDC_KEY_FILE"])
    if file.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(text)


def demo_stamp(values: Mapping[str, str]) -> Path:
    """Return the file that says that the demo data were loaded."""
    return Path(values["VAR_DIR"]) / "demo-loaded"


def platform(values: Mapping[str, str]) -> None:
    """Bring the platform's tables up to date, load the demo data the first time, and let the gateways in."""
    command("数据表（平台）", (*MANAGE, "migrate", "--noinput", "-v0"), values)
    partitions(values)
    if values["DEMO"] == "1" and not demo_stamp(values).exists():
        command("演示数据（首次约半分钟）", (*MANAGE, "demo_load"), values)
        demo_stamp(values).touch()
    if environment.is_ours(values, "NATS_URL"):
        command("采集网关的账号", (*MANAGE, "render_gateways"), values)


def partitions(values: Mapping[str, str]) -> None:
    """Make the partitions of the coming weeks and drop those past their time: the owner's work, at start and daily."""
    command("数据分区", (*MANAGE, "make_partitions"), values)


def demo_accounts(values: Mapping[str, str]) -> str:
    """Return the demo accounts as the platform prints them."""
    return command("演示账号", (*MANAGE, "demo_accounts"), values)


def identity(values: Mapping[str, str]) -> None:
    """Bring the identity site's tables, key and client up to date."""
    oidc_key(values)
    command("数据表（统一身份认证）", (*IDENTITY, "migrate", "--noinput", "-v0"), values, "identity")
    command("登录客户端", (*IDENTITY, "identity_setup"), values, "identity")


def static_files(values: Mapping[str, str]) -> None:
    """Collect the static files of both sites."""
    collect = ("collectstatic", "--noinput", "-v0")
    command("页面资源（平台）", (*MANAGE, *collect), values, "web")
    command("页面资源（统一身份认证）", (*IDENTITY, *collect), values, "identity")


def everything(values: Mapping[str, str]) -> None:
    """Do all steps; the database and the broker run already."""
    with Timed("数据库角色"):
        roles(values)
    steps: list[Callable[[Mapping[str, str]], None]] = [platform, identity, static_files]
    with ThreadPoolExecutor(len(steps)) as pool:
        for done in [pool.submit(step, values) for step in steps]:
            done.result()
