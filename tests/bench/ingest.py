"""`make bench-ingest`: how many readings a second are stored, judged and acknowledged, end to end, for 60 s.

Twenty gateways of 500 points send 500 readings a message over MQTT QoS 1 to the real broker (`sync_interval: always`),
ingest and a durable PostgreSQL, all on this machine. First as fast as the record follows: at most WINDOW messages of a
gateway are not yet committed. Then at 200,000 readings/s, or 40 % of that rate if it is less: 10 s unmeasured, and 15 s
in which the time is taken from sending a message that crosses a limit until its gateway hears that it is committed.
The last three lines are the figures.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.stack import Stack, wait_for

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GATEWAYS, POINTS, WINDOW = 20, 500, 30
PROBE_RATE, PROBE_S, REST_S = 200_000, 15.0, 10.0
EVERY = 20  # one message in so many crosses a limit

FOUND = """
import json
from django.db import transaction
from yingan.enterprises.tests import factories as places
from yingan.telemetry.models import Point
from yingan.telemetry.tests import factories
with transaction.atomic():
    plant = places.enterprise(1, region=420102, trade="hazchem")
    tank = factories.equipment(plant)
    made = []
    for number in range(%d):
        device = factories.gateway(plant)
        Point.unscoped.bulk_create([
            Point(enterprise=plant, equipment=tank, gateway=device, code=f"{number}-{n}", name="液位", kind="level",
                  unit="%%", tag=f"T-{n}.LI", source_tag=f"T-{n}.LI", low=10.0, high=90.0, deadband=0.0)
            for n in range(%d)])
        made.append({"user": device.user_name, "password": device.password})
print(json.dumps(made))
"""


@dataclass
class Device:
    """One gateway: how far it has sent, been acknowledged and been committed."""

    user: str
    password: str
    place: tuple[str, int]
    sent: int = 0
    acknowledged: int = 0
    committed: int = 0
    probes: dict[int, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.boot = f"bench-{self.user[:8]}"
        self.topic = f"gw/{self.user}/data"
        tags = json.dumps([f"T-{n}.LI" for n in range(POINTS)])
        self.bodies = [
            f'"columns":{{"p":{tags},"v":{json.dumps([round(v + n % 60 + 0.123, 3) for n in range(POINTS)])},"t":'
            for v in (15.0, 16.5, 17.25)
        ]
        crossing = [15.5] * POINTS
        crossing[0] = 95.0
        self.crossing = f'"columns":{{"p":{tags},"v":{json.dumps(crossing)},"t":'
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self.boot, protocol=mqtt.MQTTv311)
        self.client.username_pw_set(self.user, self.password)
        self.client.max_inflight_messages_set(WINDOW)
        self.client.on_publish = self._on_publish
        self.client.on_message = self._on_committed
        self.client.on_connect = lambda client, *_: client.subscribe(f"cmd/{self.user}/committed")

    def connect(self) -> None:
        """Sign in; the broker may need a moment to know the gateway."""
        self.client.connect_async(*self.place)
        self.client.loop_start()
        wait_for(self.client.is_connected, "the broker to let a gateway in", 30)

    def send(self) -> None:
        """Send the next message."""
        self.sent += 1
        crosses = self.sent % EVERY == 0
        columns = self.crossing if crosses else self.bodies[self.sent % 3]
        if crosses:
            self.probes[self.sent] = time.perf_counter()
        head = f'{{"version":1,"boot":"{self.boot}","seq":{self.sent},'
        self.client.publish(self.topic, f"{head}{columns}{round(time.time() * 1000)}}}}}", qos=1)

    def _on_publish(self, *_: Any) -> None:
        self.acknowledged += 1

    def _on_committed(self, client: Any, userdata: Any, message: Any) -> None:
        now = time.perf_counter()
        self.committed = max(self.committed, json.loads(message.payload)["seq"])
        for seq in [seq for seq in self.probes if seq <= self.committed]:
            self.delays.append(now - self.probes.pop(seq))


def pump(devices: list[Device], seconds: float, rate: float | None) -> int:
    """Send for a time, at a rate in readings/s or as fast as the record follows; return how many were committed."""
    before = sum(device.committed for device in devices)
    begun = time.perf_counter()
    messages = 0
    while (passed := time.perf_counter() - begun) < seconds:
        idle = True
        for device in devices:
            due = rate is None or messages * POINTS < passed * rate
            if due and device.sent - device.committed < WINDOW:
                device.send()
                messages += 1
                idle = False
        if idle:
            time.sleep(0.001)
    return (sum(device.committed for device in devices) - before) * POINTS


def send_all(secrets: list[dict[str, str]], place: tuple[str, int], seconds: float, result: Connection) -> None:
    """Be the gateways: a process of their own, so that only the machine is shared with the platform."""
    devices = [Device(**secret, place=place) for secret in secrets]
    for device in devices:
        device.connect()
    pump(devices, 3.0, None)  # warm up
    sustained = pump(devices, seconds, None) / seconds
    settle(devices)
    load = min(PROBE_RATE, 0.4 * sustained)
    pump(devices, REST_S, load)  # disk and checkpoints finish with what full speed left behind
    for device in devices:
        device.delays.clear()
    pump(devices, PROBE_S, load)
    settle(devices)
    delays = sorted(delay for device in devices for delay in device.delays)
    acknowledged = sum(device.acknowledged for device in devices) * POINTS
    result.send((sustained, load, delays, acknowledged))


def settle(devices: list[Device]) -> None:
    """Wait until all that was sent is acknowledged and committed."""
    wait_for(lambda: all(device.acknowledged == device.sent for device in devices), "every acknowledgement", 120)
    wait_for(lambda: all(device.committed == device.sent for device in devices), "every watermark", 120)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="yingan-bench-") as folder:
        stack = Stack(Path(folder), durable=True)
        try:
            print("准备环境 ……", flush=True)
            stack.start()
            printed = stack.manage("shell", "--verbosity", "0", "-c", FOUND % (GATEWAYS, POINTS), YINGAN_ROLE="owner")
            secrets = json.loads(printed.strip().splitlines()[-1])
            place = (stack.values["MQTT_HOST"], int(stack.values["MQTT_PORT"]))
            print(f"发送 {seconds:.0f} 秒，随后 {PROBE_S:.0f} 秒测量报警时间 ……", flush=True)
            here, there = multiprocessing.get_context("spawn").Pipe()
            sender = multiprocessing.get_context("spawn").Process(
                target=send_all, args=(secrets, place, seconds, there)
            )
            sender.start()
            there.close()
            sustained, load, delays, acknowledged = here.recv()
            sender.join()
            stored = stack.query("SELECT coalesce(sum(n), 0)::bigint FROM telemetry_readinglog")[0][0]
            size = stack.query("SELECT sum(length(payload))::float / sum(n) FROM telemetry_readinglog")[0][0]
            alarms = stack.query("SELECT count(*) FROM alarms_alarmepisode")[0][0]
        finally:
            stack.stop()
    middle, last = (delays[round((len(delays) - 1) * share)] * 1000 for share in (0.5, 0.99))
    print(
        f"日志 {size:.2f} 字节/读数，报警过程 {alarms} 次；报警时间在 {load:,.0f} 读数/秒下测得，中位 {middle:.0f} ms"
    )
    print(f"readings/s sustained: {sustained:.0f}")
    print(f"p99 arrival→alarm ms: {last:.0f}")
    print(f"acknowledged and lost: {acknowledged - stored}")


if __name__ == "__main__":
    main()
