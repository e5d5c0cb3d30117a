"""监管信息确认: the authority confirms or returns what enterprises chose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import Role
from yingan.kernel import clock
from yingan.kernel.http import roles
from yingan.kernel.workflow import StepRefused
from yingan.onboarding import queries, services
from yingan.onboarding.forms import ConfirmationFilter, DecisionForm
from yingan.onboarding.workflow import CONFIRMATION

if TYPE_CHECKING:
    from django.http import HttpResponse

    from yingan.kernel.http import SignedInRequest
    from yingan.onboarding.models import SupervisionChange

PAGE = 20


@never_cache
@roles(Role.REVIEWER)
@require_GET
def list_confirmations(request: SignedInRequest) -> HttpResponse:
    """List what waits for the office, and what was decided."""
    form = ConfirmationFilter(request.GET)
    rows = queries.confirmations(request.user)
    if form.is_valid():
        words, status = form.cleaned_data["q"], form.cleaned_data["status"]
        if words:
            rows = rows.filter(Q(enterprise_name__icontains=words) | Q(uscc__icontains=words))
        if status:
            rows = rows.filter(status=status)
    else:
        rows = rows.none()
    context = {
        "form": form,
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "waiting": queries.waiting(request.user).count(),
    }
    return render(request, "onboarding/confirmation_list.html", context)


def _row(request: SignedInRequest, pk: int) -> SupervisionChange:
    row = queries.confirmations(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@never_cache
@roles(Role.REVIEWER)
@require_GET
def show_confirmation(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one choice with its history and the decision to make."""
    return _page(request, _row(request, pk), DecisionForm())


@roles(Role.REVIEWER)
@require_POST
def decide(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """Confirm or return."""
    change, form = _row(request, pk), DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, change, form, status=422)
    note, now = form.cleaned_data["note"], clock.now()
    try:
        if action == "confirm":
            change = services.confirm(change, by=request.user, note=note, now=now)
            done = "已确认，立即生效。" if change.status == "confirmed" else "已同意，等待另一监管部门确认。"
        else:
            services.send_back(change, by=request.user, note=note, now=now)
            done = "已退回，企业将收到您的意见。"
    except StepRefused as refusal:
        return _page(request, _row(request, pk), form, problem=str(refusal), status=409)
    messages.success(request, done)
    return redirect("confirmation-list")


def _page(
    request: SignedInRequest, change: SupervisionChange, form: DecisionForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "change": change,
        "form": form,
        "problem": problem,
        "history": services.history(change, by=request.user),
        "may_decide": bool(CONFIRMATION.available(change, request.user)),
    }
    return render(request, "onboarding/confirmation.html", context, status=status)
