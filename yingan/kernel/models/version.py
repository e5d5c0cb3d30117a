"""The history of rows, written by a trigger (docs/decisions/0003-row-history.md)."""

from django.conf import settings
from django.db import models

from yingan.kernel.ownership import EnterpriseOwned


class RowVersion(EnterpriseOwned):
    """One change of one row: the changed columns before and after. Never written by Python, never changed."""

    class Operation(models.TextChoices):
        INSERT = "insert", "新增"
        UPDATE = "update", "修改"
        DELETE = "delete", "删除"

    table_name = models.CharField("表", max_length=63)
    row_id = models.BigIntegerField("记录编号")
    operation = models.CharField("操作", max_length=6, choices=Operation)
    old = models.JSONField("修改前", null=True)
    new = models.JSONField("修改后", null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="操作人",
    )
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "修改记录"
        indexes = [models.Index(fields=["enterprise", "table_name", "row_id", "id"], name="version_of_row")]

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id}: {self.get_operation_display()}"
