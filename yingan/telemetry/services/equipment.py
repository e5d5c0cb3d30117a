"""Adding, changing and removing equipment (设备)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yingan.kernel import audit
from yingan.telemetry.models import Equipment, Point
from yingan.telemetry.services import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import _User


@transaction.atomic
def save(equipment: Equipment, *, by: _User | None) -> Equipment:
    """Save a piece of equipment, new or changed."""
    verb = "add" if equipment.pk is None else "change"
    equipment.save()
    audit.record(f"telemetry.equipment.{verb}", by=by, subject=equipment, detail={"code": equipment.code})
    return equipment


@transaction.atomic
def remove(equipment: Equipment, *, by: _User) -> None:
    """Remove a piece of equipment that nothing is bound to.

    :raises Refused: while a measuring point, retired or not, names it
    """
    bound = Point.unscoped.filter(enterprise_id=equipment.enterprise_id, equipment_id=equipment.pk)
    if bound.exists():
        raise Refused("该设备已绑定指标，不能删除；不再使用时请把运行状态改为停用。")
    audit.record("telemetry.equipment.remove", by=by, subject=equipment, detail={"code": equipment.code})
    equipment.delete()
