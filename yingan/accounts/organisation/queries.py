"""The organisation as its page shows it: the tree of departments, and the conditions of 双控 (manual §8.2)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yingan.accounts.models import Membership, Role
from yingan.enterprises.models import Department

if TYPE_CHECKING:
    from yingan.accounts.models import User


@dataclass(frozen=True)
class Node:
    """A department in the tree: its depth below the enterprise (0 = top) and how many users it has."""

    department: Department
    depth: int
    users: int


@dataclass(frozen=True)
class Condition:
    """One thing that 双控 needs before inspections can begin."""

    label: str
    count: int

    @property
    def is_met(self) -> bool:
        """Tell whether there is at least one."""
        return self.count > 0


def tree(user: User) -> list[Node]:
    """Return the departments of the user's enterprise, each below its parent, in their order."""
    departments = list(Department.visible_to(user).order_by("position", "id"))
    members = Counter(Membership.visible_to(user).values_list("department_id", flat=True))
    below: dict[int | None, list[Department]] = {}
    for department in departments:
        below.setdefault(department.parent_id, []).append(department)
    nodes: list[Node] = []

    def visit(parent: int | None, depth: int) -> None:
        for department in below.get(parent, []):
            nodes.append(Node(department, depth, members[department.pk]))
            visit(department.pk, depth + 1)

    visit(None, 0)
    return nodes


def conditions(user: User) -> list[Condition]:
    """Return the conditions of manual §8.2: one user of each role, one 安全生产机构."""
    active = Membership.visible_to(user).filter(user__is_active=True)
    roles = Counter(active.values_list("role", flat=True))
    organisations = Department.visible_to(user).filter(kind=Department.Kind.SAFETY_ORGANISATION).count()
    return [
        Condition("企业管理员", roles[Role.ENTERPRISE_ADMIN]),
        Condition("部门负责人", roles[Role.DEPARTMENT_HEAD]),
        Condition("部门普通员工", roles[Role.EMPLOYEE]),
        Condition("安全生产机构", organisations),
    ]
