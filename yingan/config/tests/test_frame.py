"""The frame: menus by role and 监管类型, closed tiles with their reason, error pages, and whether a session stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import is_valid_path

from yingan.accounts.models import Role
from yingan.accounts.tests.factories import member
from yingan.config import menu
from yingan.enterprises.tests import factories as places
from yingan.regions.models import Trade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db


def links_of(entries: Iterable[menu.Link | menu.Group]) -> list[menu.Link]:
    """Return the entries of a left menu, groups opened."""
    return [link for entry in entries for link in (entry.entries if isinstance(entry, menu.Group) else (entry,))]


def labels(entries: Iterable[menu.Link | menu.Group]) -> list[str]:
    """Return the labels of a left menu."""
    return [link.label for link in links_of(entries)]


def closed(user: User) -> dict[str, str]:
    """Return the closed tiles of a person with their reasons."""
    return {tile.label: tile.closed for tile in menu.tiles_for(user, "/") if tile.closed}


def test_a_hazchem_enterprise_has_the_functions_of_the_manual(admin: User) -> None:
    shown = labels(menu.menu_for(admin, "/"))
    assert {"企业基本信息", "安全承诺书", "传感器监测设备", "告警跟踪处理", "用户组织管理"} <= set(shown)


def test_an_employee_does_not_manage_users(employee: User) -> None:
    assert "用户组织管理" not in labels(menu.menu_for(employee, "/"))
    assert closed(employee)["用户组织管理"] == "仅企业管理员和部门负责人可用"


def test_before_the_registration_there_is_nothing_else(plant: Enterprise, admin: User) -> None:
    plant.trade = plant.office = plant.supervised_region = None
    plant.save()
    assert labels(menu.menu_for(admin, "/")) == ["企业注册信息"]
    assert "请先在企业注册信息中选择监管类型" in closed(admin)["危化监测预警"]


def test_tiles_of_other_trades_and_of_later_versions_are_closed_with_the_reason(admin: User) -> None:
    reasons = closed(admin)
    assert reasons["工贸系统"] == "监管类型为危化企业，不能使用工贸系统"
    assert {reasons[label] for label in ("双控管理", "疫情通", "打非治违")} == {"本版本尚未开通"}
    assert "危化监测预警" not in reasons


def test_an_industry_enterprise_has_its_own_sub_system(db: None) -> None:
    other = places.enterprise(9, region=420102, trade=Trade.INDUSTRY)
    user = member(other, Role.ENTERPRISE_ADMIN)
    assert menu.subsystem_of(user).label == "工贸系统"
    assert "安全承诺书" not in labels(menu.menu_for(user, "/"))


def test_officers_see_what_they_decide(reviewer: User, enforcer: User) -> None:
    assert "监管信息确认" in labels(menu.menu_for(reviewer, "/"))
    assert "监管信息确认" not in labels(menu.menu_for(enforcer, "/"))
    assert closed(reviewer)["工贸系统"] == "您不负责工贸企业"


def test_the_nearest_entry_is_the_current_one(admin: User) -> None:
    for path, label in (("/enterprise/", "企业基本信息"), ("/enterprise/registration/edit/", "企业注册信息")):
        assert [link.label for link in links_of(menu.menu_for(admin, path)) if link.is_current] == [label]


def test_the_tile_of_the_own_sub_system_is_current(admin: User) -> None:
    assert [tile.label for tile in menu.tiles_for(admin, "/alarms/") if tile.is_current] == ["危化监测预警"]
    assert [tile.label for tile in menu.tiles_for(admin, "/organisation/") if tile.is_current] == ["用户组织管理"]


def test_every_address_is_one_of_the_site_map(admin: User, reviewer: User) -> None:
    places = (menu.HAZCHEM, menu.INDUSTRY, menu.MINING, menu.NEW, menu.AUTHORITY, menu.PLATFORM)
    paths = {link.path for place in places for link in links_of(place.menu)}
    paths |= {
        link.path for user in (admin, reviewer) for link in menu.tiles_for(user, "/") + menu.header_for(user, "/")
    }
    paths |= {link.path for link in menu.PERSONAL} | {path for _, path in menu.DEMO} | {menu.bar_for(admin)}
    paths |= {menu.HOME, menu.SIGN_IN, menu.SIGN_IN_LEGAL, menu.SIGN_OUT, menu.FORGOTTEN, menu.ACTIVATE}
    assert sorted(path for path in paths - {""} if not is_valid_path(path)) == []


def test_the_frame_shows_person_menu_and_footer(admin: User, signed_in: SignIn) -> None:
    page = signed_in(admin).get("/messages/").content.decode()
    for words in (
        f"{admin.enterprise} {admin.name}",
        "危化监测预警菜单",
        "主办单位",
        "技术支持",
        "跳到主要内容",
        "企业管理员",
    ):
        assert words in page


def test_the_demo_says_that_it_is_one(client: Client, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yingan.config.context.Shell.demo", False)
    assert "演示环境" not in client.get("/help/").content.decode()
    monkeypatch.setattr("yingan.config.context.Shell.demo", True)
    assert "演示环境" in client.get("/help/").content.decode()


def test_what_is_not_there_says_what_to_do(client: Client, admin: User, signed_in: SignIn) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "没有找到这个页面或这条记录" in answer.content.decode()
    assert "回到登录入口" in answer.content.decode()
    assert "进入首页" in signed_in(admin).get("/no/such/page/").content.decode()


def test_an_expired_form_says_what_to_do(admin: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/messages/read/")
    assert answer.status_code == 403
    assert "页面已过期，内容没有提交" in answer.content.decode()


def test_a_bug_gives_a_number_that_the_log_has_too(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr("yingan.help.queries.contact_blocks", broken)
    client.raise_request_exception = False
    answer = client.get("/help/")
    event = re.search(r"事件编号 <b>([0-9A-F]{8})</b>", answer.content.decode())
    assert answer.status_code == 500
    assert event is not None
    assert event[1] in caplog.text


def test_a_request_that_makes_no_sense_gets_a_page(client: Client, settings: object) -> None:
    answer = client.get("/help/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "服务器没有看懂这个请求" in answer.content.decode()


def test_the_session_says_whose_it_is_and_gives_a_token(admin: User, signed_in: SignIn, client: Client) -> None:
    mine = signed_in(admin).get("/session/")
    assert mine.json()["user"] == str(admin.pk)
    assert len(mine.json()["csrf"]) == 64
    assert "no-store" in mine["Cache-Control"]
    assert client.get("/session/").json()["user"] is None


def test_the_window_of_the_second_sign_in_tells_the_first(client: Client) -> None:
    assert "kernel/resumed.js" in client.get("/session/resumed/").content.decode()
