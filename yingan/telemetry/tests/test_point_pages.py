"""传感器监测设备: list, form, reasons for changed limits, ending a point, the curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from yingan.telemetry.models import Point, ThresholdChange
from yingan.telemetry.tests import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.telemetry.models import Equipment
    from yingan.telemetry.tests.conftest import Tanks

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("point-list"), reverse("point-add")


def typed(point: Point, **changed: Any) -> dict[str, Any]:
    """Return what the form would send for a point, with changes."""
    names = [
        "name", "kind", "unit", "tag", "source_tag", "range_low", "range_high", "low_low", "low", "high", "high_high",
        "deadband", "on_delay_s", "off_delay_s", "description",
    ]  # fmt: skip
    data = {name: getattr(point, name) for name in names} | {
        "equipment": point.equipment_id, "gateway": point.gateway_id, "reason": "",
    }  # fmt: skip
    return {name: "" if value is None else value for name, value in (data | changed).items()}


def new(place: Equipment, gateway: int, **changed: Any) -> dict[str, Any]:
    """Return what the form would send for a new point."""
    return {
        "name": "T-101 可燃气体", "equipment": place.pk, "kind": "combustible_gas", "unit": "%LEL", "tag": "GT-1012",
        "gateway": gateway, "range_low": 0, "range_high": 100, "high": 25, "high_high": 50,
    } | changed  # fmt: skip


def test_the_list_shows_limits_and_live_values(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    text = signed_in(admin).get(LIST).content.decode()
    for shown in ("T-101 液位", "0～120 %", "110", "103.3", "高报", "失联", "未更新", "数据截至"):
        assert shown in text
    ids = [tanks.temperature.pk, tanks.level.pk, tanks.pressure.pk]  # by equipment, then by code: WD before YW
    assert f"points={','.join(map(str, ids))}" in text


def test_the_list_can_be_asked(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    text = signed_in(admin).get(LIST, {"q": "PT-10"}).content.decode()
    assert "PT-1021" in text
    assert "LT-1011" not in text
    text = signed_in(admin).get(LIST, {"state": "alarm"}).content.decode()
    assert "LT-1011" in text
    assert "PT-1021" not in text


def test_a_point_is_added_with_a_code_of_its_own(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    answer = signed_in(admin).post(ADD, new(tanks.own, tanks.gateway.pk))
    assert answer.status_code == 302, answer.context["form"].errors
    made = Point.unscoped.get(tag="GT-1012")
    assert made.code == f"{tanks.own.code}KR001"
    assert made.source_tag == "GT-1012"
    assert made.enterprise_id == admin.enterprise_id


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"high": 60}, "高报应小于高高报"),
        ({"high_high": 120}, "高高报应不大于量程上限"),
        ({"low": 3}, "气体指标只设高报和高高报"),
        ({"tag": "LT-1011"}, "该网关下已有使用此位号的指标"),
        ({"name": ""}, "指标名称"),
    ],
)
def test_what_does_not_fit_is_said_at_the_form(
    admin: User, tanks: Tanks, signed_in: SignIn, changed: dict[str, Any], sentence: str
) -> None:
    answer = signed_in(admin).post(ADD, new(tanks.own, tanks.gateway.pk, **changed))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Point.unscoped.count() == 3


def test_changing_a_limit_needs_a_reason_and_is_kept(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    client, url = signed_in(admin), reverse("point-edit", args=[tanks.level.pk])
    refused = client.post(url, typed(tanks.level, high=90))
    assert refused.status_code == 422
    assert "请填写修改原因" in refused.content.decode()
    assert not ThresholdChange.unscoped.exists()
    assert client.post(url, typed(tanks.level, high=90, reason="按新的操作规程")).status_code == 302
    change = ThresholdChange.unscoped.get()
    assert (change.before, change.after) == ({"high": 100.0}, {"high": 90.0})
    shown = client.get(reverse("point-detail", args=[tanks.level.pk])).content.decode()
    assert "按新的操作规程" in shown
    assert "<del" in shown


def test_changing_a_name_needs_no_reason(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    url = reverse("point-edit", args=[tanks.level.pk])
    assert signed_in(admin).post(url, typed(tanks.level, name="罐 101 液位")).status_code == 302
    assert not ThresholdChange.unscoped.exists()


def test_a_point_is_ended_not_deleted(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    client = signed_in(admin)
    assert client.get(reverse("point-delete", args=[tanks.level.pk])).status_code == 405
    assert client.post(reverse("point-delete", args=[tanks.level.pk])).status_code == 302
    assert Point.unscoped.get(pk=tanks.level.pk).retired_at is not None
    assert f'data-point="{tanks.level.pk}"' not in client.get(LIST).content.decode()
    assert "已停用" in client.get(reverse("point-detail", args=[tanks.level.pk])).content.decode()


def test_heads_change_points_of_their_own_department_only(head: User, tanks: Tanks, signed_in: SignIn) -> None:
    client = signed_in(head)
    assert client.get(reverse("point-edit", args=[tanks.level.pk])).status_code == 200
    assert client.get(reverse("point-edit", args=[tanks.pressure.pk])).status_code == 404
    assert client.post(reverse("point-delete", args=[tanks.pressure.pk])).status_code == 404
    assert client.post(ADD, new(tanks.own, tanks.gateway.pk)).status_code == 302
    refused = client.post(ADD, new(tanks.other, tanks.gateway.pk, tag="GT-1013"))
    assert refused.status_code == 422
    assert "部门负责人只能维护本部门设备的指标" in refused.content.decode()


@pytest.mark.parametrize("persona", ["employee", "reviewer", "enforcer"])
def test_others_of_the_scope_read_only(
    persona: str, request: pytest.FixtureRequest, tanks: Tanks, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    text = client.get(LIST).content.decode()
    assert "LT-1011" in text
    assert "删除" not in text
    assert client.get(ADD).status_code == 404
    assert client.post(reverse("point-delete", args=[tanks.level.pk])).status_code == 404


@pytest.mark.parametrize("persona", ["neighbour", "rival", "other_trade", "other_county", "auditor"])
def test_for_others_the_point_does_not_exist(
    persona: str, request: pytest.FixtureRequest, tanks: Tanks, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    for name in ("point-detail", "point-series", "point-edit"):
        assert client.get(reverse(name, args=[tanks.level.pk])).status_code == 404
    assert "LT-1011" not in client.get(LIST).content.decode()


def test_a_neighbours_equipment_and_gateway_cannot_be_chosen(
    admin: User, tanks: Tanks, foreign: Point, signed_in: SignIn
) -> None:
    refused = signed_in(admin).post(ADD, new(foreign.equipment, foreign.gateway_id or 0))
    assert refused.status_code == 422
    assert {"equipment", "gateway"} <= refused.context["form"].errors.keys()


def test_the_curve_never_hides_an_extreme(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    values.log(tanks.gateway, tanks.level, [10.0] * 700 + [99.5] + [10.0] * 20, step_s=5)
    answer = signed_in(admin).get(reverse("point-series", args=[tanks.level.pk]), {"span": "24h"}).json()
    assert answer["unit"] == "%"
    assert max(high for _, _, _, high, _ in answer["spans"]) == 99.5
    assert sum(n for *_, n in answer["spans"]) == 721
    assert ["high_high", "高高报", 110.0] in answer["limits"]
