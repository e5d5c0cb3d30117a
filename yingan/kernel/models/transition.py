"""The history of workflow steps."""

from django.conf import settings
from django.db import models

from yingan.kernel.ownership import EnterpriseOwned


class Transition(EnterpriseOwned):
    """One step that a row took in its workflow: who, when, from where to where, with what opinion."""

    model = models.CharField("对象类型", max_length=80)
    row_id = models.BigIntegerField("对象编号")
    action = models.CharField("动作", max_length=40)
    label = models.CharField("步骤", max_length=40)
    source = models.CharField("原状态", max_length=30)
    target = models.CharField("新状态", max_length=30)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        verbose_name="操作人",
    )
    by_name = models.CharField("姓名", max_length=80, blank=True)
    note = models.TextField("意见", blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "办理记录"
        indexes = [models.Index(fields=["enterprise", "model", "row_id", "at"], name="transition_of_row")]

    def __str__(self) -> str:
        return f"{self.model} {self.row_id}: {self.label}"
