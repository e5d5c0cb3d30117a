"""网关: the list, one gateway with what its vendor must know, its password (shown once), and the guide for vendors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yingan.accounts.models import Role
from yingan.kernel import clock
from yingan.kernel.forms import bind, passes
from yingan.kernel.http import SignedInRequest, roles
from yingan.telemetry import queries, screens
from yingan.telemetry.forms import GatewayForm
from yingan.telemetry.models import Gateway, Point
from yingan.telemetry.pages import READERS
from yingan.telemetry.services import Refused
from yingan.telemetry.services import gateways as services

if TYPE_CHECKING:
    import datetime as dt


@never_cache
@roles(*READERS)
@require_GET
def list_gateways(request: SignedInRequest) -> HttpResponse:
    """Show the gateways with when they were last heard."""
    gateways = list(
        Gateway.visible_to(request.user).filter(retired_at__isnull=True).select_related("enterprise").order_by("code")
    )
    states = queries.gateway_states(gateways)
    counts = Point.visible_to(request.user).filter(gateway_id__in=[gateway.pk for gateway in gateways])
    points = dict(
        counts.order_by().values_list("gateway_id").annotate(n=Count("pk", filter=Q(retired_at__isnull=True)))
    )
    context = {
        "rows": [(gateway, states[gateway.pk], points.get(gateway.pk, 0)) for gateway in gateways],
        "may_edit": _may_edit(request),
        "is_officer": request.user.enterprise_id is None,
    }
    return render(request, "telemetry/gateway_list.html", context)


def _may_edit(request: SignedInRequest) -> bool:
    return bool(request.user.has_role(Role.ENTERPRISE_ADMIN))


@never_cache
@roles(Role.ENTERPRISE_ADMIN)
@require_http_methods(["GET", "POST"])
def edit_gateway(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Register a gateway and show its password once, or change what is known about it."""
    row = Gateway(enterprise=request.user.enterprise) if pk is None else Gateway.visible_or_404(request.user, pk)
    if row.retired_at is not None:
        raise Http404
    form = bind(GatewayForm, request.user, row, request.POST or None)
    if request.method == "POST" and passes(form):
        if pk is None:
            return _with_password(request, row, services.add(row, by=request.user))
        services.change(row, by=request.user)
        messages.success(request, "修改成功")
        return redirect("gateway-detail", pk=row.pk)
    context = {"form": form, "row": row if pk else None}
    return render(request, "telemetry/gateway_form.html", context, status=422 if form.errors else 200)


@never_cache
@roles(*READERS)
@require_GET
def show_gateway(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one gateway: how it is connected, what it sent last, what it sends that no point names."""
    return render(request, "telemetry/gateway_detail.html", _facts(request, _row(request, pk)))


def _row(request: SignedInRequest, pk: int) -> Gateway:
    row = Gateway.visible_to(request.user).select_related("enterprise").filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _facts(request: SignedInRequest, row: Gateway) -> dict[str, Any]:
    now = clock.now()
    points = Point.visible_to(request.user).filter(gateway_id=row.pk, retired_at__isnull=True)
    return {
        "row": row,
        "state": queries.gateway_states([row], now=now)[row.pk],
        "traffic": screens.traffic_of(row, now=now),
        "unknown": screens.unknown_tags(row),
        "points": points.count(),
        "host": urlsplit(settings.PUBLIC_URL).hostname,
        "port": settings.MQTT_PORT,
        "example": _example(list(points.order_by("code")[:2]), now),
        "may_edit": row.retired_at is None and _may_edit(request),
        "is_officer": request.user.enterprise_id is None,
    }


def _example(points: list[Point], now: dt.datetime) -> str:
    """Return a message that this gateway could send, with its own tags where there are some."""
    tags = [point.source_tag or point.tag for point in points] or ["LT-1011", "TT-1011"]
    stamp = int(now.timestamp() * 1000)
    rows = [json.dumps({"p": tag, "t": stamp, "v": value}) for tag, value in zip(tags, (8.42, 23.6), strict=False)]
    return '{"version": 1, "boot": "a1f3", "seq": 1, "rows": [\n  ' + ",\n  ".join(rows) + "]}"


@never_cache
@roles(Role.ENTERPRISE_ADMIN)
@require_POST
def renew_password(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give the gateway a new password and show it once."""
    row = _row(request, pk)
    try:
        password = services.renew_password(row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("gateway-detail", pk=pk)
    return _with_password(request, row, password)


def _with_password(request: SignedInRequest, row: Gateway, password: str) -> HttpResponse:
    """Show the gateway with its password: in this answer only, never stored or logged."""
    context = _facts(request, _row(request, row.pk)) | {"password": password}
    return render(request, "telemetry/gateway_detail.html", context)


@roles(Role.ENTERPRISE_ADMIN)
@require_POST
def retire_gateway(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a gateway and its points; what it sent stays."""
    row = _row(request, pk)
    try:
        services.retire(row, by=request.user, now=clock.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("gateway-detail", pk=pk)
    messages.success(request, f"已停用网关“{row}”，其下的指标一并停用，历史数据保留。")
    return redirect("gateway-list")


@roles(*READERS)
@require_GET
def show_protocol(request: SignedInRequest) -> HttpResponse:
    """Show the guide for vendors: address, message, quality codes, numbering and acknowledgement."""
    context = {"host": urlsplit(settings.PUBLIC_URL).hostname, "port": settings.MQTT_PORT}
    return render(request, "telemetry/protocol.html", context)
