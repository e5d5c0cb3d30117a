"""The roll-up of reports 班组 → 车间 → 企业 (domain §1.3), the same rule at every level.

Numbers are summed; 试生产, 开停车 and the other questions are 是 if any child says 是; 安全状态 is 否 if any is 否.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yingan.commitments.models.counts import FLAGS, SUMMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yingan.commitments.models import LayerReport
    from yingan.enterprises.models import Department


@dataclass
class Totals:
    """What several reports come to: `values` by column, the departments counted, those that are not safe."""

    values: dict[str, Any]
    departments: list[str] = field(default_factory=list)
    unsafe: list[str] = field(default_factory=list)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Return True if one answer is yes, False if all are no, None if nobody answered yes and one is open."""
    given = list(answers)
    if True in given:
        return True
    return None if None in given else False


def roll_up(reports: Sequence[LayerReport]) -> Totals | None:
    """Return the totals of submitted reports; None when there is none."""
    if not reports:
        return None
    values: dict[str, Any] = {}
    for name in SUMMED:
        numbers = [getattr(report, name) for report in reports if getattr(report, name) is not None]
        values[name] = sum(numbers) if numbers else None
    for name in FLAGS:
        values[name] = any_of(getattr(report, name) for report in reports)
    safety = [report.is_safe for report in reports]
    values["is_tank_safe"] = False if False in safety else (None if None in safety else True)
    unsafe = [str(report.department) for report in reports if report.is_safe is False]
    return Totals(values, [str(report.department) for report in reports], unsafe)


def top_level(reports: Sequence[LayerReport], departments: Mapping[int, Department]) -> list[LayerReport]:
    """Return the reports that count for the enterprise: a team's only where no department above it has reported."""
    reported = {report.department_id for report in reports}
    return [report for report in reports if not _ancestors(report.department_id, departments) & reported]


def _ancestors(department_id: int, departments: Mapping[int, Department]) -> set[int]:
    above: set[int] = set()
    here = departments.get(department_id)
    while here is not None and here.parent_id and here.parent_id not in above:
        above.add(here.parent_id)
        here = departments.get(here.parent_id)
    return above
