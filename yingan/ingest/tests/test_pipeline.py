"""The one transaction: what is kept, what is judged, what is known twice, what is put aside."""

import datetime as dt

import pytest
from django.db import IntegrityError

from yingan.alarms.models import Alarm, AlarmEpisode, AlarmEvent, AlarmNotice
from yingan.ingest.models import Quarantine
from yingan.ingest.pipeline import Pipeline
from yingan.ingest.tests.support import delivery, now_ms, raw, take
from yingan.kernel import clock
from yingan.telemetry import queries
from yingan.telemetry.models import GatewayRun, ReadingLog, ReadingReceipt, UnknownTag
from yingan.telemetry.models.measures import GOOD, OVER_RANGE
from yingan.telemetry.services import gateways, points
from yingan.telemetry.tests import factories


@pytest.fixture
def device(plant):
    return factories.gateway(plant)


@pytest.fixture
def level(device):
    return factories.point(device)


@pytest.fixture
def pipeline():
    return Pipeline()


def history(point):
    start = clock.now() - dt.timedelta(days=8)
    found = queries.series(point, start, clock.now() + dt.timedelta(hours=1))
    return list(zip(found.values, found.qualities, strict=True))


def test_a_reading_is_in_the_log_the_latest_values_and_the_history(pipeline, device, level):
    at = now_ms() - 1000
    marks = take(pipeline, delivery(device, 1, "T-101.LI", at, 42.5))
    assert marks == [(device.public_id.hex, "b1", 1)]
    reading = queries.latest_of([level])[level.pk]
    assert (reading.value, reading.quality, reading.freshness, reading.cause) == (42.5, GOOD, "live", "")
    assert reading.at == clock.from_epoch_ms(at)
    assert history(level) == [(42.5, GOOD)]
    assert ReadingLog.unscoped.get().enterprise_id == level.enterprise_id


def test_a_message_is_taken_once_however_often_it_comes(pipeline, device, level):
    first = delivery(device, 1, "T-101.LI", now_ms(), 120.0)
    for again in (pipeline, pipeline, Pipeline()):
        assert take(again, first, first) == [(device.public_id.hex, "b1", 1)]
    assert ReadingLog.unscoped.count() == ReadingReceipt.unscoped.count() == 1
    assert AlarmEpisode.unscoped.count() == AlarmEvent.unscoped.count() == 1


def test_a_forgotten_message_cannot_be_stored_twice_even_if_memory_fails(pipeline, device, level):
    first = delivery(device, 1, "T-101.LI", now_ms(), 1.0)
    take(pipeline, first)
    other = Pipeline()
    take(other, delivery(device, 3, "T-101.LI", now_ms(), 1.0))
    other.registry.gateways[device.public_id.hex].runs.clear()
    with pytest.raises(IntegrityError):
        take(other, first)


def test_the_watermark_stops_at_a_hole_and_passes_it_when_it_is_filled(pipeline, device, level):
    send = [delivery(device, seq, "T-101.LI", now_ms() + seq, 1.0) for seq in range(1, 6)]
    assert take(pipeline, send[0], send[2], send[4])[0].committed == 1
    assert take(Pipeline(), send[1])[0].committed == 3
    assert GatewayRun.unscoped.get().committed_seq == 3
    assert take(Pipeline(), send[3])[0].committed == 5
    assert queries.watermark(device, "b1") == 5


def test_a_breach_raises_an_alarm_with_copies_of_the_limits_and_owes_a_notice(pipeline, device, level):
    at = now_ms() - 2000
    take(pipeline, delivery(device, 1, "T-101.LI", at, 120.0))
    alarm = Alarm.unscoped.get()
    assert (alarm.rule, alarm.status, alarm.start_value, alarm.limit, alarm.high) == (
        "high",
        "open",
        120.0,
        100.0,
        100.0,
    )
    assert alarm.raised_at == clock.from_epoch_ms(at)
    assert alarm.is_standing
    assert queries.latest_of([level])[level.pk].level == "high"
    assert [notice.kind for notice in AlarmNotice.unscoped.all()] == ["raised"]
    take(pipeline, delivery(device, 2, ["T-101.LI"] * 2, [at + 500, at + 1000], [130.0, 99.0]))
    alarm.refresh_from_db(from_queryset=Alarm.unscoped.all())
    assert (alarm.is_standing, alarm.closed_at, alarm.peak_value, alarm.end_value) == (False, None, 130.0, 99.0)
    assert [event.kind for event in AlarmEvent.unscoped.order_by("id")] == ["raised", "cleared"]
    assert [notice.kind for notice in AlarmNotice.unscoped.all()] == ["raised", "cleared"]


def test_a_second_crossing_belongs_to_the_alarm_that_nobody_closed(pipeline, device, level):
    at = now_ms() - 10_000
    values = [120.0, 90.0, 125.0]
    take(pipeline, delivery(device, 1, ["T-101.LI"] * 3, [at, at + 1, at + 2], values))
    assert [alarm.episodes for alarm in Alarm.unscoped.all()] == [2]
    assert AlarmEpisode.unscoped.count() == 2


def test_a_rule_may_clear_and_be_raised_again_in_one_batch(pipeline, device, level):
    at = now_ms() - 10_000
    take(pipeline, delivery(device, 1, "T-101.LI", at, 120.0))
    take(pipeline, *(delivery(device, n, "T-101.LI", at + n, value) for n, value in ((2, 90.0), (3, 130.0), (4, 80.0))))
    found = AlarmEpisode.unscoped.values_list("raised_value", "cleared_value", "peak_value")
    assert list(found) == [(120.0, 90.0, 120.0), (130.0, 80.0, 130.0)]


def test_memory_lost_in_a_crash_changes_no_verdict(device, level):
    at = now_ms() - 60_000
    for step, value in enumerate([120.0, 121.0, 99.0, 120.0]):
        take(Pipeline(), delivery(device, step + 1, "T-101.LI", at + step, value))
    found = AlarmEpisode.unscoped.order_by("raised_at").values_list("raised_value", "cleared_value", "peak_value")
    assert list(found) == [(120.0, 99.0, 121.0), (120.0, None, 120.0)]


def test_an_on_delay_goes_on_across_a_crash(device, plant):
    slow = factories.point(device, "P-1", on_delay_s=10)
    at = now_ms() - 60_000
    take(Pipeline(), delivery(device, 1, "P-1", at, 120.0))
    take(Pipeline(), delivery(device, 2, "P-1", at + 9_000, 120.0))
    assert not AlarmEpisode.unscoped.exists()
    take(Pipeline(), delivery(device, 3, "P-1", at + 10_000, 120.0))
    assert AlarmEpisode.unscoped.get().raised_at == clock.from_epoch_ms(at + 10_000)
    assert queries.latest_of([slow])[slow.pk].rules == ("high",)


def test_a_late_breach_is_a_closed_episode_and_pages_nobody(pipeline, device, level):
    at = now_ms()
    take(pipeline, delivery(device, 2, "T-101.LI", at, 50.0))
    take(pipeline, delivery(device, 1, ["T-101.LI"] * 3, [at - 3000, at - 2000, at - 1000], [150.0, 160.0, 90.0]))
    episode = AlarmEpisode.unscoped.get()
    assert episode.is_backfilled
    assert (episode.raised_value, episode.cleared_value, episode.peak_value) == (150.0, 90.0, 160.0)
    assert Alarm.unscoped.get().status == Alarm.Status.CLOSED
    assert not AlarmNotice.unscoped.exists()
    assert queries.latest_of([level])[level.pk].value == 50.0
    assert [value for value, _ in history(level)] == [150.0, 160.0, 90.0, 50.0]


def test_an_old_breach_in_order_pages_only_when_a_fresh_reading_confirms_it(pipeline, device, level):
    at = now_ms() - 3_600_000
    take(pipeline, delivery(device, 1, "T-101.LI", at, 120.0))
    assert Alarm.unscoped.get().is_standing
    assert not AlarmNotice.unscoped.exists()
    take(Pipeline(), delivery(device, 2, "T-101.LI", at + 60_000, 121.0))
    assert not AlarmNotice.unscoped.exists()
    take(Pipeline(), delivery(device, 3, "T-101.LI", now_ms(), 122.0))
    assert [notice.kind for notice in AlarmNotice.unscoped.all()] == ["raised"]


@pytest.mark.parametrize("clock_ms", [0, 4_070_908_800_000])
def test_a_reading_with_an_impossible_time_is_kept_and_judged_by_its_receipt(pipeline, device, level, clock_ms):
    take(pipeline, delivery(device, 1, "T-101.LI", clock_ms, 120.0))
    reading = queries.latest_of([level])[level.pk]
    assert reading.has_suspect_time
    assert abs((reading.at - clock.now()).total_seconds()) < 5
    assert Alarm.unscoped.get().is_standing
    assert history(level) == [(120.0, GOOD)]
    take(pipeline, delivery(device, 2, "T-101.LI", now_ms() + 10, 50.0))
    assert not Alarm.unscoped.get().is_standing


def test_a_value_out_of_range_is_marked_and_neither_raises_nor_clears(pipeline, device):
    ranged = factories.point(device, "R-1", range_low=0.0, range_high=150.0)
    at = now_ms()
    take(pipeline, delivery(device, 1, "R-1", at, 151.0))
    assert queries.latest_of([ranged])[ranged.pk].quality == OVER_RANGE
    assert not Alarm.unscoped.exists()
    take(pipeline, delivery(device, 2, ["R-1", "R-1"], [at + 1, at + 2], [120.0, -5.0]))
    assert Alarm.unscoped.get().is_standing


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 20_000, b"\x00", b'{"version":1}'])
def test_poison_is_put_aside_and_the_others_are_taken(pipeline, device, level, body):
    take(pipeline, raw(device, body), delivery(device, 1, "T-101.LI", now_ms(), 1.0))
    assert bytes(Quarantine.objects.get().raw) == body
    assert ReadingLog.unscoped.count() == 1


def test_an_unknown_gateway_is_put_aside_until_it_exists(pipeline, plant):
    from yingan.telemetry.models import Gateway

    stranger = Gateway(enterprise=plant, code="X")
    take(pipeline, delivery(stranger, 1, "T", now_ms(), 1.0))
    assert Quarantine.objects.get().error == "unknown gateway"


def test_readings_of_unknown_tags_are_counted_and_a_new_point_is_taken_at_once(pipeline, device, level):
    send = delivery(device, 1, ["T-101.LI", "T-102.LI", "T-102.LI"], now_ms(), [1.0, 2.0, 3.0])
    take(pipeline, send)
    assert UnknownTag.unscoped.get().readings == 2
    assert history(level) == [(1.0, GOOD)]
    second = factories.point(device, "T-102.LI")
    take(pipeline, delivery(device, 2, "T-102.LI", now_ms(), 5.0))
    assert queries.latest_of([second])[second.pk].value == 5.0


def test_a_changed_limit_holds_from_the_next_message_and_a_standing_alarm_keeps_its_copy(
    pipeline, device, level, admin
):
    at = now_ms() - 1000
    take(pipeline, delivery(device, 1, "T-101.LI", at, 120.0))
    level.high = 200.0
    points.change(level, by=admin, now=clock.now(), reason="工艺调整")
    take(pipeline, delivery(device, 2, "T-101.LI", at + 10, 150.0))
    alarm = Alarm.unscoped.get()
    assert (alarm.is_standing, alarm.limit) == (False, 100.0)


def test_what_a_retired_gateway_sent_before_its_end_is_still_taken(pipeline, device, level, admin):
    at = now_ms() - 5000
    gateways.retire(device, by=admin, now=clock.now())
    take(pipeline, delivery(device, 1, ["T-101.LI", "T-101.LI"], [at, now_ms() + 60_000], [120.0, 1.0]))
    assert Alarm.unscoped.get().is_standing
    assert UnknownTag.unscoped.get().readings == 1


def test_the_enterprise_comes_from_the_gateway_and_not_from_the_message(pipeline, device, level, neighbour):
    body = b'{"version":1,"boot":"b","seq":1,"enterprise_id":%d,"rows":[{"p":"T-101.LI","t":1,"v":1}]}'
    take(pipeline, raw(device, body % neighbour.enterprise_id))
    assert ReadingLog.unscoped.get().enterprise_id == device.enterprise_id
