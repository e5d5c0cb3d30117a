"""The audit log: append-only, hash-chained, one chain an enterprise and one for the platform."""

from django.conf import settings
from django.db import models

from yingan.kernel.ownership import EnterpriseOwned


class AuditColumns(models.Model):
    """What an entry of either chain holds. `hash` covers all columns and the hash before it (SHA-256, hex)."""

    seq = models.BigIntegerField("序号")
    at = models.DateTimeField("时间")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="操作人",
    )
    user_name = models.CharField("姓名", max_length=80, blank=True)
    action = models.CharField("动作", max_length=80)
    subject = models.CharField("对象", max_length=80, blank=True)
    subject_id = models.CharField("对象编号", max_length=40, blank=True)
    detail = models.JSONField("内容", default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        abstract = True


class AuditEntry(AuditColumns, EnterpriseOwned):
    """An act on an enterprise's rows."""

    class Meta:
        verbose_name = "审计记录"
        constraints = [models.UniqueConstraint(fields=["enterprise", "seq"], name="audit_chain_of_enterprise")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class PlatformAuditEntry(AuditColumns):
    """An act that belongs to no enterprise: sign-in of officers, settings, accounts of the platform."""

    class Meta:
        verbose_name = "平台审计记录"
        constraints = [models.UniqueConstraint(fields=["seq"], name="audit_chain_of_platform")]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"
