"""Alarms for tests, as ingest would have written them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from yingan.alarms.models import Alarm, AlarmEpisode, AlarmEvent, Rule
from yingan.kernel import clock

if TYPE_CHECKING:
    from yingan.telemetry.models import Point


def alarm(
    point: Point, rule: str = Rule.HIGH, *, minutes_ago: float = 10, ended: bool = False, **columns: object
) -> Alarm:
    """Make an alarm of a point that was raised some minutes ago; `ended` brings the value back a minute ago."""
    limit = point.limits()[rule] or 0.0
    at = clock.now() - dt.timedelta(minutes=minutes_ago)
    back = clock.now() - dt.timedelta(minutes=1) if ended else None
    values = {
        "raised_at": at, "received_at": at, "start_value": limit + 1, "peak_value": limit + 5, "ended_at": back,
        "end_value": limit - 5 if ended else None, "limit": limit, "deadband": 0, "on_delay_s": 0, "off_delay_s": 0,
        **point.limits(),
    } | columns  # fmt: skip
    made = Alarm.unscoped.create(
        enterprise_id=point.enterprise_id, point=point, equipment=point.equipment, rule=rule, **values
    )
    AlarmEpisode.unscoped.create(
        enterprise_id=point.enterprise_id, alarm=made, point=point, rule=rule, raised_at=made.raised_at,
        received_at=made.received_at, raised_value=made.start_value, peak_value=made.peak_value, limit=limit,
        cleared_at=made.ended_at, cleared_value=made.end_value,
    )  # fmt: skip
    AlarmEvent.unscoped.create(
        enterprise_id=point.enterprise_id, alarm=made, kind=AlarmEvent.Kind.RAISED, at=at, recorded_at=at,
        value=made.start_value,
    )  # fmt: skip
    return made
