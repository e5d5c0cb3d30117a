"""The text of the promise, in versions that are never changed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yingan.kernel.ownership import EnterpriseOwned

PLATFORM_TEXT = (
    "今日本公司已完成安全风险研判，各项防控措施已落实；"
    "本人承诺全部生产装置处于安全状态，罐区、仓库等重大危险源风险受控。"
)
PLATFORM_VERSION = 1  # what an enterprise without a text of its own signs; its own versions count from 2


class CommitmentTemplate(EnterpriseOwned):
    """One version of an enterprise's own text; only ever added, because signed commitments name it."""

    version = models.PositiveIntegerField("版本")
    text = models.TextField("承诺内容", max_length=1000)
    made_at = models.DateTimeField("启用时间")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="编写人",
    )
    made_by_name = models.CharField("编写人姓名", max_length=40)

    class Meta:
        verbose_name = "承诺模板"
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["enterprise", "version"], name="template_version_once")]

    def __str__(self) -> str:
        return f"第 {self.version} 版"
