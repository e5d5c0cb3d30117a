"""The broker's self-checks, the users that are rendered for it, and the wire format under fuzz."""

import json
from dataclasses import replace
from types import SimpleNamespace

import bcrypt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops import nats
from yingan.ingest import credentials, messages, selfcheck
from yingan.ingest.registry import Run
from yingan.kernel import clock
from yingan.telemetry.services import gateways
from yingan.telemetry.tests import factories

SOUND = {"version": "2.15.1", "jsz": {"config": {"sync_always": True}}}


def of_stream(**changes):
    return selfcheck.of_stream(SimpleNamespace(config=replace(nats.stream(1 << 30), **changes)))


def of_consumer(**changes):
    return selfcheck.of_consumer(SimpleNamespace(config=replace(nats.consumer(), **changes)))


def test_what_ops_makes_is_sound():
    assert selfcheck.of_server(SOUND) == of_stream() == of_consumer() == []


@pytest.mark.parametrize(
    "change",
    [
        {"storage": "memory"}, {"discard": "old"}, {"max_bytes": -1}, {"max_age": 3600.0}, {"deny_delete": False},
        {"deny_purge": False}, {"duplicate_window": 1.0}, {"persist_mode": "async"},
    ],
)  # fmt: skip
def test_a_stream_that_could_forget_is_not_ready(change):
    assert len(of_stream(**change)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"durable_name": None}, {"filter_subject": "$MQTT.msgs.gw.a.>"}, {"ack_policy": "all"}, {"max_deliver": 5},
        {"ack_wait": 1.0}, {"max_ack_pending": 0},
    ],
)  # fmt: skip
def test_a_consumer_that_could_give_up_is_not_ready(change):
    assert len(of_consumer(**change)) == 1


@pytest.mark.parametrize("server", [SOUND | {"version": "2.9.10"}, SOUND | {"jsz": {"config": {}}}])
def test_a_lazy_or_old_server_is_not_ready(server):
    assert len(selfcheck.of_server(server)) == 1


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_do_more_than_be_refused(body):
    for packed in (False, True):
        with pytest.raises(messages.Poison, match=r".+"):
            messages.decode(body, packed=packed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ptvq"), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON, JSON, JSON)
def test_no_json_of_the_right_keys_does_more_than_be_refused(boot, seq, rows, columns):
    body = json.dumps({"version": 1, "boot": boot, "seq": seq, "rows": rows, "columns": columns})
    try:
        found = messages.decode(body.encode())
    except messages.Poison:
        return
    assert len(found.tags) == len(found.times) == len(found.values) == len(found.qualities)


def test_rows_and_columns_say_the_same():
    rows = [{"p": "A", "t": 5, "v": 1.5}, {"p": "B", "t": 6, "v": None, "q": 1}, {"p": "C", "t": 7, "v": 2, "q": 9}]
    head = {"version": 1, "boot": "b", "seq": 1}
    one = messages.decode(json.dumps(head | {"rows": rows}).encode())
    columns = {"p": ["A", "B", "C"], "t": [5, 6, 7], "v": [1.5, None, 2], "q": [0, 1, 9]}
    other = messages.decode(json.dumps(head | {"columns": columns}).encode())
    for found in (one, other):
        assert (found.tags, found.times.tolist(), found.qualities.tolist()) == (["A", "B", "C"], [5, 6, 7], [0, 2, 2])
        assert found.values.tolist()[::2] == [1.5, 2.0]


@given(st.lists(st.integers(1, 12), unique=True), st.integers(0, 5))
def test_a_runs_watermark_is_the_end_of_what_is_without_holes(seqs, first):
    run = Run(first)
    news = [seq for seq in seqs if not run.has(seq)]
    expected = first
    while expected + 1 in seqs:
        expected += 1
    assert run.after(news) == expected
    run.take(news)
    assert run.committed == expected
    assert all(run.has(seq) for seq in seqs)
    assert min(run.above, default=expected + 2) > expected + 1


def test_the_brokers_users_are_those_of_the_table(plant, admin, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    assert not credentials.render()  # the broker is not ours
    (tmp_path / "nats").mkdir()
    device, other = factories.gateway(plant), factories.gateway(plant)
    assert credentials.render()
    assert not credentials.render()
    file = tmp_path / "nats" / "gateways.conf"
    assert file.stat().st_mode & 0o777 == 0o600
    users = {row["user"]: row for row in map(json.loads, file.read_text("utf-8").splitlines()[2:-1])}
    assert set(users) == {device.user_name, other.user_name}
    mine = users[device.user_name]
    assert bcrypt.checkpw(device.password.encode(), mine["password"].encode())
    assert mine["permissions"]["publish"] == {"allow": [f"gw.{device.user_name}.>"]}
    gateways.retire(other, by=admin, now=clock.now())
    renewed = gateways.renew_password(device, by=admin)
    assert credentials.render()
    text = file.read_text("utf-8")
    assert other.user_name not in text
    assert bcrypt.checkpw(renewed.encode(), json.loads(text.splitlines()[2])["password"].encode())
