"""网关: registering one, its password shown once, what it sent, ending it; and the equipment pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import bcrypt
import pytest
from django.urls import reverse

from yingan.kernel import clock
from yingan.telemetry.models import Equipment, Gateway, Point
from yingan.telemetry.services import readings
from yingan.telemetry.tests import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User
    from yingan.telemetry.tests.conftest import Tanks

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db
LIST, ADD = reverse("gateway-list"), reverse("gateway-add")
SECRET = re.compile(r"data-secret>([^<]+)<")


def test_the_password_is_shown_once_and_only_its_hash_is_kept(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    page = client.post(ADD, {"code": "WG01", "name": "罐区网关", "interval_s": 10})
    row = Gateway.unscoped.get(code="WG01")
    secret = SECRET.search(page.content.decode())
    assert secret
    assert bcrypt.checkpw(secret[1].encode(), row.secret_hash.encode())
    assert page.headers["Cache-Control"].count("no-store")
    again = client.get(reverse("gateway-detail", args=[row.pk])).content.decode()
    assert secret[1] not in again
    assert row.topic in again
    assert row.user_name in again


def test_a_new_password_ends_the_old_one(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    before = tanks.gateway.secret_hash
    page = signed_in(admin).post(reverse("gateway-password", args=[tanks.gateway.pk]))
    secret = SECRET.search(page.content.decode())
    assert secret
    after = Gateway.unscoped.get(pk=tanks.gateway.pk).secret_hash
    assert after != before
    assert bcrypt.checkpw(secret[1].encode(), after.encode())


def test_a_code_exists_once(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    answer = signed_in(admin).post(ADD, {"code": tanks.gateway.code, "name": "又一个", "interval_s": 10})
    assert answer.status_code == 422
    assert "网关编码已存在" in answer.content.decode()


def test_the_page_tells_what_was_sent_and_what_no_point_names(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    values.log(tanks.gateway, tanks.level, [1, 2, 3], seq=41)
    values.log(tanks.gateway, tanks.level, [4, 5, 6], seq=42)
    readings.keep_unknown([readings.UnknownRow(tanks.gateway.enterprise_id, tanks.gateway.pk, "XX-1", clock.now(), 7)])
    readings.keep_unknown(
        [readings.UnknownRow(tanks.gateway.enterprise_id, tanks.gateway.pk, "LT-1011", clock.now(), 7)]
    )
    page = signed_in(admin).get(reverse("gateway-detail", args=[tanks.gateway.pk]))
    assert page.context["traffic"].committed_seq == 42
    assert [one.tag for one in page.context["unknown"]] == ["XX-1"]
    assert "LT-1011" in page.context["example"]
    assert "1 个位号未配置" in page.content.decode()


def test_ending_a_gateway_ends_its_points(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    client = signed_in(admin)
    assert client.post(reverse("gateway-retire", args=[tanks.gateway.pk])).status_code == 302
    assert not Point.unscoped.filter(retired_at__isnull=True).exists()
    assert client.get(reverse("gateway-edit", args=[tanks.gateway.pk])).status_code == 404
    refused = client.post(reverse("gateway-password", args=[tanks.gateway.pk]), follow=True)
    assert "该网关已停用，不能重置接入密码" in refused.content.decode()


@pytest.mark.parametrize("persona", ["head", "employee", "reviewer"])
def test_only_the_administrator_changes_gateways(
    persona: str, request: pytest.FixtureRequest, tanks: Tanks, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    assert tanks.gateway.code in client.get(LIST).content.decode()
    assert client.get(reverse("gateway-protocol")).status_code == 200
    for name in ("gateway-password", "gateway-retire"):
        assert client.post(reverse(name, args=[tanks.gateway.pk])).status_code == 404
    assert client.get(ADD).status_code == 404


@pytest.mark.parametrize("persona", ["neighbour", "rival", "other_trade"])
def test_for_others_the_gateway_does_not_exist(
    persona: str, request: pytest.FixtureRequest, tanks: Tanks, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(persona))
    assert client.get(reverse("gateway-detail", args=[tanks.gateway.pk])).status_code == 404
    assert client.post(reverse("gateway-password", args=[tanks.gateway.pk])).status_code == 404
    assert tanks.gateway.name not in client.get(LIST).content.decode()


def test_heads_keep_the_equipment_of_their_department(head: User, tanks: Tanks, signed_in: SignIn) -> None:
    client = signed_in(head)
    typed = {"code": "G0777", "name": "T-103", "kind": "tank", "state": "in_use"}
    assert client.post(reverse("equipment-add"), typed).status_code == 302
    assert Equipment.unscoped.get(code="G0777").department_id == head.department_id
    assert client.get(reverse("equipment-edit", args=[tanks.own.pk])).status_code == 200
    assert client.get(reverse("equipment-edit", args=[tanks.other.pk])).status_code == 404
    assert client.post(reverse("equipment-delete", args=[tanks.other.pk])).status_code == 404


def test_equipment_with_points_is_not_deleted(admin: User, tanks: Tanks, signed_in: SignIn) -> None:
    answer = signed_in(admin).post(reverse("equipment-delete", args=[tanks.own.pk]))
    assert answer.status_code == 409
    assert "不能删除" in answer.content.decode()
    assert Equipment.unscoped.filter(pk=tanks.own.pk).exists()
