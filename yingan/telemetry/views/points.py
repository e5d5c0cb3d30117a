"""传感器监测设备: the list with its live values, one point with its curve and its record of changed limits."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.kernel import clock
from yingan.kernel.crud import views as crud
from yingan.kernel.crud.tables import query_for
from yingan.kernel.http import SignedInRequest, roles, wants_fragment
from yingan.kernel.lists import CountedPages, page_of
from yingan.kernel.sheets import imports
from yingan.telemetry import pages, queries, screens
from yingan.telemetry.models import Equipment, Point
from yingan.telemetry.ownership import EDITORS, may_edit
from yingan.telemetry.services import Refused
from yingan.telemetry.services import points as services

MOST_ROWS = 3000  # up to here the newest values of all rows are read, so that they can be filtered and counted
SPANS = {name: dt.timedelta(hours=hours) for name, hours in (("1h", 1), ("24h", 24), ("7d", 168), ("30d", 720))}
SPAN_WORDS = {"1h": "1 小时", "24h": "24 小时", "7d": "7 天", "30d": "30 天"}
SHORT_LABELS = {"q": "名称/位号", "kind": "监测项", "is_major_hazard": "重大危险源"}
BUCKETS = 500


class _Known(CountedPages):
    """Pages of rows that are in memory already."""

    @property
    def counted(self) -> int:
        """The number of rows."""
        return len(self.object_list)


@never_cache
@roles(*pages.READERS)
@require_GET
def list_points(request: SignedInRequest) -> HttpResponse:
    """Show the points with limits and newest values; the counted filters stand on the newest values."""
    query = query_for(pages.POINTS, request)
    for name, label in SHORT_LABELS.items():
        query.form.fields[name].label = label
    found = query.rows.select_related("equipment", "gateway", "enterprise")
    state = request.GET.get("state", "")
    counts = None
    if found.order_by().count() <= MOST_ROWS:
        every = screens.rows_of(found)
        counts = screens.counts_of(every)
        shown = page_of(request, screens.picked(every, state), _Known)
        rows = list(shown.object_list)
    else:
        shown = page_of(request, found)
        rows = screens.rows_of(shown.object_list)
    may_edit_some = pages.POINTS.may_edit(request.user)
    context = {
        "page": pages.POINTS,
        "query": query,
        "pages": shown,
        "numbers": list(shown.paginator.get_elided_page_range(shown.number, on_each_side=2, on_ends=1)),
        "rows": [(row, may_edit(request.user, row.point.equipment)) for row in rows],
        "ids": ",".join(str(row.point.pk) for row in rows),
        "counts": counts,
        "state": state if counts and state in screens.STATES else "",
        "may_edit": may_edit_some,
        "links": {kind: pages.POINTS.url(kind) for kind in ("add", "import", "template", "export")},
        "is_officer": request.user.enterprise_id is None,
        "now": clock.local(clock.now()),
    }
    if may_edit_some and not wants_fragment(request):
        context |= imports.panel(pages.POINTS, request.user, request.GET.get("import", ""))
    return render(request, f"telemetry/{'_rows' if wants_fragment(request) else 'point_list'}.html", context)


@roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def edit_point(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Add or change a point; 部门负责人 those of the own department."""
    if pk is not None:
        _own_or_404(request, pk)
    return crud.edit_row(request, page=pages.POINTS, pk=pk)


@roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def edit_equipment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a piece of equipment; 部门负责人 those of the own department."""
    _own_equipment_or_404(request, pk)
    return crud.edit_row(request, page=pages.EQUIPMENT, pk=pk)


@roles(*EDITORS)
@require_http_methods(["GET", "POST"])
def delete_equipment(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a piece of equipment; 部门负责人 those of the own department."""
    _own_equipment_or_404(request, pk)
    return crud.delete_row(request, page=pages.EQUIPMENT, pk=pk)


def _own_equipment_or_404(request: SignedInRequest, pk: int) -> None:
    if not may_edit(request.user, Equipment.visible_or_404(request.user, pk)):
        raise Http404


def _own_or_404(request: SignedInRequest, pk: int) -> Point:
    point = screens.living(Point.visible_to(request.user)).filter(pk=pk).first()
    if point is None or not may_edit(request.user, point.equipment):
        raise Http404
    return point


@roles(*EDITORS)
@require_POST
def retire_point(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a point (删除): what it measured, its alarms and its changes stay."""
    point = _own_or_404(request, pk)
    try:
        services.retire(point, by=request.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已删除“{point}”，历史数据、告警和修改记录保留。")
    return redirect("point-list")


@never_cache
@roles(*pages.READERS)
@require_GET
def show_point(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one point: newest value, curve, limits, the record of their changes. A retired one can still be read."""
    point = _visible_or_404(request, pk)
    span = request.GET.get("span", "24h")
    context = {
        "row": screens.rows_of([point])[0],
        "point": point,
        "limits": _limits_of(point),
        "changes": [_change_lines(change) for change in queries.thresholds_history(point)[:50]],
        "may_edit": point.retired_at is None and may_edit(request.user, point.equipment),
        "span": span if span in SPANS else "24h",
        "spans": SPAN_WORDS,
        "is_officer": request.user.enterprise_id is None,
    }
    return render(request, "telemetry/point_detail.html", context)


def _visible_or_404(request: SignedInRequest, pk: int) -> Point:
    rows = Point.visible_to(request.user).select_related("equipment", "gateway", "enterprise")
    point = rows.filter(pk=pk).first()
    if point is None:
        raise Http404
    return point


def _limits_of(point: Point) -> list[list[Any]]:
    """Return the limits that exist, as the chart draws them: rule, word, value."""
    return [[rule, screens.LEVELS[rule][2], value] for rule, value in point.limits().items() if value is not None]


def _change_lines(change: Any) -> dict[str, Any]:
    """Return a change of limits with the fields as people call them."""
    fields = {field.name: str(field.verbose_name) for field in Point._meta.concrete_fields}
    lines = [
        (fields.get(name, name), screens.figure(change.before[name]), screens.figure(change.after.get(name)))
        for name in change.before
    ]
    return {"at": change.at, "by": change.by_name, "reason": change.reason, "lines": lines}


@never_cache
@roles(*pages.READERS)
@require_GET
def series_of_point(request: SignedInRequest, pk: int) -> HttpResponse:
    """Return what the curve draws (JSON): spans of time with lowest, average and highest value in the point's unit."""
    point = _visible_or_404(request, pk)
    span = SPANS.get(request.GET.get("span", "24h"), SPANS["24h"])
    end = clock.now()
    spans = queries.buckets(point, end - span, end, BUCKETS)
    return JsonResponse(
        {
            "unit": point.unit,
            "from": int((end - span).timestamp() * 1000),
            "to": int(end.timestamp() * 1000),
            "limits": _limits_of(point),
            "spans": [
                [int(part.start.timestamp() * 1000), part.low, part.average, part.high, part.n] for part in spans
            ],
        }
    )
