"""What could not be taken. Readings themselves are `telemetry`'s."""

from django.db import models


class Quarantine(models.Model):
    """Bytes that are no message of a gateway that we know, kept for a person to look at; they are acknowledged."""

    received_at = models.DateTimeField("接收时间")
    subject = models.CharField("主题", max_length=300)
    stream_seq = models.BigIntegerField("流水号")
    sha256 = models.CharField("摘要", max_length=64)
    error = models.CharField("原因", max_length=300)
    raw = models.BinaryField("原文")

    class Meta:
        verbose_name = "异常报文"
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["stream_seq", "sha256"], name="quarantined_once")]

    def __str__(self) -> str:
        return self.error
