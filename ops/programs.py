"""The processes of one installation: how each is started, and which values of `.env` it may see.

No process gets a secret that it has no use for: what `web` may not do, its environment cannot tell it how to.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops import accounts, environment, postgres
from ops.nats import Broker

PLACES = ("VAR_DIR", "DEMO", "PUBLIC_URL", "IDENTITY_URL", "TLS_CA")
PLATFORM = (
    *PLACES,
    "SECRET_KEY", "DATA_KEY", "INDEX_KEY", "NATS_URL", "NATS_MONITOR_URL", "MQTT_HOST", "MQTT_PORT",
    "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_ISSUER", "SMS_URL",
)  # fmt: skip
IDENTITY = (
    *PLACES,
    "IDENTITY_SECRET_KEY", "IDENTITY_DATABASE_URL", "IDENTITY_OIDC_KEY_FILE", "DATA_KEY", "INDEX_KEY",
    "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "SMS_URL", "EMAIL_HOST", "EMAIL_FROM",
)  # fmt: skip
DEMO = ("DEMO_PASSWORD", "DEMO_TOTP_SEED", "DEMO_GATEWAY_SECRET")
PYTHON = sys.executable
Values = Mapping[str, str]


@dataclass(frozen=True)
class Program:
    """A process: its command, the values that it may see, the user it runs as, and the signal that stops it."""

    name: str
    label: str
    command: Callable[[Values], list[str]]
    sees: tuple[str, ...] = ()
    adds: tuple[tuple[str, str], ...] = ()
    stop_signal: str = "TERM"
    stop_seconds: int = 20
    only_demo: bool = False
    many: bool = False  # others may run beside it, started by hand
    address: str | None = None  # the variable that names an external server instead
    user: Callable[[], str | None] = lambda: None

    def environment(self, values: Values) -> dict[str, str]:
        """Return the part of `values` that this process sees."""
        sees = (*self.sees, *(DEMO if values["DEMO"] == "1" and self.sees else ()))
        return {name: values[name] for name in sees if name in values} | dict(self.adds)

    def wanted(self, values: Values) -> bool:
        """Say whether this installation runs it: the simulator in the demo only, servers unless others run them."""
        if self.only_demo and values["DEMO"] != "1":
            return False
        return self.address is None or environment.is_ours(values, self.address)


def cluster_of(values: Values) -> postgres.Cluster:
    """Return the cluster of this installation, made if need be."""
    return postgres.prepare(Path(values["VAR_DIR"]) / "postgres", int(values["POSTGRES_PORT"]))


def broker_of(values: Values) -> Broker:
    """Return the broker of this installation."""
    return Broker(Path(values["VAR_DIR"]) / "nats", values)


def _granian(values: Values, *, host: str, port: str, static: str, application: str, workers: str) -> list[str]:
    tls = []
    if values.get("TLS_CERT"):
        tls = ["--ssl-certificate", values["TLS_CERT"], "--ssl-keyfile", values["TLS_KEY"]]
        tls += ["--ssl-protocol-min", "tls1.2"]
    return [
        str(Path(PYTHON).parent / "granian"), "--interface", "asginl", "--host", host, "--port", port,
        "--workers", workers, "--workers-kill-timeout", "5", "--respawn-failed-workers", "--log-level", "warning",
        "--static-path-route", "/static", "--static-path-mount", str(Path(values["VAR_DIR"]) / static),
        "--static-path-expires", "86400", *tls, application,
    ]  # fmt: skip


def _web(values: Values) -> list[str]:
    return _granian(
        values,
        host=values["WEB_HOST"],
        port=values["WEB_PORT"],
        static="static",
        application="yingan.config.asgi:application",
        workers=values["WEB_WORKERS"],
    )


def _identity(values: Values) -> list[str]:
    return _granian(
        values,
        host=values["WEB_HOST"],
        port=values["IDENTITY_PORT"],
        static="static-identity",
        application="identity.asgi:application",
        workers="1",
    )


def _manage(*words: str) -> Callable[[Values], list[str]]:
    return lambda values: [PYTHON, "manage.py", *words]


def _nats(values: Values) -> list[str]:
    broker = broker_of(values)
    broker.write_configuration()
    return broker.command()


PROGRAMS = (
    Program(
        "postgres", "数据库", lambda values: cluster_of(values).command(),
        stop_signal="INT", stop_seconds=60, address="DATABASE_URL", user=accounts.server_user,
    ),
    Program(
        "nats", "消息服务", _nats,
        sees=("NATS_PASSWORD", "NATS_SYSTEM_PASSWORD"), stop_seconds=30, address="NATS_URL",
    ),
    Program("web", "平台", _web, sees=(*PLATFORM, "WEB_DATABASE_URL"), adds=(("YINGAN_ROLE", "web"),)),
    Program("identity", "统一身份认证", _identity, sees=IDENTITY),
    Program(
        "ingest", "数据接收", _manage("ingest"),
        sees=(*PLATFORM, "INGEST_DATABASE_URL"), adds=(("YINGAN_ROLE", "ingest"),), many=True,
    ),
    Program(
        "worker", "后台任务", _manage("procrastinate", "worker", "-q", "default", "--concurrency", "2"),
        sees=(*PLATFORM, "WORKER_DATABASE_URL"), adds=(("YINGAN_ROLE", "worker"),), many=True,
    ),
    Program(
        "simulator", "演示装置", lambda values: [PYTHON, "-m", "simulator"],
        sees=(*PLACES, "MQTT_HOST", "MQTT_PORT"), only_demo=True,
    ),
)  # fmt: skip
BY_NAME = {program.name: program for program in PROGRAMS}
SERVERS = ("postgres", "nats")
