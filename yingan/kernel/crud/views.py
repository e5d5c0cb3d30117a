"""The views of a list page: functions of (request, page)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods

from yingan.kernel.crud import services
from yingan.kernel.crud.page import label_of
from yingan.kernel.crud.tables import query_for, table_for
from yingan.kernel.forms import bind, passes, spanning
from yingan.kernel.history import history_of
from yingan.kernel.http import signed_in, wants_fragment
from yingan.kernel.lists import text_of, value_of
from yingan.kernel.sealed import SealedTextField, mask_phone
from yingan.kernel.sheets import imports

if TYPE_CHECKING:
    from yingan.kernel.crud.page import CrudPage
    from yingan.kernel.forms import Form
    from yingan.kernel.http import SignedInRequest


LONG_TEXT = 30


def gate(request: SignedInRequest, page: CrudPage, *, editing: bool = False) -> None:
    """Let only those through who may see, or change, the page's rows; for the others it does not exist."""
    if page.view_roles and not request.user.has_role(*page.view_roles):
        raise Http404
    if editing and not page.may_edit(request.user):
        raise Http404


def row_or_404(request: SignedInRequest, page: CrudPage, pk: int) -> Any:
    """Return a row of the page that the user may see."""
    row = page.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def show(request: SignedInRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a page, or for htmx only its fragment `_name`."""
    prefix = "_" if wants_fragment(request) else ""
    response = render(request, f"kernel/crud/{prefix}{name}.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def back_to_list(request: SignedInRequest, page: CrudPage, message: str) -> HttpResponse:
    """Say what was done and go back to the list as it was asked for."""
    messages.success(request, message)
    query = request.GET.get("back", "")
    url = page.url("list") + (f"?{query}" if query else "")
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if wants_fragment(request) else redirect(url)


@require_GET
@signed_in
def list_rows(request: SignedInRequest, page: CrudPage) -> HttpResponse:
    """Show the query form and the matching rows; htmx asks for the rows only."""
    gate(request, page)
    query = query_for(page, request)
    table = table_for(page, request, query.rows)
    may_edit = page.may_edit(request.user)
    context = {
        "page": page,
        "query": query,
        "table": table,
        "numbers": list(table.paginator.get_elided_page_range(table.page.number, on_each_side=2, on_ends=1)),
        "may_edit": may_edit,
        "links": {kind: page.url(kind) for kind in ("add", "import", "template", "export")},
    }
    if may_edit and context["links"]["import"] and not wants_fragment(request):
        context |= imports.panel(page, request.user, request.GET.get("import", ""))
    return show(request, "rows" if wants_fragment(request) else "list", context)


@require_http_methods(["GET", "POST"])
@signed_in
def edit_row(request: SignedInRequest, page: CrudPage, pk: int | None = None) -> HttpResponse:
    """Show the form of a new or an old row, and save it."""
    gate(request, page, editing=True)
    row = page.model(enterprise_id=page.own_id(request.user)) if pk is None else row_or_404(request, page, pk)
    form = bind(page.form, request.user, row, request.POST or None, request.FILES or None)
    if request.method == "POST" and passes(form) and _save(request, page, form):
        return back_to_list(request, page, "保存成功" if pk is None else "修改成功")
    context = {"page": page, "form": form, "row": row if pk else None}
    return show(request, "form", context, status=422 if form.errors else 200)


def _save(request: SignedInRequest, page: CrudPage, form: Form) -> bool:
    """Save a valid form; a refusal becomes an error of the form."""
    try:
        services.save(page, form.instance, by=request.user, data=form.cleaned_data)
    except services.refusals_of(page) as refusal:
        form.add_error(None, refusal if isinstance(refusal, ValidationError) else str(refusal))
    except IntegrityError:
        form.add_error(None, "刚才有人保存了相同或相关的记录，请核对后再保存")
    except services.NotVisible:
        raise Http404 from None
    return not form.errors


@require_http_methods(["GET", "POST"])
@signed_in
def delete_row(request: SignedInRequest, page: CrudPage, pk: int) -> HttpResponse:
    """Ask, naming the row and the effect, then delete it."""
    gate(request, page, editing=True)
    row = row_or_404(request, page, pk)
    problem = services.why_not(page, [row])
    if request.method == "POST" and not problem:
        name = str(row)
        try:
            services.delete(page, [row], by=request.user)
        except services.refusals_of(page) as refusal:
            problem = str(refusal)
        else:
            return back_to_list(request, page, f"已删除{page.noun}“{name}”")
    context = {"page": page, "row": row, "problem": problem}
    return show(request, "delete", context, status=409 if request.method == "POST" else 200)


@require_GET
@signed_in
def show_row(request: SignedInRequest, page: CrudPage, pk: int) -> HttpResponse:
    """Show all fields of a row, and its history."""
    gate(request, page)
    row = row_or_404(request, page, pk)
    context = {
        "page": page,
        "row": row,
        "facts": _facts(request, page, row),
        "versions": history_of(row),
        "may_edit": page.may_edit(request.user),
    }
    return show(request, "detail", context)


def _facts(request: SignedInRequest, page: CrudPage, row: Any) -> list[tuple[str, str, bool]]:
    """Return label, text and whether it spans, of the form's fields and the list's other columns; masked if sealed."""
    fields = {field.name: field for field in row._meta.concrete_fields}
    told = [name for name in page.form.base_fields if name in fields]
    facts = []
    for name in told:
        text = text_of(value_of(row, name))
        sealed = isinstance(fields[name], SealedTextField)
        facts.append((str(page.form.base_fields[name].label or name), mask_phone(text) if sealed else text))
    for column in page.columns_for(request.user):
        if column.name not in told:
            facts.append((label_of(page, column), text_of(value_of(row, column.name))))
    spans = spanning([len(text) > LONG_TEXT for _, text in facts])
    return [(label, text, span) for (label, text), span in zip(facts, spans, strict=True)]
