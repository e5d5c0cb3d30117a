"""The list pages of master data, and how their rows are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yingan.accounts.models import ENTERPRISE_ROLES, OFFICER_ROLES
from yingan.kernel import clock
from yingan.kernel.crud import Column, CrudPage
from yingan.telemetry import screens
from yingan.telemetry.forms import EquipmentForm, PointForm
from yingan.telemetry.models import Equipment, Point
from yingan.telemetry.ownership import EDITORS
from yingan.telemetry.services import Refused, equipment, points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import _User
    from django.db.models import QuerySet

READERS = (*ENTERPRISE_ROLES, *OFFICER_ROLES)


def save_equipment(row: Equipment, *, by: _User, data: Mapping[str, Any]) -> Equipment:
    """Save a piece of equipment."""
    return equipment.save(row, by=by)


def remove_equipment(row: Equipment, *, by: _User) -> None:
    """Remove a piece of equipment that nothing is bound to."""
    equipment.remove(row, by=by)


def save_point(row: Point, *, by: _User, data: Mapping[str, Any]) -> Point:
    """Add a point, or change it with the reason that was typed."""
    if row.pk is None:
        return points.add(row, by=by)
    points.change(row, by=by, now=clock.now(), reason=str(data.get("reason", "")))
    return row


def retire_point(row: Point, *, by: _User) -> None:
    """End a point; what it measured stays."""
    points.retire(row, by=by, now=clock.now())


def _living_points(user: _User) -> QuerySet[Point]:
    return screens.living(Point.visible_to(user))


EQUIPMENT = CrudPage(
    slug="equipment",
    path="monitoring/equipment/",
    model=Equipment,
    form=EquipmentForm,
    columns=(
        Column("code", card="meta"),
        Column("name", card="title"),
        Column("kind", card="main"),
        Column("medium"),
        Column("department"),
        Column("location"),
        Column("state", card="state", tags={"in_use": ("ok", "circle-check"), "stopped": ("off", "player-pause")}),
    ),
    search=("name", "code"),
    filters=("kind", "state", "department"),
    ordering=("code",),
    edit_roles=EDITORS,
    view_roles=READERS,
    hint="先登记储罐、气体检测仪、生产装置或仓库，再在其下新增传感器指标。",
    effect="删除后不能恢复；已绑定指标的设备不能删除。",
    notes=("设备编码在本企业内不能重复，一般为危险源编码 + 2 位设备类型 + 3 位流水号。",),
    save=save_equipment,
    delete=remove_equipment,
    refusals=(Refused,),
)

POINTS = CrudPage(
    slug="point",
    path="monitoring/points/",
    title="传感器监测设备",
    model=Point,
    form=PointForm,
    columns=(
        Column("name", card="title"),
        "code",
        "tag",
        Column("equipment", card="main"),
        "is_major_hazard",
        "kind",
        "unit",
        "range_low",
        "range_high",
        "low_low",
        "low",
        "high",
        "high_high",
        "deadband",
        "on_delay_s",
        "off_delay_s",
        "gateway",
        "source_tag",
        "description",
    ),
    search=("name", "tag", "code"),
    filters=("equipment", "kind", "is_major_hazard"),
    ordering=("equipment__code", "code"),
    edit_roles=EDITORS,
    view_roles=READERS,
    hint="先登记一个监测点，或下载模板后批量导入；登记后由网关推送实时值。",
    effect="停止接收它的数据，历史数据、告警和修改记录保留。",
    notes=(
        "量程下限 ≤ 低低报 < 低报 < 高报 < 高高报 ≤ 量程上限，不用的阈值留空；气体指标只设高报和高高报。",
        "指标编码由系统生成；死区不填为阈值的 1%，延时不填为 0 秒。",
    ),
    sections=(
        ("一、监测对象", ("name", "equipment", "kind", "unit", "tag", "gateway", "source_tag", "is_major_hazard")),
        ("二、量程和报警阈值", ("range_low", "range_high", "low_low", "low", "high", "high_high")),
        ("三、判断参数", ("deadband", "on_delay_s", "off_delay_s", "description", "reason")),
    ),
    rows=_living_points,
    save=save_point,
    delete=retire_point,
    refusals=(Refused,),
)
