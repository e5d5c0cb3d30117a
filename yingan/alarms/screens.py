"""What the alarm pages show: states with their words, the clock to acknowledgement, the steps, the curve's window."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Q, Sum, Value, When

from yingan.alarms.models import Alarm, AlarmEvent, AlarmPhoto, Rule
from yingan.kernel import clock
from yingan.telemetry import queries as telemetry
from yingan.telemetry.models import Point

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import _User
    from django.db.models import QuerySet

    from yingan.telemetry.queries import Reading

S = Alarm.Status
URGENT = (Rule.HIGH_HIGH, Rule.LOW_LOW)
ACKNOWLEDGE_WITHIN = {True: dt.timedelta(minutes=5), False: dt.timedelta(minutes=15)}  # urgent or not, domain §7.1
WORK: dict[str, tuple[str, str, str]] = {  # status → kind of tag, icon, words
    S.OPEN: ("bad", "hourglass", "待处理：未确认"),
    S.ACKNOWLEDGED: ("warn", "eye-check", "待处理：已确认"),
    S.HANDLING: ("run", "tool", "处理中"),
    S.CLEARED: ("ok", "circle-check", "已处理：已消警"),
    S.CLOSED: ("ok", "archive", "已处理：已办结"),
    S.FALSE: ("off", "ban", "已处理：误报"),
}
FILTERS = {  # counted filter → its word and its condition
    "todo": ("待办", Q(closed_at__isnull=True)),
    "standing": ("报警中", Q(ended_at__isnull=True)),
    "pending": ("待处理", Q(status__in=[S.OPEN, S.ACKNOWLEDGED])),
    "handling": ("处理中", Q(status=S.HANDLING)),
    "done": ("已处理", Q(status__in=[S.CLEARED, S.CLOSED, S.FALSE])),
    "all": ("全部", Q()),
}
COUNTED = ("todo", "standing", "pending", "handling")
MARGINS = {"15m": dt.timedelta(minutes=15), "1h": dt.timedelta(hours=1), "12h": dt.timedelta(hours=12)}
MARGIN_WORDS = {"15m": "前后 15 分钟", "1h": "1 小时", "12h": "12 小时"}


def duration_words(seconds: float) -> str:
    """Return a duration as people read it: 42 秒, 18 分 42 秒, 2 小时 5 分, 3 天 2 小时."""
    whole = max(0, int(seconds))
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} 小时 {minutes} 分" if hours < 24 else f"{hours // 24} 天 {hours % 24} 小时"


def work_filter(rows: QuerySet[Alarm], state: str) -> QuerySet[Alarm]:
    """Return the alarms under a counted filter; what waits for people comes in order of urgency, the rest of time."""
    chosen = rows.filter(FILTERS[state][1])
    if state in {"all", "done"}:
        return chosen.order_by("-raised_at", "-pk")
    level = Case(When(rule__in=URGENT, then=Value(0)), default=Value(1))
    recovered = Case(When(ended_at__isnull=True, then=Value(0)), default=Value(1))
    return chosen.annotate(level=level, recovered=recovered).order_by("level", "recovered", "-raised_at", "-pk")


def filter_counts(rows: QuerySet[Alarm]) -> dict[str, int]:
    """Count the alarms under the filters that are about unfinished work."""
    open_or_standing = rows.order_by().filter(Q(closed_at__isnull=True) | Q(ended_at__isnull=True))
    return open_or_standing.aggregate(**{name: Count("pk", filter=FILTERS[name][1]) for name in COUNTED})


def sign_of(rows: QuerySet[Alarm]) -> list[Any]:
    """Return what differs as soon as a list of unfinished alarms would look different."""
    open_rows = rows.order_by().filter(Q(closed_at__isnull=True) | Q(ended_at__isnull=True))
    grouped = open_rows.values("status", "rule").annotate(
        n=Count("pk"), standing=Count("pk", filter=Q(ended_at__isnull=True)), times=Sum("episodes")
    )
    return sorted([str(cell) for cell in row.values()] for row in grouped)


@dataclass(frozen=True)
class Step:
    """One station of an alarm's way; `at` is empty until it is reached."""

    label: str
    at: dt.datetime | None
    who: str
    is_current: bool = False


def steps_of(alarm: Alarm, events: Sequence[AlarmEvent]) -> list[Step]:
    """Return the way of an alarm: 报警, 确认, 处理, 恢复, 办结; the first that is not reached is current."""
    last = {event.kind: event for event in events}
    kinds = AlarmEvent.Kind
    acknowledged = last.get(kinds.ACKNOWLEDGED) or last.get(kinds.HANDLING) or last.get(kinds.HANDLED)
    handled, ending = last.get(kinds.HANDLED), last.get(kinds.CLOSED) or last.get(kinds.FALSE)
    stations = [
        ("报警", alarm.raised_at, "系统"),
        ("确认", alarm.acknowledged_at, acknowledged.by_name if acknowledged else "待确认"),
        ("处理", alarm.handled_at, handled.by_name if handled else "填写原因和措施"),
        ("恢复", alarm.ended_at, "数值回到阈值以内" if alarm.ended_at else "仍在报警中"),
        ("误报" if alarm.status == S.FALSE else "办结", alarm.closed_at, ending.by_name if ending else "待办结"),
    ]
    waiting = [label for label, at, _ in stations if at is None]
    current = waiting[0] if waiting and alarm.closed_at is None else ""
    return [Step(label, at, who, label == current) for label, at, who in stations]


@dataclass(frozen=True)
class AlarmCase:
    """One alarm as its page shows it."""

    alarm: Alarm
    reading: Reading
    steps: list[Step]
    events: list[AlarmEvent]
    photos: list[AlarmPhoto]
    due_at: dt.datetime | None
    now: dt.datetime

    @property
    def is_late(self) -> bool:
        """Tell whether the time to acknowledge it has passed."""
        return self.due_at is not None and self.due_at < self.now


def case_of(alarm: Alarm, events: list[AlarmEvent], now: dt.datetime) -> AlarmCase:
    """Return one alarm with its newest value, steps, time line (newest first), pictures and clock."""
    waits = alarm.status == S.OPEN and not alarm.is_backfilled
    raised = [event.recorded_at for event in events if event.kind == AlarmEvent.Kind.RAISED]
    told_at = raised[-1] if raised else alarm.received_at  # one that came back begins to wait anew
    return AlarmCase(
        alarm,
        telemetry.latest_of([alarm.point], now=now)[alarm.point_id],
        steps_of(alarm, events),
        events[::-1],
        list(
            AlarmPhoto.unscoped.filter(enterprise_id=alarm.enterprise_id, alarm_id=alarm.pk).select_related(
                "attachment"
            )
        ),
        told_at + ACKNOWLEDGE_WITHIN[alarm.rule in URGENT] if waits else None,
        now,
    )


def related_of(alarm: Alarm, user: _User, now: dt.datetime) -> list[tuple[Point, Reading]]:
    """Return the other living points of the same equipment with their newest readings."""
    points = list(
        Point.visible_to(user)
        .filter(enterprise_id=alarm.enterprise_id, equipment_id=alarm.equipment_id, retired_at__isnull=True)
        .exclude(pk=alarm.point_id)
        .order_by("code")[:12]
    )
    readings = telemetry.latest_of(points, now=now)
    return [(point, readings[point.pk]) for point in points]


def curve_of(alarm: Alarm, margin: str, now: dt.datetime) -> dict[str, Any]:
    """Return what the curve draws: the alarm with a margin before and after, and the limits of that time."""
    room = MARGINS.get(margin, MARGINS["1h"])
    start, end = alarm.raised_at - room, min(now, (alarm.ended_at or now) + room)
    spans = telemetry.buckets(alarm.point, start, end, 500)
    limits = {rule: getattr(alarm, rule) for rule in ("low_low", "low", "high", "high_high")}
    marks = [[_ms(alarm.raised_at), f"报警 {clock.local(alarm.raised_at):%H:%M:%S}"]]
    if alarm.ended_at:
        marks.append([_ms(alarm.ended_at), f"恢复 {clock.local(alarm.ended_at):%H:%M:%S}"])
    return {
        "unit": alarm.point.unit,
        "from": _ms(start),
        "to": _ms(end),
        "limits": [[rule, Rule(rule).label, value] for rule, value in limits.items() if value is not None],
        "marks": marks,
        "area": [_ms(alarm.raised_at), _ms(alarm.ended_at or end)],
        "spans": [[_ms(part.start), part.low, part.average, part.high, part.n] for part in spans],
    }


def _ms(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)


def sign_of_one(alarm: Alarm) -> list[Any]:
    """Return what differs as soon as the page of one alarm would look different: its state, and the newest value."""
    reading = telemetry.latest_of([alarm.point])[alarm.point_id]
    return [alarm.status, str(alarm.ended_at), alarm.episodes, alarm.peak_value, reading.value, reading.freshness]
