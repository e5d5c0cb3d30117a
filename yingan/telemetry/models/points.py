"""What is measured: gateways, equipment (设备), measuring points (指标) and the changes of their limits."""

from __future__ import annotations

import uuid
from itertools import combinations
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey

LIMITS = ("low_low", "low", "high", "high_high")
LIMIT_LABELS = {"low_low": "低低报", "low": "低报", "high": "高报", "high_high": "高高报"}
TAG_PATTERN = RegexValidator(r"^[^\x00-\x1f]{1,100}$", "位号中不能有控制字符。")


class Gateway(EnterpriseOwned):
    """A device (网关) that sends readings with credentials of its own, on the topic that carries its `public_id`."""

    code = models.CharField("网关编码", max_length=11)
    name = models.CharField("网关名称", max_length=60)
    public_id = models.UUIDField("接入标识", default=uuid.uuid4, unique=True, editable=False)
    secret_hash = models.CharField(max_length=72, editable=False)
    vendor = models.CharField("供应商", max_length=60, blank=True)
    category = models.CharField("网关类别", max_length=40, blank=True)
    model = models.CharField("型号", max_length=60, blank=True)
    ip_address = models.GenericIPAddressField("IP地址", null=True, blank=True)
    port = models.PositiveIntegerField("访问端口", null=True, blank=True)
    netmask = models.GenericIPAddressField("子网掩码", null=True, blank=True)
    route = models.GenericIPAddressField("网关地址", null=True, blank=True)
    location = models.CharField("安装位置", max_length=100, blank=True)
    installed_on = models.DateField("安装日期", null=True, blank=True)
    interval_s = models.PositiveIntegerField("采集频率（秒）", default=10, validators=[MinValueValidator(1)])
    config_version = models.BigIntegerField(default=1, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "网关"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                name="gateway_code_once",
                violation_error_message="网关编码已存在，请换一个编码。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def user_name(self) -> str:
        """The user name of its MQTT connection."""
        return self.public_id.hex

    @property
    def topic(self) -> str:
        """The topic on which it publishes readings (docs/gateway-protocol.md)."""
        return f"gw/{self.public_id.hex}/data"


class Equipment(EnterpriseOwned):
    """A thing that is watched (设备): a tank, a gas detector, a production unit, a warehouse."""

    class Kind(models.TextChoices):
        TANK = "tank", "储罐"
        GAS_DETECTOR = "gas_detector", "气体检测仪"
        UNIT = "unit", "生产装置"
        WAREHOUSE = "warehouse", "仓库"

    class State(models.TextChoices):
        IN_USE = "in_use", "在用"
        STOPPED = "stopped", "停用"

    code = models.CharField("设备编码", max_length=19)
    name = models.CharField("设备名称", max_length=60)
    kind = models.CharField("设备类型", max_length=20, choices=Kind)
    medium = models.CharField("介质", max_length=60, blank=True)
    state = models.CharField("运行状态", max_length=10, choices=State, default=State.IN_USE)
    department = OwnedForeignKey(
        "enterprises.Department", models.PROTECT, null=True, blank=True, verbose_name="所属部门"
    )
    location = models.CharField("安装位置", max_length=100, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    description = models.CharField("描述", max_length=200, blank=True)

    class Meta:
        verbose_name = "设备"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                name="equipment_code_once",
                violation_error_message="设备编码已存在，请换一个编码。",
            )
        ]

    def __str__(self) -> str:
        return self.name


def _order_of_limits() -> list[models.CheckConstraint]:
    """Return the checks of 量程下限 ≤ 低低报 < 低报 < 高报 < 高高报 ≤ 量程上限; an empty one checks nothing."""
    checks = [(below, above, "lt", "小于") for below, above in combinations(LIMITS, 2)]
    checks += [("range_low", limit, "lte", "不大于") for limit in LIMITS]
    checks += [(limit, "range_high", "lte", "不大于") for limit in LIMITS]
    checks += [("range_low", "range_high", "lt", "小于")]
    labels = LIMIT_LABELS | {"range_low": "量程下限", "range_high": "量程上限"}
    return [
        models.CheckConstraint(
            condition=Q(**{f"{below}__{test}": F(above)}),
            name=f"point_{below}_{test}_{above}",
            violation_error_message=f"{labels[below]}应{word}{labels[above]}，请检查阈值和量程。",
        )
        for below, above, test, word in checks
    ]


class Point(EnterpriseOwned):
    """A measuring point (指标): one value of one piece of equipment, its limits and how they are judged.

    Values, limits, range and deadband are in `unit`. An empty limit does not exist; an empty range means that no
    value is out of range; an empty deadband means 1 % of the limit (spec/domain.md §7.1).
    """

    class Kind(models.TextChoices):
        TEMPERATURE = "temperature", "温度"
        PRESSURE = "pressure", "压力"
        LEVEL = "level", "液位"
        COMBUSTIBLE_GAS = "combustible_gas", "可燃气体"
        TOXIC_GAS = "toxic_gas", "有毒气体"
        FLOW = "flow", "流量"
        OTHER = "other", "其他"

    code = models.CharField("指标编码", max_length=24, editable=False)
    name = models.CharField("指标名称", max_length=80)
    equipment = OwnedForeignKey(Equipment, models.PROTECT, verbose_name="设备")
    kind = models.CharField("指标类型", max_length=20, choices=Kind)
    unit = models.CharField("计量单位", max_length=20)
    tag = models.CharField("位号", max_length=100, validators=[TAG_PATTERN])
    gateway = OwnedForeignKey(Gateway, models.PROTECT, null=True, blank=True, verbose_name="网关")
    source_tag = models.CharField("网关中的位号", max_length=100, blank=True, validators=[TAG_PATTERN])
    low_low = models.FloatField("低低报", null=True, blank=True)
    low = models.FloatField("低报", null=True, blank=True)
    high = models.FloatField("高报", null=True, blank=True)
    high_high = models.FloatField("高高报", null=True, blank=True)
    range_low = models.FloatField("量程下限", null=True, blank=True)
    range_high = models.FloatField("量程上限", null=True, blank=True)
    deadband = models.FloatField("死区", null=True, blank=True, validators=[MinValueValidator(0)])
    on_delay_s = models.FloatField("报警延时（秒）", default=0, validators=[MinValueValidator(0)])
    off_delay_s = models.FloatField("恢复延时（秒）", default=0, validators=[MinValueValidator(0)])
    is_major_hazard = models.BooleanField("属于重大危险源", default=False)
    description = models.CharField("描述", max_length=200, blank=True)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "指标"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "code"], name="point_code_once"),
            models.UniqueConstraint(
                fields=["enterprise", "gateway", "source_tag"],
                condition=Q(retired_at__isnull=True),
                name="source_tag_once_per_gateway",
                violation_error_message="该网关下已有使用此位号的指标，请换一个位号。",
            ),
            models.CheckConstraint(
                condition=Q(deadband__gte=0) & Q(on_delay_s__gte=0) & Q(off_delay_s__gte=0),
                name="point_deadband_and_delays_not_negative",
                violation_error_message="死区和延时不能为负数。",
            ),
            *_order_of_limits(),
        ]
        indexes = [models.Index(fields=["enterprise", "equipment"], name="points_of_equipment")]

    def __str__(self) -> str:
        return f"{self.tag} {self.name}"

    def limits(self) -> dict[str, float | None]:
        """Return the four limits by name."""
        return {name: getattr(self, name) for name in LIMITS}

    def deadband_at(self, limit: float) -> float:
        """Return the deadband in force at a limit: the point's own, or 1 % of the limit."""
        return abs(limit) * 0.01 if self.deadband is None else self.deadband


class ThresholdChange(EnterpriseOwned):
    """A change of a point's limits, range, deadband or delays, with its reason; never altered."""

    point = OwnedForeignKey(Point, models.PROTECT, verbose_name="指标")
    at = models.DateTimeField("生效时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="修改人",
    )
    by_name = models.CharField("姓名", max_length=80)
    reason = models.CharField("修改原因", max_length=200)
    before: models.JSONField[Any, Any] = models.JSONField("修改前", default=dict)
    after: models.JSONField[Any, Any] = models.JSONField("修改后", default=dict)

    class Meta:
        verbose_name = "阈值修改记录"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["enterprise", "point", "-at"], name="changes_of_point")]

    def __str__(self) -> str:
        return self.reason
