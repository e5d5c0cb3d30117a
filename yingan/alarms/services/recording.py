"""Writes what the judge decided: episodes, alarms, their time line and the notices owed, inside ingest's transaction.

Set-based: all rows that a batch touches are read once, changed in memory in order of time, and written once.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yingan.alarms.models import Alarm, AlarmEpisode, AlarmEvent, AlarmNotice
from yingan.alarms.services.judge import RULES, Change, LateEpisode
from yingan.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from yingan.telemetry.models import Point

logger = logging.getLogger(__name__)
Key = tuple[int, str]  # point, rule

FRESH = dt.timedelta(minutes=5)  # an older reading pages nobody unless its breach still stands at a fresh one


@dataclass(frozen=True)
class Decision:
    """A change that the judge found, with the point it belongs to and when its message was received."""

    point: Point
    change: Change
    received_at: dt.datetime

    @property
    def key(self) -> Key:
        """The rule of the point."""
        return self.point.pk, RULES[self.change.rule]

    @property
    def at(self) -> dt.datetime:
        """The reading's own time."""
        return clock.from_epoch_ms(self.change.time)


@dataclass(frozen=True)
class LateDecision:
    """A breach found in late readings."""

    point: Point
    episode: LateEpisode
    received_at: dt.datetime


@dataclass
class Desk:
    """The rows that one batch works on: what was open before it, and what is new or changed by it."""

    now: dt.datetime
    alarms: dict[Key, Alarm] = field(default_factory=dict)
    episodes: dict[Key, AlarmEpisode] = field(default_factory=dict)
    new_alarms: list[Alarm] = field(default_factory=list)
    new_episodes: list[AlarmEpisode] = field(default_factory=list)
    old_alarms: dict[int, Alarm] = field(default_factory=dict)
    old_episodes: dict[int, AlarmEpisode] = field(default_factory=dict)
    events: list[AlarmEvent] = field(default_factory=list)
    told: list[tuple[AlarmEpisode, str]] = field(default_factory=list)

    def changed(self, alarm: Alarm, episode: AlarmEpisode) -> None:
        """Remember rows that were there before and have to be written back."""
        if alarm.pk:
            self.old_alarms[alarm.pk] = alarm
        if episode.pk:
            self.old_episodes[episode.pk] = episode

    def note(self, alarm: Alarm, kind: str, at: dt.datetime, value: float, note: str = "") -> None:
        """Add a line to an alarm's time line."""
        self.events.append(
            AlarmEvent(
                enterprise_id=alarm.enterprise_id,
                alarm=alarm,
                kind=kind,
                at=at,
                recorded_at=self.now,
                value=value,
                note=note,
            )
        )


def record(decisions: Sequence[Decision], late: Sequence[LateDecision], *, now: dt.datetime) -> None:
    """Write what a batch decided; nothing is committed here."""
    if not decisions and not late:
        return
    desk = _open_desk({decision.point for decision in decisions}, now)
    for decision in decisions:
        if decision.change.raised:
            _raise(desk, decision)
        else:
            _clear(desk, decision)
    for found in late:
        _add_late(desk, found)
    _write(desk)


def owed(points: Iterable[Point]) -> dict[Key, AlarmEpisode]:
    """Return the standing episodes nobody was told of yet: their raising reading was old when it came."""
    rows = AlarmEpisode.unscoped.filter(
        point_id__in=[point.pk for point in points], cleared_at__isnull=True, notified_at__isnull=True
    )
    return {(row.point_id, row.rule): row for row in rows}


def tell(keys: Collection[Key], *, now: dt.datetime) -> None:
    """Owe people a notice of standing episodes that a fresh reading has confirmed."""
    rows = AlarmEpisode.unscoped.select_related("alarm").filter(
        point_id__in={point for point, _ in keys}, cleared_at__isnull=True, notified_at__isnull=True
    )
    found = [row for row in rows if (row.point_id, row.rule) in keys]
    for row in found:
        row.notified_at = now
    AlarmEpisode.unscoped.bulk_update(found, ["notified_at"])
    _owe([(row, AlarmNotice.Kind.RAISED) for row in found], now)


def _open_desk(points: Collection[Point], now: dt.datetime) -> Desk:
    ids = [point.pk for point in points]
    enterprises = {point.enterprise_id for point in points}
    scope = {"enterprise_id__in": enterprises, "point_id__in": ids}
    alarms = Alarm.unscoped.select_for_update().filter(**scope, closed_at__isnull=True).order_by("pk")
    desk = Desk(now, {(alarm.point_id, alarm.rule): alarm for alarm in alarms})
    standing = AlarmEpisode.unscoped.select_related("alarm").filter(**scope, cleared_at__isnull=True)
    for episode in standing:
        key = (episode.point_id, episode.rule)
        if key in desk.alarms and desk.alarms[key].pk == episode.alarm_id:
            episode.alarm = desk.alarms[key]
        desk.episodes[key] = episode
    return desk


def _raise(desk: Desk, decision: Decision) -> None:
    change, key = decision.change, decision.key
    alarm = desk.alarms.get(key)
    if alarm is None:
        alarm = desk.alarms[key] = _new_alarm(decision.point, RULES[change.rule], decision.at, change.value, decision)
        desk.new_alarms.append(alarm)
    else:
        alarm.episodes += 1
        alarm.ended_at = alarm.end_value = None
        alarm.peak_value = _worse(key[1], alarm.peak_value, change.value)
        if alarm.status == Alarm.Status.CLEARED:
            alarm.status = Alarm.Status.OPEN
    episode = _new_episode(alarm, decision.at, change.value, decision.received_at)
    desk.episodes[key] = episode
    desk.new_episodes.append(episode)
    desk.changed(alarm, episode)
    desk.note(alarm, AlarmEvent.Kind.RAISED, decision.at, change.value)
    if decision.received_at - decision.at < FRESH:
        episode.notified_at = desk.now
        desk.told.append((episode, AlarmNotice.Kind.RAISED))


def _clear(desk: Desk, decision: Decision) -> None:
    change, key = decision.change, decision.key
    episode = desk.episodes.pop(key, None)
    if episode is None:  # somebody took it away by hand: the judge's memory is right again from here
        logger.error("no standing episode of point %s, rule %s", *key)
        return
    alarm = episode.alarm
    episode.cleared_at, episode.cleared_value = decision.at, change.value
    episode.peak_value = _worse(key[1], episode.peak_value, change.peak)
    alarm.ended_at, alarm.end_value = decision.at, change.value
    alarm.peak_value = _worse(key[1], alarm.peak_value, episode.peak_value)
    desk.changed(alarm, episode)
    desk.note(alarm, AlarmEvent.Kind.CLEARED, decision.at, change.value)
    if episode.notified_at is not None:
        desk.told.append((episode, AlarmNotice.Kind.CLEARED))


def _add_late(desk: Desk, found: LateDecision) -> None:
    """Keep a breach of late readings as a closed episode marked 补传, unless it is known; nobody is told."""
    point, late, rule = found.point, found.episode, RULES[found.episode.rule]
    start, until = clock.from_epoch_ms(late.time), clock.from_epoch_ms(late.until)
    rows = AlarmEpisode.unscoped.select_related("alarm").filter(
        enterprise_id=point.enterprise_id, point_id=point.pk, rule=rule
    )
    known = rows.filter(is_backfilled=True, raised_at=start).first()
    if known is None and _covered(list(rows.filter(raised_at__lte=start).order_by("-raised_at")[:1]), start):
        return
    if known is None:
        alarm = _new_alarm(point, rule, start, late.value, found)
        alarm.status, alarm.is_backfilled, alarm.closed_at = Alarm.Status.CLOSED, True, desk.now
        known = _new_episode(alarm, start, late.value, found.received_at)
        known.is_backfilled = True
        desk.new_alarms.append(alarm)
        desk.new_episodes.append(known)
        desk.note(alarm, AlarmEvent.Kind.RAISED, start, late.value, "补传的数据，不再通知")
    known.cleared_at, known.cleared_value, known.peak_value = until, late.last_value, late.peak
    known.alarm.ended_at, known.alarm.end_value, known.alarm.peak_value = until, late.last_value, late.peak
    desk.changed(known.alarm, known)


def _covered(rows: list[AlarmEpisode], start: dt.datetime) -> bool:
    return any(row.cleared_at is None or row.cleared_at > start for row in rows)


def _new_alarm(point: Point, rule: str, at: dt.datetime, value: float, source: Decision | LateDecision) -> Alarm:
    limit = point.limits()[rule]
    return Alarm(
        enterprise_id=point.enterprise_id, point=point, equipment_id=point.equipment_id, rule=rule, raised_at=at,
        received_at=source.received_at, start_value=value, peak_value=value, limit=limit or 0.0, **point.limits(),
        deadband=point.deadband_at(limit or 0.0), on_delay_s=point.on_delay_s, off_delay_s=point.off_delay_s,
    )  # fmt: skip


def _new_episode(alarm: Alarm, at: dt.datetime, value: float, received_at: dt.datetime) -> AlarmEpisode:
    return AlarmEpisode(
        enterprise_id=alarm.enterprise_id, alarm=alarm, point_id=alarm.point_id, rule=alarm.rule, raised_at=at,
        received_at=received_at, raised_value=value, peak_value=value, limit=alarm.limit,
    )  # fmt: skip


def _worse(rule: str, one: float, other: float) -> float:
    return max(one, other) if rule.startswith("high") else min(one, other)


def _write(desk: Desk) -> None:
    """Write what ended before what began: a rule of a point has one standing episode at a time."""
    columns = ["status", "episodes", "ended_at", "end_value", "peak_value"]
    Alarm.unscoped.bulk_update(list(desk.old_alarms.values()), columns, batch_size=500)
    columns = ["cleared_at", "cleared_value", "peak_value"]
    AlarmEpisode.unscoped.bulk_update(list(desk.old_episodes.values()), columns, batch_size=500)
    Alarm.unscoped.bulk_create(desk.new_alarms)
    for episode in desk.new_episodes:
        episode.alarm_id = episode.alarm.pk
    AlarmEpisode.unscoped.bulk_create(desk.new_episodes)
    for event in desk.events:
        event.alarm_id = event.alarm.pk
    AlarmEvent.unscoped.bulk_create(desk.events)
    _owe(desk.told, desk.now)


def _owe(told: Sequence[tuple[AlarmEpisode, str]], now: dt.datetime) -> None:
    AlarmNotice.unscoped.bulk_create(
        [
            AlarmNotice(
                enterprise_id=episode.enterprise_id,
                alarm_id=episode.alarm_id,
                kind=kind,
                created_at=now,
                key=f"episode-{episode.pk}-{kind}",
            )
            for episode, kind in told
        ]
    )
