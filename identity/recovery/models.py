"""The table of resets."""

import uuid

from django.db import models

from identity.people.models import Person


class Reset(models.Model):
    """One request to set a new password. Without a person it is a decoy that nothing can satisfy.

    `ready_at` is when the new password may be set; links carry a secret of which only the digest is kept.
    """

    class State(models.TextChoices):
        """How far the request has come."""

        ASKED = "asked", "待验证"
        SECOND_FACTOR = "second_factor", "待二次验证"
        HELD = "held", "等待期"
        OPEN = "open", "可设置新密码"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"
        REFUSED = "refused", "未通过"

    class Origin(models.TextChoices):
        """What the request stands on."""

        PHONE = "phone", "忘记密码"
        APPEAL = "appeal", "帐号申诉"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="resets", verbose_name="帐号")
    account_index = models.CharField("账号索引", max_length=64)
    origin = models.CharField("来源", max_length=10, choices=Origin)
    state = models.CharField("状态", max_length=20, choices=State)
    tries = models.PositiveSmallIntegerField("已尝试次数", default=0)
    ip = models.GenericIPAddressField("来源 IP", null=True)
    asked_at = models.DateTimeField("申请时间")
    expires_at = models.DateTimeField("失效时间")
    ready_at = models.DateTimeField("可设置时间", null=True)
    link_digest = models.CharField("链接摘要", max_length=64, blank=True)
    cancel_digest = models.CharField("取消链接摘要", max_length=64, blank=True)

    class Meta:
        verbose_name = "找回密码申请"
        indexes = [
            models.Index(fields=["account_index", "asked_at"], name="reset_by_account"),
            models.Index(fields=["person", "state"], name="reset_by_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | models.Q(state__in=["asked", "refused"]),
                name="decoy_never_opens",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_origin_display()} {self.get_state_display()}"
