"""What must be true of the broker before anything is taken from it (spec/reliability.md N01, N02, N03, N06, N09)."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

from django.conf import settings
from nats.errors import Error as NatsError

if TYPE_CHECKING:
    from nats.js import JetStreamContext
    from nats.js.api import ConsumerInfo, StreamInfo

STREAM, CONSUMER, FILTER = "$MQTT_msgs", "ingest", "$MQTT.msgs.gw.>"
OLDEST_VERSION = (2, 15, 1)
LEAST_AGE_S = 2 * 86_400  # twice the longest outage of the database that is borne
DUPLICATE_WINDOW_S = 600
ACK_WAIT_S = 60


async def problems(js: JetStreamContext) -> list[str]:
    """Return what is wrong with broker, stream and consumer, as sentences; nothing may be taken while there is one."""
    try:
        stream = await js.stream_info(STREAM)
        consumer = await js.consumer_info(STREAM, CONSUMER)
    except NatsError as error:
        return [f"消息流或消费者不存在：{error}"]
    try:
        server = ask("/varz") | {"jsz": ask("/jsz?config=1")}
    except OSError as error:
        return [f"消息服务的监控地址没有应答：{error}"]
    return [*of_server(server), *of_stream(stream), *of_consumer(consumer)]


def ask(path: str) -> dict[str, Any]:
    """Return what the broker's monitor says.

    :raises OSError: if it does not answer
    """
    with urllib.request.urlopen(settings.NATS_MONITOR_URL + path, timeout=2) as answer:  # noqa: S310  # our own address
        found: dict[str, Any] = json.load(answer)
        return found


def of_server(server: dict[str, Any]) -> list[str]:
    """Return what is wrong with the server: it must write before it acknowledges."""
    version = tuple(int(part) for part in str(server.get("version", "0")).split("-")[0].split("."))
    checks = [
        (version >= OLDEST_VERSION, f"nats-server 版本过低：{server.get('version')}"),
        (server["jsz"].get("config", {}).get("sync_always") is True, "JetStream 没有设置 sync_interval: always"),
    ]
    return [sentence for holds, sentence in checks if not holds]


def of_stream(info: StreamInfo) -> list[str]:
    """Return what is wrong with the stream: full must mean refuse, and nothing may be deleted."""
    config = info.config
    age = config.max_age or 0
    checks = [
        (config.storage == "file", "消息流没有存放在磁盘上"),
        (config.discard == "new", "消息流写满时会丢弃旧消息"),
        ((config.max_bytes or -1) > 0, "消息流没有大小上限"),
        (age == 0 or age >= LEAST_AGE_S, "消息流保存时间太短"),
        (config.persist_mode in (None, "default"), "消息流异步写盘"),
        (bool(config.deny_delete), "消息流允许删除消息"),
        (bool(config.deny_purge), "消息流允许清空"),
        ((config.duplicate_window or 0) >= DUPLICATE_WINDOW_S, "消息流去重窗口不足10分钟"),
    ]
    return [sentence for holds, sentence in checks if not holds]


def of_consumer(info: ConsumerInfo) -> list[str]:
    """Return what is wrong with the consumer: it must never give a message up."""
    config = info.config
    checks = [
        (bool(config.durable_name), "消费者不是持久的"),
        (config.filter_subject == FILTER, "消费者没有覆盖全部网关主题"),
        (config.ack_policy == "explicit", "消费者没有逐条确认"),
        ((config.max_deliver or -1) < 0, "消费者会放弃多次失败的消息"),
        ((config.ack_wait or 0) >= ACK_WAIT_S, "消费者确认等待时间太短"),
        ((config.max_ack_pending or 0) > 0, "消费者未确认消息没有上限"),
    ]
    return [sentence for holds, sentence in checks if not holds]
