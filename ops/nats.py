"""The broker: its configuration, its stream of MQTT messages, and the durable consumer that keeps them.

`nats.conf` includes `gateways.conf`, the users, which the platform renders from its own table of gateways
(`python manage.py render_gateways`) before it sends SIGHUP to the process of `nats.pid`. While the stream or its
consumer is missing no gateway may enter, so that nothing is acknowledged and forgotten (reliability.md N09).
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nats
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from ops import ports, processes
from ops.failures import CannotGoOn

STREAM = "$MQTT_msgs"
CONSUMER = "ingest"
SUBJECT = "$MQTT.msgs.>"
FILTER = "$MQTT.msgs.gw.>"
DAYS_KEPT = 7
MOST_BYTES = 20 << 30
SECONDS_TO_START = 30
PORTS = ("NATS_PORT", "NATS_MONITOR_PORT", "MQTT_PORT")
NO_GATEWAYS = "users: [\n  {user: app, password: $NATS_PASSWORD}\n]\n"
CONFIGURATION = """\
# Written by ops/nats.py at every start. The passwords come from the environment.
server_name: yingan
listen: "127.0.0.1:%(NATS_PORT)s"
http: "127.0.0.1:%(NATS_MONITOR_PORT)s"
pid_file: "%(folder)s/nats.pid"
max_payload: 1MB
jetstream {
  store_dir: "%(folder)s"
  max_file_store: %(store)d
  sync_interval: always  # else what is acknowledged lives in memory for two minutes
}
mqtt {
  listen: "%(MQTT_HOST)s:%(MQTT_PORT)s"
  ack_wait: "60s"
  max_ack_pending: 100
}
accounts {
  SYS { users: [{user: sys, password: $NATS_SYSTEM_PASSWORD}] }
  YINGAN {
    jetstream: enabled
    include "gateways.conf"
  }
}
system_account: SYS
"""


@dataclass(frozen=True)
class Broker:
    """The broker of one installation: its folder (`nats.conf`, `gateways.conf`, `nats.pid`, the store) and values."""

    folder: Path
    values: Mapping[str, str]

    @property
    def store_bytes(self) -> int:
        """Return how much JetStream may keep: under a third of the volume, at most 20 GiB."""
        return min(MOST_BYTES, int(shutil.disk_usage(self.folder).total * 0.3))

    def write_configuration(self) -> Path:
        """Write `nats.conf`, and an empty `gateways.conf` where the stream does not exist yet; return the first."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = CONFIGURATION % {**self.values, "folder": self.folder, "store": self.store_bytes}
        configuration = self.folder / "nats.conf"
        configuration.write_text(text, "utf-8")
        gateways = self.folder / "gateways.conf"
        if not (gateways.exists() and (self.folder / "jetstream/YINGAN/streams" / STREAM / "obs" / CONSUMER).exists()):
            gateways.write_text(NO_GATEWAYS, "utf-8")
            gateways.chmod(0o600)
        return configuration

    def command(self) -> list[str]:
        """Return the command that runs the broker in the foreground."""
        return [str(Path(sys.executable).parent / "nats-server"), "-c", str(self.folder / "nats.conf")]

    def environment(self) -> dict[str, str]:
        """Return the variables that the configuration asks for."""
        return {name: self.values[name] for name in ("NATS_PASSWORD", "NATS_SYSTEM_PASSWORD")}

    def process_id(self) -> int | None:
        """Return the process id of the running broker, or None."""
        return processes.running(self.folder / "nats.pid", "nats-server")

    def start(self, log: Path) -> None:
        """Start the broker in the background, wait for it and make its stream and consumer.

        :raises CannotGoOn: if a port is taken or it does not come up in time
        """
        for variable in PORTS:
            ports.demand_free(int(self.values[variable]), variable)
        self.write_configuration()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            subprocess.Popen(
                self.command(),
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.wait()

    def wait(self, seconds: float = SECONDS_TO_START) -> None:
        """Wait until the broker is healthy, then make its stream and its consumer.

        :raises CannotGoOn: after `seconds`
        """
        address = f"{self.values['NATS_MONITOR_URL']}/healthz"
        end = time.monotonic() + seconds
        while not _answers(address):
            if time.monotonic() > end:
                raise CannotGoOn("消息服务（NATS）没有启动成功，请查看 var/log/nats.log。")
            time.sleep(0.1)
        asyncio.run(set_up(self.values["NATS_URL"], int(self.store_bytes * 0.9)))

    def stop(self) -> None:
        """Stop the broker and wait until it has gone."""
        processes.stop(self.process_id(), signal.SIGTERM)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # our own http address
            return bool(answer.status == 200)
    except OSError:
        return False


async def set_up(url: str, stream_bytes: int) -> None:
    """Make the stream of MQTT messages with its bounds, and the durable consumer (reliability.md N02, N03, N09)."""
    link = await nats.connect(url, connect_timeout=5, allow_reconnect=False)
    try:
        js = link.jetstream()
        await _set_up_stream(js, stream_bytes)
        await js.add_consumer(STREAM, consumer())
    finally:
        await link.close()


def stream(max_bytes: int) -> StreamConfig:
    """Return the stream that PUBACK waits for: bounded, and full means refuse, never forget."""
    return StreamConfig(
        name=STREAM,
        subjects=[SUBJECT],
        retention=RetentionPolicy.INTEREST,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_bytes=max_bytes,
        max_age=DAYS_KEPT * 86400,
        duplicate_window=600,
        deny_delete=True,
        deny_purge=True,
        num_replicas=1,
    )


def consumer() -> ConsumerConfig:
    """Return the durable consumer that `ingest` pulls from; it never gives a message up."""
    return ConsumerConfig(
        durable_name=CONSUMER,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=60,
        max_deliver=-1,
        max_ack_pending=20000,
        filter_subject=FILTER,
    )


async def _set_up_stream(js: JetStreamContext, max_bytes: int) -> None:
    try:
        await js.stream_info(STREAM)
    except NotFoundError:
        await js.add_stream(stream(max_bytes))
    else:
        await js.update_stream(stream(max_bytes))
