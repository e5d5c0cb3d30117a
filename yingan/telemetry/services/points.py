"""Adding, changing and retiring measuring points. A change of limits has a reason and takes effect at once, forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import F

from yingan.kernel import audit
from yingan.telemetry.codes import POINT_CODES
from yingan.telemetry.models import Gateway, Point, ThresholdChange
from yingan.telemetry.models.points import LIMITS
from yingan.telemetry.services import Refused

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import _User

JUDGED_BY = (*LIMITS, "range_low", "range_high", "deadband", "on_delay_s", "off_delay_s")


@transaction.atomic
def add(point: Point, *, by: _User | None) -> Point:
    """Add a measuring point to `point.equipment`; its 指标编码 is made here.

    :raises Refused: if its gateway is retired
    """
    _demand_living_gateway(point)
    point.source_tag = point.source_tag or point.tag
    with connection.cursor() as cursor:  # one at a time below one piece of equipment: the serial number counts up
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [7302, point.equipment_id % 2**31])
    point.code = _next_code(point)
    point.save(force_insert=True)
    _bump(point)
    audit.record("telemetry.point.add", by=by, subject=point, detail={"code": point.code, **point.limits()})
    return point


@transaction.atomic
def change(point: Point, *, by: _User, now: dt.datetime, reason: str = "") -> None:
    """Save a changed point; ingest judges by the new limits from its next transaction on.

    :raises Refused: if what it is judged by changes without a reason, or it would move to another gateway
    """
    stored = Point.unscoped.select_for_update().get(pk=point.pk, enterprise_id=point.enterprise_id)
    if stored.gateway_id not in (None, point.gateway_id):
        raise Refused("指标已接入网关，不能换到另一个网关；请停用后在新网关下新建。")
    if stored.gateway_id != point.gateway_id:
        _demand_living_gateway(point)
    point.source_tag = point.source_tag or point.tag
    before = {name: getattr(stored, name) for name in JUDGED_BY if getattr(stored, name) != getattr(point, name)}
    after = {name: getattr(point, name) for name in before}
    if before and not reason.strip():
        raise Refused("修改阈值、量程、死区或延时时，请填写修改原因。")
    point.save()
    _bump(point)
    if before:
        ThresholdChange.unscoped.create(
            enterprise_id=point.enterprise_id, point=point, at=now, by_id=by.pk, by_name=by.name,
            reason=reason.strip(), before=before, after=after,
        )  # fmt: skip
    detail = {"code": point.code, "reason": reason, "before": before, "after": after}
    audit.record("telemetry.point.change", by=by, subject=point, detail=detail)


@transaction.atomic
def retire(point: Point, *, by: _User, now: dt.datetime) -> None:
    """End a point: its readings are no longer taken; what was measured stays.

    :raises Refused: if it is retired already
    """
    rows = Point.unscoped.filter(pk=point.pk, enterprise_id=point.enterprise_id, retired_at__isnull=True)
    if not rows.update(retired_at=now):
        raise Refused("该指标已停用。")
    point.retired_at = now
    _bump(point)
    audit.record("telemetry.point.retire", by=by, subject=point, detail={"code": point.code})


def _next_code(point: Point) -> str:
    """Return 设备编码 + kind (2) + serial (3), spec/domain.md §2.1."""
    prefix = f"{point.equipment.code}{POINT_CODES[point.kind]}"
    codes = Point.unscoped.filter(enterprise_id=point.enterprise_id, code__startswith=prefix).values_list("code")
    used = [int(code[len(prefix) :]) for (code,) in codes if code[len(prefix) :].isdigit()]
    return f"{prefix}{max(used, default=0) + 1:03d}"


def _demand_living_gateway(point: Point) -> None:
    if point.gateway is not None and point.gateway.retired_at is not None:
        raise Refused("该网关已停用，请选择在用的网关。")


def _bump(point: Point) -> None:
    """Let ingest see that what it knows of the gateway's points is out of date (one version a gateway)."""
    if point.gateway_id is not None:
        Gateway.unscoped.filter(pk=point.gateway_id, enterprise_id=point.enterprise_id).update(
            config_version=F("config_version") + 1
        )
