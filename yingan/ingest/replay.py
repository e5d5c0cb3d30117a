"""Sending a recorded CSV through a gateway of its own and reading back from the tables what the platform made of it.

The file has a column `minute` and one column a variable; the variables file names each column with its unit and its
published limits. Minute m is sent as now − (last − m), so the end of the file is the present.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings

from yingan.alarms import queries as alarms
from yingan.alarms.services.judge import RULES
from yingan.ingest.sender import Sender
from yingan.kernel import clock, tenancy
from yingan.telemetry import queries
from yingan.telemetry.models import Equipment, Gateway, Point
from yingan.telemetry.models.points import LIMITS
from yingan.telemetry.services import equipment as equipment_services
from yingan.telemetry.services import gateways, points

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from yingan.enterprises.models import Enterprise

READINGS_A_MESSAGE = 500
LONGEST_MINUTES = 7 * 1440 - 60  # what is older counts as a clock that is wrong
PATIENCE_S = 90.0  # without progress
KINDS = {
    "kPa": Point.Kind.PRESSURE, "Cel": Point.Kind.TEMPERATURE, "kscmh": Point.Kind.FLOW, "kg/h": Point.Kind.FLOW,
    "m3/h": Point.Kind.FLOW,
}  # fmt: skip


class CannotReplay(Exception):
    """The files do not fit, or nobody takes the readings; the message says what to do."""


@dataclass(frozen=True)
class Recording:
    """A recorded run: minutes as written, and one row of values a minute, in the order of `columns`."""

    columns: list[str]
    minutes: list[float]
    rows: list[list[float | None]]


@dataclass(frozen=True)
class Judging:
    """How every point of a run is judged besides its limits: deadband in units of the point, delays in seconds."""

    deadband: float = 0.0
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0


@dataclass(frozen=True)
class Run:
    """A gateway made for one file, its points by column, and the minute of every time that is sent."""

    gateway: Gateway
    password: str
    points: dict[str, Point]
    start: dt.datetime

    def time_of(self, minute: float) -> int:
        """Return the time in ms at which a minute is sent."""
        return round(self.start.timestamp() * 1000 + minute * 60_000)


def replay(
    file: Path, variables: Path, enterprise: Enterprise, judging: Judging, *, speed: float = 0.0,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:  # fmt: skip
    """Send a file and return the report: every episode of its points, read from the platform's tables.

    `speed` 0 is as fast as acknowledged, N is N times as fast as recorded.

    :raises CannotReplay: if a file is not as described, or ingest does not take what was sent
    :raises NotSent: if the broker does not take it
    """
    recording = read_recording(file)
    described = read_variables(variables)
    run = prepare(recording, described, enterprise, judging)
    try:
        say(f"网关 {run.gateway.code}，指标 {len(run.points)} 个，数据 {len(recording.minutes)} 行，开始发送。")
        boot, last = send(run, recording, speed)
        say(f"已发送并确认 {last} 条报文，等待全部判断完成。")
        wait_until_judged(run, boot, last)
        return report(run, recording)
    finally:
        with tenancy.acting_for(enterprise.pk):
            gateways.retire(run.gateway, by=None, now=clock.now())


def read_recording(file: Path) -> Recording:
    """Read a CSV, compressed or not, with a column `minute` and numbers; an empty cell is a missing value.

    :raises CannotReplay: if it is not one
    """
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="utf-8-sig", newline="") as stream:
            head, *lines = list(csv.reader(stream))
        place = head.index("minute")
        minutes = [float(line[place]) for line in lines]
        rows = [[_number(cell) for at, cell in enumerate(line) if at != place] for line in lines]
    except (OSError, ValueError, IndexError) as error:
        raise CannotReplay(f"{file} 不是带有 minute 列的数据文件：{error}") from error
    if not minutes or minutes != sorted(minutes) or minutes[-1] - minutes[0] > LONGEST_MINUTES:
        raise CannotReplay(f"{file} 的 minute 列应从小到大，总长不超过7天。")
    return Recording([name for name in head if name != "minute"], minutes, rows)


def read_variables(file: Path) -> dict[str, dict[str, str]]:
    """Read the variables file: a row a column, with unit and limits.

    :raises CannotReplay: if columns are missing
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            found = {row["column"]: row for row in csv.DictReader(stream)}
        for row in found.values():
            [row[name] for name in ("description", "unit", *LIMITS)]
    except (OSError, KeyError) as error:
        raise CannotReplay(f"{file} 不是变量说明文件：{error}") from error
    return found


def prepare(
    recording: Recording, described: dict[str, dict[str, str]], enterprise: Enterprise, judging: Judging
) -> Run:
    """Make gateway and points for one run.

    :raises CannotReplay: if the variables file does not describe a column
    """
    if missing := [name for name in recording.columns if name not in described]:
        raise CannotReplay(f"变量说明文件中没有这些列：{'、'.join(missing)}")
    with tenancy.acting_for(enterprise.pk):
        gateway = Gateway(enterprise=enterprise, code=f"HF{secrets.token_hex(4).upper()}", name="数据回放")
        password = gateways.add(gateway, by=None)
        place = _equipment(enterprise)
        made = {
            name: _point(gateway, place, described[name], judging) for name in recording.columns
        }  # fmt: skip
    start = clock.now() - dt.timedelta(minutes=recording.minutes[-1])
    return Run(gateway, password, made, start)


def send(run: Run, recording: Recording, speed: float) -> tuple[str, int]:
    """Send all rows and return the run's name and the last number; every message is acknowledged by then."""
    sender = Sender(settings.MQTT_HOST, settings.MQTT_PORT, run.gateway.user_name, run.password)
    sender.connect()
    begun = time.monotonic()
    try:
        for rows in _portions(recording, 1 if speed else max(1, READINGS_A_MESSAGE // len(recording.columns))):
            if speed:
                minute = recording.minutes[rows[0]] - recording.minutes[0]
                time.sleep(max(0.0, begun + minute * 60 / speed - time.monotonic()))
            times = [run.time_of(recording.minutes[row]) for row in rows for _ in recording.columns]
            values = [value for row in rows for value in recording.rows[row]]
            sender.send(recording.columns * len(rows), times, values)
    finally:
        sender.close()
    return sender.boot, sender.seq


def wait_until_judged(run: Run, boot: str, last: int) -> None:
    """Return when the watermark of the run has reached its last message.

    :raises CannotReplay: when nothing moves any more
    """
    mark, moved = -1, time.monotonic()
    while mark < last:
        with tenancy.acting_for(run.gateway.enterprise_id):
            now_at = queries.watermark(run.gateway, boot)
        if now_at > mark:
            mark, moved = now_at, time.monotonic()
        elif time.monotonic() - moved > PATIENCE_S:
            raise CannotReplay(f"报文已由消息服务保存，但接入服务没有处理（{mark}/{last}）。请确认 ingest 正在运行。")
        time.sleep(0.05)


def report(run: Run, recording: Recording) -> dict[str, Any]:
    """Return all episodes of the run's points as the tables have them, in order of time."""
    minute_at = {run.time_of(minute): int(minute) if minute == int(minute) else minute for minute in recording.minutes}
    name_of = {point.pk: name for name, point in run.points.items()}
    with tenancy.acting_for(run.gateway.enterprise_id):
        episodes = alarms.episodes_of(run.points.values())
    found: list[dict[str, Any]] = [
        {
            "point": name_of[episode.point_id],
            "level": episode.rule,
            "raised_minute": minute_at[_ms(episode.raised_at)],
            "cleared_minute": minute_at[_ms(episode.cleared_at)] if episode.cleared_at else None,
        }
        for episode in episodes
    ]
    order = {name: place for place, name in enumerate(run.points)}
    found.sort(key=lambda row: (row["raised_minute"], order[str(row["point"])], RULES.index(str(row["level"]))))
    return {"alarms": found}


def _portions(recording: Recording, size: int) -> Iterator[range]:
    for start in range(0, len(recording.rows), size):
        yield range(start, min(start + size, len(recording.rows)))


def _equipment(enterprise: Enterprise) -> Equipment:
    found = Equipment.unscoped.filter(enterprise=enterprise, code="S0900").first()
    kind = Equipment.Kind.UNIT
    return found or equipment_services.save(
        Equipment(enterprise=enterprise, code="S0900", name="回放装置", kind=kind), by=None
    )


def _point(gateway: Gateway, place: Equipment, row: dict[str, str], judging: Judging) -> Point:
    point = Point(
        enterprise=gateway.enterprise, gateway=gateway, equipment=place, tag=row["column"],
        name=row["description"][:80] or row["column"], unit=row["unit"], kind=_kind(row),
        deadband=judging.deadband, on_delay_s=judging.on_delay_s, off_delay_s=judging.off_delay_s,
        **{name: _number(row[name]) for name in LIMITS},
    )  # fmt: skip
    return points.add(point, by=None)


def _kind(row: dict[str, str]) -> str:
    if "level" in row["description"].lower():
        return Point.Kind.LEVEL
    return KINDS.get(row["unit"].split(" ")[0], Point.Kind.OTHER)


def _number(cell: str) -> float | None:
    return float(cell) if cell.strip() else None


def _ms(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
