"""The servers, really started: rights of the roles, the stream that keeps, and gateways that come and go."""

import asyncio
import dataclasses
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import nats
import paho.mqtt.client as mqtt
import psycopg
import pytest

from ops import databases, environment, launch, ports, postgres, processes
from ops import nats as broker_module
from ops.failures import CannotGoOn
from ops.nats import CONSUMER, STREAM, Broker

ROLES = dict.fromkeys((databases.OWNER, *databases.SERVING, databases.IDENTITY), "pw")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    home = tmp_path_factory.mktemp("pg") / "postgres"
    found = postgres.ensure(home, durable=False)
    try:
        databases.set_up(found.url(), ROLES)
        assert postgres.ensure(home, durable=False).process_id() == found.process_id()  # a running one is used again
        yield found
    finally:
        found.stop()
        shutil.rmtree(found.home)


def refuses(cluster: postgres.Cluster, role: str, words: str) -> bool:
    """Say whether the server refuses the statement for lack of a right."""
    with psycopg.connect(cluster.url(role, "pw", "yingan")) as link:
        try:
            link.execute(words)
        except psycopg.errors.InsufficientPrivilege:
            return True
        return False


def test_nobody_enters_without_the_password(cluster: postgres.Cluster) -> None:
    for role in ("postgres", *ROLES):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(cluster.url(role, "wrong", "yingan"))


def test_serving_roles_can_neither_bypass_nor_make_tables(cluster: postgres.Cluster) -> None:
    with psycopg.connect(cluster.url()) as link:
        rows = link.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND "
            "(rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole)",
            [[*databases.SERVING, databases.IDENTITY]],
        ).fetchall()
    assert rows == []
    assert refuses(cluster, "yingan_web", "CREATE TABLE mine (id int)")


def test_web_and_worker_get_their_rights_and_ingest_none(cluster: postgres.Cluster) -> None:
    with psycopg.connect(cluster.url(databases.OWNER, "pw", "yingan"), autocommit=True) as link:
        link.execute("CREATE TABLE thing (id int GENERATED ALWAYS AS IDENTITY, name text)")
    for role in databases.READERS_AND_WRITERS:
        with psycopg.connect(cluster.url(role, "pw", "yingan")) as link:
            assert link.execute("INSERT INTO thing (name) VALUES ('x') RETURNING name").fetchone() == ("x",)
        assert refuses(cluster, role, "TRUNCATE thing")
    assert refuses(cluster, "yingan_ingest", "SELECT * FROM thing")


def test_the_identity_site_and_the_platform_do_not_reach_each_other(cluster: postgres.Cluster) -> None:
    for role, database in (("yingan_web", "yingan_identity"), ("yingan_identity", "yingan")):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(cluster.url(role, "pw", database))


def test_chinese_has_trigrams(cluster: postgres.Cluster) -> None:
    with psycopg.connect(cluster.url(databases.OWNER, "pw", "yingan")) as link:
        row = link.execute("SELECT cardinality(show_trgm('安徽化工企业'))").fetchone()
    assert row == (7,)


def test_a_taken_port_stops_the_database_with_a_sentence(cluster: postgres.Cluster) -> None:
    twin = dataclasses.replace(cluster, home=cluster.home / "nowhere")
    with pytest.raises(CannotGoOn, match=f"端口 {cluster.port} 已被其他程序占用"):
        twin.start()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    shell = {name: str(ports.any_free()) for name in broker_module.PORTS}
    found = Broker(tmp_path / "nats", environment.ensure(tmp_path / ".env", shell))
    found.start(tmp_path / "nats.log")
    yield found
    found.stop()


def gateway(name: str, secret: str) -> str:
    """Return the line of `gateways.conf` for one gateway, as `render_gateways` writes it."""
    words = bcrypt.hashpw(secret.encode(), bcrypt.gensalt(4)).decode()
    return (
        f'  {{"user": "{name}", "password": "{words}", "allowed_connection_types": ["MQTT"], '
        f'"permissions": {{"publish": {{"allow": ["gw.{name}.>"]}}}}}}\n'
    )


def publish(broker: Broker, user: str, secret: str, topic: str) -> bool:
    """Publish one message with QoS 1; say whether it was acknowledged. Who is not let in publishes nothing."""
    answers: queue.Queue[bool] = queue.Queue()
    link = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=user, reconnect_on_failure=False)
    link.username_pw_set(user, secret)
    link.on_connect = lambda client, data, flags, reason, properties: answers.put(not reason.is_failure)
    link.connect("127.0.0.1", int(broker.values["MQTT_PORT"]))
    link.loop_start()
    try:
        if not answers.get(timeout=20):
            return False
        message = link.publish(topic, b"x", qos=1)
        message.wait_for_publish(timeout=20)
        return message.is_published()
    finally:
        link.disconnect()
        link.loop_stop()


async def waiting(broker: Broker) -> tuple[int, bool]:
    """Return how many messages wait for ingest, and whether full means refuse."""
    link = await nats.connect(broker.values["NATS_URL"])
    stream = await link.jetstream().stream_info(STREAM)
    consumer = await link.jetstream().consumer_info(STREAM, CONSUMER)
    await link.close()
    return consumer.num_pending, stream.config.discard == "new" and bool(stream.config.max_bytes)


def loaded_at(broker: Broker) -> str:
    """Return when the broker last read its configuration."""
    with urllib.request.urlopen(f"{broker.values['NATS_MONITOR_URL']}/varz", timeout=5) as answer:  # noqa: S310
        return str(json.load(answer)["config_load_time"])


def admit(broker: Broker, lines: str) -> None:
    """Write `gateways.conf` and tell the broker, as the platform does."""
    text = broker_module.NO_GATEWAYS.replace("\n]", f"\n{lines}]")
    (broker.folder / "gateways.conf").write_text(text, "utf-8")
    pid = broker.process_id()
    assert pid
    earlier = loaded_at(broker)
    os.kill(pid, signal.SIGHUP)
    end = time.monotonic() + 20
    while loaded_at(broker) == earlier:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_a_gateway_sends_waits_for_ingest_even_across_a_kill(broker: Broker, tmp_path: Path) -> None:
    admit(broker, gateway("g1", "s"))
    assert publish(broker, "g1", "s", "gw/g1/data")
    assert publish(broker, "g1", "s", "gw/g2/data")  # forbidden: acknowledged and dropped, as NATS does
    assert asyncio.run(waiting(broker)) == (1, True)
    processes.stop(broker.process_id(), signal.SIGKILL)
    broker.start(tmp_path / "nats.log")
    assert asyncio.run(waiting(broker)) == (1, True)
    assert publish(broker, "g1", "s", "gw/g1/data")  # the gateways' file outlived the kill
    admit(broker, "")
    assert not publish(broker, "g1", "s", "gw/g1/data")


def test_a_broker_that_lost_its_stream_lets_no_gateway_in(broker: Broker, tmp_path: Path) -> None:
    admit(broker, gateway("g1", "s"))
    broker.stop()
    (broker.folder / "jetstream").rename(tmp_path / "lost")
    broker.start(tmp_path / "nats.log")
    assert not publish(broker, "g1", "s", "gw/g1/data")
    assert asyncio.run(waiting(broker)) == (0, True)


def test_what_a_killed_process_left_is_found_by_its_mark_alone() -> None:
    mark = f"{launch.MARKER}=test@{os.getpid()}"
    name, _, value = mark.partition("=")
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    marked = subprocess.Popen(sleep, env={**os.environ, name: value})
    other = subprocess.Popen(sleep, env={**os.environ, name: value + "0"})
    try:
        time.sleep(0.3)
        assert launch.leftovers(mark) == [marked.pid]
        launch.end_leftovers(mark)
        assert marked.wait(timeout=5) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        for process in (marked, other):
            process.kill()
            process.wait()
