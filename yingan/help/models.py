"""What the help page shows; it belongs to no enterprise."""

from django.db import models


class Contact(models.Model):
    """A technician of one of the three blocks of manual §1, with the groups where enterprises ask."""

    class SubSystem(models.TextChoices):
        MINING_EPIDEMIC = "mining_epidemic", "非煤矿山、疫情系统"
        INDUSTRY_DUAL = "industry_dual", "工贸、打非治违、双控系统"
        HAZCHEM = "hazchem", "危化生产安全监测预警系统"

    class GroupState(models.TextChoices):
        OPEN = "open", "未满"
        FULL = "full", "已满"

    subsystem = models.CharField("子系统", max_length=20, choices=SubSystem)
    name = models.CharField("联系人", max_length=40)
    phone = models.CharField("电话", max_length=40)
    qq = models.CharField("QQ", max_length=20, blank=True)
    enterprise_group = models.CharField("企业 QQ 群号", max_length=20, blank=True)
    group_state = models.CharField("群状态", max_length=10, choices=GroupState, default=GroupState.OPEN)
    operations_group = models.CharField("系统运维群号", max_length=20, blank=True)
    position = models.PositiveIntegerField("排序", default=0)
    is_shown = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "运维联系方式"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Question(models.Model):
    """A question that people ask, with its answer."""

    title = models.CharField("问题", max_length=120)
    answer = models.TextField("回答")
    position = models.PositiveIntegerField("排序", default=0)
    is_shown = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "常见问题"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title
