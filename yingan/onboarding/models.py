"""Choices of 监管类型 and 监管部门 that an authority has to confirm (security L01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from yingan.accounts.models import User
from yingan.enterprises.models import Enterprise
from yingan.kernel.ownership import EnterpriseOwned
from yingan.kernel.tenancy import scope_of
from yingan.regions.models import Office, Trade

if TYPE_CHECKING:
    from django.db.models import QuerySet


class SupervisionChange(EnterpriseOwned):
    """A choice by the enterprise: the first one works at once, a later one when old and new authority agree.

    The wall lets the new office see the row before it sees the enterprise, hence the copies of name and code.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "待确认"
        HALF = "half", "一方已同意"
        CONFIRMED = "confirmed", "已确认"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    is_first = models.BooleanField("首次选择")
    enterprise_name = models.CharField("企业名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    old_trade = models.CharField("原监管类型", max_length=10, choices=Trade, blank=True)
    old_office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+", verbose_name="原监管部门")
    new_trade = models.CharField("新监管类型", max_length=10, choices=Trade)
    new_office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="新监管部门")
    new_region = models.IntegerField("新监管部门区划代码")
    reason = models.CharField("变更原因", max_length=300, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ASKED)
    old_agreed_at = models.DateTimeField("原监管部门同意时间", null=True)
    new_agreed_at = models.DateTimeField("新监管部门同意时间", null=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间")

    class Meta:
        verbose_name = "监管信息变更"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(status__in=["asked", "half"]),
                name="one_open_supervision_change_an_enterprise",
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_name} → {self.new_office}"

    @classmethod
    def visible_to(cls, user: Any) -> QuerySet[Self]:
        """Return the enterprise's own rows, those of the old authority, and those that come to the new one."""
        scope = scope_of(user)
        if scope.region_from is None:
            return cls.unscoped.filter(scope.condition())
        mine = Enterprise.visible_to(user).values("pk")  # no join: the wall hides the enterprise from the new office
        return cls.unscoped.filter(
            Q(enterprise_id__in=mine)
            | Q(new_region__range=(scope.region_from, scope.region_to), new_trade__in=scope.trades)
        )

    @property
    def is_open(self) -> bool:
        """Tell whether an authority still has to decide."""
        return self.status in (self.Status.ASKED, self.Status.HALF)
