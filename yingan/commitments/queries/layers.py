"""Reads of the levels 班组 → 车间 → 企业: who may report, what is there, what a level is pre-filled with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yingan.accounts.models import Role
from yingan.commitments import rollup
from yingan.commitments.models import LayerReport
from yingan.enterprises.models import Department

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import _User

REPORTING_KINDS = (Department.Kind.WORKSHOP, Department.Kind.TEAM)


def may_report(user: _User, department: Department) -> bool:
    """Tell whether a person may write for a department: the administrator, its own people, those one level above."""
    if user.enterprise_id != department.enterprise_id:
        return False
    if user.has_role(Role.ENTERPRISE_ADMIN):
        return True
    own = user.department_id
    if own is None:
        return False
    return own == department.pk or (user.has_role(Role.DEPARTMENT_HEAD) and own == department.parent_id)


def _submitted(enterprise_id: int, day: dt.date) -> list[LayerReport]:
    rows = LayerReport.unscoped.filter(enterprise_id=enterprise_id, day=day, status=LayerReport.Status.SUBMITTED)
    return list(rows.select_related("department"))


def totals_of(enterprise_id: int, day: dt.date) -> rollup.Totals | None:
    """Return what the submitted reports of a day come to for the enterprise; None if there is none."""
    reports = _submitted(enterprise_id, day)
    if not reports:
        return None
    departments = {row.pk: row for row in Department.unscoped.filter(enterprise_id=enterprise_id)}
    return rollup.roll_up(rollup.top_level(reports, departments))


def prefill_for(department: Department, day: dt.date) -> rollup.Totals | None:
    """Return what the submitted reports of the teams right below a workshop come to."""
    reports = _submitted(department.enterprise_id, day)
    return rollup.roll_up([row for row in reports if row.department.parent_id == department.pk])


@dataclass(frozen=True)
class LayerLine:
    """One workshop or team of the page, with its report of the day if there is one."""

    department: Department
    report: LayerReport | None
    depth: int
    may_write: bool

    @property
    def special_jobs(self) -> int | None:
        """How many hot-work jobs of all grades the report counts."""
        if self.report is None:
            return None
        names = ("special_hot_work_jobs", "first_hot_work_jobs", "second_hot_work_jobs")
        return sum(getattr(self.report, name) or 0 for name in names)


def layers_of(user: Any, day: dt.date) -> list[LayerLine]:
    """Return the workshops and teams of the person's enterprise, teams below their workshop."""
    rows = list(Department.visible_to(user).filter(kind__in=REPORTING_KINDS))
    reports = {row.department_id: row for row in LayerReport.visible_to(user).filter(day=day)}
    known = {row.pk for row in rows}
    lines: list[LayerLine] = []

    def add(parent_id: int | None, depth: int) -> None:
        for row in rows:
            above = row.parent_id if row.parent_id in known else None
            if above == parent_id:
                lines.append(LayerLine(row, reports.get(row.pk), depth, may_report(user, row)))
                add(row.pk, depth + 1)

    add(None, 0)
    return lines
