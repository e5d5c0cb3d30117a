"""What signing in needs to remember. These rows belong to persons or to nobody, never to an enterprise."""

from __future__ import annotations

from django.db import models

from yingan.accounts.models.people import User


class UserSession(models.Model):
    """An open session, so that people see where they are signed in and can end it (security S12)."""

    class Way(models.TextChoices):
        PASSWORD = "password", "企业个人入口"
        LEGAL = "legal", "法人用户登录"
        ACTIVATION = "activation", "激活单"

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="用户")
    session_key = models.CharField(max_length=40, unique=True)
    way = models.CharField("登录方式", max_length=10, choices=Way, default=Way.PASSWORD)
    device = models.CharField("设备", max_length=80)
    address = models.CharField("地址", max_length=45)
    started_at = models.DateTimeField("登录时间")
    seen_at = models.DateTimeField("最近使用")

    class Meta:
        verbose_name = "登录会话"
        ordering = ["-seen_at"]

    def __str__(self) -> str:
        return self.device


class Throttle(models.Model):
    """Failed attempts under one key: a pair of account and network or device, an account, or a network.

    In a table, so that a restart forgets nothing and all processes count together. The key is a digest.
    """

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "登录限速"

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.failures}"


class ActivationSlip(models.Model):
    """A one-time right to set one's password: as a link (QR) and as a code to type (security §5.1)."""

    class Purpose(models.TextChoices):
        FIRST = "first", "首次激活"
        RESET = "reset", "重设密码"

    user = models.ForeignKey(User, models.CASCADE, related_name="slips", verbose_name="用户")
    purpose = models.CharField("用途", max_length=10, choices=Purpose)
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    issued_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="签发人")
    issued_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("有效期至")
    ended_at = models.DateTimeField("使用或作废时间", null=True)

    class Meta:
        verbose_name = "激活单"
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.user} {self.get_purpose_display()}"


class RecoveryCode(models.Model):
    """One of the codes that stand in for a lost authenticator, once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "恢复码"
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.user)


class PasswordRecord(models.Model):
    """A former password (hashed), so that it is not taken again where the policy forbids it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "历史密码"
        ordering = ["-set_at"]

    def __str__(self) -> str:
        return str(self.user)
