"""Alarms (告警), their episodes and their time line.

An episode is one crossing of one limit: raised, cleared. An alarm is the case that people handle; it holds the
episodes of one rule of one point until it is closed. Recovery ends an episode and never closes an alarm.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey
from yingan.telemetry.models import Equipment, Point


class Rule(models.TextChoices):
    """The four limits of a point; each is a rule of its own. Ordered by rank in `RANK`."""

    HIGH_HIGH = "high_high", "高高报"
    HIGH = "high", "高报"
    LOW = "low", "低报"
    LOW_LOW = "low_low", "低低报"


RANK = {Rule.HIGH_HIGH: 2, Rule.LOW_LOW: 2, Rule.HIGH: 1, Rule.LOW: 1}


class Alarm(EnterpriseOwned):
    """One case: a limit of a point was crossed and people answer for it (spec/domain.md §2.8)."""

    class Status(models.TextChoices):
        OPEN = "open", "未处理"
        ACKNOWLEDGED = "acknowledged", "已确认"
        HANDLING = "handling", "处理中"
        CLEARED = "cleared", "已消警"
        CLOSED = "closed", "已办结"
        FALSE = "false", "误报"

    class Reason(models.TextChoices):
        PROCESS = "process", "工艺异常"
        EQUIPMENT = "equipment", "设备故障"
        INSTRUMENT = "instrument", "仪表故障"
        MAINTENANCE = "maintenance", "检维修"
        START_STOP = "start_stop", "开停车"
        THRESHOLD = "threshold", "阈值设置不当"
        OPERATION = "operation", "误操作"
        COMMUNICATION = "communication", "通讯异常"
        CALIBRATION = "calibration", "标定/测试"
        OTHER = "other", "其他"

    point = OwnedForeignKey(Point, models.PROTECT, verbose_name="指标")
    equipment = OwnedForeignKey(Equipment, models.PROTECT, verbose_name="设备")
    rule = models.CharField("报警等级", max_length=10, choices=Rule)
    status = models.CharField("处理状态", max_length=14, choices=Status, default=Status.OPEN)
    raised_at = models.DateTimeField("开始时间")
    received_at = models.DateTimeField("接收时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    start_value = models.FloatField("报警值")
    peak_value = models.FloatField("峰值")
    end_value = models.FloatField("恢复值", null=True, blank=True)
    episodes = models.IntegerField("发生次数", default=1)
    is_backfilled = models.BooleanField("补传", default=False)
    limit = models.FloatField("阈值")
    low_low = models.FloatField("低低报", null=True)
    low = models.FloatField("低报", null=True)
    high = models.FloatField("高报", null=True)
    high_high = models.FloatField("高高报", null=True)
    deadband = models.FloatField("死区")
    on_delay_s = models.FloatField("报警延时（秒）")
    off_delay_s = models.FloatField("恢复延时（秒）")
    reason = models.CharField("报警原因", max_length=20, choices=Reason, blank=True)
    measure = models.TextField("处置措施", blank=True)
    acknowledged_at = models.DateTimeField("确认时间", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="确认人",
    )
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="处理人",
    )
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    class Meta:
        verbose_name = "告警"
        ordering = ["-raised_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "point", "rule"],
                condition=Q(closed_at__isnull=True),
                name="one_open_alarm_a_rule",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-raised_at"], name="alarms_by_time"),
            models.Index(fields=["-raised_at", "-id"], name="alarms_newest"),  # of a whole region
            models.Index(fields=["enterprise", "status"], name="alarms_by_status"),
            models.Index(fields=["enterprise", "rule"], condition=Q(ended_at__isnull=True), name="alarms_standing"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The 报警编号 that people quote."""
        return f"GJ{timezone.localtime(self.raised_at):%Y%m%d}{self.pk:06d}"

    @property
    def is_standing(self) -> bool:
        """Tell whether the value is still beyond the limit (报警中) or came back (已恢复)."""
        return self.ended_at is None

    def duration_s(self, now: Any) -> float:
        """Return the seconds from the first crossing to the recovery, or to `now` while it stands."""
        return ((self.ended_at or now) - self.raised_at).total_seconds()


class AlarmEpisode(EnterpriseOwned):
    """One crossing of a limit, from the reading that raised it to the one that cleared it."""

    alarm = OwnedForeignKey(Alarm, models.PROTECT, verbose_name="告警")
    point = OwnedForeignKey(Point, models.PROTECT, verbose_name="指标")
    rule = models.CharField("报警等级", max_length=10, choices=Rule)
    raised_at = models.DateTimeField("发生时间")
    received_at = models.DateTimeField("接收时间")
    raised_value = models.FloatField("报警值")
    peak_value = models.FloatField("峰值")
    limit = models.FloatField("阈值")
    cleared_at = models.DateTimeField("恢复时间", null=True, blank=True)
    cleared_value = models.FloatField("恢复值", null=True, blank=True)
    is_backfilled = models.BooleanField("补传", default=False)
    notified_at = models.DateTimeField("通知时间", null=True, blank=True)

    class Meta:
        verbose_name = "报警过程"
        ordering = ["raised_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "point", "rule"],
                condition=Q(cleared_at__isnull=True),
                name="one_standing_episode_a_rule",
            )
        ]
        indexes = [
            models.Index(fields=["enterprise", "alarm"], name="episodes_of_alarm"),
            models.Index(fields=["enterprise", "point", "rule", "-raised_at"], name="episodes_of_point"),
        ]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.raised_at}"


class AlarmEvent(EnterpriseOwned):
    """One line of an alarm's time line; only ever added."""

    class Kind(models.TextChoices):
        RAISED = "raised", "报警"
        CLEARED = "cleared", "恢复"
        ACKNOWLEDGED = "acknowledged", "确认"
        HANDLING = "handling", "开始处理"
        HANDLED = "handled", "处理"
        ELIMINATED = "eliminated", "消警"
        CLOSED = "closed", "办结"
        FALSE = "false", "判为误报"
        NOTE = "note", "说明"

    alarm = OwnedForeignKey(Alarm, models.PROTECT, verbose_name="告警")
    kind = models.CharField("事件", max_length=14, choices=Kind)
    at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("记录时间")
    value = models.FloatField("数值", null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="办理人",
    )
    by_name = models.CharField("姓名", max_length=80, blank=True)
    note = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = "告警事件"
        ordering = ["recorded_at", "id"]
        indexes = [models.Index(fields=["enterprise", "alarm", "recorded_at"], name="events_of_alarm")]

    def __str__(self) -> str:
        return self.get_kind_display()


class AlarmNotice(EnterpriseOwned):
    """A notice owed to people, written with what caused it; the worker turns it into messages (`tasks`)."""

    class Kind(models.TextChoices):
        RAISED = "raised", "报警"
        CLEARED = "cleared", "恢复"

    alarm = OwnedForeignKey(Alarm, models.PROTECT, verbose_name="告警")
    kind = models.CharField("事件", max_length=10, choices=Kind)
    key = models.CharField(max_length=60)
    created_at = models.DateTimeField("建立时间")
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)

    class Meta:
        verbose_name = "告警通知"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "key"], name="alarm_notice_once")]
        indexes = [models.Index(fields=["id"], condition=Q(sent_at__isnull=True), name="alarm_notices_owed")]

    def __str__(self) -> str:
        return self.key


class AlarmPhoto(EnterpriseOwned):
    """A picture that a person took while answering an alarm; only ever added."""

    alarm = OwnedForeignKey(Alarm, models.PROTECT, verbose_name="告警")
    attachment = OwnedForeignKey("kernel.Attachment", models.PROTECT, verbose_name="照片")

    class Meta:
        verbose_name = "告警照片"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "attachment"], name="photo_of_one_alarm")]
        indexes = [models.Index(fields=["enterprise", "alarm"], name="photos_of_alarm")]

    def __str__(self) -> str:
        return str(self.attachment)
