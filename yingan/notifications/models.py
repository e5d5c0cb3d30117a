"""Messages in the site, and the outbox of the channels that leave it."""

from django.db import models

from yingan.kernel.sealed import SealedTextField


class Message(models.Model):
    """A message for one person. It belongs to its recipient alone: the wall is `walls.PersonalTable`."""

    class Level(models.TextChoices):
        INFO = "info", "通知"
        WARNING = "warning", "提醒"
        URGENT = "urgent", "紧急"

    recipient_id = models.BigIntegerField("收件人")
    level = models.CharField("级别", max_length=10, choices=Level, default=Level.INFO)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("内容", blank=True)
    url = models.CharField("地址", max_length=300, blank=True)
    key = models.CharField("事件", max_length=120)
    sent_at = models.DateTimeField("发送时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["recipient_id", "key"], name="message_once_per_event_and_person"),
        ]
        indexes = [
            models.Index(fields=["recipient_id", "-sent_at"], name="message_of_person"),
            models.Index(fields=["recipient_id"], condition=models.Q(read_at__isnull=True), name="message_unread"),
        ]

    def __str__(self) -> str:
        return self.title


class Outbox(models.Model):
    """One thing to send through one channel. Taken with a lease: a sender that dies leaves it to the next one."""

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        PUSH = "push", "推送"  # mail, WeCom, DingTalk, webhook: the addresses of settings.NOTIFY_URLS

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "发送失败"

    channel = models.CharField("通道", max_length=10, choices=Channel)
    address = SealedTextField("收件地址", blank=True)
    title = models.CharField("标题", max_length=120, blank=True)
    text = SealedTextField("内容")
    key = models.CharField("事件", max_length=160, unique=True)  # the idempotency key towards the channel
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_at = models.DateTimeField("建立时间")
    due_at = models.DateTimeField("下次发送")
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    is_wiped = models.BooleanField("已清除", default=False)

    class Meta:
        verbose_name = "待发消息"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="outbox_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.title}"


class Receipt(models.Model):
    """What became of one try to send: the proof that somebody was told, or why not."""

    outbox = models.ForeignKey(Outbox, models.CASCADE, related_name="receipts", verbose_name="待发消息")
    at = models.DateTimeField("时间")
    ok = models.BooleanField("成功")
    detail = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "发送回执"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {'成功' if self.ok else '失败'}"
