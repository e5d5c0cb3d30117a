"""The judge against a plain, slow oracle, and against series worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingan.alarms.services.judge import RULES, Judge, Limits
from yingan.telemetry.models.measures import NEVER

NONE = float("nan")


def oracle(readings, limits):
    """Judge one point's readings by the words of the specification, one rule and one reading at a time."""
    found = []
    for rule, limit, band in zip(RULES, limits.limits, limits.deadbands, strict=True):
        if limit != limit:
            continue
        high = rule.startswith("high")
        standing, breach_since, inside_since = False, None, None
        for time, value, quality in readings:
            if quality != 0:
                continue
            beyond = value > limit if high else value < limit
            inside = value <= limit - band if high else value >= limit + band
            breach_since = (time if breach_since is None else breach_since) if beyond else None
            inside_since = (time if inside_since is None else inside_since) if inside else None
            if not standing and beyond and time - breach_since >= limits.on_delay_ms:
                standing, inside_since = True, None
                found.append((time, rule, "raised", value))
            elif standing and inside and time - inside_since >= limits.off_delay_ms:
                standing, breach_since = False, None
                found.append((time, rule, "cleared", value))
    return sorted(found)


def run(judge, slots, readings):
    """Give a batch of (slot, time, value, quality) to the judge and return its changes as the oracle words them."""
    columns = list(zip(*readings, strict=True))
    return judge.take(
        np.array([slots[name] for name in columns[0]]),
        np.array(columns[1], np.int64),
        np.array(columns[2], np.float64),
        np.array(columns[3], np.uint8),
    )


def words(changes, slot):
    return sorted(
        (c.time, RULES[c.rule], "raised" if c.raised else "cleared", c.value) for c in changes if c.slot == slot
    )


LEVELS = st.sampled_from([-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0])
LIMITS = st.builds(
    Limits,
    limits=st.sampled_from([(2.0, 1.0, -1.0, -2.0), (NONE, 1.0, NONE, NONE), (2.0, NONE, -1.0, NONE), (NONE,) * 4]),
    deadbands=st.sampled_from([(0.0,) * 4, (0.5,) * 4, (1.5, 0.5, 0.0, 0.5)]),
    on_delay_ms=st.sampled_from([0, 1, 3]),
    off_delay_ms=st.sampled_from([0, 1, 4]),
)
SERIES = st.lists(st.tuples(st.integers(0, 3), LEVELS, st.sampled_from([0, 0, 0, 0, 1, 2])), min_size=1, max_size=40)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.lists(LIMITS, min_size=1, max_size=3), SERIES, st.booleans())
def test_it_agrees_with_the_oracle_whatever_the_batches_and_restarts(data, all_limits, steps, restart):
    judge = Judge(capacity=2)
    slots = {name: judge.add(limits) for name, limits in enumerate(all_limits)}
    series, batches, time = {name: [] for name in slots}, [[]], 0
    for gap, value, quality in steps:
        time += gap
        for name in slots:
            shown = value * (-1) ** name
            series[name].append((time, shown, quality))
            batches[-1].append((name, time, shown, quality))
        if gap and data.draw(st.booleans()):
            batches.append([])
    changes = []
    for batch in filter(None, batches):
        shuffled = sorted(batch, key=lambda row: (row[0] % 2, row[1]))  # the order across points does not matter
        changes += run(judge, slots, shuffled).changes
        if restart:
            judge, slots = restarted(judge, slots, all_limits)
    for name, slot in slots.items():
        assert words(changes, slot) == oracle(series[name], all_limits[name])


def restarted(judge, slots, all_limits):
    """Return a new judge that knows only what is kept in the tables."""
    order = np.array(list(slots.values()))
    fresh = Judge(capacity=1)
    again = {name: fresh.add(all_limits[name]) for name in slots}
    names = list(slots)
    for name, slot in again.items():
        fresh.judged[slot], fresh.times[slot] = judge.judged[slots[name]], judge.times[slots[name]]
    for index, rule, active, since, peak in judge.open_rules(order):
        fresh.restore(again[names[index]], [(rule, active, since, peak)])
    return fresh, again


def one(limits):
    judge = Judge()
    return judge, {"p": judge.add(limits)}


def feed(judge, slots, *readings):
    return run(judge, slots, [("p", *reading) if len(reading) == 3 else ("p", *reading, 0) for reading in readings])


def test_a_limit_is_crossed_only_strictly_beyond_it():
    judge, slots = one(Limits((3000.0, 2895.0, NONE, NONE), (0.0,) * 4))
    verdict = feed(judge, slots, (0, 2895.0), (1, 2895.1), (2, 3000.0), (3, 2895.0))
    assert words(verdict.changes, 0) == [(1, "high", "raised", 2895.1), (3, "high", "cleared", 2895.0)]


def test_above_the_high_high_limit_both_rules_stand():
    judge, slots = one(Limits((3000.0, 2895.0, NONE, NONE), (0.0,) * 4))
    feed(judge, slots, (0, 3000.5))
    assert judge.active[:, 0].tolist() == [True, True, False, False]


def test_deadband_and_both_delays_as_worked_out_by_hand():
    """High 100, deadband 5, 2 minutes to raise and 3 to clear, a reading each minute."""
    values = [99, 101, 99, 101, 102, 103, 97, 95, 94, 96, 95, 90, 92, 91, 99]
    judge, slots = one(Limits((NONE, 100.0, NONE, NONE), (5.0,) * 4, 120_000, 180_000))
    verdict = feed(judge, slots, *((minute * 60_000, float(value)) for minute, value in enumerate(values)))
    # beyond from 3, so raised at 5; 95 at 7 is inside, 96 at 9 is not any more; inside from 10, so cleared at 13
    assert [(c.time // 60_000, c.raised) for c in verdict.changes] == [(5, True), (13, False)]
    assert verdict.changes[1].peak == 103.0


@pytest.mark.parametrize("quality", [1, 2])
def test_a_reading_of_bad_quality_neither_raises_nor_clears(quality):
    judge, slots = one(Limits((NONE, 100.0, NONE, NONE), (0.0,) * 4))
    assert feed(judge, slots, (0, 120.0, quality)).changes == []
    feed(judge, slots, (1, 120.0))
    assert feed(judge, slots, (2, 50.0, quality)).changes == []
    assert judge.active[1, 0]


def test_the_peak_is_kept_while_the_point_is_judged_in_vectors():
    judge, slots = one(Limits((NONE, NONE, -1.0, NONE), (0.0,) * 4))
    feed(judge, slots, (0, -2.0))
    feed(judge, slots, (1, -7.0))
    feed(judge, slots, (2, -3.0))
    assert feed(judge, slots, (3, 0.0)).changes[0].peak == -7.0


def test_a_late_breach_is_found_as_an_episode_and_changes_nothing_that_stands():
    judge, slots = one(Limits((NONE, 100.0, NONE, NONE), (0.0,) * 4))
    feed(judge, slots, (1000, 50.0))
    first = feed(judge, slots, (100, 90.0), (200, 110.0), (300, 130.0))
    assert first.changes == []
    assert [(e.time, e.value, e.until, e.peak) for e in first.late] == [(200, 110.0, 300, 130.0)]
    second = feed(judge, slots, (400, 120.0), (500, 99.0), (600, 98.0))
    assert [(e.time, e.until, e.last_value, e.peak) for e in second.late] == [(200, 500, 99.0, 130.0)]
    assert judge.times[0] == 1000
    assert not judge.active.any()
    assert judge.tracks == {}


def test_a_removed_limit_clears_at_the_next_reading():
    judge, slots = one(Limits((NONE, 100.0, NONE, NONE), (0.0,) * 4))
    feed(judge, slots, (0, 120.0))
    judge.set_limits(0, Limits((NONE,) * 4, (0.0,) * 4))
    assert [c.raised for c in feed(judge, slots, (1, 120.0)).changes] == [False]


def test_a_new_point_has_no_past_after_the_room_grew():
    judge = Judge(capacity=1)
    first = judge.add(Limits((NONE, 1.0, NONE, NONE), (0.0,) * 4))
    judge.take(np.array([first]), np.array([5]), np.array([2.0]), np.zeros(1, np.uint8))
    second = judge.add(Limits((NONE, 1.0, NONE, NONE), (0.0,) * 4))
    assert judge.active[:, first].tolist() == [False, True, False, False]
    assert (judge.times[second], judge.judged[second]) == (NEVER, NEVER)
    assert not judge.active[:, second].any()
