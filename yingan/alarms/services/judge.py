"""Decides which limits are crossed: pure arithmetic on numpy arrays, no database (spec/telemetry.md §5).

Each limit is a rule of its own. Strictly beyond it is a breach; a breach that lasts for the on-delay raises, a value
back inside by the deadband for the off-delay clears; delays count by the readings' own times. A reading that is not of
good quality neither raises nor clears. Points at rest are judged in vectors, only restless ones one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from yingan.telemetry.models.measures import GOOD, NEVER, QUALITY_MASK, Bytes, Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RULES = ("high_high", "high", "low", "low_low")
SIGNS = np.array([1.0, 1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Limits:
    """How one point is judged: limits and deadbands in the order of RULES (NaN: no such limit), delays in ms."""

    limits: tuple[float, float, float, float]
    deadbands: tuple[float, float, float, float]
    on_delay_ms: int = 0
    off_delay_ms: int = 0


class Change(NamedTuple):
    """A rule of a point was raised or cleared by a reading; `peak` is the most extreme value since it was raised."""

    slot: int
    rule: int
    raised: bool
    time: int
    value: float
    peak: float


class LateEpisode(NamedTuple):
    """A breach found in readings older than the last judged one; `until` grows while more of them come."""

    slot: int
    rule: int
    time: int
    value: float
    until: int
    last_value: float
    peak: float


@dataclass
class RuleState:
    """One rule of one point that is judged reading by reading; values carry the rule's sign (higher is worse)."""

    active: bool = False
    since: int = NEVER
    peak: float = 0.0

    def step(self, time: int, value: float, judged_by: SignedRule) -> bool:
        """Judge one reading and tell whether the rule changed between raised and cleared."""
        if self.active:
            self.peak = max(self.peak, value)
            turning, delay = not value > judged_by.clear_above, judged_by.off_delay_ms
        else:
            turning, delay = value > judged_by.limit, judged_by.on_delay_ms
        if not turning:
            self.since = NEVER
            return False
        if self.since == NEVER:
            self.since = time
        if time - self.since < delay:
            return False
        self.active, self.since = not self.active, NEVER
        if self.active:
            self.peak = value
        return True


class SignedRule(NamedTuple):
    """A limit times its sign, the value above which it does not clear, and the delays."""

    limit: float
    clear_above: float
    on_delay_ms: int
    off_delay_ms: int


@dataclass
class LateTrack:
    """The judge's memory of one point's readings that come after newer ones were judged."""

    time: int = NEVER
    states: list[RuleState] = field(default_factory=lambda: [RuleState() for _ in RULES])
    starts: list[tuple[int, float]] = field(default_factory=lambda: [(NEVER, 0.0)] * len(RULES))


class Verdict(NamedTuple):
    """What a batch did: changes in order of (point, time), and breaches found in late readings."""

    changes: list[Change]
    late: list[LateEpisode]


class Judge:
    """The state of many points, by slot: newest reading, last judged time, limits, and rules not at rest."""

    def __init__(self, capacity: int = 1024) -> None:
        self.count = 0
        self.times: Ints = np.full(capacity, NEVER)
        self.values: Floats = np.full(capacity, np.nan)
        self.qualities: Bytes = np.zeros(capacity, np.uint8)
        self.judged: Ints = np.full(capacity, NEVER)
        self.limit = np.full((4, capacity), np.nan)
        self.clear_above = np.full((4, capacity), np.nan)
        self.delays = np.zeros((2, capacity), np.int64)
        self.active = np.zeros((4, capacity), np.bool_)
        self.since = np.full((4, capacity), NEVER)
        self.peak = np.zeros((4, capacity))
        self.tracks: dict[int, LateTrack] = {}

    def add(self, limits: Limits) -> int:
        """Make room for a point and return its slot."""
        if self.count == len(self.times):
            self._grow()
        slot = self.count
        self.count += 1
        self.set_limits(slot, limits)
        return slot

    def _grow(self) -> None:
        for name in ("times", "values", "qualities", "judged", "limit", "clear_above", "delays", "active"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, old], axis=-1))
        self.since = np.concatenate([self.since, self.since], axis=-1)
        self.peak = np.concatenate([self.peak, self.peak], axis=-1)
        self.rest(slice(self.count, None))

    def rest(self, slots: slice | Ints) -> None:
        """Forget the readings and the standing rules of slots; their limits stay."""
        self.times[slots], self.judged[slots], self.values[slots], self.qualities[slots] = NEVER, NEVER, np.nan, GOOD
        self.active[:, slots], self.since[:, slots], self.peak[:, slots] = False, NEVER, 0.0

    def set_limits(self, slot: int, limits: Limits) -> None:
        """Judge the slot's next readings by these limits; what stands is not judged again."""
        signed = SIGNS * np.array(limits.limits)
        self.limit[:, slot] = signed
        self.clear_above[:, slot] = signed - np.array(limits.deadbands)
        self.delays[:, slot] = limits.on_delay_ms, limits.off_delay_ms

    def rule(self, rule: int, slot: int) -> SignedRule:
        """Return the numbers by which one rule of a slot is judged."""
        on_delay, off_delay = self.delays[:, slot].tolist()
        return SignedRule(float(self.limit[rule, slot]), float(self.clear_above[rule, slot]), on_delay, off_delay)

    def take(self, slots: Ints, times: Ints, values: Floats, qualities: Bytes) -> Verdict:
        """Judge a batch of readings in any order, remember the newest of each point, and return what changed."""
        order = np.lexsort((times, slots))
        slots, times, values, qualities = slots[order], times[order], values[order], qualities[order]
        good = (qualities & QUALITY_MASK) == GOOD
        late = good & (times < self.judged[slots])
        on_time = good & ~late
        changes = self._judge(slots[on_time], times[on_time], values[on_time])
        found = list(self._judge_late(slots[late], times[late], values[late])) if late.any() else []
        self._remember(slots, times, values, qualities)
        return Verdict(changes, found)

    def _judge(self, slots: Ints, times: Ints, values: Floats) -> list[Change]:
        if not len(slots):
            return []
        signed = SIGNS[:, None] * values
        active = self.active[:, slots]
        held = signed > self.clear_above[:, slots]
        turning = np.where(active, ~held, signed > self.limit[:, slots]) | (self.since[:, slots] != NEVER)
        restless = np.unique(slots[turning.any(axis=0)])
        changes = list(self._one_by_one(restless, slots, times, values)) if len(restless) else []
        if active.any():
            self._raise_peaks(active & held, slots, signed, restless)
        ends = np.flatnonzero(np.append(slots[1:] != slots[:-1], True))
        self.judged[slots[ends]] = times[ends]
        return changes

    def _raise_peaks(self, standing: np.ndarray[tuple[int, int], np.dtype[np.bool_]], slots: Ints, signed: Floats,
                     restless: Ints) -> None:  # fmt: skip
        rules, index = np.nonzero(standing & ~np.isin(slots, restless))
        np.maximum.at(self.peak, (rules, slots[index]), signed[rules, index])

    def _one_by_one(self, restless: Ints, slots: Ints, times: Ints, values: Floats) -> Iterator[Change]:
        starts = np.searchsorted(slots, restless, "left").tolist()
        ends = np.searchsorted(slots, restless, "right").tolist()
        for slot, start, end in zip(restless.tolist(), starts, ends, strict=True):
            yield from self._judge_point(slot, times[start:end].tolist(), values[start:end].tolist())

    def _judge_point(self, slot: int, times: list[int], values: list[float]) -> Iterator[Change]:
        states = [
            RuleState(bool(self.active[rule, slot]), int(self.since[rule, slot]), float(self.peak[rule, slot]))
            for rule in range(4)
        ]
        judged_by = [self.rule(rule, slot) for rule in range(4)]
        for time, value in zip(times, values, strict=True):
            for rule, state in enumerate(states):
                sign = float(SIGNS[rule])
                if state.step(time, sign * value, judged_by[rule]):
                    yield Change(slot, rule, state.active, time, value, sign * state.peak)
        for rule, state in enumerate(states):
            self.active[rule, slot], self.since[rule, slot] = state.active, state.since
            self.peak[rule, slot] = state.peak

    def _judge_late(self, slots: Ints, times: Ints, values: Floats) -> Iterator[LateEpisode]:
        signed = SIGNS[:, None] * values
        touched = (signed > self.limit[:, slots]).any(axis=0) | np.isin(slots, list(self.tracks))
        for slot in np.unique(slots[touched]).tolist():
            mine = slots == slot
            yield from self._follow(slot, times[mine].tolist(), values[mine].tolist())

    def _follow(self, slot: int, times: list[int], values: list[float]) -> Iterator[LateEpisode]:
        track = self.tracks.get(slot)
        if track is None or times[0] < track.time:
            track = self.tracks[slot] = LateTrack()
        for rule in range(len(RULES)):
            yield from self._follow_rule(slot, rule, track, list(zip(times, values, strict=True)))
        track.time = times[-1]
        if not any(state.active or state.since != NEVER for state in track.states):
            del self.tracks[slot]

    def _follow_rule(
        self, slot: int, rule: int, track: LateTrack, readings: list[tuple[int, float]]
    ) -> Iterator[LateEpisode]:
        state, sign, judged_by = track.states[rule], float(SIGNS[rule]), self.rule(rule, slot)
        found: LateEpisode | None = None
        for time, value in readings:
            changed = state.step(time, sign * value, judged_by)
            if changed and state.active:
                track.starts[rule] = (time, value)
            if changed or state.active:
                found = LateEpisode(slot, rule, *track.starts[rule], time, value, sign * state.peak)
            if changed and not state.active and found:
                yield found
                found = None
        if found:
            yield found

    def _remember(self, slots: Ints, times: Ints, values: Floats, qualities: Bytes) -> None:
        ends = np.flatnonzero(np.append(slots[1:] != slots[:-1], True))
        ends = ends[times[ends] >= self.times[slots[ends]]]
        newest = slots[ends]
        self.times[newest], self.values[newest], self.qualities[newest] = times[ends], values[ends], qualities[ends]

    def open_rules(self, slots: Ints) -> list[tuple[int, int, bool, int, float]]:
        """Return (index in slots, rule, active, since, peak) of each rule that is not at rest."""
        restless = self.active[:, slots] | (self.since[:, slots] != NEVER)
        return [
            (
                int(i),
                int(r),
                bool(self.active[r, slots[i]]),
                int(self.since[r, slots[i]]),
                float(self.peak[r, slots[i]]),
            )
            for r, i in zip(*np.nonzero(restless), strict=True)
        ]

    def put_back(self, slots: Ints, times: Ints, values: Floats, qualities: Bytes, judged: Ints) -> None:
        """Put back the newest readings and the last judged times of slots."""
        self.times[slots], self.values[slots], self.qualities[slots] = times, values, qualities
        self.judged[slots] = judged

    def restore(self, slot: int, rules: Iterable[tuple[int, bool, int, float]]) -> None:
        """Put back the rules of a slot that were not at rest: (rule, active, since, peak)."""
        for rule, active, since, peak in rules:
            self.active[rule, slot], self.since[rule, slot], self.peak[rule, slot] = active, since, peak
