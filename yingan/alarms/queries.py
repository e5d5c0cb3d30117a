"""Reads for pages: the list, one alarm's time line and episodes, the counts on tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from yingan.alarms.models import Alarm, AlarmEpisode, AlarmEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import _User

    from yingan.telemetry.models import Point

S = Alarm.Status


@dataclass(frozen=True)
class Counts:
    """How many alarms a person may see in each state of work, and how many values are still beyond their limit."""

    open: int
    acknowledged: int
    handling: int
    standing: int


def alarm_list(user: _User) -> QuerySet[Alarm]:
    """Return the alarms that a person may see, newest first."""
    return Alarm.visible_to(user).select_related("point", "equipment", "enterprise", "handled_by")


def counts(user: _User) -> Counts:
    """Return the figures of the tiles; each is the length of the list with the same filter."""
    found = Alarm.visible_to(user).aggregate(
        open=Count("pk", filter=Q(status=S.OPEN)),
        acknowledged=Count("pk", filter=Q(status=S.ACKNOWLEDGED)),
        handling=Count("pk", filter=Q(status=S.HANDLING)),
        standing=Count("pk", filter=Q(ended_at__isnull=True)),
    )
    return Counts(**found)


def timeline(alarm: Alarm) -> list[AlarmEvent]:
    """Return what happened to an alarm, oldest first."""
    return list(AlarmEvent.unscoped.filter(enterprise_id=alarm.enterprise_id, alarm_id=alarm.pk))


def episodes(alarm: Alarm) -> list[AlarmEpisode]:
    """Return the crossings of the limit that an alarm holds, oldest first."""
    return list(AlarmEpisode.unscoped.filter(enterprise_id=alarm.enterprise_id, alarm_id=alarm.pk))


def standing_of(points: Iterable[Point]) -> dict[int, tuple[str, ...]]:
    """Return the rules that stand for each point that has one."""
    wanted = list(points)
    rows = AlarmEpisode.unscoped.filter(
        enterprise_id__in={point.enterprise_id for point in wanted},
        point_id__in=[point.pk for point in wanted],
        cleared_at__isnull=True,
    )
    found: dict[int, tuple[str, ...]] = {}
    for point_id, rule in rows.values_list("point_id", "rule"):
        found[point_id] = (*found.get(point_id, ()), rule)
    return found


def episodes_of(points: Iterable[Point]) -> list[AlarmEpisode]:
    """Return all episodes of points, in order of time."""
    wanted = list(points)
    rows = AlarmEpisode.unscoped.filter(
        enterprise_id__in={point.enterprise_id for point in wanted}, point_id__in=[point.pk for point in wanted]
    )
    return list(rows.select_related("point"))
