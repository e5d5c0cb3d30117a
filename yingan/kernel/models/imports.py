"""Imported sheets: what waits for a decision, and what can be undone."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from yingan.kernel.ownership import EnterpriseOwned
from yingan.kernel.sealed import SealedTextField


class SheetImport(EnterpriseOwned):
    """One sheet that a person imported into a list page. The cells are sealed, and dropped once it is decided."""

    class Status(models.TextChoices):
        CHECKED = "checked", "待处理"
        SAVED = "saved", "已导入"
        UNDONE = "undone", "已撤销"

    page = models.CharField("页面", max_length=60)
    file_name = models.CharField("文件名", max_length=120)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.CHECKED)
    cells = SealedTextField("单元格", blank=True)
    saved_count = models.PositiveIntegerField("成功条数", default=0)
    failed_count = models.PositiveIntegerField("失败条数", default=0)
    row_ids = ArrayField(models.BigIntegerField(), verbose_name="新增的记录", default=list, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="导入人",
    )
    at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = "表格导入"
        indexes = [models.Index(fields=["enterprise", "page", "-at"], name="sheet_import_of_page")]

    def __str__(self) -> str:
        return f"{self.page} {self.file_name}"
