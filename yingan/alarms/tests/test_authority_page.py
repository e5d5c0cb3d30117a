"""企业监测 for officers, and the demo's past."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.urls import reverse

from yingan.alarms import demo
from yingan.alarms.models import Alarm, AlarmEpisode
from yingan.kernel import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.alarms.tests.conftest import Burst

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db
PAGE = reverse("authority-monitoring")


def test_each_figure_is_the_length_of_its_list(reviewer: User, burst: Burst, foreign: Alarm, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    page = client.get(PAGE)
    figures = {row.enterprise.name: row for row in page.context["rows"]}
    own = figures[burst.gas.enterprise.name]
    assert (own.points, own.standing, own.pending, own.lost) == (2, 1, 2, 0)
    other = figures[foreign.enterprise.name]
    assert (other.points, other.standing, other.lost, other.last_packet_at) == (1, 1, 1, None)
    for state in ("standing", "pending"):
        asked = {"enterprise": own.enterprise.name, "state": state}
        assert len(client.get(reverse("alarm-list"), asked).context["pages"].object_list) == getattr(own, state)
    asked = {"enterprise": own.enterprise.name}
    assert client.get(reverse("point-list"), asked).context["counts"].all == own.points
    assert page.context["totals"] == {"all": 2, "connected": 2, "standing": 2}


def test_enterprises_are_found_by_name_county_and_state(
    city_reviewer: User, burst: Burst, foreign: Alarm, signed_in: SignIn
) -> None:
    client = signed_in(city_reviewer)

    def names(**asked: object) -> list[str]:
        return [row.enterprise.name for row in client.get(PAGE, asked).context["rows"]]

    assert names(q=foreign.enterprise.name) == [foreign.enterprise.name]
    assert len(names(county=burst.gas.enterprise.region_id)) == 2
    assert names(county=1) == []
    Alarm.unscoped.filter(pk=foreign.pk).update(ended_at=clock.now())
    assert names(state="standing") == [burst.gas.enterprise.name]


def test_the_page_is_for_officers(admin: User, other_trade: User, burst: Burst, signed_in: SignIn) -> None:
    assert signed_in(admin).get(PAGE).status_code == 404
    assert signed_in(other_trade).get(PAGE).context["rows"] == []


def test_the_demos_past_is_consistent(admin: User, burst: Burst) -> None:
    now = clock.now()
    made = demo.seed_history(burst.gas.enterprise, [burst.gas, burst.level], 365, Random(7), now)
    assert 10 < len(made) < 200
    rows = Alarm.unscoped.filter(pk__in=[alarm.pk for alarm in made])
    assert not rows.filter(ended_at__isnull=True).exists()
    assert not rows.filter(raised_at__gt=now).exists()
    assert rows.filter(status="closed").count() > len(made) * 0.8
    assert not rows.filter(status="closed", reason="").exists()
    assert AlarmEpisode.unscoped.filter(alarm__in=rows).count() == len(made)


def test_curves_leave_the_limits_when_the_alarms_say_so(admin: User, burst: Burst) -> None:
    made = demo.seed_history(burst.gas.enterprise, [burst.gas], 60, Random(3), clock.now())
    alarm = max(made, key=lambda one: (one.ended_at or one.raised_at) - one.raised_at)
    end = int(clock.now().timestamp() * 1000)
    times = np.arange(end - 60 * 86_400_000, end, 60_000)
    bent = demo.bend(times, np.full(len(times), 2.0), [alarm])
    inside = (times > alarm.raised_at.timestamp() * 1000) & (times < alarm.ended_at.timestamp() * 1000)
    assert (bent[inside] > alarm.limit).all()
    assert bent.max() <= alarm.peak_value
    far = times < (alarm.raised_at - dt.timedelta(minutes=10)).timestamp() * 1000
    assert (bent[far] == 2.0).all()
