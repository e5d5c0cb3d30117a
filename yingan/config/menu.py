"""The menus as data: sub-systems with their left menus, the top bar's links, the tiles of 系统菜单栏 (manual §6.4–6.5).

Addresses are written out, so that a search for one finds it here; a test follows each. What belongs to a later issue
stands here too, closed with the reason that people read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from yingan.accounts.models import ENTERPRISE_ROLES, OFFICER_ROLES, Role
from yingan.regions.models import Trade

HOME = "/home/"
SIGN_IN = "/login/"  # 企业个人入口
SIGN_IN_LEGAL = "/login/legal/"  # 法人用户登录
SIGN_OUT = "/logout/"
FORGOTTEN = "/login/forgotten/"
ACTIVATE = "/activate/"
DEMO = (("场景与账号", "/demo/"), ("演示短信", "/demo/outbox/"))
LATER = "本版本尚未开通"


@dataclass(frozen=True)
class Link:
    """One address: an entry of the left menu, a link of the top bar or a tile."""

    label: str
    path: str
    icon: str = ""
    roles: tuple[str, ...] = ()  # empty = everybody of the sub-system
    closed: str = ""  # why it cannot be opened; '' = it can
    is_current: bool = False


@dataclass(frozen=True)
class Group:
    """Entries of the left menu under one heading."""

    label: str
    icon: str
    entries: tuple[Link, ...]


@dataclass(frozen=True)
class SubSystem:
    """What the top bar calls the place where one is, and its left menu."""

    label: str
    menu: tuple[Link | Group, ...]


ENTERPRISE = Link("企业基本信息", "/enterprise/", "building")
REGISTRATION = Link("企业注册信息", "/enterprise/registration/", "id")
ORGANISATION = Link("用户组织管理", "/organisation/", "users", roles=(Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD))
MONITORING = Group(
    "监测设备",
    "broadcast",
    (
        Link("实时监测", "/monitoring/live/"),
        Link("传感器监测设备", "/monitoring/points/"),
        Link("设备", "/monitoring/equipment/"),
        Link("网关", "/monitoring/gateways/"),
    ),
)
ALARMS = Group("故障与告警", "alert-triangle", (Link("告警跟踪处理", "/alarms/"),))
HAZCHEM = SubSystem(
    "危化监测预警",
    (
        ENTERPRISE,
        REGISTRATION,
        Group(
            "安全承诺",
            "certificate",
            (Link("安全承诺书", "/commitments/"), Link("车间班组上报", "/commitments/reports/")),
        ),
        MONITORING,
        ALARMS,
        ORGANISATION,
    ),
)
INDUSTRY = SubSystem("工贸系统", (ENTERPRISE, REGISTRATION, ORGANISATION))
MINING = SubSystem("矿山系统", (ENTERPRISE, REGISTRATION, ORGANISATION))
NEW = SubSystem("企业注册", (REGISTRATION,))
AUTHORITY = SubSystem(
    "监管工作台",
    (
        Group(
            "审核",
            "clipboard-check",
            (
                Link("安全承诺审核", "/authority/"),
                Link("监管信息确认", "/authority/confirmations/", roles=(Role.REVIEWER,)),
            ),
        ),
        Group("统计", "chart-bar", (Link("安全承诺汇总", "/authority/roll-up/"),)),
        Group(
            "监测",
            "broadcast",
            (Link("企业监测", "/authority/monitoring/"), Link("告警", "/alarms/")),
        ),
    ),
)
PLATFORM = SubSystem(
    "平台管理",
    (
        Link("运维联系方式", "/help/contacts/", "phone", roles=(Role.SYSTEM_ADMIN,)),
        Link("常见问题", "/help/questions/", "help-circle", roles=(Role.SYSTEM_ADMIN,)),
    ),
)
BY_TRADE: dict[str, SubSystem] = {Trade.HAZCHEM: HAZCHEM, Trade.INDUSTRY: INDUSTRY, Trade.MINING: MINING}

PERSONAL = (
    Link("个人信息", "/account/"),
    Link("修改密码", "/account/password/"),
    Link("登录会话", "/account/sessions/"),
    Link("消息", "/messages/"),
)


def subsystem_of(user: Any) -> SubSystem:
    """Return the sub-system in which this person works: by role, and for enterprises by 监管类型."""
    if user.has_role(*OFFICER_ROLES):
        return AUTHORITY
    if not user.has_role(*ENTERPRISE_ROLES):
        return PLATFORM
    enterprise = user.enterprise
    return BY_TRADE[enterprise.trade] if enterprise and enterprise.is_registered else NEW


def _business_tile(label: str, icon: str, trade: Trade) -> Callable[[Any], Link]:
    def tile(user: Any) -> Link:
        link = Link(label, HOME, icon)
        if user.has_role(*OFFICER_ROLES):
            return link if trade in user.post.trades else replace(link, closed=f"您不负责{trade.label}")
        own = user.enterprise and user.enterprise.trade
        if not own:
            return replace(
                link, closed="请先在企业注册信息中选择监管类型" if user.enterprise else "仅企业和监管部门可用"
            )
        return link if own == trade else replace(link, closed=f"监管类型为{Trade(own).label}，不能使用{label}")

    return tile


def _for_enterprise(link: Link) -> Callable[[Any], Link]:
    def tile(user: Any) -> Link:
        if not user.has_role(*ENTERPRISE_ROLES):
            return replace(link, closed="仅企业用户可用")
        if link.roles and not user.has_role(*link.roles):
            return replace(link, closed="仅企业管理员和部门负责人可用")
        return link

    return tile


def _closed(label: str, icon: str) -> Callable[[Any], Link]:
    return lambda user: Link(label, "", icon, closed=LATER)


TILES: tuple[Callable[[Any], Link], ...] = (
    _business_tile("危化监测预警", "radar-2", Trade.HAZCHEM),
    _business_tile("工贸系统", "building-factory-2", Trade.INDUSTRY),
    _business_tile("矿山系统", "pick", Trade.MINING),
    _closed("双控管理", "shield-check"),
    _closed("疫情通", "virus"),
    _closed("打非治违", "ban"),
    _for_enterprise(ENTERPRISE),
    _for_enterprise(ORGANISATION),
)
HEADER: tuple[Callable[[Any], Link], ...] = (
    _for_enterprise(ENTERPRISE),
    _for_enterprise(ORGANISATION),
    _closed("双控系统", "shield-check"),
    _closed("疫情通", "virus"),
)
OFFICER_HEADER: tuple[Callable[[Any], Link], ...] = (
    _closed("双控系统", "shield-check"),
    _closed("监管执法", "gavel"),
    _closed("疫情通", "virus"),
)


def bar_for(user: Any) -> str:
    """Return the address of the red bar of standing alarms; '' for those who are not of an enterprise."""
    return "/alarms/bar/" if user.has_role(*ENTERPRISE_ROLES) else ""


def tiles_for(user: Any, path: str) -> list[Link]:
    """Return the tiles of 系统菜单栏, closed ones with the reason; the own sub-system is current by default."""
    tiles = _marked([tile(user) for tile in TILES], path)
    if any(tile.is_current for tile in tiles):
        return tiles
    own = subsystem_of(user).label
    return [replace(tile, is_current=tile.label == own) for tile in tiles]


def header_for(user: Any, path: str) -> list[Link]:
    """Return the links of the top bar (manual §6.4)."""
    if user.has_role(*ENTERPRISE_ROLES):
        return _marked([link(user) for link in HEADER], path)
    return [link(user) for link in OFFICER_HEADER] if user.has_role(*OFFICER_ROLES) else []


def menu_for(user: Any, path: str) -> list[Link | Group]:
    """Return the left menu of the person's sub-system, narrowed to the role, with the current entry marked."""
    narrowed = [_narrowed(entry, user) for entry in subsystem_of(user).menu]
    kept = [entry for entry in narrowed if entry is not None]
    current = _nearest(_links(kept), path)
    return [_with_current(entry, current) for entry in kept]


def _narrowed(entry: Link | Group, user: Any) -> Link | Group | None:
    if isinstance(entry, Group):
        entries = tuple(link for link in entry.entries if _narrowed(link, user))
        return replace(entry, entries=entries) if entries else None
    return entry if not entry.roles or user.has_role(*entry.roles) else None


def _links(entries: Iterable[Link | Group]) -> list[Link]:
    return [link for entry in entries for link in (entry.entries if isinstance(entry, Group) else (entry,))]


def _nearest(links: Iterable[Link], path: str) -> str:
    """Return the longest address of the links under which the path lies, or ''."""
    return max((link.path for link in links if link.path and path.startswith(link.path)), key=len, default="")


def _with_current(entry: Link | Group, current: str) -> Link | Group:
    if isinstance(entry, Group):
        return replace(entry, entries=tuple(replace(link, is_current=link.path == current) for link in entry.entries))
    return replace(entry, is_current=entry.path == current)


def _marked(links: list[Link], path: str) -> list[Link]:
    current = _nearest([link for link in links if not link.closed], path)
    return [replace(link, is_current=not link.closed and link.path == current and bool(current)) for link in links]
