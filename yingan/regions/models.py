"""Divisions and offices. They belong to no enterprise."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Trade(models.TextChoices):
    """监管类型 (manual §4.3): decides the home of an enterprise and its authority's desk."""

    HAZCHEM = "hazchem", "危化企业"
    INDUSTRY = "industry", "工贸企业"
    MINING = "mining", "矿山企业"


class Region(models.Model):
    """A division of GB/T 2260. 仙桃, 潜江, 天门 and 神农架 stand at the city level and at the county level."""

    class Level(models.TextChoices):
        PROVINCE = "province", "省"
        CITY = "city", "市（州）"
        COUNTY = "county", "县（市、区）"

    code = models.IntegerField("行政区划代码")
    level = models.CharField("级别", max_length=10, choices=Level)
    name = models.CharField("名称", max_length=40)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = "行政区划"
        ordering = ["code", "id"]
        constraints = [
            models.UniqueConstraint(fields=["code", "level"], name="one_region_per_code_and_level"),
            models.CheckConstraint(condition=models.Q(code__range=(110000, 829999)), name="region_code_has_6_digits"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code_range(self) -> tuple[int, int]:
        """Return the first and last code that belong to this division."""
        if self.code % 10000 == 0:
            return self.code, self.code + 9999
        if self.code % 100 == 0:
            return self.code, self.code + 99
        return self.code, self.code


class Office(models.Model):
    """监管部门: an authority's office, responsible for its region in its trades."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="offices", verbose_name="行政区划")
    name = models.CharField("名称", max_length=80)
    trades = ArrayField(models.CharField(max_length=10, choices=Trade), verbose_name="监管类型")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = "监管部门"
        ordering = ["region__code", "id"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="office_once_a_region")]

    def __str__(self) -> str:
        return self.name
