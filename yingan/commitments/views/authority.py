"""The authority's pages: the desk with its queue, the review, the rows of a day, the count by county."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import OFFICER_ROLES, Role
from yingan.commitments import queries, services, sheet
from yingan.commitments.forms import DayQuery, day_in
from yingan.commitments.models import Commitment
from yingan.commitments.views.own import detail_context, workbook
from yingan.commitments.workflow import REVIEW
from yingan.kernel import clock
from yingan.kernel.http import SignedInRequest, roles, wants_fragment
from yingan.kernel.workflow import StepRefused

if TYPE_CHECKING:
    from django.http import HttpResponse

QUEUE_PAGE = 20
ROWS_PAGE = 50
OPINIONS = ("作业数量与实际不符，请核实后重新提交。", "风险级别偏低，请按实际情况填写。", "请补充情况说明。")


@roles(*OFFICER_ROLES)
@require_GET
def desk(request: SignedInRequest) -> HttpResponse:
    """Show the figures of today, the reviewer's queue and the commitment that is being looked at."""
    now = clock.now()
    overview = queries.desk_of(request.user, now=now)
    page = Paginator(queries.queue_of(request.user), QUEUE_PAGE).get_page(request.GET.get("page"))
    lines = queries.queue_lines(list(page), now=now)
    picked = _picked(request, [line.commitment for line in lines])
    context = {
        "desk": overview,
        "now": now,
        "page": page,
        "lines": lines,
        "earlier_count": max(0, page.paginator.count - overview.counts["waiting"]),
        "open_rows": queries.figure_rows(overview.rows, "open"),
        "may_review": request.user.has_role(Role.REVIEWER),
        **(_review_context(request, picked) if picked else {}),
    }
    return render(request, "commitments/desk.html", context)


def _picked(request: SignedInRequest, queue: list[Commitment]) -> Commitment | None:
    asked = request.GET.get("pick", "")
    if asked.isdigit():
        found = Commitment.visible_to(request.user).filter(pk=int(asked)).select_related("enterprise__region").first()
        if found is not None:
            return found
    return queue[0] if queue else None


def _review_context(request: SignedInRequest, commitment: Commitment) -> dict[str, Any]:
    returned = queries.last_returned(commitment)
    now_there = sheet.content_of(commitment)
    context = detail_context(commitment, request.user)
    context |= {
        "returned": returned,
        "changes_since_return": sheet.changes(returned.content, now_there) if returned else [],
        "same_count": len(sheet.COMPARED) - len(context["changes"]),
        "decisions": REVIEW.available(commitment, request.user),
        "seen": commitment.submitted_at.isoformat() if commitment.submitted_at else "",
        "opinions": OPINIONS,
        "next_pk": next_after(request, commitment),
    }
    return context


def next_after(request: SignedInRequest, commitment: Commitment) -> int | None:
    """Return what follows a commitment in the queue; the first one after the last."""
    order = list(queries.queue_of(request.user).values_list("pk", flat=True)[:200])
    if commitment.pk in order:
        place = order.index(commitment.pk)
        order = [*order[place + 1 :], *order[:place]]
    return order[0] if order else None


@roles(*OFFICER_ROLES)
@require_GET
def review(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one commitment to an officer: beside the queue as a panel, or as a page of its own with the full text."""
    commitment = Commitment.visible_or_404(request.user, pk)
    name = "commitments/_review.html" if wants_fragment(request) else "commitments/review.html"
    return render(request, name, _review_context(request, commitment) | {"is_page": not wants_fragment(request)})


@roles(Role.REVIEWER)
@require_POST
def decide(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """Publish or return a commitment and go on to the next one of the queue."""
    commitment = Commitment.visible_or_404(request.user, pk)
    following = next_after(request, commitment)
    note = request.POST.get("note", "")
    try:
        seen = dt.datetime.fromisoformat(request.POST["seen"]) if request.POST.get("seen") else None
        services.take_step(commitment, action, by=request.user, now=clock.now(), note=note, seen=seen)
    except (StepRefused, ValueError) as refusal:
        words = str(refusal) if isinstance(refusal, StepRefused) else "页面已过期，请刷新后再审核。"
        commitment = Commitment.visible_or_404(request.user, pk)
        context = _review_context(request, commitment) | {"problem": words, "note": note, "is_page": True}
        return render(request, "commitments/review.html", context, status=409)
    label = REVIEW.steps[action].label
    messages.success(request, f"{commitment.enterprise} {commitment.day:%m-%d} 安全承诺已{label}。")
    return redirect(f"{reverse('authority-desk')}?{urlencode({'pick': following} if following else {})}".rstrip("?"))


@roles(*OFFICER_ROLES)
@require_GET
def list_day(request: SignedInRequest) -> HttpResponse:
    """Show the rows that a figure counts: the enterprises of a day, of a county, in a state."""
    query = DayQuery(request.GET)
    asked = query.cleaned_data if query.is_valid() else {}
    day = asked.get("day") or clock.today()
    rows = queries.day_rows(request.user, day, county=asked.get("county"), name=asked.get("name", ""))
    figure = asked.get("figure") if asked.get("figure") in queries.FIGURES else "due"
    kept = queries.figure_rows(rows, str(figure))
    if "export" in request.GET:
        return workbook("安全承诺明细", _DAY_LABELS, [_day_line(row) for row in kept])
    region = rows[0].enterprise.region if rows and asked.get("county") else None
    context = {
        "query": query,
        "day": day,
        "weekday": sheet.weekday(day),
        "figure": figure,
        "figure_words": queries.FIGURES[str(figure)][0],
        "county": asked.get("county"),
        "county_name": region.name if region else "",
        "name": asked.get("name", ""),
        "quick": [(key, words, len(queries.figure_rows(rows, key))) for key, (words, _) in queries.FIGURES.items()],
        "page": Paginator(kept, ROWS_PAGE).get_page(request.GET.get("page")),
        "may_remind": request.user.has_role(Role.REVIEWER) and day == clock.today(),
        "has_open": any(not row.is_promised for row in kept),
    }
    return render(request, "commitments/day_list.html", context)


_DAY_LABELS = ["企业名称", "行政区划", "承诺日期", "提交时间", "状态", "逾期", "风险级别", "不一致处数"]


def _day_line(row: queries.DayRow) -> list[Any]:
    it = row.commitment
    region = row.enterprise.region.name if row.enterprise.region else ""
    if it is None:
        return [row.enterprise.name, region, None, None, "未承诺", "否", "", 0]
    late = "是" if it.is_late else "否"
    grade = it.get_risk_grade_display()
    return [
        row.enterprise.name,
        region,
        it.day,
        it.submitted_at,
        it.get_status_display(),
        late,
        grade,
        it.contradiction_count,
    ]


@roles(Role.REVIEWER)
@require_POST
def remind(request: SignedInRequest) -> HttpResponse:
    """Remind the enterprises that have not promised today, one or all of the rows shown."""
    asked = request.POST.get("enterprise", "")
    rows = queries.figure_rows(queries.day_rows(request.user, clock.today()), "open")
    chosen = [row.enterprise for row in rows if not asked or str(row.enterprise.pk) == asked]
    told = services.remind_now(chosen, by=request.user, now=clock.now(), day=clock.today())
    messages.success(request, f"已提醒 {told} 家企业，每家每小时只提醒一次；提交后自动停止。")
    return redirect(f"{reverse('authority-desk')}#open")


@roles(*OFFICER_ROLES)
@require_GET
def roll_up(request: SignedInRequest) -> HttpResponse:
    """Show the figures of a day by county; each leads to its rows."""
    day = day_in(request.GET.get("day"), clock.today())
    lines, total = queries.roll_up_by_county(request.user, day)
    shown = [name for name in queries.FIGURES if name not in {"returned", "differing"}]
    if "export" in request.GET:
        labels = ["行政区划代码", "行政区划", "承诺日期", *[queries.FIGURES[name][0] for name in shown], "承诺率"]
        rows = [
            [line.code, line.name, day, *[line.counts[name] for name in shown], line.rate] for line in [*lines, total]
        ]
        return workbook("安全承诺汇总", labels, rows)
    context = {
        "day": day,
        "weekday": sheet.weekday(day),
        "previous": day - dt.timedelta(days=1),
        "following": day + dt.timedelta(days=1) if day < clock.today() else None,
        "heads": [(name, queries.FIGURES[name][0]) for name in shown],
        "lines": [(line, [(name, line.counts[name]) for name in shown]) for line in lines],
        "total": total,
        "total_cells": [(name, total.counts[name]) for name in shown],
        "now": clock.now(),
    }
    return render(request, "commitments/roll_up.html", context)
