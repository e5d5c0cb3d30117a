"""The invented people of the demo: one for every role, with the passwords of this installation's .env."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import make_password

from yingan.accounts.models import Membership, OfficePost, Role, User
from yingan.demo import places
from yingan.kernel import sealed
from yingan.kernel.identifiers import fictitious_credit_code
from yingan.regions.models import Office, Trade

if TYPE_CHECKING:
    from yingan.enterprises.models import Department, Enterprise

STAFF = (
    ("head1", Role.DEPARTMENT_HEAD, "一车间", "车间主任"),
    ("head2", Role.DEPARTMENT_HEAD, "安全环保部", "安全环保部部长"),
    ("worker1", Role.EMPLOYEE, "甲班", "操作工"),
    ("worker2", Role.EMPLOYEE, "乙班", "操作工"),
    ("worker3", Role.EMPLOYEE, "设备部", "仪表工"),
)
PLATFORM = (
    ("sysadmin", Role.SYSTEM_ADMIN, "系统管理员"),
    ("secadmin", Role.SECURITY_ADMIN, "安全管理员"),
    ("auditor", Role.AUDITOR, "审计员"),
)


@dataclass(frozen=True)
class Account:
    """One line of the list of demo accounts."""

    who: str
    username: str
    needs_code: bool


def password() -> str:
    """Return the demo password of this installation (DEMO_PASSWORD, made at first run)."""
    return os.environ["DEMO_PASSWORD"]


class Maker:
    """Makes users with one hashed password, so that a hundred accounts take no hundred hashes."""

    def __init__(self) -> None:
        self.hash = make_password(password())
        self.number = 0

    def user(
        self, username: str, *, job: str = "", second_factor: bool = False, role: str = "", name: str = ""
    ) -> User:
        """Make a user; officers and administrators share the demo's TOTP seed."""
        self.number += 1
        phone = places.phone_of(self.number)
        return User.objects.create(
            username=username,
            name=name or places.name_of(self.number),
            phone=phone,
            phone_index=sealed.blind_index(phone),
            password=self.hash,
            job=job,
            platform_role=role,
            totp_secret=os.environ["DEMO_TOTP_SEED"] if second_factor else "",
        )


def staff_of(place: places.Place, enterprise: Enterprise, departments: dict[str, Department], maker: Maker) -> User:
    """Make the administrator and the staff of one enterprise; return the administrator."""
    admin = maker.user(enterprise.uscc, job="企业管理员", name=enterprise.legal_person)
    Membership.unscoped.create(enterprise=enterprise, user=admin, role=Role.ENTERPRISE_ADMIN)
    for suffix, role, department, job in STAFF:
        user = maker.user(f"{place.short}-{suffix}", job=job)
        Membership.unscoped.create(enterprise=enterprise, user=user, role=role, department=departments[department])
    return admin


def officers(maker: Maker) -> None:
    """Make reviewers for the demo's province, cities and counties, and enforcers for the counties."""
    codes = {420000} | {place.office or place.region for place in places.PLACES}
    codes |= {code // 100 * 100 for code in codes if code < 429000}
    for code in sorted(codes):
        office = Office.objects.filter(region__code=code).order_by("id")[0]
        officer(maker, office, f"r{code}", Role.REVIEWER)
        if code % 100:
            officer(maker, office, f"z{code}", Role.ENFORCER)


def officer(maker: Maker, office: Office, username: str, role: Role) -> User:
    """Make one officer of an office, responsible for all its trades."""
    user = maker.user(username, job=str(role.label), second_factor=True)
    OfficePost.objects.create(user=user, office=office, role=role, trades=[trade.value for trade in Trade])
    return user


def administrators(maker: Maker) -> None:
    """Make the three administrators of the platform: three people."""
    for username, role, job in PLATFORM:
        maker.user(username, job=job, second_factor=True, role=role)


def accounts() -> list[Account]:
    """Return the accounts worth showing: one of each kind, of the first demo enterprise and its authorities."""
    first = places.PLACES[0]
    return [
        Account(f"企业管理员（{first.name}）", fictitious_credit_code(first.number), needs_code=False),
        Account("部门负责人（同上）", f"{first.short}-head1", needs_code=False),
        Account("部门普通员工（同上）", f"{first.short}-worker1", needs_code=False),
        Account("县（区）审核人员", f"r{first.region}", needs_code=True),
        Account("县（区）执法人员", f"z{first.region}", needs_code=True),
        Account("市级审核人员", f"r{first.region // 100 * 100}", needs_code=True),
        Account("省级审核人员", "r420000", needs_code=True),
        *(Account(job, username, needs_code=True) for username, _, job in PLATFORM),
    ]


def signs_in_here() -> str:
    """Return the address of 企业个人入口."""
    return f"{settings.PUBLIC_URL}/login/"
