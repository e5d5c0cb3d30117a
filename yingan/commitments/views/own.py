"""The enterprise's pages: list with calendar, detail, paper, export, the card of today, the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import ENTERPRISE_ROLES, OFFICER_ROLES, Role
from yingan.commitments import queries, rules, services, sheet
from yingan.commitments.codes import RISK_CODES
from yingan.commitments.forms import ListQuery, TemplateForm, day_in
from yingan.commitments.models import Commitment
from yingan.kernel import clock
from yingan.kernel.http import SignedInRequest, roles, wants_fragment
from yingan.kernel.sheets import writer
from yingan.kernel.workflow import history_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PER_PAGE = 20
EXPORT_NAMES = ("day", *sheet.COMPARED)


@roles(*ENTERPRISE_ROLES)
@require_GET
def list_commitments(request: SignedInRequest) -> HttpResponse:
    """Show the month's calendar, the query form and the matching commitments."""
    query = ListQuery(request.GET)
    rows = query.narrow(queries.commitment_list(request.user))
    now = clock.now()
    enterprise: Any = request.user.enterprise
    context = {
        "query": query,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "may_write": request.user.has_role(Role.ENTERPRISE_ADMIN),
        "month": queries.month_of(request.user, day_in(request.GET.get("month"), clock.today()), now=now),
        "today": queries.today_state(enterprise, now=now),
        "is_filtered": any(request.GET.get(name) for name in ("since", "until", "status")),
    }
    name = "commitments/_rows.html" if wants_fragment(request) else "commitments/commitment_list.html"
    return render(request, name, context)


@roles(*ENTERPRISE_ROLES, *OFFICER_ROLES)
@require_GET
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one commitment with its history; officers are led to their own page of it."""
    commitment = Commitment.visible_or_404(request.user, pk)
    if request.user.has_role(*OFFICER_ROLES):
        return redirect("authority-review", pk=pk)
    return render(request, "commitments/commitment_detail.html", detail_context(commitment, request.user))


def detail_context(commitment: Commitment, user: Any) -> dict[str, Any]:
    """Return what every read-only view of a commitment shows."""
    last = queries.before(commitment)
    return {
        "commitment": commitment,
        "enterprise": commitment.enterprise,
        "sections": [(section, sheet.cells(section, commitment)) for section in sheet.SECTIONS],
        "steps": history_of(commitment),
        "before": last,
        "changes": sheet.changes(sheet.content_of(last), sheet.content_of(commitment)) if last else [],
        "risk_code": RISK_CODES.get(commitment.risk_grade),  # type: ignore[call-overload]  # '' before it is chosen
        "weekday": sheet.weekday(commitment.day),
        "may_write": commitment.is_editable and user.has_role(Role.ENTERPRISE_ADMIN),
        "may_discard": commitment.status == Commitment.Status.DRAFT
        and not (commitment.first_submitted_at or commitment.is_late),
    }


@roles(*ENTERPRISE_ROLES, *OFFICER_ROLES)
@require_GET
def show_paper(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the A4 sheet of a commitment."""
    commitment = Commitment.visible_or_404(request.user, pk)
    return render(request, "commitments/commitment_print.html", detail_context(commitment, request.user))


@roles(Role.ENTERPRISE_ADMIN)
@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a draft that was never submitted."""
    commitment = Commitment.visible_or_404(request.user, pk)
    try:
        services.discard(commitment, by=request.user)
    except services.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(commitment)
    messages.success(request, f"已删除 {commitment.day:%m-%d} 的暂存承诺。")
    return redirect("commitment-list")


@roles(*ENTERPRISE_ROLES)
@require_GET
def export(request: SignedInRequest) -> HttpResponse:
    """Send the list of the current query as a workbook."""
    rows = ListQuery(request.GET).narrow(queries.commitment_list(request.user))
    labels = [label_with_unit(name) for name in EXPORT_NAMES] + ["状态", "逾期", "提交时间", "审核时间", "填报人"]
    return workbook("安全承诺书", labels, map(_exported, rows.iterator()))


def label_with_unit(name: str) -> str:
    """Return the heading of a column: its words and its unit."""
    unit = sheet.unit_of(name)
    return f"{rules.label_of(name)}（{unit}）" if unit else rules.label_of(name)


def _exported(row: Commitment) -> list[Any]:
    values: list[Any] = [row.day]
    for name in sheet.COMPARED:
        value = getattr(row, name)
        values.append(value if sheet.unit_of(name) else sheet.shown(name, value))
    late = "是" if row.is_late else "否"
    return [*values, row.get_status_display(), late, row.submitted_at, row.reviewed_at, row.filled_by_name]


def workbook(title: str, labels: list[str], rows: Iterable[list[Any]]) -> HttpResponse:
    """Return a workbook as a download, named by title and day."""
    response = HttpResponse(writer.export(title, labels, rows), content_type=writer.CONTENT_TYPE)
    name = f"{title}{clock.today():%Y%m%d}.xlsx"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@roles(*ENTERPRISE_ROLES)
@require_GET
def today_card(request: SignedInRequest) -> HttpResponse:
    """Return the card 今日安全承诺 for the enterprise's home page."""
    enterprise: Any = request.user.enterprise
    if enterprise is None:
        raise Http404
    context = {
        "today": queries.today_state(enterprise, now=clock.now()),
        "may_write": request.user.has_role(Role.ENTERPRISE_ADMIN),
    }
    return render(request, "commitments/_today_card.html", context)


@roles(Role.ENTERPRISE_ADMIN)
def edit_template(request: SignedInRequest) -> HttpResponse:
    """Show the versions of the enterprise's own text and save a new one."""
    enterprise: Any = request.user.enterprise
    current = queries.template_of(enterprise.pk)
    form = TemplateForm(request.POST or None, initial={"text": current.text})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save_template(enterprise, form.cleaned_data["text"], by=request.user, now=clock.now())
        except services.Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, f"已保存模板第 {made.version} 版，今后的承诺按新版填写。")
            return redirect("commitment-template")
    context = {"form": form, "current": current, "versions": queries.templates_of(request.user)}
    return render(request, "commitments/template.html", context, status=422 if form.errors else 200)
