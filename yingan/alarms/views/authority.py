"""企业监测: the enterprises that an officer supervises, each with figures that lead to their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from yingan.accounts.models import OFFICER_ROLES
from yingan.alarms import overview
from yingan.alarms.forms import counties_for
from yingan.alarms.views.lists import number
from yingan.enterprises.models import Enterprise
from yingan.kernel import clock
from yingan.kernel.http import SignedInRequest, roles, wants_fragment
from yingan.kernel.lists import page_of

if TYPE_CHECKING:
    from django.http import HttpResponse


@never_cache
@roles(*OFFICER_ROLES)
@require_GET
def list_enterprises(request: SignedInRequest) -> HttpResponse:
    """Show the enterprises with their points, standing alarms, silent points and last packet."""
    name, county = request.GET.get("q", "").strip(), number(request.GET.get("county", ""))
    rows = Enterprise.visible_to(request.user).select_related("region").order_by("region__code", "name")
    rows = rows.filter(name__icontains=name) if name else rows
    rows = rows.filter(region_id=county) if county else rows
    if request.GET.get("state") == "standing":
        rows = rows.filter(pk__in=overview.with_standing_alarms(request.user))
    if request.GET.get("state") == "connected":
        rows = rows.filter(pk__in=overview.connected(request.user))
    pages = page_of(request, rows)
    now = clock.now()
    every = Enterprise.visible_to(request.user)
    context = {
        "pages": pages,
        "numbers": list(pages.paginator.get_elided_page_range(pages.number, on_each_side=2, on_ends=1)),
        "rows": overview.figures_of(list(pages.object_list), request.user, now=now),
        "totals": {
            "all": every.count(),
            "connected": every.filter(Q(pk__in=overview.connected(request.user))).count(),
            "standing": every.filter(pk__in=overview.with_standing_alarms(request.user)).count(),
        },
        "state": request.GET.get("state", ""),
        "asked": request.GET,
        "county": county,
        "counties": counties_for(request),
        "now": clock.local(now),
    }
    name = "_enterprise_rows" if wants_fragment(request) else "enterprise_list"
    return render(request, f"alarms/{name}.html", context)
