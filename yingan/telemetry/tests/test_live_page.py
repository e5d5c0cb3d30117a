"""实时监测: what it shows, whom, and the polling that stands in for its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from yingan.telemetry.tests import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.telemetry.models import Point
    from yingan.telemetry.tests.conftest import Tanks

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db
LIVE, VALUES, TRENDS = reverse("monitoring-live"), reverse("monitoring-values"), reverse("monitoring-trends")


def test_the_board_shows_values_levels_and_ages(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    page = signed_in(admin).get(LIVE)
    text = page.content.decode()
    assert page.status_code == 200
    assert "甲醇储罐 T-101" in text
    assert "103.3" in text
    assert 'data-level="h"' in text
    assert 'data-age="stale"' in text
    assert 'data-age="lost"' in text
    assert "数据截至" in text


@pytest.mark.parametrize(
    ("state", "there", "absent"),
    [("alarm", "LT-1011", "TT-1011"), ("stale", "TT-1011", "LT-1011"), ("lost", "PT-1021", "TT-1011")],
)
def test_the_counted_filters_count_what_they_show(
    admin: User, tanks: Tanks, signed_in: SignIn, state: str, there: str, absent: str
) -> None:
    page = signed_in(admin).get(LIVE, {"state": state})
    counts = page.context["counts"]
    assert (counts.all, counts.alarm, counts.stale, counts.lost) == (3, 1, 1, 1)
    text = page.content.decode()
    assert there in text
    assert absent not in text


def test_one_piece_of_equipment_can_be_chosen(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    text = signed_in(admin).get(LIVE, {"equipment": tanks.other.pk}).content.decode()
    assert "PT-1021" in text
    assert "LT-1011" not in text


def test_polling_answers_what_the_stream_would_send(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    news = signed_in(admin).get(VALUES).json()
    assert news["counts"] == {"all": 3, "alarm": 1, "stale": 1, "lost": 1}
    level = next(cells for cells in news["points"] if cells[0] == tanks.level.pk)
    assert level[1:3] == ["103.3", "high"]
    assert level[4][2] == "在线"
    assert news["at"].endswith("+08:00")


def test_trends_are_the_lowest_and_highest_of_each_span(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    values.log(tanks.gateway, tanks.level, [1, 9, 1, 1, 1], step_s=20)
    found = signed_in(admin).get(TRENDS, {"points": f"{tanks.level.pk},{tanks.pressure.pk}"}).json()["points"]
    assert max(high for _, _, high in found[str(tanks.level.pk)]) == 9
    assert found[str(tanks.pressure.pk)] == []


def test_nobody_else_sees_the_points(
    neighbour: User, rival: User, tanks: Tanks, foreign: Point, signed_in: SignIn
) -> None:
    ids = f"{tanks.level.pk},{foreign.pk}"
    seen = signed_in(neighbour).get(VALUES, {"points": ids}).json()["points"]
    assert [cells[0] for cells in seen] == [foreign.pk]
    assert signed_in(rival).get(VALUES, {"points": ids}).json()["points"] == []
    assert "LT-1011" not in signed_in(neighbour).get(LIVE).content.decode()
    own = signed_in(neighbour).get(VALUES, {"enterprise": tanks.level.enterprise_id}).json()["points"]
    assert [cells[0] for cells in own] == [foreign.pk]  # a member's enterprise is never another's


def test_officers_choose_an_enterprise_of_theirs(
    reviewer: User, other_trade: User, other_county: User, tanks: Tanks, signed_in: SignIn
) -> None:
    asked = {"enterprise": tanks.level.enterprise_id}
    assert signed_in(reviewer).get(LIVE).status_code == 302
    assert "LT-1011" in signed_in(reviewer).get(LIVE, asked).content.decode()
    for stranger in (other_trade, other_county):
        assert signed_in(stranger).get(LIVE, asked).status_code == 404
        assert signed_in(stranger).get(VALUES, asked).json()["points"] == []


@pytest.mark.parametrize("persona", ["system_admin", "security_admin", "auditor", "nobody"])
def test_the_page_does_not_exist_for_others(
    persona: str, request: pytest.FixtureRequest, tanks: Tanks, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    assert client.get(LIVE).status_code == 404
    assert client.get(VALUES).status_code == 404


def test_strangers_are_led_to_the_sign_in(client: Client) -> None:
    assert client.get(LIVE).headers["Location"].startswith("/login/")


def test_the_number_of_queries_does_not_grow_with_the_points(
    admin: User, tanks: Tanks, signed_in: SignIn, django_assert_num_queries: Callable[..., object]
) -> None:
    from yingan.telemetry.tests import factories

    client = signed_in(admin)
    client.get(VALUES)
    few = count_queries(client)
    for number in range(6):
        factories.point(tanks.gateway, f"XT-{number}", tanks.other)
    assert count_queries(client) == few
    assert few <= 14


def count_queries(client: Client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(VALUES).status_code == 200
    return len(queries)
