"""Enterprises and departments for tests; all invented."""

from __future__ import annotations

from yingan.enterprises.models import Department, Enterprise
from yingan.kernel.identifiers import fictitious_credit_code
from yingan.regions.models import Office, Region

NAMES = ("示例化工一厂", "示例化工二厂", "示例化工三厂", "示例化工四厂", "示例化工五厂")


def office(code: int) -> Office:
    """Return the office of the division with this code (the city's where it stands at both levels)."""
    return Office.objects.filter(region__code=code).order_by("id")[0]


def enterprise(number: int, *, region: int, trade: str, **columns: object) -> Enterprise:
    """Make an enterprise in a county, supervised by the county's office."""
    values: dict[str, object] = {
        "uscc": fictitious_credit_code(number),
        "name": NAMES[(number - 1) % len(NAMES)] + ("" if number <= len(NAMES) else str(number)),
        "legal_person": "张示例",
        "trade": trade,
        "office": office(region),
        "supervised_region": region,
        "supervision_state": Enterprise.SupervisionState.CONFIRMED,
        "region": Region.objects.get(code=region, level="county"),
    }
    return Enterprise.unscoped.create(**(values | columns))


def department(owner: Enterprise, name: str, kind: str = Department.Kind.FUNCTIONAL) -> Department:
    """Make a department."""
    return Department.unscoped.create(enterprise=owner, name=name, kind=kind)
