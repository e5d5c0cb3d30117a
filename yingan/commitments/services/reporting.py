"""Teams and workshops report (班组→车间): save and hand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from yingan.commitments import queries
from yingan.commitments.models import LayerReport
from yingan.commitments.services.writing import Refused
from yingan.commitments.workflow import REPORTING
from yingan.kernel import audit
from yingan.kernel.workflow import StepRefused

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import _User

NEEDED = {
    "responsible": "请输入负责人",
    "are_units_safe": "请选择",
    "are_jobs_controlled": "请选择",
    "is_storage_safe": "请选择",
    "are_measures_in_place": "请选择",
}


class ReportIncomplete(Refused):
    """The report cannot be handed in yet: `problems` maps a column to a sentence."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(f"还不能上报：{len(problems)} 处填写有误")
        self.problems = problems


def problems_of(report: LayerReport) -> dict[str, str]:
    """Return what keeps a report from being handed in: column → sentence."""
    found = {name: words for name, words in NEEDED.items() if getattr(report, name) in (None, "")}
    if report.is_safe is False and not report.explanation.strip():
        found["explanation"] = "有一项为“否”时，请输入情况说明"
    parts = [report.units_running, report.units_stopped, report.units_overhaul]
    numbers = [number for number in parts if number is not None]
    if report.units_total is not None and len(numbers) == len(parts) and sum(numbers) != report.units_total:
        found["units_stopped"] = f"运行、停产、检修合计 {sum(numbers)}，与总数 {report.units_total} 不符"
    return found


@transaction.atomic
def save_report(report: LayerReport, *, by: _User, now: dt.datetime, submit: bool = False) -> LayerReport:
    """Save a department's report of a day; `submit` hands it in, so that it counts one level higher.

    :raises ReportIncomplete: if it is to be handed in and something is missing
    :raises Refused: if the day has not come, the person may not write for the department, or it is handed in already
    """
    if report.day > timezone.localtime(now).date():
        raise Refused("不能填报以后日期的报告。")
    if not queries.may_report(by, report.department):
        raise Refused("只能填报自己所在车间（班组）的报告。")
    problems = problems_of(report) if submit else {}
    if problems:
        raise ReportIncomplete(problems)
    _write(report, by=by)
    if submit:
        REPORTING.move(report, "report", by=by, now=now)
        LayerReport.unscoped.filter(pk=report.pk, enterprise_id=report.enterprise_id).update(reported_at=now)
    detail = {"day": report.day, "department": report.department.name, "submitted": submit}
    audit.record("commitment.report", by=by, subject=report, detail=detail)
    return report


def _write(report: LayerReport, *, by: _User) -> None:
    report.filled_by, report.filled_by_name = by, by.name
    is_new = report.pk is None
    if not is_new:
        owner = LayerReport.unscoped.filter(enterprise_id=report.enterprise_id)
        held = owner.select_for_update(of=("self",)).get(pk=report.pk)
        if held.status != LayerReport.Status.DRAFT:
            raise Refused("报告已上报，如需修改请先撤回。")
    try:
        with transaction.atomic():
            report.save(force_insert=is_new)
    except IntegrityError as clash:
        report.pk = None
        raise Refused("这一天的报告已经有了，请刷新页面后修改。") from clash


@transaction.atomic
def move_report(report: LayerReport, action: str, *, by: _User, now: dt.datetime) -> LayerReport:
    """Take a report back, or hand it in as it stands.

    :raises StepRefused: if the state or the department forbids it
    """
    if not queries.may_report(by, report.department):
        raise StepRefused("只能填报自己所在车间（班组）的报告。")
    REPORTING.move(report, action, by=by, now=now)
    audit.record(f"commitment.{action}", by=by, subject=report, detail={"day": report.day})
    return report
