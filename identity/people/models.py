"""Tables of people and of what happened to their accounts."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from yingan.kernel.sealed import SealedTextField, blind_index, mask_name, mask_phone


class Kind(models.TextChoices):
    """Whom an account stands for."""

    LEGAL = "legal", "法人"
    NATURAL = "natural", "自然人"
    REVIEWER = "reviewer", "申诉审核人员"


class EnterpriseType(models.TextChoices):
    """企业类型 of the registration form."""

    LIMITED = "limited", "有限责任公司"
    SHARES = "shares", "股份有限公司"
    SOLE = "sole", "个人独资企业"
    PARTNERSHIP = "partnership", "合伙企业"
    HOUSEHOLD = "household", "个体工商户"
    INSTITUTION = "institution", "事业单位"
    OTHER = "other", "其他"


class PersonManager(BaseUserManager["Person"]):
    """Finds people by what they type."""

    def by_account(self, account: str) -> "Person | None":
        """Return who signs in with `account`: a credit code, a user name, or the phone of a natural person."""
        found = self.filter(username=account).first()
        return found or self.filter(kind=Kind.NATURAL, phone_index=blind_index(account)).first()


class Person(AbstractBaseUser):
    """One account. `real_name` and `id_number` are those of the legal person where the kind is 法人."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("用户类型", max_length=10, choices=Kind)
    username = models.CharField("账号", max_length=32, unique=True)
    enterprise_name = models.CharField("企业名称", max_length=200, blank=True)
    enterprise_type = models.CharField("企业类型", max_length=20, choices=EnterpriseType, blank=True)
    real_name = models.CharField("姓名", max_length=50)
    id_number = SealedTextField("身份证号", blank=True)
    phone = SealedTextField("手机号", blank=True)
    phone_index = models.CharField("手机号索引", max_length=64, blank=True, db_index=True)
    phone_bound_at = models.DateTimeField("手机号绑定时间")
    phone_verified_at = models.DateTimeField("手机号最近验证时间")
    previous_phone = SealedTextField("原手机号", blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    joined_at = models.DateTimeField("注册时间")
    password_changed_at = models.DateTimeField("密码修改时间")
    session_epoch = models.PositiveIntegerField("登录批次", default=0)

    objects = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "帐号"
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index"], condition=models.Q(kind="natural"), name="one_natural_person_per_phone"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="legal") | ~models.Q(enterprise_name=""), name="legal_person_has_enterprise"
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what every session of the person must carry: it changes with the password and with the epoch."""
        words = f"{self.password}:{self.session_epoch}"
        return salted_hmac("identity.people.session", words, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_legal(self) -> bool:
        """Tell whether the account is an enterprise's."""
        return self.kind == Kind.LEGAL

    @property
    def is_reviewer(self) -> bool:
        """Tell whether the account reviews appeals."""
        return self.kind == Kind.REVIEWER

    @property
    def shown_name(self) -> str:
        """Return the name by which pages greet: the enterprise's, or the person's masked one."""
        if self.is_legal:
            return self.enterprise_name
        return self.real_name if self.is_reviewer else mask_name(self.real_name)

    @property
    def masked_phone(self) -> str:
        """Return 138****1234."""
        return mask_phone(self.phone)

    def get_full_name(self) -> str:
        """Return the name of the claim `name`: the enterprise's or the person's."""
        return self.enterprise_name if self.is_legal else self.real_name


class SecurityEvent(models.Model):
    """What happened to an account, or was refused; append-only (a trigger refuses UPDATE and DELETE)."""

    class Action(models.TextChoices):
        """What happened."""

        REGISTERED = "registered", "注册"
        SIGNED_IN = "signed_in", "登录"
        SIGN_IN_REFUSED = "sign_in_refused", "登录失败"
        SIGNED_OUT = "signed_out", "退出"
        PASSWORD_CHANGED = "password_changed", "修改密码"
        SECOND_FACTOR_ON = "second_factor_on", "开启二次验证"
        SECOND_FACTOR_OFF = "second_factor_off", "关闭二次验证"
        RECOVERY_CODES = "recovery_codes", "生成恢复码"
        PHONE_CHANGED = "phone_changed", "更换手机号"
        RESET_ASKED = "reset_asked", "申请找回密码"
        RESET_REFUSED = "reset_refused", "找回密码验证未通过"
        RESET_HELD = "reset_held", "找回密码进入等待期"
        RESET_CANCELLED = "reset_cancelled", "取消找回密码"
        RESET_DONE = "reset_done", "重置密码"
        APPEAL_SUBMITTED = "appeal_submitted", "提交申诉"
        APPEAL_ENDORSED = "appeal_endorsed", "申诉初审通过"
        APPEAL_APPROVED = "appeal_approved", "申诉通过"
        APPEAL_REJECTED = "appeal_rejected", "申诉驳回"
        EVIDENCE_SEEN = "evidence_seen", "查看申诉材料"

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="events", verbose_name="帐号")
    actor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name="操作人")
    action = models.CharField("事件", max_length=30, choices=Action)
    ip = models.GenericIPAddressField("来源 IP", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "安全记录"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["person", "-at"], name="event_by_person")]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at:%Y-%m-%d %H:%M}"
