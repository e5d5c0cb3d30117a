"""History: from the log and from blocks, before, during and after the worker's work, late data included."""

import datetime as dt

import numpy as np
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from yingan.kernel import clock
from yingan.telemetry import codec, history, partitions, queries
from yingan.telemetry.models import HistoryBlock, ReadingLog, ReadingReceipt
from yingan.telemetry.models.measures import BAD, GOOD, NEVER, OPEN_RULE, SUSPECT_TIME, Packed, Readings
from yingan.telemetry.services import blocks, readings
from yingan.telemetry.tasks import tend_gateway
from yingan.telemetry.tests import factories

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def device(plant):
    return factories.gateway(plant)


@pytest.fixture
def level(device):
    return factories.point(device)


def top_of_hour():
    return clock.now().replace(minute=0, second=0, microsecond=0) - 3 * HOUR


def log(device, seq, point, start, values, qualities=None, step_s=60):
    """Keep one message of one point, a value a step."""
    stamp = round(start.timestamp() * 1000)
    times = stamp + np.arange(len(values)) * round(step_s * 1000)
    codes = np.zeros(len(values), np.uint8) if qualities is None else np.array(qualities, np.uint8)
    columns = Readings(np.full(len(values), point.pk), times, np.array(values, np.float64), codes)
    moments = [clock.from_epoch_ms(int(time)) for time in (times[0], times[-1])]
    readings.keep_log([readings.LogRow(device.enterprise_id, device.pk, "b", seq, clock.now(), *moments, columns)])


def shown(point, start, hours=3):
    return queries.series(point, start, start + hours * HOUR).values


COLUMN = st.lists(st.tuples(st.integers(-(2**40), 2**40), st.floats(width=32), st.integers(0, 255)), max_size=50)


@given(COLUMN)
def test_what_is_packed_for_log_and_block_comes_back(rows):
    times, values, qualities = zip(*rows, strict=True) if rows else ((), (), ())
    columns = np.array(times, np.int64), np.array(values, np.float64), np.array(qualities, np.uint8)
    for found in (
        codec.unpack_block(codec.pack_block(*columns)),
        codec.unpack_log(codec.pack_log(Readings(np.arange(len(rows)), *columns)))[1:],
    ):
        for one, other in zip(found, columns, strict=True):
            np.testing.assert_array_equal(one, other)


def test_latest_values_come_back_with_the_rules_that_are_not_at_rest():
    opened = np.array([(1, 2, True, NEVER, 3.5)], OPEN_RULE)
    packed = Packed(np.array([7, 9]), np.array([NEVER, 5]), np.array([np.nan, 0.1]), np.array([0, 2], np.uint8),
                    np.array([NEVER, 4]), opened)  # fmt: skip
    for one, other in zip(codec.unpack_latest(codec.pack_latest(packed)), packed, strict=True):
        np.testing.assert_array_equal(one, other)


def merge(device):
    """Do the worker's work; in a test's own transaction its rows are never below the horizon, so it is lifted."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE telemetry_readinglog SET txid = 1")
    return blocks.merge(device, now=clock.now())


def test_a_reading_is_seen_once_before_and_after_it_moves_into_a_block(device, level):
    start = top_of_hour()
    log(device, 1, level, start, [1.0, 2.0, 3.0])
    assert shown(level, start) == [1.0, 2.0, 3.0]
    assert merge(device) == 1
    assert HistoryBlock.unscoped.count() == 1
    assert shown(level, start) == [1.0, 2.0, 3.0]
    log(device, 2, level, start + HOUR, [4.0])
    assert shown(level, start) == [1.0, 2.0, 3.0, 4.0]


def test_late_readings_join_the_block_of_their_hour_in_order(device, level):
    start = top_of_hour()
    log(device, 1, level, start + HOUR / 2, [5.0, 6.0])
    merge(device)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM telemetry_readinglog")  # as an old partition goes
    log(device, 2, level, start, [1.0, 2.0])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE telemetry_historycursor SET merged_to = 0")
    merge(device)
    block = HistoryBlock.unscoped.get()
    assert (block.n, block.low, block.high, block.first_value, block.last_value) == (4, 1.0, 6.0, 1.0, 6.0)
    assert shown(level, start) == [1.0, 2.0, 5.0, 6.0]


def test_bad_readings_are_in_the_series_and_not_in_the_buckets(device, level):
    start = top_of_hour()
    log(device, 1, level, start, [10.0, 999.0, 30.0], [GOOD, BAD, GOOD])
    for _ in range(2):
        assert shown(level, start) == [10.0, 999.0, 30.0]
        (bucket,) = queries.buckets(level, start, start + HOUR, 1)
        assert bucket[1:] == (10.0, 20.0, 30.0, 10.0, 30.0, 2)
        merge(device)


def test_buckets_never_hide_an_extreme_and_are_the_same_from_log_and_blocks(device, level):
    start = top_of_hour()
    random = np.random.default_rng(1)
    values = random.normal(50, 5, 150).round(2)
    values[77] = 1000.0
    log(device, 1, level, start, values.tolist())
    before = {n: queries.buckets(level, start, start + 3 * HOUR, n) for n in (3, 10, 500)}
    merge(device)
    for n, found in before.items():
        after = queries.buckets(level, start, start + 3 * HOUR, n)
        assert [bucket.start for bucket in after] == [bucket.start for bucket in found]
        np.testing.assert_allclose([b[1:] for b in after], [b[1:] for b in found])
        assert max(bucket.high for bucket in found) == 1000.0
        assert sum(bucket.n for bucket in found) == 150


def test_a_suspect_time_counts_as_the_time_of_receipt(device, level):
    log(device, 1, level, dt.datetime(1970, 1, 2, tzinfo=dt.UTC), [5.0], [GOOD | SUSPECT_TIME])
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE telemetry_readinglog SET first_at = received_at, last_at = received_at")
    found = queries.series(level, now - HOUR, now + HOUR)
    assert (found.values, found.qualities) == ([5.0], [GOOD])


def test_points_of_one_gateway_do_not_mix(device, plant):
    one, other = factories.point(device, "A"), factories.point(device, "B")
    start = top_of_hour()
    log(device, 1, one, start, [1.0])
    log(device, 2, other, start, [2.0])
    merge(device)
    assert (shown(one, start), shown(other, start)) == ([1.0], [2.0])


def test_seeded_history_needs_no_log(device, level):
    start = top_of_hour()
    times = round(start.timestamp() * 1000) + np.arange(120) * 60_000
    blocks.write(level, times, np.arange(120.0))
    assert shown(level, start) == list(range(120))
    assert HistoryBlock.unscoped.count() == 2


def test_receipts_below_the_watermark_are_forgotten_and_those_above_kept(device, plant):
    now = clock.now()
    runs = readings.keep_runs([readings.RunRow(plant.pk, device.pk, "b", 2)], now)
    run = runs[device.pk, "b"]
    readings.keep_receipts([readings.ReceiptRow(plant.pk, run, seq) for seq in (1, 2, 4)])
    tend_gateway(device)
    assert list(ReadingReceipt.unscoped.values_list("seq", flat=True)) == [4]


def test_partitions_take_over_what_was_in_the_default_one_and_have_their_wall(device, level):
    log(device, 1, level, clock.now(), [1.0])
    today = dt.datetime.now(dt.UTC).date()
    assert partitions.make_ahead(today) > 0
    assert partitions.make_ahead(today) == 0
    name = f"telemetry_readinglog_{today:%Y%m%d}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = %s", [name])
        assert cursor.fetchone() == (True,)
    log(device, 2, level, clock.now(), [2.0])
    assert ReadingLog.unscoped.count() == 2
    assert history.drop_before(today - dt.timedelta(days=400)) == 0
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert partitions.drop_before(partitions.LOG, today + dt.timedelta(days=1)) == 2
    assert ReadingLog.unscoped.count() == 0
