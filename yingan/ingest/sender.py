"""A gateway's side of the protocol, as small as it can be: for the replay, the tests and the bench.

It numbers its messages and waits for each acknowledgement, so that the broker keeps their order.
"""

from __future__ import annotations

import queue
import secrets
import socket
import threading
import time
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from yingan.ingest.messages import encode

CONNECT_S = 30.0
ACKNOWLEDGE_S = 60.0


class NotSent(Exception):
    """The broker did not let us in, or did not acknowledge in time; the message says which."""


class Sender:
    """One connection of one gateway to the broker."""

    def __init__(self, host: str, port: int, user: str, password: str) -> None:
        self.place = (host, port)
        self.topic = f"gw/{user}/data"
        self.boot = secrets.token_hex(8)
        self.seq = 0
        self.connected = threading.Event()
        self.acknowledged: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"replay-{self.boot}", protocol=mqtt.MQTTv311)
        self.client.username_pw_set(user, password)
        self.client.max_inflight_messages_set(1)
        self.client.on_connect = self._on_connect
        self.client.on_publish = self._on_publish
        self.client.on_socket_open = _send_at_once

    def connect(self) -> None:
        """Sign in; a gateway that was just made is let in as soon as the broker knows it.

        :raises NotSent: if it is not let in within CONNECT_S
        """
        end = time.monotonic() + CONNECT_S
        self.client.connect_async(*self.place, keepalive=30)
        self.client.reconnect_delay_set(1, 2)
        self.client.loop_start()
        if not self.connected.wait(max(0.0, end - time.monotonic())):
            self.close()
            raise NotSent("消息服务没有接受网关的登录，请检查 ingest 是否在运行。")

    def send(self, tags: list[str], times: Any, values: list[float | None]) -> int:
        """Send one message, wait until it is acknowledged, and return its number.

        While the broker is away the client keeps the message and sends it again when it is back.

        :raises NotSent: if the broker does not acknowledge within ACKNOWLEDGE_S
        """
        self.seq += 1
        body = encode(self.boot, self.seq, tags, times, values)
        sent = self.client.publish(self.topic, body, qos=1)
        try:
            while self.acknowledged.get(timeout=ACKNOWLEDGE_S) != sent.mid:
                pass
        except queue.Empty:
            raise NotSent("消息服务没有在规定时间内确认报文。") from None
        return self.seq

    def close(self) -> None:
        """Leave."""
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        if not reason.is_failure:
            self.connected.set()

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason: Any, properties: Any) -> None:
        self.acknowledged.put(mid)


def _send_at_once(client: mqtt.Client, userdata: Any, sock: Any) -> None:
    """Do not wait for more to send: every message waits for its acknowledgement."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
