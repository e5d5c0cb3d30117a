"""班组、车间上报: the tree of a day and the form of one department."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import ENTERPRISE_ROLES
from yingan.commitments import queries, services, sheet
from yingan.commitments.forms import ReportForm, day_in
from yingan.commitments.models import LayerReport
from yingan.commitments.models.counts import FLAGS, JOBS, UNITS
from yingan.commitments.models.report import QUESTIONS
from yingan.commitments.workflow import REPORTING
from yingan.enterprises.models import Department
from yingan.kernel import clock
from yingan.kernel.http import SignedInRequest, roles
from yingan.kernel.workflow import StepRefused

SECTIONS = (
    ("风险研判", "", ("risk_points_judged", *QUESTIONS, "has_major_hazards", "explanation")),
    ("装置", "is-six", UNITS),
    ("作业", "is-six", (*JOBS, "contractor_jobs", "change_jobs", "tank_cleaning_jobs")),
    ("状态与承诺", "", (*FLAGS[:4], "text", "responsible")),
)


@roles(*ENTERPRISE_ROLES)
@require_GET
def list_reports(request: SignedInRequest) -> HttpResponse:
    """Show which workshops and teams have reported on a day, and what they come to."""
    day = day_in(request.GET.get("day"), clock.today())
    enterprise: Any = request.user.enterprise
    lines = queries.layers_of(request.user, day)
    context = {
        "day": day,
        "is_today": day == clock.today(),
        "lines": lines,
        "totals": queries.totals_of(enterprise.pk, day),
        "reported": sum(line.report is not None and line.report.status == "submitted" for line in lines),
    }
    return render(request, "commitments/report_list.html", context)


@roles(*ENTERPRISE_ROLES)
def edit_report(request: SignedInRequest, department_id: int, day: str) -> HttpResponse:
    """Write the report of a department for a day; ?prefill takes over the sums of its teams."""
    department = Department.visible_or_404(request.user, department_id)
    date = day_in(day, clock.today())
    if date.isoformat() != day or department.kind not in queries.REPORTING_KINDS:
        raise Http404
    if not queries.may_report(request.user, department):
        raise Http404
    report = LayerReport.visible_to(request.user).filter(department=department, day=date).first()
    report = report or LayerReport(enterprise=department.enterprise, department=department, day=date)
    totals = queries.prefill_for(department, date)
    if "prefill" in request.GET and totals is not None and request.method == "GET":
        _take_over(report, totals.values)
    form = ReportForm(request.POST or None, instance=report)
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        return redirect(f"{reverse('commitment-reports')}?day={day}")
    for name in services.REPORT_NEEDS:
        form.fields[name].required = True  # only the star: a draft has been judged by now
    context = {
        "form": form,
        "report": report,
        "department": department,
        "totals": totals,
        "weekday": sheet.weekday(date),
        "sections": [(title, style, [form[name] for name in names]) for title, style, names in SECTIONS],
        "steps": REPORTING.available(report, request.user),
        "is_locked": report.status == LayerReport.Status.SUBMITTED,
    }
    return render(request, "commitments/report_form.html", context, status=422 if form.errors else 200)


def _take_over(report: LayerReport, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if value is not None and hasattr(report, name):
            setattr(report, name, value)
    if values["is_tank_safe"] is not None:
        report.is_storage_safe = values["is_tank_safe"]


def _saved(request: SignedInRequest, form: ReportForm) -> bool:
    try:
        services.save_report(form.instance, by=request.user, now=clock.now(), submit="submit" in request.POST)
    except services.ReportIncomplete as refusal:
        form.take(refusal.problems)
        return False
    except (services.Refused, StepRefused) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"{form.instance.department} 的报告已{'上报' if 'submit' in request.POST else '暂存'}。")
    return True


@roles(*ENTERPRISE_ROLES)
@require_POST
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a report back, so that it can be corrected."""
    report = LayerReport.visible_or_404(request.user, pk)
    try:
        services.move_report(report, "withdraw", by=request.user, now=clock.now())
    except StepRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{report.department} 的报告已撤回，可以修改后重新上报。")
    return redirect(f"{reverse('commitment-reports')}?day={report.day:%Y-%m-%d}")
