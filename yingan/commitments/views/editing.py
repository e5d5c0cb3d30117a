"""安全承诺书维护界面: add, copy, edit, 保存, 保存并提交, and the check beside the form while it is being filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yingan.accounts.models import Role
from yingan.commitments import queries, rules, services, sheet
from yingan.commitments.codes import RISK_CODES
from yingan.commitments.forms import CommitmentForm, day_in
from yingan.commitments.models import Commitment
from yingan.kernel import clock
from yingan.kernel.http import SignedInRequest, roles

if TYPE_CHECKING:
    from django.http import HttpResponse


@roles(Role.ENTERPRISE_ADMIN)
def add(request: SignedInRequest) -> HttpResponse:
    """Begin the commitment of a day (增加), empty, as a copy of yesterday's, or from the workshops' reports."""
    enterprise: Any = request.user.enterprise
    day = day_in(request.POST.get("day") or request.GET.get("day"), clock.today())
    there = Commitment.visible_to(request.user).filter(day=day).first()
    if there is not None and request.method == "GET":
        return redirect("commitment-edit" if there.is_editable else "commitment-detail", pk=there.pk)
    commitment = queries.new_from(enterprise, day)
    try:
        services.check_new(enterprise, day, now=clock.now())
    except services.Refused as refusal:
        context = {"refusal": str(refusal), "is_unchecked": not enterprise.is_checked}
        return render(request, "commitments/refused.html", context, status=409)
    if request.method == "GET":
        _prefill(request, commitment)
    return _edit(request, commitment)


@roles(Role.ENTERPRISE_ADMIN)
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Edit a draft, a returned or a missed commitment."""
    commitment = Commitment.visible_or_404(request.user, pk)
    if not commitment.is_editable and request.method == "GET":
        return redirect(commitment)
    if commitment.status == Commitment.Status.MISSED and not commitment.text:
        fresh = queries.new_from(commitment.enterprise, commitment.day)
        commitment.text, commitment.signatory = fresh.text, fresh.signatory
    if request.method == "GET":
        _prefill(request, commitment)
    return _edit(request, commitment)


def _prefill(request: SignedInRequest, commitment: Commitment) -> None:
    """Fill in what the address asks for: yesterday's numbers (复制昨日), or the sums of the reports (由上报带入)."""
    last = queries.before(commitment)
    if "copy" in request.GET and last is not None:
        for name in sheet.EDITED:
            if name not in queries.NOT_COPIED:
                setattr(commitment, name, getattr(last, name))
    totals = queries.totals_of(commitment.enterprise_id, commitment.day) if "reports" in request.GET else None
    for name, value in (totals.values if totals else {}).items():
        if value is not None:
            setattr(commitment, name, value)


def _edit(request: SignedInRequest, commitment: Commitment) -> HttpResponse:
    form = CommitmentForm(request.POST or None, request.FILES or None, instance=commitment)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(request, form)
        except services.Incomplete as refusal:
            form.take(refusal.problems)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            submitted = saved.status == Commitment.Status.SUBMITTED
            words = "已提交，等待监管部门审核。" if submitted else "已暂存，尚未提交。"
            messages.success(request, f"{saved.day:%m-%d} 安全承诺{words}")
            return redirect("commitment-detail" if submitted else "commitment-edit", pk=saved.pk)
    context = _context(request, form)
    return render(request, "commitments/commitment_form.html", context, status=422 if form.errors else 200)


def _save(request: SignedInRequest, form: CommitmentForm) -> Commitment:
    act = services.save_and_submit if "submit" in request.POST else services.save
    return act(
        form.instance,
        by=request.user,
        now=clock.now(),
        revision=form.cleaned_data["revision"] or 0,
        reasons=form.reasons,
        scan=form.cleaned_data["scan"],
    )


@roles(Role.ENTERPRISE_ADMIN)
@require_POST
def check(request: SignedInRequest) -> HttpResponse:
    """Return what stands beside the form for the values typed so far; nothing is saved."""
    pk = request.POST.get("pk", "")
    enterprise: Any = request.user.enterprise
    if pk.isdigit():
        commitment = Commitment.visible_or_404(request.user, int(pk))
    else:
        commitment = queries.new_from(enterprise, day_in(request.POST.get("day"), clock.today()))
    form = CommitmentForm(request.POST, instance=commitment)
    form.is_valid()  # fills the instance as far as the values are sound
    return render(request, "commitments/_checks.html", _context(request, form) | {"is_update": True})


def _context(request: SignedInRequest, form: CommitmentForm) -> dict[str, Any]:
    row = form.instance
    last = queries.before(row)
    found = queries.contradictions_of(row)
    grade, why = rules.default_grade(sheet.values_of(row))
    reasons = {**row.reasons, **(form.reasons if form.is_bound else {})}
    warnings = {one.item: one.fact for one in reversed(found)}
    now = clock.now()
    return {
        "form": form,
        "commitment": row,
        "enterprise": row.enterprise,
        "sections": [
            (part, sheet.cells(part, row, before=last, form=form, warnings=warnings)) for part in sheet.SECTIONS
        ],
        "before": last,
        "is_yesterday": last is not None and (row.day - last.day).days == 1,
        "changes": sheet.changes(sheet.content_of(last), sheet.content_of(row)) if last else [],
        "contradictions": [(one, reasons.get(one.key, "")) for one in found],
        "lacks_reasons": form.has_open_reasons,
        "verb": "提交" if "submit" in request.POST else "保存",
        "default_grade": grade,
        "default_code": RISK_CODES[grade],
        "default_why": why,
        "formula": [(level.label, RISK_CODES[level], words) for level, words, _ in rules.RISK_FORMULA],
        "template": queries.template_of(row.enterprise_id),
        "month": queries.month_of(request.user, row.day, now=now),
        "today": queries.today_state(row.enterprise, now=now),
        "is_today": row.day == clock.today(),
        "weekday": sheet.weekday(row.day),
        "has_reports": queries.totals_of(row.enterprise_id, row.day) is not None,
    }
