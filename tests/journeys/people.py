"""Signing in as people of the demo, each in a window of their own."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yingan.demo.codes import STEP_S, code_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.journeys.conftest import Platform

__all__ = ["code_at", "fresh_code", "in_another_window", "person", "sign_in"]
_used: set[int] = set()


@contextmanager
def in_another_window(page: Page, url: str) -> Iterator[Page]:
    """Open an address in another window of the same browser session."""
    other = page.context.new_page()
    other.goto(url)
    yield other
    other.close()


def fresh_code(platform: Platform) -> str:
    """Return a code of the second factor that was not used yet: each is good once."""
    while int(time.time()) // STEP_S in _used:
        time.sleep(0.5)
    now = time.time()
    _used.add(int(now) // STEP_S)
    return code_at(platform.values["DEMO_TOTP_SEED"], now)


def sign_in(platform: Platform, page: Page, username: str, *, password: str = "", second_factor: bool = False) -> None:
    """Sign in by 企业个人入口, with the second factor where the role needs one."""
    page.goto(f"{platform.site}/login/")
    page.get_by_label("账号", exact=True).fill(username)
    page.get_by_label("密码", exact=True).fill(password or platform.password)
    page.get_by_role("button", name="登录").click()
    if second_factor:
        page.wait_for_url("**/second-factor/**")
        page.locator("input[name=code]").fill(fresh_code(platform))
        page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/login/" not in url and "/second-factor/" not in url)


@contextmanager
def person(platform: Platform, browser: Browser, username: str, *, second_factor: bool = False) -> Iterator[Page]:
    """Give a page of another person, signed in, in a session of their own."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1366, "height": 768})
    page = context.new_page()
    sign_in(platform, page, username, second_factor=second_factor)
    yield page
    context.close()
