"""The stream of 实时监测: what it sends, to whom, that it ends, and that it keeps no connection (a real server)."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import requests
from asgiref.sync import async_to_sync
from django.db import connection, connections
from django.test import AsyncClient
from django.urls import reverse

from tests import support
from yingan.telemetry.tests import values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.telemetry.models import Point
    from yingan.telemetry.tests.conftest import Tanks

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db(transaction=True)
STREAM = "/live/points/"


def first_events(client: Client, n: int, url: str = STREAM, meanwhile: Callable[[], object] | None = None) -> list[Any]:
    """Return the first events of a stream; `meanwhile` runs after the first one."""
    asking = AsyncClient()
    asking.cookies = client.cookies

    async def ask() -> list[Any]:
        answer = await asking.get(url)
        assert answer.status_code == 200, answer.status_code
        assert answer.headers["Content-Type"] == "text/event-stream"
        found: list[Any] = []
        async for chunk in answer:
            for line in chunk.decode().splitlines():
                if line.startswith("data: "):
                    found.append(json.loads(line.removeprefix("data: ")))
                    if len(found) == 1 and meanwhile is not None:
                        from asgiref.sync import sync_to_async

                        await sync_to_async(meanwhile)()
            if len(found) >= n:
                break
        return found

    return async_to_sync(ask)()


def status_of(client: Client | None, url: str = STREAM) -> int:
    """Return the status of a stream that should not begin."""
    asking = AsyncClient()
    if client is not None:
        asking.cookies = client.cookies
    return int(async_to_sync(asking.get)(url).status_code)


def test_the_stream_sends_everything_once_then_what_changed(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    def a_new_value() -> None:
        values.show(tanks.gateway, (tanks.level, 55.5, 1, ()), (tanks.temperature, 23.6, 1, ()))

    first, second = first_events(signed_in(admin), 2, meanwhile=a_new_value)
    assert {cells[0] for cells in first["points"]} == {tanks.level.pk, tanks.temperature.pk, tanks.pressure.pk}
    assert first["counts"] == {"all": 3, "alarm": 1, "stale": 1, "lost": 1}
    changed = {cells[0]: cells for cells in second["points"]}
    assert changed[tanks.level.pk][1:3] == ["55.5", ""]
    assert second["counts"]["alarm"] == 0


def test_the_stream_shows_nobody_elses_points(
    neighbour: User, reviewer: User, other_trade: User, tanks: Tanks, foreign: Point, signed_in: SignIn
) -> None:
    url = f"{STREAM}?points={tanks.level.pk},{foreign.pk}"
    (seen,) = first_events(signed_in(neighbour), 1, url)
    assert [cells[0] for cells in seen["points"]] == [foreign.pk]
    (seen,) = first_events(signed_in(reviewer), 1, url)
    assert {cells[0] for cells in seen["points"]} == {tanks.level.pk, foreign.pk}
    (seen,) = first_events(signed_in(other_trade), 1, url)
    assert seen["points"] == []


def test_strangers_and_ended_sessions_get_no_stream(admin: User, auditor: User, signed_in: SignIn) -> None:
    assert status_of(None) == 401
    assert status_of(signed_in(auditor)) == 401
    client = signed_in(admin)
    session = client.session
    session["seen_at"] = 0
    session.save()
    assert status_of(client) == 401


def test_the_stream_ends_with_the_session(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    client = signed_in(admin)
    *_, last = first_events(client, 2, meanwhile=client.session.delete)
    assert last == {}


@contextmanager
def server() -> Iterator[str]:
    """Serve the test's database by granian, as the web role with a pool of 8; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place, name = support.cluster(), connection.settings_dict["NAME"]
    url = f"postgresql://yingan_web:{support.passwords(place)['yingan_web']}@127.0.0.1:{place.port}/{name}"
    program = [
        sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--port", str(port),
        "--workers-kill-timeout", "5", "yingan.config.asgi:application",
    ]  # fmt: skip
    environment = os.environ | {"WEB_DATABASE_URL": url, "YINGAN_ROLE": "web"}
    with subprocess.Popen(program, env=environment, cwd=support.ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            _await(f"http://127.0.0.1:{port}/healthz")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _await(url: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer")


@pytest.mark.processes
def test_many_streams_hold_and_pages_still_answer(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    cookies = {name: morsel.value for name, morsel in signed_in(admin).cookies.items()}
    connections.close_all()
    with server() as address:
        streams = [requests.get(f"{address}{STREAM}", cookies=cookies, stream=True, timeout=20) for _ in range(30)]
        assert {stream.status_code for stream in streams} == {200}
        began = time.monotonic()
        page = requests.get(f"{address}{reverse('monitoring-values')}", cookies=cookies, timeout=20)
        assert page.status_code == 200
        assert page.json()["counts"]["all"] == 3
        assert time.monotonic() - began < 5  # with 30 connections kept by 30 streams this waits for the pool
        lines = streams[-1].iter_lines()
        event = next(json.loads(line[6:]) for line in lines if line.startswith(b"data: "))
        assert {cells[0] for cells in event["points"]} >= {tanks.level.pk}  # row-level security lets own rows through
        for stream in streams:
            stream.close()
