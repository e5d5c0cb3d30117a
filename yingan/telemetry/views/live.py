"""实时监测: the board of one enterprise, its stream, the polling that stands in for it, and the small trends."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yingan.accounts.models import ENTERPRISE_ROLES, OFFICER_ROLES
from yingan.enterprises.models import Enterprise
from yingan.kernel import clock, live
from yingan.kernel.http import SignedInRequest, roles, wants_fragment
from yingan.telemetry import queries, screens
from yingan.telemetry.models import Equipment, Point

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

READERS = (*ENTERPRISE_ROLES, *OFFICER_ROLES)
MOST_POINTS = 200  # that a list page may name
TREND_POINTS = 40
TREND = dt.timedelta(hours=1)


def chosen_points(user: Any, asked: Mapping[str, str]) -> QuerySet[Point]:
    """Return the living points that a page names (`points=1,2`), or those of one enterprise; officers name theirs."""
    visible = screens.living(Point.visible_to(user))
    if "points" in asked:
        return visible.filter(pk__in=_ids(asked["points"])[:MOST_POINTS])
    named = _ids(asked.get("enterprise", ""))
    if user.enterprise_id is None and not named:
        return visible.none()
    rows = visible.filter(enterprise_id=user.enterprise_id or named[0])
    equipment = _ids(asked.get("equipment", ""))
    return rows.filter(equipment_id=equipment[0]) if equipment else rows


def _ids(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.isascii() and part.isdigit() and len(part) < 19]


class Feed:
    """What of the chosen points changed since the last look: the newest values, and the numbers of the filters."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        self.asked = dict(asked.items())
        self.sent: dict[int, list[Any]] = {}

    def __call__(self, user: Any) -> dict[str, Any] | None:
        """Look once; None for a person who may not see any point at all."""
        if not user.has_role(*READERS):
            return None
        now = clock.now()
        rows = screens.rows_of(chosen_points(user, self.asked), now=now)
        fresh = {row.point.pk: row.as_json() for row in rows}
        changed = [cells for pk, cells in fresh.items() if self.sent.get(pk) != cells]
        self.sent = fresh
        return {"at": clock.local(now), "counts": asdict(screens.counts_of(rows)), "points": changed}


async def stream_points(request: HttpRequest) -> HttpResponseBase:
    """Stream the chosen points (under /live/: outside the request's transaction)."""
    return await live.stream(request, Feed(request.GET))


@never_cache
@roles(*READERS)
@require_GET
def poll_points(request: SignedInRequest) -> HttpResponse:
    """Answer once what the stream would send: for a page whose stream is cut."""
    return JsonResponse(Feed(request.GET)(request.user) or {})


@never_cache
@roles(*READERS)
@require_GET
def show_board(request: SignedInRequest) -> HttpResponse:
    """Show the newest values of an enterprise, equipment by equipment; officers choose the enterprise first."""
    enterprise = _enterprise_of(request)
    if enterprise is None:
        return redirect("/authority/monitoring/")
    asked = request.GET.dict() | {"enterprise": str(enterprise.pk)}
    now = clock.now()
    rows = screens.rows_of(chosen_points(request.user, asked), now=now)
    state = request.GET.get("state", "")
    shown = screens.picked(rows, state)
    context = {
        "enterprise": enterprise,
        "is_own": request.user.enterprise_id == enterprise.pk,
        "equipment": Equipment.visible_to(request.user).filter(enterprise_id=enterprise.pk),
        "asked": request.GET,
        "state": state if state in screens.STATES else "",
        "counts": screens.counts_of(rows),
        "boards": screens.boards(shown),
        "now": clock.local(now),
    }
    name = "_live_board.html" if wants_fragment(request) else "live.html"
    return render(request, f"telemetry/{name}", context)


def _enterprise_of(request: SignedInRequest) -> Enterprise | None:
    if request.user.enterprise is not None:
        return request.user.enterprise
    named = _ids(request.GET.get("enterprise", ""))
    return Enterprise.visible_or_404(request.user, named[0]) if named else None


@never_cache
@roles(*READERS)
@require_GET
def show_trends(request: SignedInRequest) -> HttpResponse:
    """Return the last hour of some points: for each, spans of time with lowest and highest value (JSON)."""
    if not _ids(request.GET.get("points", "")):
        raise Http404
    end = clock.now()
    found = {}
    for point in chosen_points(request.user, request.GET):
        spans = queries.buckets(point, end - TREND, end, TREND_POINTS)
        found[point.pk] = [
            [int(span.start.timestamp() * 1000), span.low, span.high] for span in spans if span.low is not None
        ]
    return JsonResponse({"from": int((end - TREND).timestamp() * 1000), "span": TREND.seconds * 1000, "points": found})
