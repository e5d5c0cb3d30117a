"""告警跟踪处理: the list, its stream and the polling in its place, acknowledging several at once, the red bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from yingan.accounts.models import ENTERPRISE_ROLES, OFFICER_ROLES
from yingan.alarms import queries, screens, services
from yingan.alarms.forms import AlarmQuery, OfficerAlarmQuery
from yingan.alarms.models import Alarm
from yingan.kernel import clock, live
from yingan.kernel.http import SignedInRequest, roles, wants_fragment
from yingan.kernel.lists import page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.paginator import Page
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

READERS = (*ENTERPRISE_ROLES, *OFFICER_ROLES)
LOOK_EVERY_S = 3.0
SHOWN_IN_BAR = 3


def number(text: str) -> int | None:
    """Return a row's id from an address; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@never_cache
@roles(*READERS)
@require_GET
def list_alarms(request: SignedInRequest) -> HttpResponse:
    """Show the alarms; what waits for people first, by urgency."""
    is_officer = request.user.enterprise_id is None
    kind = OfficerAlarmQuery if is_officer else AlarmQuery
    rows = queries.alarm_list(request.user)
    point = number(request.GET.get("point", ""))
    query = kind(request.GET, rows.filter(point_id=point) if point else rows, request=request)
    state = request.GET.get("state", "")
    state = state if state in screens.FILTERS else "todo"
    pages = _page_of(request, screens.work_filter(query.rows, state))
    context = {
        "query": query,
        "pages": pages,
        "numbers": list(pages.paginator.get_elided_page_range(pages.number, on_each_side=2, on_ends=1)),
        "state": state,
        "filters": _filters(query.rows),
        "point": pages.object_list[0].point if point and pages.object_list else None,
        "asked_point": point,
        "is_officer": is_officer,
        "now": clock.local(clock.now()),
    }
    return render(request, f"alarms/{'_alarm_rows' if wants_fragment(request) else 'alarm_list'}.html", context)


def _page_of(request: SignedInRequest, rows: QuerySet[Alarm]) -> Page[Any]:
    """Return the page of alarms; their ids are found first, so that a million rows are not sorted with all columns."""
    pages = page_of(request, rows.select_related(None).values_list("pk", flat=True))
    ids = list(pages.object_list)
    found = queries.alarm_list(request.user).select_related("acknowledged_by").in_bulk(ids)
    pages.object_list = [found[pk] for pk in ids if pk in found]
    return pages


def _filters(rows: QuerySet[Alarm]) -> list[tuple[str, str, int | None]]:
    counts = screens.filter_counts(rows)
    return [(name, word, counts.get(name)) for name, (word, _) in screens.FILTERS.items()]


@roles(*ENTERPRISE_ROLES)
@require_POST
def acknowledge_several(request: SignedInRequest) -> HttpResponse:
    """Acknowledge the picked alarms of a burst."""
    picked = [pk for text in request.POST.getlist("alarm") if (pk := number(text)) is not None]
    rows = list(Alarm.visible_to(request.user).filter(pk__in=picked).order_by("pk"))
    done = services.acknowledge_all(rows, by=request.user, now=clock.now())
    if done:
        rest = len(rows) - done
        messages.success(request, f"已确认 {done} 条告警" + (f"，{rest} 条此前已确认。" if rest else "。"))
    else:
        messages.warning(request, "所选告警均已确认过。" if rows else "请先选择要确认的告警。")
    back = request.POST.get("back", "")
    inside = back.startswith("/alarms/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if inside else "alarm-list")


class News:
    """What tells a page that its alarms changed: all that the person may see, or one."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        self.alarm = number(asked.get("alarm", ""))

    def __call__(self, user: Any) -> dict[str, Any] | None:
        """Look once; None for a person who may not see alarms."""
        if not user.has_role(*READERS):
            return None
        rows = Alarm.visible_to(user)
        at = clock.local(clock.now())
        if self.alarm is None:
            return {"at": at, "sign": screens.sign_of(rows)}
        alarm = rows.select_related("point").filter(pk=self.alarm).first()
        return {"at": at, "sign": screens.sign_of_one(alarm) if alarm else []}


async def stream_news(request: HttpRequest) -> HttpResponseBase:
    """Stream what changed (under /live/: outside the request's transaction)."""
    return await live.stream(request, News(request.GET), every_s=LOOK_EVERY_S)


@never_cache
@roles(*READERS)
@require_GET
def poll_news(request: SignedInRequest) -> HttpResponse:
    """Answer once what the stream would send: for a page whose stream is cut."""
    return JsonResponse(News(request.GET)(request.user) or {})


@never_cache
@roles(*ENTERPRISE_ROLES)
@require_GET
def show_bar(request: SignedInRequest) -> HttpResponse:
    """Return the red bar of standing 高高报 and 低低报; empty when there is none."""
    rows = queries.alarm_list(request.user).filter(ended_at__isnull=True, closed_at__isnull=True)
    found = list(rows.filter(rule__in=screens.URGENT).order_by("-raised_at")[: SHOWN_IN_BAR + 20])
    now = clock.now()
    context = {
        "alarms": [(alarm, screens.duration_words(alarm.duration_s(now))) for alarm in found[:SHOWN_IN_BAR]],
        "more": len(found) - SHOWN_IN_BAR,
        "newest": max((alarm.pk for alarm in found), default=0),
    }
    return render(request, "alarms/_alarm_bar.html", context)
