"""Tables of codes that were issued and, in the demo, of messages that were sent."""

import uuid

from django.db import models

from yingan.kernel.sealed import SealedTextField


class Purpose(models.TextChoices):
    """What a code may be used for; a code for one purpose proves nothing for another."""

    REGISTER = "register", "注册"
    RESET = "reset", "找回密码"
    APPEAL = "appeal", "帐号申诉"
    REBIND = "rebind", "更换手机号"


class SmsCode(models.Model):
    """One code to one phone for one request; only its keyed digest is kept.

    `bound_to` names the request (a browser's session or a reset) in which alone it counts. A decoy is issued where no
    such person exists, so that the page and its limits behave the same; no digits ever satisfy it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField("用途", max_length=20, choices=Purpose)
    phone_index = models.CharField("手机号索引", max_length=64)
    bound_to = models.CharField("绑定的请求", max_length=64)
    digest = models.CharField("验证码摘要", max_length=64)
    is_decoy = models.BooleanField("占位", default=False)
    ip = models.GenericIPAddressField("来源 IP")
    issued_at = models.DateTimeField("发送时间")
    expires_at = models.DateTimeField("失效时间")
    tries = models.PositiveSmallIntegerField("已尝试次数", default=0)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "短信验证码"
        indexes = [
            models.Index(fields=["phone_index", "issued_at"], name="code_by_phone"),
            models.Index(fields=["ip", "issued_at"], name="code_by_ip"),
            models.Index(fields=["bound_to", "purpose", "issued_at"], name="code_by_request"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.issued_at:%Y-%m-%d %H:%M}"


class Message(models.Model):
    """A message of the demo: what would have gone to a phone or a mailbox."""

    class Channel(models.TextChoices):
        """How the message would have travelled."""

        SMS = "sms", "短信"
        MAIL = "mail", "邮件"

    channel = models.CharField("渠道", max_length=8, choices=Channel)
    receiver = SealedTextField("接收方")
    subject = models.CharField("标题", max_length=200, blank=True)
    body = SealedTextField("内容")
    sent_at = models.DateTimeField("发送时间")

    class Meta:
        verbose_name = "消息"
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.sent_at:%Y-%m-%d %H:%M}"
