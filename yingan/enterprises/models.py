"""The tenant and its organisation."""

from __future__ import annotations

import secrets
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.http import Http404

from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey
from yingan.kernel.sealed import SealedTextField
from yingan.kernel.tenancy import scope_of
from yingan.regions.models import Office, Region, Trade


def board_token() -> str:
    """Return a random token for the public board of an enterprise."""
    return secrets.token_urlsafe(18)


class Enterprise(models.Model):
    """A legal person. Fields of 企业注册信息 (screens §4.3d); phones are sealed."""

    class SupervisionState(models.TextChoices):
        UNSET = "unset", "未选择"
        PENDING = "pending", "待确认"
        CONFIRMED = "confirmed", "已确认"
        RETURNED = "returned", "已退回"

    class OperatingState(models.TextChoices):
        PRODUCTION = "production", "生产"
        STOPPED = "stopped", "停产"
        BUILDING = "building", "在建"
        CLOSED = "closed", "关闭"

    class Scale(models.TextChoices):
        LARGE = "large", "大型"
        MEDIUM = "medium", "中型"
        SMALL = "small", "小型"
        MICRO = "micro", "微型"

    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("企业名称", max_length=120)
    legal_person = models.CharField("法定代表人", max_length=40)
    legal_person_phone = SealedTextField("法人手机", blank=True)
    trade = models.CharField(  # noqa: DJ001  # NULL until it is chosen
        "监管类型", max_length=10, choices=Trade, null=True, blank=True
    )  # unset
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="监管部门")
    supervised_region = models.IntegerField("监管部门区划代码", null=True, blank=True, editable=False)
    supervision_state = models.CharField(
        "监管确认状态", max_length=10, choices=SupervisionState, default=SupervisionState.UNSET, editable=False
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="行政区划")
    town = models.CharField("乡镇（街道）", max_length=60, blank=True)
    registered_address = models.CharField("注册地址", max_length=200, blank=True)
    business_address = models.CharField("实际经营地址", max_length=200, blank=True)
    longitude = models.DecimalField("经度", max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField("纬度", max_digits=8, decimal_places=6, null=True, blank=True)
    industry = models.CharField("所属行业", max_length=60, blank=True)
    economic_type = models.CharField("经济类型", max_length=40, blank=True)
    scale = models.CharField("企业规模", max_length=10, choices=Scale, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    business_scope = models.TextField("经营范围", blank=True)
    employee_count = models.PositiveIntegerField("从业人数", null=True, blank=True)
    principal = models.CharField("主要负责人", max_length=40, blank=True)
    principal_phone = SealedTextField("主要负责人手机", blank=True)
    safety_officer = models.CharField("安全负责人", max_length=40, blank=True)
    safety_officer_phone = SealedTextField("安全负责人手机", blank=True)
    duty_phone = models.CharField("安全值班电话", max_length=20, blank=True)
    operating_state = models.CharField(
        "企业状态", max_length=12, choices=OperatingState, default=OperatingState.PRODUCTION
    )
    board_token = models.CharField(max_length=40, default=board_token, unique=True, editable=False)
    checked_at = models.DateTimeField("最近核对时间", null=True, blank=True, editable=False)
    users_checked_at = models.DateTimeField("用户组织最近核对时间", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    unscoped = models.Manager()

    class Meta:
        verbose_name = "企业"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(office__isnull=True, supervised_region__isnull=True)
                | models.Q(office__isnull=False, supervised_region__isnull=False),
                name="office_and_its_region_go_together",
            )
        ]
        indexes = [
            models.Index(fields=["supervised_region", "trade"], name="enterprise_supervision"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="enterprise_name_search"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, user: Any) -> models.QuerySet[Self]:
        """Return the user's own enterprise, or those that the user's office supervises."""
        return cls.unscoped.filter(scope_of(user).condition(""))

    @classmethod
    def visible_or_404(cls, user: Any, pk: Any) -> Self:
        """Return the enterprise if `user` may see it.

        :raises Http404: if there is none for this user
        """
        row = cls.visible_to(user).filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    @property
    def is_registered(self) -> bool:
        """Tell whether 监管类型 and 监管部门 have been chosen (manual §4.3 step 2)."""
        return self.trade is not None and self.office_id is not None

    @property
    def is_checked(self) -> bool:
        """Tell whether data and users were checked once: before the first commitment (manual §6.3)."""
        return self.checked_at is not None and self.users_checked_at is not None

    @property
    def owes_commitments(self) -> bool:
        """Tell whether a daily commitment is due: 危化 enterprises in production (domain §1.1)."""
        return self.trade == Trade.HAZCHEM and self.operating_state == self.OperatingState.PRODUCTION


class Department(EnterpriseOwned):
    """A node of the organisation tree; 安全生产机构 is one of its kinds (manual §8.2)."""

    class Kind(models.TextChoices):
        SAFETY_ORGANISATION = "safety_organisation", "安全生产机构"
        FUNCTIONAL = "functional", "职能部门"
        WORKSHOP = "workshop", "车间"
        TEAM = "team", "班组"

    name = models.CharField("部门名称", max_length=60)
    kind = models.CharField("类型", max_length=20, choices=Kind, default=Kind.FUNCTIONAL)
    parent = OwnedForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="上级部门")
    head_name = models.CharField("负责人", max_length=40, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    duties = models.TextField("主要职责", blank=True)
    position = models.PositiveIntegerField("排序", default=0)

    class Meta:
        verbose_name = "部门"
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "parent", "name"],
                name="department_name_once_below_its_parent",
                nulls_distinct=False,
                violation_error_message="同一上级下已有同名部门，请换一个名称。",
            )
        ]

    def __str__(self) -> str:
        return self.name
