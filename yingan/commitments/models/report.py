"""风险研判报告 of a team or a workshop for one day; they roll up into the commitment (domain §1.3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yingan.commitments.models.counts import DailyCounts
from yingan.enterprises.models import Department
from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey

QUESTIONS = ("are_units_safe", "are_jobs_controlled", "is_storage_safe", "are_measures_in_place")


class LayerReport(EnterpriseOwned, DailyCounts):
    """What one team or workshop found on one day, in the three compulsory subjects of 应急〔2018〕74号."""

    class Status(models.TextChoices):
        DRAFT = "draft", "暂存"
        SUBMITTED = "submitted", "已上报"

    department = OwnedForeignKey(Department, models.PROTECT, verbose_name="车间（班组）")
    day = models.DateField("日期")
    risk_points_judged = models.PositiveIntegerField("风险研判点数", null=True, blank=True)
    are_units_safe = models.BooleanField("生产装置处于安全运行状态", null=True, blank=True)
    are_jobs_controlled = models.BooleanField("高危活动及作业风险可控", null=True, blank=True)
    is_storage_safe = models.BooleanField("罐区、仓库等重大危险源安全", null=True, blank=True)
    are_measures_in_place = models.BooleanField("各风险点管控措施已落实", null=True, blank=True)
    explanation = models.TextField("情况说明", blank=True, max_length=1000)
    text = models.TextField("承诺", blank=True, max_length=1000)
    responsible = models.CharField("负责人", max_length=40, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    reported_at = models.DateTimeField("上报时间", null=True, editable=False)
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False, editable=False,
        verbose_name="填报人",
    )  # fmt: skip
    filled_by_name = models.CharField("填报人姓名", max_length=40, editable=False)

    class Meta:
        verbose_name = "风险研判报告"
        ordering = ["day", "department_id"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "department", "day"], name="one_report_a_department_and_day")
        ]
        indexes = [models.Index(fields=["enterprise", "day"], name="reports_of_day")]

    def __str__(self) -> str:
        return f"{self.department} {self.day}"

    @property
    def is_safe(self) -> bool | None:
        """安全状态: False as soon as one question is answered with no; None while one is open."""
        answers = [getattr(self, name) for name in QUESTIONS]
        if False in answers:
            return False
        return None if None in answers else True
