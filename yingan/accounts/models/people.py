"""Users and what they are: members of an enterprise, officers of an office, or administrators of the platform."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property

from yingan.enterprises.models import Department, Enterprise
from yingan.kernel import clock
from yingan.kernel.ownership import EnterpriseOwned, OwnedForeignKey
from yingan.kernel.sealed import SealedTextField, mask_phone
from yingan.kernel.tenancy import Scope
from yingan.regions.models import Office, Trade

REGISTRATION_PATH = "/enterprise/registration/"
PASSWORD_PATH = "/account/password/"  # noqa: S105  # an address


class Role(models.TextChoices):
    """The fixed roles (design §4); there are no permission strings."""

    ENTERPRISE_ADMIN = "enterprise_admin", "企业管理员"
    DEPARTMENT_HEAD = "department_head", "部门负责人"
    EMPLOYEE = "employee", "部门普通员工"
    REVIEWER = "reviewer", "审核人员"
    ENFORCER = "enforcer", "执法人员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDITOR = "auditor", "审计员"


ENTERPRISE_ROLES = (Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD, Role.EMPLOYEE)
OFFICER_ROLES = (Role.REVIEWER, Role.ENFORCER)
PLATFORM_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR)


class UserManager(BaseUserManager["User"]):
    """Finds users by name for the sign-in."""


class User(AbstractBaseUser):
    """A person. The user name is the credit code for 企业管理员, an own account name for everybody else."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    phone = SealedTextField("手机", blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email = models.EmailField("邮箱", blank=True)
    job = models.CharField("岗位（职务）", max_length=60, blank=True)
    is_active = models.BooleanField("启用", default=True)
    platform_role = models.CharField("平台角色", max_length=20, choices=Role, blank=True)
    totp_secret = SealedTextField("动态口令密钥", blank=True)
    totp_last_step = models.BigIntegerField("最近使用的动态口令时段", null=True, blank=True, editable=False)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True, editable=False)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "用户"

    def __str__(self) -> str:
        return self.name

    @cached_property
    def membership(self) -> Membership | None:
        """The place in an enterprise, if there is one; read under the user's own scope.

        Nothing is joined: before the tenant is set, the wall hides the enterprise and with it the membership.
        """
        return Membership.unscoped.filter(user_id=self.pk).order_by("id").first()

    @cached_property
    def post(self) -> OfficePost | None:
        """The post in an authority's office, if there is one."""
        return OfficePost.objects.filter(user_id=self.pk).select_related("office__region").order_by("id").first()

    @cached_property
    def role(self) -> str:
        """The one role of this person, or ''."""
        if self.platform_role:
            return self.platform_role
        if self.membership:
            return self.membership.role
        return self.post.role if self.post else ""

    @property
    def role_label(self) -> str:
        """The role as people read it."""
        return str(Role(self.role).label) if self.role else ""

    def has_role(self, *roles: str) -> bool:
        """Tell whether the person has one of the roles."""
        return self.is_active and self.role in roles

    @cached_property
    def enterprise(self) -> Enterprise | None:
        """The person's enterprise, if any."""
        return self.membership.enterprise if self.membership and not self.platform_role else None

    @property
    def enterprise_id(self) -> int | None:
        """The id of the person's enterprise, if any."""
        return self.enterprise.pk if self.enterprise else None

    @property
    def department_id(self) -> int | None:
        """The id of the person's department, if any."""
        return self.membership.department_id if self.membership else None

    @cached_property
    def office(self) -> Office | None:
        """The person's office, if any."""
        return self.post.office if self.post else None

    @cached_property
    def scope(self) -> Scope:
        """What this person may see; both walls are built on it."""
        if not self.is_active or self.platform_role:
            return Scope(user_id=self.pk)
        if self.membership:
            return Scope(user_id=self.pk, enterprise_id=self.membership.enterprise_id)
        if self.post:
            first, last = self.post.office.region.code_range
            return Scope(user_id=self.pk, region_from=first, region_to=last, trades=tuple(self.post.trades))
        return Scope(user_id=self.pk)

    @property
    def holds_public_power(self) -> bool:
        """Tell whether the role demands a second factor and the stricter password rules (security S06, §5.3)."""
        return self.role in (*OFFICER_ROLES, *PLATFORM_ROLES)

    def first_duty(self) -> str:
        """Return the path that must be finished before all others, or ''."""
        if self.enterprise and self.has_role(Role.ENTERPRISE_ADMIN):
            done = self.enterprise.is_registered and self.has_usable_password()
            return "" if done else REGISTRATION_PATH
        return PASSWORD_PATH if self.is_password_expired else ""

    @property
    def is_password_expired(self) -> bool:
        """Tell whether the role's policy wants a new password by now."""
        days = settings.PASSWORD_POLICY["max_age_days"]
        if not days or self.password_changed_at is None or not self.holds_public_power:
            return False
        return clock.now() - self.password_changed_at > dt.timedelta(days=days)


class Membership(EnterpriseOwned):
    """A person's place in an enterprise."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="用户")
    role = models.CharField(
        "角色", max_length=20, choices=[(role.value, role.label) for role in ENTERPRISE_ROLES], default=Role.EMPLOYEE
    )
    department = OwnedForeignKey(Department, models.PROTECT, null=True, blank=True, verbose_name="所在部门")
    joined_at = models.DateTimeField("加入时间", auto_now_add=True)

    class Meta:
        verbose_name = "企业用户"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "user"], name="member_once_an_enterprise")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    @property
    def masked_phone(self) -> str:
        """The phone as lists show it."""
        return mask_phone(self.user.phone)

    @property
    def account_state(self) -> str:
        """Whether the person can sign in: active, new (no password yet) or disabled."""
        if not self.user.is_active:
            return "disabled"
        return "active" if self.user.has_usable_password() else "new"

    def get_account_state_display(self) -> str:
        """Return the state as people read it."""
        return {"active": "启用", "new": "待激活", "disabled": "停用"}[self.account_state]


class OfficePost(models.Model):
    """An officer's post: office × trades (县/市/省 × 危化/工贸/矿山)."""

    user = models.OneToOneField(User, models.PROTECT, related_name="+", verbose_name="用户")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="监管部门")
    role = models.CharField("角色", max_length=20, choices=[(role.value, role.label) for role in OFFICER_ROLES])
    trades = ArrayField(models.CharField(max_length=10, choices=Trade), verbose_name="监管类型")

    class Meta:
        verbose_name = "监管人员"

    def __str__(self) -> str:
        return f"{self.user} {self.office}"


class ExternalIdentity(models.Model):
    """The key by which the identity provider knows a person: issuer and subject (security S10)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="external_identities")
    issuer = models.CharField("签发者", max_length=200)
    subject = models.CharField("主体标识", max_length=200)
    bound_at = models.DateTimeField("绑定时间", auto_now_add=True)

    class Meta:
        verbose_name = "统一身份"
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return self.subject


def person_label(user: Any) -> str:
    """Return enterprise or office and name, as the top bar shows them."""
    place = user.enterprise or user.office
    return f"{place} {user.name}" if place else str(user.name)
