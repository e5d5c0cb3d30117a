"""What the monitoring pages show, ready for templates and for live.js: rows, their words, the counted filters."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from yingan.kernel import clock
from yingan.telemetry import freshness, queries
from yingan.telemetry.models import Equipment, Gateway, GatewayRun, Point, ReadingLog, UnknownTag
from yingan.telemetry.models.measures import BAD, OVER_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from yingan.telemetry.queries import Reading

LEVELS = {  # rule → what yingan.css calls it, icon, word
    "high_high": ("hh", "chevrons-up", "高高报"),
    "high": ("h", "chevron-up", "高报"),
    "low": ("l", "chevron-down", "低报"),
    "low_low": ("ll", "chevrons-down", "低低报"),
}
SILENCES = {"point": "该指标没有新数据，网关在线", "gateway": "网关没有上传数据", "ingest": "平台接收服务未运行"}
HOUR = dt.timedelta(hours=1)
STATES = {"alarm": "报警中", "stale": "超 5 分钟未更新", "lost": "失联"}


def figure(value: float | None) -> str:
    """Return a value with as many decimals as its size deserves (8.42, 63.41, 2705.3), `–` where there is none."""
    if value is None:
        return "–"
    size = abs(value)
    if 0 < size < 0.01:
        return f"{value:.2g}"
    text = f"{value:.{1 if size >= 100 else 2 if size >= 1 else 3}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def net_state(reading: Reading) -> tuple[str, str, str, str]:
    """Return kind of tag, icon, word and cause of 联网状态: 在线 or 失联, and 未更新 between the two."""
    why = SILENCES.get(reading.cause, "")
    if reading.freshness == freshness.LIVE:
        return "ok", "wifi", "在线", ""
    if reading.freshness == freshness.STALE:
        return "warn", "clock-pause", "未更新", why
    return "off", "wifi-off", "失联", why


def health(reading: Reading) -> tuple[str, str, str]:
    """Return kind of tag, icon and word of 运行状态."""
    if reading.quality == BAD:
        return "bad", "alert-circle", "坏值"
    if reading.quality == OVER_RANGE:
        return "warn", "arrows-maximize", "超量程"
    if reading.freshness in {freshness.OFFLINE, freshness.NEVER_SEEN}:
        return "off", "plug-connected-x", "无数据"
    return "ok", "circle-check", "正常"


@dataclass(frozen=True)
class Row:
    """One point with its newest reading."""

    point: Point
    reading: Reading

    @property
    def state(self) -> str:
        """The counted filter under which the row stands besides 报警中: stale, lost or ''."""
        if self.reading.freshness == freshness.LIVE:
            return ""
        return "stale" if self.reading.freshness == freshness.STALE else "lost"

    @property
    def limits_text(self) -> str:
        """The four limits in one line, for phones."""
        return " / ".join(figure(value) for value in self.point.limits().values())

    @property
    def kind_text(self) -> str:
        """监测项 in two characters: 可燃, 有毒 for the gases."""
        return str(self.point.get_kind_display()).removesuffix("气体")

    @property
    def range_text(self) -> str:
        """量程 with its unit."""
        low, high = self.point.range_low, self.point.range_high
        if low is None and high is None:
            return self.point.unit
        return f"{figure(low)}～{figure(high)} {self.point.unit}"

    def as_json(self) -> list[Any]:
        """Return what live.js paints: id, value, level, time, quality, 联网状态, 运行状态."""
        at = clock.local(self.reading.at).isoformat(timespec="seconds") if self.reading.at else None
        return [
            self.point.pk, figure(self.reading.value), self.reading.level, at,
            [*net_state(self.reading)], [*health(self.reading)], self.reading.value,
        ]  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """The numbers of the counted filters."""

    all: int
    alarm: int
    stale: int
    lost: int


@dataclass(frozen=True)
class Board:
    """Rows of one piece of equipment."""

    equipment: Equipment
    rows: Sequence[Row]


def living(points: QuerySet[Point]) -> QuerySet[Point]:
    """Return the points that are in use, equipment by equipment."""
    rows = points.filter(retired_at__isnull=True).select_related("equipment")
    return rows.order_by("equipment__code", "equipment_id", "code")


def rows_of(points: Iterable[Point], *, now: dt.datetime | None = None) -> list[Row]:
    """Return the points with their newest readings, in the same order."""
    wanted = list(points)
    readings = queries.latest_of(wanted, now=now)
    return [Row(point, readings[point.pk]) for point in wanted]


def counts_of(rows: Sequence[Row]) -> Counts:
    """Count the rows under each filter."""
    return Counts(
        len(rows),
        sum(1 for row in rows if row.reading.level),
        sum(1 for row in rows if row.state == "stale"),
        sum(1 for row in rows if row.state == "lost"),
    )


def picked(rows: Sequence[Row], state: str) -> list[Row]:
    """Return the rows under one of the counted filters; all for an unknown one."""
    if state == "alarm":
        return [row for row in rows if row.reading.level]
    return [row for row in rows if row.state == state] if state in STATES else list(rows)


def boards(rows: Sequence[Row]) -> list[Board]:
    """Group rows that are in the order of `living` by their equipment; what is in alarm comes first."""
    grouped = [list(group) for _, group in groupby(rows, key=lambda row: row.point.equipment_id)]
    found = [Board(group[0].point.equipment, group) for group in grouped]
    return sorted(found, key=lambda board: not any(row.reading.level for row in board.rows))


@dataclass(frozen=True)
class Traffic:
    """What a gateway sent lately: messages and readings a minute over its last messages, and the watermark."""

    messages_a_minute: float | None
    readings_a_minute: float | None
    boot: str
    committed_seq: int


LAST_MESSAGES = 60


def traffic_of(gateway: Gateway, *, now: dt.datetime) -> Traffic:
    """Return the rate over the last messages (up to an hour back), and up to which number all are in the record."""
    rows = ReadingLog.unscoped.filter(
        enterprise_id=gateway.enterprise_id, gateway_id=gateway.pk, received_at__gt=now - HOUR, received_at__lte=now
    )
    sent = list(rows.order_by("-received_at").values_list("received_at", "n")[:LAST_MESSAGES])
    run = GatewayRun.unscoped.filter(enterprise_id=gateway.enterprise_id, gateway_id=gateway.pk)
    newest = run.order_by("-updated_at").first()
    minutes = (sent[0][0] - sent[-1][0]).total_seconds() / 60 if len(sent) > 1 else 0
    return Traffic(
        (len(sent) - 1) / minutes if minutes else None,
        sum(n for _, n in sent[:-1]) / minutes if minutes else None,
        newest.boot if newest else "",
        newest.committed_seq if newest else 0,
    )


def unknown_tags(gateway: Gateway) -> list[UnknownTag]:
    """Return the tags that the gateway sends and no living point names, newest first."""
    named = Point.unscoped.filter(
        enterprise_id=gateway.enterprise_id, gateway_id=gateway.pk, retired_at__isnull=True
    ).values("source_tag")
    rows = UnknownTag.unscoped.filter(enterprise_id=gateway.enterprise_id, gateway_id=gateway.pk)
    return list(rows.exclude(tag__in=named).order_by("-last_at")[:100])
