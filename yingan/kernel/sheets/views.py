"""The views of a list page that hand out or take in workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.kernel import audit, clock
from yingan.kernel.crud.page import label_of
from yingan.kernel.crud.tables import query_for
from yingan.kernel.crud.views import gate, show
from yingan.kernel.http import signed_in
from yingan.kernel.lists import value_of
from yingan.kernel.models import SheetImport
from yingan.kernel.sheets import imports, writer
from yingan.kernel.sheets.archive import Refused

if TYPE_CHECKING:
    from yingan.kernel.crud.page import CrudPage
    from yingan.kernel.http import SignedInRequest

EXPORT_LIMIT = 50_000


def workbook(data: bytes, name: str) -> HttpResponse:
    """Return a workbook as a download."""
    disposition = content_disposition_header(True, f"{name}.xlsx") or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(data, content_type=writer.CONTENT_TYPE, headers=headers)


@require_GET
@signed_in
def template(request: SignedInRequest, page: CrudPage) -> HttpResponse:
    """Send the template of the page."""
    gate(request, page, editing=True)
    return workbook(imports.template(page, request.user), f"{page.name}导入模板")


@require_http_methods(["GET", "POST"])
@signed_in
def export(request: SignedInRequest, page: CrudPage) -> HttpResponse:
    """Offer the list's columns (导出列选择), then send the chosen ones for the current query."""
    gate(request, page)
    query = query_for(page, request)
    columns = page.columns_for(request.user)
    chosen = [column for column in columns if column.name in request.POST.getlist("column")]
    count = query.rows.order_by()[: EXPORT_LIMIT + 1].count()
    problem = f"超过 {EXPORT_LIMIT:,} 条，请先缩小查询范围" if count > EXPORT_LIMIT else ""
    if request.method == "POST" and chosen and not problem:
        names = [column.name for column in chosen]
        rows = ([value_of(row, name) for name in names] for row in query.rows.iterator(chunk_size=2000))
        labels = [label_of(page, column) for column in chosen]
        data = writer.export(page.name, labels, rows)
        owner = getattr(request.user, "enterprise_id", None)
        detail = {"columns": names, "n": count}
        audit.record(f"{page.verb_prefix}.export", by=request.user, enterprise_id=owner, detail=detail)
        return workbook(data, f"{page.name}{clock.today():%Y%m%d}")
    if request.method == "POST":
        problem = problem or "请至少选择一列"
    labelled = [(column.name, label_of(page, column)) for column in columns]
    context = {"page": page, "columns": labelled, "count": min(count, EXPORT_LIMIT), "problem": problem}
    return show(request, "export", context, status=422 if request.method == "POST" else 200)


@require_POST
@signed_in
def import_sheet(request: SignedInRequest, page: CrudPage) -> HttpResponse:
    """Take in a workbook: save it if all of it passes, else show everything that is wrong."""
    gate(request, page, editing=True)
    upload: Any = request.FILES.get("file")
    try:
        record = imports.check(page, by=request.user, file_name=str(upload), cells=imports.read(upload))
    except Refused as refusal:
        messages.error(request, f"导入失败：{refusal}")
        return redirect(page.url("list"))
    if record.status == SheetImport.Status.SAVED:
        messages.success(request, f"导入成功，共 {record.saved_count} 条")
    return redirect(f"{page.url('list')}?import={record.pk}")


def own_import(request: SignedInRequest, page: CrudPage, pk: int) -> SheetImport:
    """Return an import of this page that the user made."""
    record = SheetImport.visible_to(request.user).filter(page=page.slug, pk=pk, by=request.user.pk).first()
    if record is None:
        raise Http404
    return record


@require_POST
@signed_in
def take_import(request: SignedInRequest, page: CrudPage, pk: int) -> HttpResponse:
    """Save the rows that pass."""
    gate(request, page, editing=True)
    try:
        record = imports.take(page, own_import(request, page, pk), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已导入 {record.saved_count} 条，{record.failed_count} 条未导入")
    return redirect(f"{page.url('list')}?import={pk}")


@require_POST
@signed_in
def undo_import(request: SignedInRequest, page: CrudPage, pk: int) -> HttpResponse:
    """Take the last import back."""
    gate(request, page, editing=True)
    try:
        count = imports.undo(page, own_import(request, page, pk), by=request.user)
    except imports.CannotUndo as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{page.url('list')}?import={pk}")
    messages.success(request, f"已撤销本次导入，删除 {count} 条")
    return redirect(page.url("list"))


@require_GET
@signed_in
def import_errors(request: SignedInRequest, page: CrudPage, pk: int) -> HttpResponse:
    """Send the rows that failed, with the bad cells marked."""
    gate(request, page, editing=True)
    record = own_import(request, page, pk)
    if not record.cells:
        raise Http404
    return workbook(imports.error_workbook(page, record), f"{page.name}错误数据")
