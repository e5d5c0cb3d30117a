"""The personas of spec/security.md §2.4, each a fixture that returns its User. `plant` is the admin's enterprise."""

from __future__ import annotations

import pytest

from yingan.accounts.models import Role, User
from yingan.accounts.tests import factories as people
from yingan.enterprises.models import Department, Enterprise
from yingan.enterprises.tests import factories as places
from yingan.regions.models import Trade

JIANGAN, WUCHANG, YILING = 420102, 420106, 420506  # counties of 武汉 (two) and 宜昌


@pytest.fixture
def plant(db: None) -> Enterprise:
    """Return the 危化 enterprise that the tests are about, supervised by its county."""
    return places.enterprise(1, region=JIANGAN, trade=Trade.HAZCHEM)


@pytest.fixture
def workshop(plant: Enterprise) -> Department:
    """Return a workshop of the plant."""
    return places.department(plant, "一车间", kind=Department.Kind.WORKSHOP)


@pytest.fixture
def admin(plant: Enterprise) -> User:
    """Return 企业管理员 of the plant."""
    return people.member(plant, Role.ENTERPRISE_ADMIN, username=plant.uscc)


@pytest.fixture
def head(plant: Enterprise, workshop: Department) -> User:
    """Return 部门负责人 of the plant's workshop."""
    return people.member(plant, Role.DEPARTMENT_HEAD, department=workshop)


@pytest.fixture
def employee(plant: Enterprise, workshop: Department) -> User:
    """Return 部门普通员工 of the plant's workshop."""
    return people.member(plant, Role.EMPLOYEE, department=workshop)


@pytest.fixture
def neighbour(db: None) -> User:
    """Return the administrator of another 危化 enterprise in the same county."""
    other = places.enterprise(2, region=JIANGAN, trade=Trade.HAZCHEM)
    return people.member(other, Role.ENTERPRISE_ADMIN, username=other.uscc)


@pytest.fixture
def rival(db: None) -> User:
    """Return the administrator of an enterprise in another city."""
    other = places.enterprise(3, region=YILING, trade=Trade.HAZCHEM)
    return people.member(other, Role.ENTERPRISE_ADMIN, username=other.uscc)


@pytest.fixture
def reviewer(db: None) -> User:
    """Return the reviewer of 危化 in the plant's county."""
    return people.officer(JIANGAN, Role.REVIEWER, [Trade.HAZCHEM])


@pytest.fixture
def city_reviewer(db: None) -> User:
    """Return the reviewer of 危化 in the plant's city."""
    return people.officer(420100, Role.REVIEWER, [Trade.HAZCHEM])


@pytest.fixture
def provincial_reviewer(db: None) -> User:
    """Return the reviewer of all trades in the province."""
    return people.officer(420000, Role.REVIEWER, list(Trade))


@pytest.fixture
def other_county(db: None) -> User:
    """Return the reviewer of 危化 in another county of the same city."""
    return people.officer(WUCHANG, Role.REVIEWER, [Trade.HAZCHEM])


@pytest.fixture
def other_trade(db: None) -> User:
    """Return the reviewer of 工贸 in the plant's county."""
    return people.officer(JIANGAN, Role.REVIEWER, [Trade.INDUSTRY])


@pytest.fixture
def enforcer(db: None) -> User:
    """Return the enforcement officer of 危化 in the plant's county."""
    return people.officer(JIANGAN, Role.ENFORCER, [Trade.HAZCHEM])


@pytest.fixture
def system_admin(db: None) -> User:
    """Return 系统管理员."""
    return people.person("sysadmin", platform_role=Role.SYSTEM_ADMIN)


@pytest.fixture
def security_admin(db: None) -> User:
    """Return 安全管理员."""
    return people.person("secadmin", platform_role=Role.SECURITY_ADMIN)


@pytest.fixture
def auditor(db: None) -> User:
    """Return 审计员."""
    return people.person("auditor", platform_role=Role.AUDITOR)


@pytest.fixture
def nobody(db: None) -> User:
    """Return a signed-in person without any place."""
    return people.person("nobody")
