"""Which days have been closed. It belongs to no enterprise."""

from django.db import models


class DeadlineRun(models.Model):
    """A day whose deadline has been worked off for all enterprises: from then on its rows say who owed one."""

    day = models.DateField("承诺日期", unique=True)
    closed_at = models.DateTimeField("关账时间")
    missed_count = models.PositiveIntegerField("逾期家数")

    class Meta:
        verbose_name = "截止记录"

    def __str__(self) -> str:
        return f"{self.day}"
