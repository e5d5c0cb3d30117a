"""Reads for pages and for ingest: latest values, freshness, history, and what ingest must know of gateways."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from yingan.kernel import clock
from yingan.telemetry import freshness, history
from yingan.telemetry.codec import unpack_latest
from yingan.telemetry.history import Bucket, Series
from yingan.telemetry.models import Gateway, GatewayRun, IngestBeat, Latest, Point, ReadingReceipt, ThresholdChange
from yingan.telemetry.models.measures import GOOD, NEVER, QUALITY_MASK, SUSPECT_TIME, Packed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

__all__ = ["Bucket", "Series"]

RULES = ("high_high", "high", "low", "low_low")
BEAT_LIMIT_S = 60.0
RETIRED_KEPT = dt.timedelta(days=7)
SHOWN_ORDER = ("high_high", "low_low", "high", "low")


@dataclass(frozen=True)
class Reading:
    """The newest reading of a point as a page shows it; `value` is in the point's unit, None when there is none."""

    point_id: int
    at: dt.datetime | None = None
    value: float | None = None
    quality: int = GOOD
    received_at: dt.datetime | None = None
    freshness: str = freshness.NEVER_SEEN
    cause: str = "point"
    rules: tuple[str, ...] = ()
    has_suspect_time: bool = False

    @property
    def is_good(self) -> bool:
        """Tell whether the value may be believed: good quality and not stale."""
        return self.quality == GOOD and self.value is not None and self.freshness == freshness.LIVE

    @property
    def level(self) -> str:
        """The highest rule that stands, or ''."""
        return next((rule for rule in SHOWN_ORDER if rule in self.rules), "")

    @property
    def freshness_label(self) -> str:
        """The freshness as people read it."""
        return freshness.LABELS[self.freshness]

    def age_s(self, now: dt.datetime) -> float | None:
        """Return the age of the value in seconds."""
        return (now - self.at).total_seconds() if self.at else None


@dataclass(frozen=True)
class GatewayState:
    """When a gateway was last heard, and how far its clock is off (seconds; positive: it lags)."""

    gateway_id: int
    received_at: dt.datetime | None = None
    newest_at: dt.datetime | None = None
    clock_offset_s: float = 0.0
    freshness: str = freshness.NEVER_SEEN

    @property
    def freshness_label(self) -> str:
        """The freshness as people read it."""
        return freshness.LABELS[self.freshness]


def latest_of(points: Iterable[Point], *, now: dt.datetime | None = None) -> dict[int, Reading]:
    """Return the newest reading of each point, by its id; a point that never spoke has one without a value."""
    moment = now or clock.now()
    wanted = {point.pk: point for point in points}
    gateways = {(point.enterprise_id, point.gateway_id) for point in wanted.values() if point.gateway_id}
    rows = Latest.unscoped.filter(
        enterprise_id__in={enterprise for enterprise, _ in gateways}, gateway_id__in={g for _, g in gateways}
    )
    found = {pk: Reading(pk) for pk in wanted}
    alive = ingest_is_alive(moment)
    for row in rows:
        _read_row(row, wanted, found, (moment, alive))
    return found


def ingest_is_alive(now: dt.datetime) -> bool:
    """Tell whether our own ingest was at work a moment ago: if not, nobody else is to blame for silence."""
    beat = IngestBeat.objects.values_list("at", flat=True).first()
    return beat is not None and (now - beat).total_seconds() < BEAT_LIMIT_S


def _read_row(
    row: Latest, wanted: dict[int, Point], found: dict[int, Reading], moment: tuple[dt.datetime, bool]
) -> None:
    now, ingest_alive = moment
    packed = unpack_latest(row.data)
    standing: dict[int, list[str]] = {}
    for entry in packed.open_rules[packed.open_rules["active"] == 1]:
        standing.setdefault(int(entry["index"]), []).append(RULES[entry["rule"]])
    gateway_state = freshness.state_at(row.received_at, now)
    for index, (pk, time, value, quality) in enumerate(
        zip(*(column.tolist() for column in packed[:4]), strict=True)
    ):  # fmt: skip
        if pk not in wanted or wanted[pk].gateway_id != row.gateway_id or time == NEVER:
            continue
        at = clock.from_epoch_ms(time)
        state = max(freshness.state_at(at, now), gateway_state, key=_RANK.__getitem__)
        found[pk] = Reading(
            pk, at, value if np.isfinite(value) else None, quality & QUALITY_MASK, row.received_at, state,
            _cause(state, gateway_state, ingest_alive), tuple(standing.get(index, ())), bool(quality & SUSPECT_TIME),
        )  # fmt: skip


_RANK = {freshness.LIVE: 0, freshness.STALE: 1, freshness.OFFLINE: 2, freshness.NEVER_SEEN: 3}


def _cause(state: str, gateway_state: str, ingest_alive: bool) -> str:
    """Name the one root cause of a silence: point ← gateway ← our own ingest."""
    if state == freshness.LIVE:
        return ""
    if gateway_state == freshness.LIVE:
        return "point"
    return "gateway" if ingest_alive else "ingest"


def gateway_states(gateways: Iterable[Gateway], *, now: dt.datetime | None = None) -> dict[int, GatewayState]:
    """Return when each gateway was last heard, by its id."""
    moment = now or clock.now()
    wanted = list(gateways)
    rows = Latest.unscoped.filter(
        enterprise_id__in={gateway.enterprise_id for gateway in wanted}, gateway_id__in={g.pk for g in wanted}
    ).defer("data")
    found = {gateway.pk: GatewayState(gateway.pk) for gateway in wanted}
    for row in rows:
        state = freshness.state_at(row.received_at, moment)
        found[row.gateway_id] = GatewayState(
            row.gateway_id, row.received_at, row.newest_at, row.clock_offset_s, state
        )  # fmt: skip
    return found


def series(point: Point, start: dt.datetime, end: dt.datetime) -> Series:
    """Return all readings of a point from `start` to before `end`, in order of time."""
    return history.series(point, start, end)


def buckets(point: Point, start: dt.datetime, end: dt.datetime, n: int = 500) -> list[Bucket]:
    """Return `n` equal spans of time with lowest, average, highest, first and last good value; empty ones left out."""
    return history.buckets(point, start, end, n)


def thresholds_history(point: Point) -> QuerySet[ThresholdChange]:
    """Return the changes of a point's limits, newest first."""
    return ThresholdChange.unscoped.filter(enterprise_id=point.enterprise_id, point_id=point.pk)


class Known(NamedTuple):
    """What ingest checks of a gateway in each transaction."""

    gateway_id: int
    enterprise_id: int
    config_version: int


def known_gateways(public_ids: Iterable[str]) -> dict[str, Known]:
    """Return the gateways with these public ids (hex); retired ones too: what was acknowledged is still taken."""
    rows = Gateway.unscoped.filter(public_id__in=list(public_ids)).values_list(
        "public_id", "pk", "enterprise_id", "config_version"
    )
    return {public_id.hex: Known(*rest) for public_id, *rest in rows}


@dataclass(frozen=True)
class GatewayMemory:
    """What the tables know of a gateway when ingest begins with it."""

    points: list[Point]
    packed: Packed | None
    runs: dict[str, tuple[int, set[int]]]  # boot → watermark, messages above it


def points_of(known: Known) -> list[Point]:
    """Return the points of a gateway; retired ones too, as messages from before their end may still be on the way."""
    recently = clock.now() - RETIRED_KEPT
    rows = Point.unscoped.filter(enterprise_id=known.enterprise_id, gateway_id=known.gateway_id)
    return list(rows.exclude(retired_at__lt=recently).order_by("pk"))


def memory_of(known: Known) -> GatewayMemory:
    """Return points, latest values and runs of a gateway, for ingest's state."""
    scope = {"enterprise_id": known.enterprise_id, "gateway_id": known.gateway_id}
    row = Latest.unscoped.filter(**scope).first()
    runs = {run.pk: run for run in GatewayRun.unscoped.filter(**scope)}
    above: dict[str, tuple[int, set[int]]] = {run.boot: (run.committed_seq, set()) for run in runs.values()}
    receipts = ReadingReceipt.unscoped.filter(enterprise_id=known.enterprise_id, run_id__in=list(runs))
    for run_id, seq in receipts.values_list("run_id", "seq"):
        if seq > runs[run_id].committed_seq:
            above[runs[run_id].boot][1].add(seq)
    return GatewayMemory(points_of(known), unpack_latest(row.data) if row else None, above)


def watermark(gateway: Gateway, boot: str) -> int:
    """Return the number up to which every message of a run is in the record, 0 for an unknown run."""
    rows = GatewayRun.unscoped.filter(enterprise_id=gateway.enterprise_id, gateway_id=gateway.pk, boot=boot)
    return rows.values_list("committed_seq", flat=True).first() or 0


def credentials() -> list[tuple[str, str]]:
    """Return user name and hash of every gateway that is not retired, of all enterprises: for the broker's users."""
    rows = Gateway.unscoped.filter(retired_at__isnull=True).order_by("pk").values_list("public_id", "secret_hash")
    return [(public_id.hex, secret_hash) for public_id, secret_hash in rows]
