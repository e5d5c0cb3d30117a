"""What every page's frame needs; read when the frame asks for it, so that fragments cost nothing."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from yingan.accounts.models import person_label
from yingan.config import menu as menus
from yingan.config.menu import Group, Link, SubSystem
from yingan.kernel import clock
from yingan.notifications import queries as notifications


class Shell:
    """The frame's context as the templates under kernel/ name it."""

    platform = settings.PLATFORM_NAME
    organiser = settings.PLATFORM_ORGANISER
    support = settings.PLATFORM_SUPPORT
    demo = settings.DEMO
    stale_after = settings.STALE_AFTER_SECONDS
    lost_after = settings.LOST_AFTER_SECONDS
    personal = menus.PERSONAL
    home, sign_in, sign_in_legal, sign_out = menus.HOME, menus.SIGN_IN, menus.SIGN_IN_LEGAL, menus.SIGN_OUT
    forgotten, activate, demo_links = menus.FORGOTTEN, menus.ACTIVATE, menus.DEMO

    def __init__(self, request: HttpRequest) -> None:
        self.path = request.path
        self.user: Any = request.user

    @property
    def now(self) -> datetime:
        """The business clock, from which the ages of figures are counted."""
        return clock.local(clock.now())

    @cached_property
    def subsystem(self) -> SubSystem:
        """The sub-system of the person."""
        return menus.subsystem_of(self.user)

    @cached_property
    def menu(self) -> list[Link | Group]:
        """The left menu."""
        return menus.menu_for(self.user, self.path)

    @cached_property
    def links(self) -> list[Link]:
        """The links of the top bar."""
        return menus.header_for(self.user, self.path)

    @cached_property
    def tiles(self) -> list[Link]:
        """The tiles of 系统菜单栏."""
        return menus.tiles_for(self.user, self.path)

    @property
    def bar(self) -> str:
        """The address of the red bar of standing alarms, on the pages of enterprises."""
        return menus.bar_for(self.user)

    @property
    def who(self) -> str:
        """The person, with enterprise or office."""
        return person_label(self.user)

    @property
    def role(self) -> str:
        """The person's role as people read it."""
        return str(self.user.role_label)

    @cached_property
    def unread(self) -> int:
        """How many messages the person has not read."""
        return notifications.unread_count(self.user)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context; an error page may be shown before anybody is known."""
    return {"shell": Shell(request) if hasattr(request, "user") else None}
