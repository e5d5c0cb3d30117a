"""The frame in a real browser: keyboard, dialogs, messages, phones, and that nothing typed is lost with the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.browser import DESK, PHONE, faults, overflow
from yingan.help.models import Question
from yingan.notifications import services as notifications

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

    from yingan.accounts.models import User

    SignIn = Callable[[User], Client]
    Open = Callable[[User | None, str], Page]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_page(page: Page, live_server: LiveServer, signed_in: SignIn) -> Iterator[Open]:
    """Give a function that opens an address as a person; errors of scripts and of the policy fail the test."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda line: troubles.append(line.text) if "Content Security Policy" in line.text else None)

    def go(user: User | None, path: str) -> Page:
        if user:
            give_session(page, live_server, signed_in(user))
        page.goto(f"{live_server}{path}")
        return page

    yield go
    assert troubles == []


def give_session(page: Page, live_server: LiveServer, client: Client) -> None:
    """Let the browser be the person of the client."""
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": str(live_server)}])


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("path", ["/", "/help/", "/no/such/page/", "/messages/"])
def test_pages_are_accessible_and_fit(
    path: str, size: dict[str, int], admin: User, open_page: Open, page: Page
) -> None:
    page.set_viewport_size(size)
    notifications.notify([admin], title="甲醇储罐液位高高报", url="/alarms/1/", level="urgent")
    open_page(admin if path == "/messages/" else None, path)
    assert faults(page) == []
    assert overflow(page) <= 0


def test_what_is_typed_survives_the_end_of_the_session(
    system_admin: User, open_page: Open, live_server: LiveServer, signed_in: SignIn
) -> None:
    page = open_page(system_admin, "/help/questions/new/")
    page.fill("[name=title]", "登录超时会丢失吗？")
    page.fill("[name=answer]", "不会。")
    Session.objects.all().delete()  # the idle limit struck while the form was open
    page.get_by_role("button", name="保存").click()
    page.get_by_role("heading", name="登录已超时").wait_for()
    assert faults(page) == []
    assert Question.objects.filter(title="登录超时会丢失吗？").count() == 0
    give_session(page, live_server, signed_in(system_admin))  # signed in again, in the window that opens for it
    window = page.context.new_page()
    window.goto(f"{live_server}/session/resumed/")
    page.get_by_text("保存成功").wait_for()
    assert Question.objects.get(title="登录超时会丢失吗？").answer == "不会。"


def test_another_account_does_not_send_the_form(
    system_admin: User, admin: User, open_page: Open, live_server: LiveServer, signed_in: SignIn
) -> None:
    page = open_page(system_admin, "/help/questions/new/")
    page.fill("[name=title]", "问")
    page.fill("[name=answer]", "答")
    give_session(page, live_server, signed_in(admin))
    page.get_by_role("button", name="保存").click()
    page.get_by_text("当前登录的是另一个账号").wait_for()
    assert page.input_value("[name=title]") == "问"
    assert not Question.objects.filter(title="问").exists()


def test_deleting_asks_first_and_says_what_was_deleted(system_admin: User, open_page: Open) -> None:
    Question.objects.create(title="旧问题", answer="…")
    page = open_page(system_admin, "/help/questions/")
    page.get_by_role("button", name="删除 旧问题").click()
    dialog = page.get_by_role("dialog")
    assert "删除“旧问题”？" in dialog.inner_text()
    dialog.get_by_role("button", name="取消").click()
    assert Question.objects.filter(title="旧问题").exists()
    page.get_by_role("button", name="删除 旧问题").click()
    dialog.get_by_role("button", name="删除").click()
    page.get_by_text("已删除“旧问题”。").wait_for()
    assert not Question.objects.filter(title="旧问题").exists()


def test_the_bell_follows_without_loading_the_page_again(admin: User, open_page: Open) -> None:
    page = open_page(admin, "/messages/")
    assert page.get_by_role("link", name="消息，0 条未读").count() == 1
    notifications.notify([admin], title="告警")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("link", name="消息，1 条未读").wait_for()


def test_asking_for_the_bell_after_the_session_interrupts_nobody(admin: User, open_page: Open) -> None:
    page = open_page(admin, "/messages/")
    Session.objects.all().delete()
    with page.expect_response("**/login/**"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    assert page.get_by_role("link", name="消息，0 条未读").count() == 1
    assert not page.get_by_role("heading", name="登录已超时").is_visible()


def test_the_tiles_open_and_closed_ones_lead_nowhere(admin: User, open_page: Open) -> None:
    page = open_page(admin, "/messages/")
    page.get_by_role("button", name="系统菜单").click()
    tiles = page.get_by_role("navigation", name="系统菜单")
    assert tiles.get_by_role("link").count() == 8
    closed = tiles.get_by_role("link", name="双控管理")
    assert closed.get_attribute("title") == "双控管理：本版本尚未开通"
    closed.click(force=True)
    assert page.url.endswith("/messages/")
    assert faults(page) == []


def test_the_keyboard_reaches_the_content_and_closes_the_phone_menu(admin: User, open_page: Open, page: Page) -> None:
    page.set_viewport_size(PHONE)
    open_page(admin, "/messages/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到主要内容"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("button", name="打开菜单").click()
    assert page.get_by_role("link", name="安全承诺书").is_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    assert not page.get_by_role("link", name="安全承诺书").is_visible()


def test_the_portal_has_two_tabs_for_the_keyboard(open_page: Open) -> None:
    page = open_page(None, "/")
    page.get_by_role("tab", name="企业个人入口").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("link", name="前往登录").is_visible()
    assert not page.get_by_label("密码").is_visible()
    assert faults(page) == []


def test_an_age_ticks_and_turns_stale_and_lost(admin: User, open_page: Open) -> None:
    page = open_page(admin, "/messages/")
    page.evaluate(
        """document.getElementById('main').innerHTML = [10, 301, 601].map(seconds => `<div data-ages><span
           class="ya-age" data-since="${new Date(YA.now() - seconds * 1000).toISOString()}"></span></div>`).join('')"""
    )
    ages = page.locator(".ya-age")
    for number, state in enumerate(["fresh", "stale", "lost"]):
        expect(ages.nth(number)).to_have_attribute("data-age", state)
    assert ages.nth(1).inner_text() == "5 分钟前"
    assert page.locator(".is-stale").count() == 2
    expect(ages.nth(0)).not_to_have_text(ages.nth(0).inner_text())
