"""A demo gateway: sends one plant's readings over MQTT 3.1.1, QoS 1, numbered within its run."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from simulator import credentials

QUEUE = 5000  # messages kept while the broker is away: about 7 hours at one in 5 s


class Gateway:
    """The connection of one gateway. paho keeps what is not acknowledged and resends it."""

    def __init__(self, key: str) -> None:
        secret = os.environ["DEMO_GATEWAY_SECRET"]
        self.id = credentials.public_id(secret, key).hex
        self.boot = f"{time.time_ns():x}"
        self.seq = 0
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"sim-{self.id}", protocol=mqtt.MQTTv311)
        self.client.username_pw_set(self.id, credentials.password(secret, key))
        self.client.max_queued_messages_set(QUEUE)
        self.client.reconnect_delay_set(1, 15)
        self.client.on_socket_open = _without_delay
        self.client.connect_async(os.environ.get("MQTT_HOST", "127.0.0.1"), int(os.environ.get("MQTT_PORT", "1883")))
        self.client.loop_start()

    def send(self, values: dict[str, float], at_ms: int) -> None:
        """Send one message with all values at one time (Unix milliseconds)."""
        self.seq += 1
        columns = {"p": list(values), "t": at_ms, "v": list(values.values())}
        body = {"version": 1, "boot": self.boot, "seq": self.seq, "columns": columns}
        self.client.publish(f"gw/{self.id}/data", json.dumps(body), qos=1)

    def close(self) -> None:
        """End the connection."""
        self.client.disconnect()
        self.client.loop_stop()


def _without_delay(client: Any, userdata: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
