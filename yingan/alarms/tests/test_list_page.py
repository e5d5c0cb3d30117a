"""告警跟踪处理: order, counted filters, query, acknowledging several, the red bar, and who sees what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from yingan.alarms.models import Alarm, Rule
from yingan.alarms.tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.alarms.tests.conftest import Burst

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db
LIST, SEVERAL, BAR = reverse("alarm-list"), reverse("alarm-acknowledge-several"), reverse("alarm-bar")


def test_the_most_urgent_comes_first(admin: User, burst: Burst, signed_in: SignIn) -> None:
    newer = factories.alarm(burst.gas, Rule.HIGH, minutes_ago=1)
    page = signed_in(admin).get(LIST)
    assert [alarm.pk for alarm in page.context["pages"].object_list] == [burst.urgent.pk, newer.pk, burst.back.pk]
    text = page.content.decode()
    for shown in (burst.urgent.number, "高高报", "71.2 %LEL", "报警中", "已恢复", "待处理：未确认"):
        assert shown in text


def test_each_count_is_the_length_of_its_list(admin: User, burst: Burst, signed_in: SignIn) -> None:
    factories.alarm(burst.gas, Rule.HIGH, status="handling")
    closed = {"status": "closed", "closed_at": burst.back.raised_at, "ended": True}
    factories.alarm(burst.gas, Rule.HIGH, minutes_ago=600, **closed)
    client = signed_in(admin)
    counted = client.get(LIST).context["filters"]
    assert {name: count for name, _, count in counted} == {
        "todo": 3, "standing": 2, "pending": 2, "handling": 1, "done": None, "all": None,
    }  # fmt: skip
    for name, _, count in counted:
        rows = client.get(LIST, {"state": name}).context["pages"].object_list
        assert len(rows) == {"done": 1, "all": 4}.get(name, count)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "GT-10"}, {"GT-1012"}),
        ({"kind": "level"}, {"LT-1011"}),
        ({"rule": "high_high"}, {"GT-1012"}),
        ({"major": "1"}, set()),
        ({"raised_at_after": "2000-01-01", "raised_at_before": "2000-01-02"}, set()),
        ({"raised_at_after": "nonsense"}, set()),
        ({"point": "x"}, {"GT-1012", "LT-1011"}),
    ],
)
def test_the_list_can_be_asked(
    admin: User, burst: Burst, signed_in: SignIn, asked: dict[str, str], found: set[str]
) -> None:
    rows = signed_in(admin).get(LIST, asked).context["pages"].object_list
    assert {alarm.point.tag for alarm in rows} == found


def test_a_burst_is_acknowledged_at_once(employee: User, burst: Burst, foreign: Alarm, signed_in: SignIn) -> None:
    picked = [burst.urgent.pk, burst.back.pk, foreign.pk, "x"]
    answer = signed_in(employee).post(SEVERAL, {"alarm": picked, "back": f"{LIST}?state=todo"}, follow=True)
    assert "已确认 2 条告警。" in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{LIST}?state=todo"
    states = dict(Alarm.unscoped.values_list("pk", "status"))
    assert states == {burst.urgent.pk: "acknowledged", burst.back.pk: "acknowledged", foreign.pk: "open"}


def test_acknowledging_twice_or_nothing_is_said(admin: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(admin)
    client.post(SEVERAL, {"alarm": [burst.urgent.pk]})
    assert "所选告警均已确认过" in client.post(SEVERAL, {"alarm": [burst.urgent.pk]}, follow=True).content.decode()
    answer = client.post(SEVERAL, {"back": "https://evil.example/"}, follow=True)
    assert "请先选择要确认的告警" in answer.content.decode()
    assert answer.redirect_chain[0][0] == LIST


def test_the_red_bar_stands_while_an_urgent_alarm_stands(employee: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(employee)
    text = client.get(BAR).content.decode()
    assert f"/alarms/{burst.urgent.pk}/" in text
    assert "已持续 18 分" in text
    assert f"/alarms/{burst.back.pk}/" not in text
    assert f'hx-get="{BAR}"' in client.get(LIST).content.decode()
    Alarm.unscoped.filter(pk=burst.urgent.pk).update(ended_at=burst.back.ended_at)
    assert 'role="alert"' not in client.get(BAR).content.decode()


def test_officers_read_with_the_enterprise(reviewer: User, burst: Burst, foreign: Alarm, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    text = client.get(LIST).content.decode()
    for shown in ("企业名称", burst.gas.enterprise.name, foreign.enterprise.name, "区县"):
        assert shown in text
    assert "data-pick" not in text
    rows = client.get(LIST, {"enterprise": foreign.enterprise.name}).context["pages"].object_list
    assert [alarm.pk for alarm in rows] == [foreign.pk]
    assert client.post(SEVERAL, {"alarm": [burst.urgent.pk]}).status_code == 404
    assert client.get(BAR).status_code == 404


def test_officers_ask_by_county(city_reviewer: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(city_reviewer)
    region = burst.gas.enterprise.region
    assert region
    assert len(client.get(LIST, {"county": region.pk}).context["pages"].object_list) == 2
    outside = client.get(LIST).context["query"].form.fields["county"].queryset
    assert {one.code // 100 for one in outside} == {4201}


@pytest.mark.parametrize("persona", ["neighbour", "rival", "other_trade", "other_county"])
def test_the_alarms_of_others_do_not_exist(
    persona: str, request: pytest.FixtureRequest, burst: Burst, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    page = client.get(LIST, {"state": "all", "point": burst.gas.pk})
    assert list(page.context["pages"].object_list) == []
    assert client.get(reverse("alarm-news")).json()["sign"] == []
    for name in ("alarm-detail", "alarm-curve"):
        assert client.get(reverse(name, args=[burst.urgent.pk])).status_code == 404


@pytest.mark.parametrize("persona", ["system_admin", "auditor", "nobody"])
def test_the_page_does_not_exist_for_administrators(
    persona: str, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    assert signed_in(request.getfixturevalue(persona)).get(LIST).status_code == 404


def test_the_sign_changes_with_the_alarms(admin: User, burst: Burst, signed_in: SignIn) -> None:
    client, news = signed_in(admin), reverse("alarm-news")
    before = client.get(news).json()["sign"]
    assert client.get(news).json()["sign"] == before
    client.post(reverse("alarm-acknowledge", args=[burst.urgent.pk]))
    assert client.get(news).json()["sign"] != before


def test_the_number_of_queries_does_not_grow_with_the_rows(admin: User, burst: Burst, signed_in: SignIn) -> None:
    client = signed_in(admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(LIST, {"state": "all"}).status_code == 200
        return len(found)

    queries()
    few = queries()
    for number in range(8):
        closed = {"status": "closed", "closed_at": burst.back.raised_at, "ended": True, "handled_by": admin}
        factories.alarm(burst.gas, Rule.HIGH, minutes_ago=100 + number, **closed)
    assert queries() == few
    assert few <= 18
