"""kill -9 of every process at any moment, and of ingest at each named point, loses nothing and doubles nothing."""

from __future__ import annotations

import time

import pytest

from tests.chaos import ledger
from tests.stack import wait_for
from yingan.ingest.crash import POINTS, VARIABLE

pytestmark = [pytest.mark.processes]


@pytest.fixture
def producers(stack, plant):
    """Return three gateways at work; each test begins with points that are back in their limits."""
    made = [ledger.Producer(stack, device, seed) for seed, device in enumerate(plant["gateways"])]
    for producer in made:
        producer.sender.connect()
        at = round(time.time() * 1000)
        producer.ledger.append((producer.sender.send(producer.device["tags"], at, [50.0] * 20), at, [50.0] * 20))
    for producer in made:
        wait_for(lambda p=producer: ledger._mark(stack, p) == 1, "the first message", 30)
        producer.start()
    yield made
    for producer in made:
        producer.done.set()


def test_kill_9_of_ingest_nats_and_postgres_loses_and_doubles_nothing(stack, producers):
    for kill in (stack.kill_ingest, stack.kill_nats, stack.kill_postgres, stack.kill_ingest):
        time.sleep(1.5)
        kill()
        if stack.ingest.poll() is not None:
            stack.start_ingest()
    time.sleep(2.0)
    ledger.settle(stack, producers)
    assert all(len(producer.ledger) > 50 for producer in producers)
    ledger.compare(stack, producers)


def test_kill_9_at_each_named_point_of_ingest_loses_and_doubles_nothing(stack, producers):
    stack.kill_ingest()
    for point in POINTS:
        stack.start_ingest(**{VARIABLE: f"{point}:3"})
        wait_for(lambda: stack.ingest.poll() is not None, f"the crash at {point}", 30)
        assert stack.ingest.returncode == -9
    stack.start_ingest()
    ledger.settle(stack, producers)
    ledger.compare(stack, producers)
