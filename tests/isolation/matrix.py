"""The authorization matrix: every address of the site map, who gets an answer, with which object, by which method.

An address without a row fails the build. Lists made from declarations get their rows from their declaration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.isolation.walker import (
    ADMINS,
    EVERYBODY,
    MEMBERS,
    OFFICERS,
    REVIEWERS,
    SIGNED_IN,
    Row,
)
from yingan.accounts.models import Role
from yingan.accounts.organisation import pages as organisation
from yingan.telemetry import pages as telemetry

if TYPE_CHECKING:
    from yingan.kernel.crud import CrudPage

BY_ROLE: dict[str, frozenset[str]] = {
    Role.ENTERPRISE_ADMIN: ADMINS,
    Role.DEPARTMENT_HEAD: frozenset({"head"}),
    Role.EMPLOYEE: frozenset({"employee"}),
    Role.REVIEWER: REVIEWERS,
    Role.ENFORCER: frozenset({"enforcer"}),
    Role.SYSTEM_ADMIN: frozenset({"system_admin"}),
    Role.SECURITY_ADMIN: frozenset({"security_admin"}),
    Role.AUDITOR: frozenset({"auditor"}),
}
HEADS = ADMINS | {"head"}
PEOPLE = MEMBERS | OFFICERS
SYSTEM = frozenset({"system_admin"})


def of_page(page: CrudPage, thing: str, *, imports: bool = True) -> dict[str, Row]:
    """Return the rows of a list page from its declaration."""
    view = frozenset().union(*(BY_ROLE[role] for role in page.view_roles)) if page.view_roles else SIGNED_IN
    edit = frozenset().union(*(BY_ROLE[role] for role in page.edit_roles)) & MEMBERS
    rows = {
        "list": Row(view),
        "export": Row(view),
        "detail": Row(view, thing),
        "add": Row(edit),
        "template": Row(edit),
        "import": Row(edit, method="POST"),
        "import-take": Row(edit & ADMINS, f"{thing}-import", "POST"),  # a sheet is decided by who imported it
        "import-undo": Row(edit & ADMINS, f"{thing}-import", "POST"),
        "import-errors": Row(edit & ADMINS, f"{thing}-import"),
        "edit": Row(edit & ADMINS, thing),  # 部门负责人 change what their own department has: tests of the context
        "delete": Row(edit & ADMINS, thing),
    }
    dropped = () if imports else ("template", "import", "import-take", "import-undo", "import-errors")
    return {f"{page.slug}-{kind}": row for kind, row in rows.items() if kind not in dropped}


MATRIX: dict[str, Row] = {
    # public
    "healthz": Row(EVERYBODY),
    "portal": Row(EVERYBODY),
    "help": Row(EVERYBODY),
    "session-state": Row(EVERYBODY),
    "session-resumed": Row(EVERYBODY),
    # signing in and one's own account
    "login": Row(EVERYBODY),
    "forgotten": Row(EVERYBODY),
    "logout": Row(EVERYBODY, method="POST"),
    "second-factor": Row(frozenset()),
    "activate": Row(EVERYBODY),
    "activate-slip": Row(EVERYBODY, "slip", is_owned=False),
    "account": Row(SIGNED_IN),
    "profile": Row(SIGNED_IN),
    "password": Row(SIGNED_IN),
    "second-factor-bind": Row(SIGNED_IN),
    "second-factor-off": Row(SIGNED_IN, method="POST"),
    "session-list": Row(SIGNED_IN),
    "session-end-others": Row(SIGNED_IN, method="POST"),
    "session-end": Row(frozenset(), "session", "POST", is_owned=False),
    # 企业注册信息, 企业基本信息, confirmation
    "home": Row(SIGNED_IN),
    "enterprise-home": Row(MEMBERS),
    "enterprise-checked": Row(ADMINS, "checked", "POST", is_owned=False),
    "registration": Row(MEMBERS),
    "registration-edit": Row(ADMINS),
    "registration-places": Row(ADMINS),
    "supervision-withdraw": Row(ADMINS, "change", "POST"),
    "confirmation-list": Row(REVIEWERS),
    "confirmation": Row(REVIEWERS, "change"),
    "confirmation-confirm": Row(REVIEWERS, "change", "POST"),
    "confirmation-return": Row(REVIEWERS, "change", "POST"),
    # help
    "help-rows": Row(SYSTEM, "help", is_owned=False),
    "help-add": Row(SYSTEM, "help", is_owned=False),
    "help-edit": Row(SYSTEM, "help-row", is_owned=False),
    "help-delete": Row(SYSTEM, "help-row", "POST", is_owned=False),
    # 用户组织管理
    "organisation": Row(HEADS),
    **of_page(organisation.MEMBERS, "member"),
    **of_page(organisation.DEPARTMENTS, "department", imports=False),
    "member-slips": Row(ADMINS, method="POST"),
    "member-slip": Row(ADMINS, "member", "POST"),
    "member-enable": Row(ADMINS, "member", "POST"),
    "member-disable": Row(ADMINS, "member", "POST"),
    # messages
    "message-list": Row(SIGNED_IN),
    "message-bell": Row(SIGNED_IN),
    "message-read-all": Row(SIGNED_IN, method="POST"),
    "message-open": Row(frozenset({"admin"}), "message", "POST"),
    # files
    "attachment": Row(PEOPLE, "attachment"),
    # monitoring
    "monitoring-live": Row(PEOPLE),
    "monitoring-values": Row(PEOPLE),
    "monitoring-trends": Row(PEOPLE, data={"points": "1"}),
    "point-series": Row(PEOPLE, "point"),
    **of_page(telemetry.POINTS, "point"),
    "point-delete": Row(ADMINS, "point", "POST"),
    **of_page(telemetry.EQUIPMENT, "equipment"),
    "gateway-list": Row(PEOPLE),
    "gateway-protocol": Row(PEOPLE),
    "gateway-add": Row(ADMINS),
    "gateway-detail": Row(PEOPLE, "gateway"),
    "gateway-edit": Row(ADMINS, "gateway"),
    "gateway-password": Row(ADMINS, "gateway", "POST"),
    "gateway-retire": Row(ADMINS, "gateway", "POST"),
    "authority-monitoring": Row(OFFICERS),
    # alarms
    "alarm-list": Row(PEOPLE),
    "alarm-news": Row(PEOPLE),
    "alarm-bar": Row(MEMBERS),
    "alarm-acknowledge-several": Row(MEMBERS, method="POST"),
    "alarm-detail": Row(PEOPLE, "alarm"),
    "alarm-curve": Row(PEOPLE, "alarm"),
    "alarm-handle": Row(MEMBERS, "alarm", "POST"),
    "alarm-acknowledge": Row(MEMBERS, "alarm", "POST"),
    "alarm-start": Row(MEMBERS, "alarm", "POST"),
    "alarm-close": Row(MEMBERS, "alarm", "POST"),
    "alarm-mark_false": Row(MEMBERS, "alarm", "POST"),
    "alarm-note": Row(MEMBERS, "alarm", "POST"),
    # commitments
    "commitment-list": Row(MEMBERS),
    "commitment-export": Row(MEMBERS),
    "commitment-today-card": Row(MEMBERS),
    "commitment-new": Row(ADMINS),
    "commitment-check": Row(ADMINS, method="POST"),
    "commitment-template": Row(ADMINS),
    "commitment-detail": Row(PEOPLE, "commitment"),
    "commitment-print": Row(PEOPLE, "commitment"),
    "commitment-edit": Row(ADMINS, "commitment"),
    "commitment-delete": Row(ADMINS, "commitment", "POST"),
    "commitment-reports": Row(MEMBERS),
    "commitment-report": Row(ADMINS, "report-day"),
    "commitment-report-withdraw": Row(MEMBERS, "report", "POST"),
    "commitment-board": Row(frozenset(), "board", is_owned=False),  # a guessed token; the right one: test_authority.py
    "authority-desk": Row(OFFICERS),
    "authority-commitments": Row(OFFICERS),
    "authority-roll-up": Row(OFFICERS),
    "authority-remind": Row(REVIEWERS, method="POST"),
    "authority-review": Row(OFFICERS, "commitment"),
    "authority-publish": Row(REVIEWERS, "commitment", "POST"),
    "authority-return": Row(REVIEWERS, "commitment", "POST"),
    # the demo's pages, closed without DEMO=1
    "demo": Row(frozenset()),
    "demo-outbox": Row(frozenset()),
    "demo-start": Row(frozenset(), method="POST"),
    "demo-stop": Row(frozenset(), method="POST"),
}
# Streams open connections of their own, and these two ask the provider: they are walked in tests that do too.
ELSEWHERE = {
    "login-legal": "yingan/accounts/tests/test_legal_sign_in.py",
    "login-callback": "yingan/accounts/tests/test_legal_sign_in.py",
    "live-points": "yingan/telemetry/tests/test_live.py",
    "live-alarms": "yingan/alarms/tests/test_live.py",
}
