"""The stream that tells pages that their alarms changed: to whom, and what it never tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient

from yingan.alarms import services
from yingan.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.alarms.models import Alarm
    from yingan.alarms.tests.conftest import Burst

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db(transaction=True)
STREAM = "/live/alarms/"


def signs(client: Client, n: int, url: str = STREAM, meanwhile: Callable[[], object] | None = None) -> list[Any]:
    """Return the signs of the first events of a stream; `meanwhile` runs after the first one."""
    asking = AsyncClient()
    asking.cookies = client.cookies

    async def ask() -> list[Any]:
        answer = await asking.get(url)
        assert answer.status_code == 200
        found: list[Any] = []
        async for chunk in answer:
            lines = [line for line in chunk.decode().splitlines() if line.startswith("data: ")]
            found += [json.loads(line.removeprefix("data: "))["sign"] for line in lines]
            if len(found) >= n:
                break
            if found and meanwhile is not None:
                await sync_to_async(meanwhile)()
        return found

    return async_to_sync(ask)()


def test_the_list_hears_of_every_step(admin: User, burst: Burst, signed_in: SignIn) -> None:
    def acknowledge() -> None:
        services.acknowledge(burst.urgent, by=admin, now=clock.now())

    before, after = signs(signed_in(admin), 2, meanwhile=acknowledge)
    assert before == [["open", "high", "1", "0", "1"], ["open", "high_high", "1", "1", "1"]]
    assert after == [["acknowledged", "high_high", "1", "1", "1"], ["open", "high", "1", "0", "1"]]


def test_one_alarm_tells_its_state_and_newest_value(admin: User, burst: Burst, signed_in: SignIn) -> None:
    (sign,) = signs(signed_in(admin), 1, f"{STREAM}?alarm={burst.urgent.pk}")
    assert sign[0] == "open"
    assert sign[4] == 63.4


def test_the_stream_tells_nothing_of_others(
    neighbour: User, reviewer: User, other_trade: User, burst: Burst, foreign: Alarm, signed_in: SignIn
) -> None:
    assert signs(signed_in(neighbour), 1) == [[["open", "high", "1", "1", "1"]]]
    assert signs(signed_in(neighbour), 1, f"{STREAM}?alarm={burst.urgent.pk}") == [[]]
    assert signs(signed_in(other_trade), 1) == [[]]
    assert len(signs(signed_in(reviewer), 1)[0]) == 2


def test_strangers_and_administrators_get_no_stream(auditor: User, signed_in: SignIn) -> None:
    assert async_to_sync(AsyncClient().get)(STREAM).status_code == 401
    asking = AsyncClient()
    asking.cookies = signed_in(auditor).cookies
    assert async_to_sync(asking.get)(STREAM).status_code == 401
