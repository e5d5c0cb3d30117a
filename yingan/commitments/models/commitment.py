"""The commitment of one enterprise for one day, and the versions of it that were returned."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from yingan.commitments.models.counts import DailyCounts, _count, _flag
from yingan.commitments.models.template import PLATFORM_VERSION
from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey
from yingan.kernel.sealed import SealedTextField


class Commitment(EnterpriseOwned, DailyCounts):
    """An enterprise's safety commitment for one day (应急〔2018〕74号), published once it has been reviewed."""

    class Status(models.TextChoices):
        MISSED = "missed", "未承诺"
        DRAFT = "draft", "暂存"
        SUBMITTED = "submitted", "待审核"
        RETURNED = "returned", "已退回"
        PUBLISHED = "published", "审核通过"

    class RiskGrade(models.TextChoices):
        MAJOR = "major", "重大"
        SERIOUS = "serious", "较大"
        GENERAL = "general", "一般"
        LOW = "low", "低"

    day = models.DateField("承诺日期")
    is_tank_safe = _flag("重大危险源是否安全")
    is_guarantee_kept = _flag("包保责任制是否落实")
    grade1_installations = _count("一级重大危险源")
    grade2_installations = _count("二级重大危险源")
    grade3_installations = _count("三级重大危险源")
    grade4_installations = _count("四级重大危险源")
    key_processes = _count("重点监管危险工艺")
    explanation = models.TextField("情况说明", blank=True, max_length=1000)
    risk_grade = models.CharField("风险级别", max_length=10, choices=RiskGrade, blank=True)
    risk_reason = models.CharField("调低理由", max_length=300, blank=True)
    risk_score = models.DecimalField(
        "风险分值", max_digits=6, decimal_places=2, null=True, blank=True, validators=[MaxValueValidator(1000)]
    )
    text = models.TextField("承诺内容", blank=True, max_length=1000)
    template_version = models.PositiveIntegerField("模板版本", default=PLATFORM_VERSION, editable=False)
    signatory = models.CharField("承诺人", max_length=40, blank=True)
    duty_leader = models.CharField("值班领导", max_length=40, blank=True)
    duty_leader_phone = SealedTextField("值班领导电话", blank=True)
    scan = OwnedForeignKey(
        "kernel.Attachment", models.PROTECT, null=True, blank=True, editable=False, verbose_name="签字扫描件"
    )

    status = models.CharField("状态", max_length=20, choices=Status, default=Status.DRAFT, editable=False)
    is_late = models.BooleanField("逾期", default=False, editable=False)
    signed_at = models.DateTimeField("承诺时间", null=True, editable=False)
    first_submitted_at = models.DateTimeField("首次提交时间", null=True, editable=False)
    submitted_at = models.DateTimeField("提交时间", null=True, editable=False)
    reviewed_at = models.DateTimeField("审核时间", null=True, editable=False)
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_constraint=False, editable=False,
        verbose_name="填报人",
    )  # fmt: skip
    filled_by_name = models.CharField("填报人姓名", max_length=40, editable=False)
    saved_at = models.DateTimeField("保存时间", null=True, editable=False)
    revision = models.PositiveIntegerField("修订", default=0, editable=False)
    contradictions = models.JSONField("与系统数据不一致", default=list, editable=False)  # as found when submitted
    contradiction_count = models.PositiveSmallIntegerField("不一致处数", default=0, editable=False)
    reasons = models.JSONField("不一致的理由", default=dict, editable=False)  # key of a contradiction → reason

    class Meta:
        verbose_name = "安全承诺"
        ordering = ["-day"]
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "day"], name="one_commitment_per_day"),
            models.CheckConstraint(
                condition=Q(status__in=["missed", "draft", "returned"])
                | Q(units_total=F("units_running") + F("units_stopped") + F("units_overhaul")),
                name="units_of_a_submitted_commitment_add_up",
            ),
        ]
        indexes = [
            models.Index(fields=["day", "enterprise"], name="commitments_of_day"),
            models.Index(
                fields=["enterprise", "submitted_at"], condition=Q(status="submitted"), name="commitments_to_review"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} 安全承诺"

    def get_absolute_url(self) -> str:
        """Return the enterprise's page of this commitment."""
        return reverse("commitment-detail", args=[self.pk])

    @property
    def number(self) -> str:
        """The 编号 that people quote."""
        return f"CN-{self.enterprise_id:05d}-{self.day:%Y%m%d}"

    @property
    def is_editable(self) -> bool:
        """Tell whether the enterprise may still write: only drafts, returned and missed ones (domain §1.5)."""
        return self.status in EDITABLE

    @property
    def is_promised(self) -> bool:
        """Tell whether it counts as 已承诺: it has been submitted, whatever the review says."""
        return self.status in PROMISED


class CommitmentSnapshot(EnterpriseOwned):
    """A version that was returned, kept so that the reviewer sees what has changed since."""

    commitment = OwnedForeignKey(Commitment, models.PROTECT, verbose_name="安全承诺")
    taken_at = models.DateTimeField("退回时间")
    note = models.TextField("退回意见")
    content: Any = models.JSONField("内容")  # name of the column → value, as sheet.content_of gives it

    class Meta:
        verbose_name = "退回的版本"
        ordering = ["taken_at", "id"]
        indexes = [models.Index(fields=["enterprise", "commitment", "-taken_at"], name="snapshots_of_commitment")]

    def __str__(self) -> str:
        return f"{self.commitment_id} {self.taken_at}"


EDITABLE = (Commitment.Status.DRAFT, Commitment.Status.RETURNED, Commitment.Status.MISSED)
PROMISED = (Commitment.Status.SUBMITTED, Commitment.Status.RETURNED, Commitment.Status.PUBLISHED)
