"""Sending to the pipeline without a broker, with the rights of the ingest role."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import connection

from yingan.ingest import messages
from yingan.ingest.pipeline import Delivery, Pipeline, Watermark
from yingan.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yingan.telemetry.models import Gateway

stream_numbers = count(1)


@contextmanager
def as_ingest() -> Iterator[None]:
    """Have no more rights than the ingest process."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE yingan_ingest")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def now_ms() -> int:
    """Return the present in milliseconds."""
    return round(clock.now().timestamp() * 1000)


def delivery(
    device: Gateway, seq: int, tags: Any, times: Any, values: Any, qualities: Any = 0, boot: str = "b1"
) -> Delivery:
    """Return a message of a gateway as the broker hands it over."""
    tags = [tags] if isinstance(tags, str) else tags
    values = values if isinstance(values, list) else [values]
    body = messages.encode(boot, seq, tags, times, values, qualities)
    return raw(device, body)


def raw(device: Gateway, body: bytes) -> Delivery:
    """Return any bytes on the topic of a gateway."""
    return Delivery(f"$MQTT.msgs.gw.{device.public_id.hex}.data", body, next(stream_numbers))


def take(pipeline: Pipeline, *deliveries: Delivery) -> list[Watermark]:
    """Give one batch to the pipeline with the ingest role's rights."""
    with as_ingest():
        return pipeline.take(deliveries)
