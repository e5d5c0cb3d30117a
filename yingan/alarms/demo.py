"""A plausible past for the demo: alarms with their crossings and time lines, in bulk; and curves that show them."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from yingan.accounts.models import Membership, User
from yingan.alarms.models import Alarm, AlarmEpisode, AlarmEvent, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from yingan.enterprises.models import Enterprise
    from yingan.telemetry.models import Point
    from yingan.telemetry.models.measures import Floats, Ints

S, K, R = Alarm.Status, AlarmEvent.Kind, Alarm.Reason
A_MONTH = {True: 0.3, False: 1.6}  # alarms of a limit in 30 days: urgent (高高报, 低低报) or not
RAMP = dt.timedelta(minutes=5)
QUIET = dt.timedelta(minutes=45)  # nothing of the past reaches nearer to the present
ANSWERS = (
    (R.PROCESS, 34, "调整工艺参数，安排专人监护，数值已回落。"),
    (R.OPERATION, 14, "按操作规程纠正，对当班人员进行再培训。"),
    (R.EQUIPMENT, 12, "切换备用设备，已报修并更换密封件。"),
    (R.INSTRUMENT, 12, "现场复核正常，仪表送检，更换探头。"),
    (R.START_STOP, 10, "开停车过程中短时波动，按方案操作，已恢复。"),
    (R.MAINTENANCE, 8, "检维修作业引起，作业票有效，作业后恢复。"),
    (R.CALIBRATION, 6, "标定测试触发，已提前登记。"),
    (R.THRESHOLD, 4, "阈值偏紧，已提出修改申请。"),
)
FALSE_SHARE = 0.05


@dataclass(frozen=True)
class _Excursion:
    """A value that leaves its limit for a while."""

    point: Point
    rule: Rule
    limit: float
    raised_at: dt.datetime
    ended_at: dt.datetime
    peak: float


def seed_history(
    enterprise: Enterprise, points: Iterable[Point], days: int, rng: Random, now: dt.datetime
) -> list[Alarm]:
    """Write the alarms of the last `days` days, all with the value back, most of them closed; return them.

    People of the enterprise answered them; at most one a limit, of the last days, still waits for its answer.
    """
    people = [member.user for member in Membership.unscoped.filter(enterprise=enterprise).select_related("user")]
    found = sorted(
        (one for point in points for one in _excursions(point, days, rng, now)), key=lambda one: one.raised_at
    )
    waiting = {(one.point.pk, one.rule): one for one in found if now - one.raised_at < dt.timedelta(days=2)}
    alarms = [_alarm(enterprise, one, rng) for one in found]
    events: list[AlarmEvent] = []
    for alarm, one in zip(alarms, found, strict=True):
        who = rng.choice(people) if people else None
        is_open = waiting.get((one.point.pk, one.rule)) is one and rng.random() < 0.5
        events += _answered(alarm, who, rng, now=now, is_open=is_open)
    Alarm.unscoped.bulk_create(alarms, batch_size=500)
    AlarmEpisode.unscoped.bulk_create([_episode(alarm) for alarm in alarms], batch_size=500)
    for event in events:
        event.alarm_id = event.alarm.pk
    AlarmEvent.unscoped.bulk_create(events, batch_size=1000)
    return alarms


def bend(times_ms: Ints, values: Floats, alarms: Iterable[Alarm]) -> Floats:
    """Return a point's values (in its unit) so that they leave the limits when its alarms say so."""
    bent = values.copy()
    for alarm in alarms:
        start, end = alarm.raised_at.timestamp() * 1000, (alarm.ended_at or alarm.raised_at).timestamp() * 1000
        ramp = RAMP.total_seconds() * 1000
        inside = (times_ms > start - ramp) & (times_ms < end + ramp)
        if not inside.any():
            continue
        edge = float(np.median(values[inside]))
        course = ([start - ramp, start, (start + end) / 2, end, end + ramp],
                  [edge, alarm.start_value, alarm.peak_value, alarm.limit, edge])  # fmt: skip
        bent[inside] = np.interp(times_ms[inside], *course)
    return bent


def _excursions(point: Point, days: int, rng: Random, now: dt.datetime) -> Iterable[_Excursion]:
    for name, limit in point.limits().items():
        if limit is None:
            continue
        rule = Rule(name)
        is_urgent = rule in {Rule.HIGH_HIGH, Rule.LOW_LOW}
        at = now - dt.timedelta(days=days)
        while (at := at + dt.timedelta(days=rng.expovariate(A_MONTH[is_urgent] / 30))) < now - QUIET * 3:
            length = dt.timedelta(minutes=min(90.0, max(2.0, rng.lognormvariate(math.log(14), 0.7))))
            beyond = _room(point, limit) * rng.uniform(0.03, 0.4)
            peak = limit + beyond if name.startswith("high") else limit - beyond
            yield _Excursion(point, rule, limit, at, at + length, round(peak, 3))
            at += length + QUIET


def _room(point: Point, limit: float) -> float:
    """Return how far a value may go beyond a limit: a part of the way to the end of the range."""
    ends = [end for end in (point.range_low, point.range_high) if end is not None and end != limit]
    return min((abs(end - limit) for end in ends), default=abs(limit) * 0.2 or 1.0)


def _alarm(enterprise: Enterprise, one: _Excursion, rng: Random) -> Alarm:
    point = one.point
    step = (one.peak - one.limit) * rng.uniform(0.02, 0.1)
    return Alarm(
        enterprise=enterprise, point=point, equipment_id=point.equipment_id, rule=one.rule,
        raised_at=one.raised_at, received_at=one.raised_at + dt.timedelta(seconds=1), ended_at=one.ended_at,
        start_value=round(one.limit + step, 3), peak_value=one.peak, end_value=round(one.limit - step, 3),
        limit=one.limit, **point.limits(), deadband=point.deadband_at(one.limit),
        on_delay_s=point.on_delay_s, off_delay_s=point.off_delay_s,
    )  # fmt: skip


def _episode(alarm: Alarm) -> AlarmEpisode:
    return AlarmEpisode(
        enterprise_id=alarm.enterprise_id, alarm_id=alarm.pk, point_id=alarm.point_id, rule=alarm.rule,
        raised_at=alarm.raised_at, received_at=alarm.received_at, raised_value=alarm.start_value,
        peak_value=alarm.peak_value, limit=alarm.limit, cleared_at=alarm.ended_at, cleared_value=alarm.end_value,
        notified_at=alarm.received_at,
    )  # fmt: skip


def _answered(alarm: Alarm, who: User | None, rng: Random, *, now: dt.datetime, is_open: bool) -> list[AlarmEvent]:
    """Let a person answer an alarm, and return its time line."""
    ended = alarm.ended_at or alarm.raised_at
    line = [_event(alarm, K.RAISED, alarm.raised_at, value=alarm.start_value)]
    line.append(_event(alarm, K.CLEARED, ended, value=alarm.end_value))
    if is_open or who is None:
        return line
    seen = alarm.received_at + dt.timedelta(seconds=rng.lognormvariate(math.log(240), 0.8))
    seen = min(seen, now - QUIET)
    handled = min(max(seen, ended) + dt.timedelta(minutes=rng.uniform(5, 180)), now - QUIET / 2)
    alarm.acknowledged_at, alarm.acknowledged_by = seen, who
    line.append(_event(alarm, K.ACKNOWLEDGED, seen, who))
    closed = min(handled + dt.timedelta(hours=rng.uniform(0.2, 10)), now - QUIET / 3)
    alarm.closed_at = closed
    if rng.random() < FALSE_SHARE:
        alarm.status = S.FALSE
        return [*line, _event(alarm, K.FALSE, closed, who, note="现场复测正常，探头受潮，已烘干。")]
    reason, _, measure = rng.choices(ANSWERS, weights=[weight for _, weight, _ in ANSWERS])[0]
    alarm.reason, alarm.measure, alarm.status = reason, measure, S.CLOSED
    alarm.handled_at, alarm.handled_by = handled, who
    line.append(_event(alarm, K.HANDLED, handled, who, note=f"{R(reason).label}：{measure}"))
    return [*line, _event(alarm, K.ELIMINATED, handled, who), _event(alarm, K.CLOSED, closed, who)]


def _event(
    alarm: Alarm, kind: str, at: dt.datetime, who: User | None = None, *, value: float | None = None, note: str = ""
) -> AlarmEvent:
    return AlarmEvent(
        enterprise_id=alarm.enterprise_id, alarm=alarm, kind=kind, at=at, recorded_at=at, value=value, by=who,
        by_name=who.name if who else "", note=note,
    )  # fmt: skip
