"""What ingest remembers of gateways between batches: tags, slots of the judge, runs. All of it can be read again.

A gateway is read from the tables when its first message comes, and its points again when their version has changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from yingan.alarms.services import recording
from yingan.alarms.services.judge import RULES, Judge, Limits
from yingan.telemetry import queries
from yingan.telemetry.models.measures import NEVER, OPEN_RULE, Floats, Ints, Packed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yingan.telemetry.models import Point
    from yingan.telemetry.queries import Known

FOREVER = np.iinfo(np.int64).max
NAN = float("nan")


@dataclass
class Run:
    """One run of a gateway: every message up to `committed` is in the record, and those in `above`."""

    committed: int = 0
    above: set[int] = field(default_factory=set)

    def has(self, seq: int) -> bool:
        """Tell whether a message was taken already."""
        return seq <= self.committed or seq in self.above

    def take(self, seqs: Iterable[int]) -> None:
        """Remember messages that were committed."""
        self.above.update(seqs)
        while self.committed + 1 in self.above:
            self.committed += 1
            self.above.discard(self.committed)

    def after(self, seqs: Iterable[int]) -> int:
        """Return the watermark that there will be once these messages are committed."""
        there, mark = self.above.union(seqs), self.committed
        while mark + 1 in there:
            mark += 1
        return mark


@dataclass
class GatewayState:
    """A gateway as ingest knows it; arrays have one element a point."""

    known: Known
    points: list[Point]
    index: dict[str, int]
    ids: Ints
    slots: Ints
    range_low: Floats
    range_high: Floats
    until: Ints
    runs: dict[str, Run]
    last_tags: list[str] = field(default_factory=list)
    last_places: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def places(self, tags: list[str]) -> Ints:
        """Return the position of each tag's point, -1 where no point has it; gateways repeat their tags."""
        if tags != self.last_tags:
            index = self.index
            self.last_places = np.array([index.get(tag, -1) for tag in tags], np.int64)
            self.last_tags = tags
        return self.last_places

    def run(self, boot: str) -> Run:
        """Return the run of this name."""
        return self.runs.setdefault(boot, Run())


def limits_of(point: Point) -> Limits:
    """Return how a point is judged."""
    limits = [getattr(point, name) for name in RULES]
    return Limits(
        tuple(NAN if limit is None else limit for limit in limits),  # type: ignore[arg-type]  # four of them
        tuple(0.0 if limit is None else point.deadband_at(limit) for limit in limits),  # type: ignore[arg-type]
        round(point.on_delay_s * 1000),
        round(point.off_delay_s * 1000),
    )


class Registry:
    """The gateways that have spoken since the start, and the judge of their points."""

    def __init__(self) -> None:
        self.judge = Judge()
        self.gateways: dict[str, GatewayState] = {}
        self.slot_of: dict[int, int] = {}
        self.point_at: dict[int, Point] = {}
        self.owed: dict[recording.Key, int] = {}  # standing episodes nobody was told of → slot

    def refresh(self, public_ids: set[str]) -> None:
        """Read what is new or changed of these gateways; those that do not exist stay unknown."""
        for public_id, known in queries.known_gateways(public_ids).items():
            state = self.gateways.get(public_id)
            if state is None:
                self.gateways[public_id] = self._load(known)
            elif state.known != known:
                self.gateways[public_id] = self._state(known, queries.points_of(known), state.runs)

    def forget(self, public_ids: Iterable[str]) -> None:
        """Drop what is remembered of gateways whose batch failed: it is read again from the tables."""
        for public_id in public_ids:
            self.gateways.pop(public_id, None)

    def _load(self, known: Known) -> GatewayState:
        memory = queries.memory_of(known)
        runs = {boot: Run(committed, set(above)) for boot, (committed, above) in memory.runs.items()}
        state = self._state(known, memory.points, runs)
        self.judge.rest(state.slots)
        if memory.packed is not None:
            self._restore(memory.packed)
        self.owed = {key: slot for key, slot in self.owed.items() if slot not in set(state.slots.tolist())}
        for key in recording.owed(memory.points):
            self.owed[key] = self.slot_of[key[0]]
        return state

    def _state(self, known: Known, points: list[Point], runs: dict[str, Run]) -> GatewayState:
        for point in points:
            slot = self.slot_of.get(point.pk)
            if slot is None:
                slot = self.slot_of[point.pk] = self.judge.add(limits_of(point))
            self.judge.set_limits(slot, limits_of(point))
            self.point_at[slot] = point
        ended = [(-point.retired_at.timestamp() if point.retired_at else -FOREVER) for point in points]
        order = np.argsort(np.array(ended, np.float64), kind="stable")[::-1].tolist()
        return GatewayState(
            known,
            points,
            {points[place].source_tag: place for place in order},  # the living point of a tag comes last
            np.array([point.pk for point in points], np.int64),
            np.array([self.slot_of[point.pk] for point in points], np.int64),
            np.array([NAN if point.range_low is None else point.range_low for point in points], np.float64),
            np.array([NAN if point.range_high is None else point.range_high for point in points], np.float64),
            np.array([_until(point) for point in points], np.int64),
            runs,
        )

    def _restore(self, packed: Packed) -> None:
        slots = [self.slot_of.get(point, -1) for point in packed.points.tolist()]
        kept = np.array([place for place, slot in enumerate(slots) if slot >= 0], np.int64)
        places = np.array(slots, np.int64)[kept]
        columns = packed.times[kept], packed.values[kept], packed.qualities[kept], packed.judged[kept]
        self.judge.put_back(places, *columns)
        for row in packed.open_rules:
            slot = slots[row["index"]]
            if slot >= 0:
                entry = (int(row["rule"]), bool(row["active"]), int(row["since"]), float(row["peak"]))
                self.judge.restore(slot, [entry])

    def pack(self, state: GatewayState) -> Packed:
        """Return the newest values and open rules of a gateway's points, to be kept in the tables."""
        slots, judge = state.slots, self.judge
        return Packed(
            state.ids,
            judge.times[slots],
            judge.values[slots],
            judge.qualities[slots],
            judge.judged[slots],
            np.array(judge.open_rules(slots), OPEN_RULE),
        )

    def newest_ms(self, state: GatewayState) -> int:
        """Return the newest time of a gateway's points, NEVER if none spoke."""
        return int(self.judge.times[state.slots].max(initial=NEVER))


def _until(point: Point) -> int:
    """Return the last time (ms) of a point's readings: its end, if it is retired."""
    return FOREVER if point.retired_at is None else round(point.retired_at.timestamp() * 1000)
