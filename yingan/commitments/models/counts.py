"""What every layer counts each day: units (套), jobs (处) and yes/no questions (domain §1.2, §1.3)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models

MOST = 9999  # nobody has more; a slip of the keyboard has


def _count(label: str) -> models.PositiveIntegerField[int | None, int | None]:
    limit = MaxValueValidator(MOST, f"不能大于 {MOST}，请核对。")
    return models.PositiveIntegerField(label, null=True, blank=True, validators=[limit])


def _flag(label: str) -> models.BooleanField[bool | None, bool | None]:
    return models.BooleanField(label, null=True, blank=True)


class DailyCounts(models.Model):
    """The columns that teams, workshops and the enterprise share; empty while a draft is unfinished."""

    units_total = _count("装置总数")
    units_running = _count("其中运行")
    units_stopped = _count("停产（停车）")
    units_overhaul = _count("检修")
    units_trial = _count("试生产装置")
    units_starting_or_stopping = _count("正在开停车")
    units_starting = _count("开车装置")
    units_stopping = _count("停车装置")

    special_hot_work_jobs = _count("特级动火")
    first_hot_work_jobs = _count("一级动火")
    second_hot_work_jobs = _count("二级动火")
    confined_space_jobs = _count("受限空间")
    blind_plate_jobs = _count("盲板抽堵")
    height_jobs = _count("高处作业")
    lifting_jobs = _count("吊装作业")
    temporary_power_jobs = _count("临时用电")
    excavation_jobs = _count("动土作业")
    road_closure_jobs = _count("断路作业")
    maintenance_jobs = _count("检维修")
    other_jobs = _count("其他作业")
    contractor_jobs = _count("承包商作业")
    change_jobs = _count("变更作业")
    tank_transfer_jobs = _count("倒罐作业")
    tank_cleaning_jobs = _count("清罐作业")
    water_draining_jobs = _count("切水作业")

    has_contractor_jobs = _flag("是否有承包商作业")
    is_trial_production = _flag("是否处于试生产")
    is_starting_or_stopping = _flag("是否处于开停车")
    is_pilot_test = _flag("是否开展中（扩）试")
    has_major_hazards = _flag("有无重大隐患")

    class Meta:
        abstract = True


UNITS = (
    "units_total",
    "units_running",
    "units_stopped",
    "units_overhaul",
    "units_trial",
    "units_starting_or_stopping",
)
JOBS = (
    "special_hot_work_jobs",
    "first_hot_work_jobs",
    "second_hot_work_jobs",
    "confined_space_jobs",
    "blind_plate_jobs",
    "height_jobs",
    "lifting_jobs",
    "temporary_power_jobs",
    "excavation_jobs",
    "road_closure_jobs",
    "maintenance_jobs",
    "other_jobs",
)
FURTHER_JOBS = ("contractor_jobs", "change_jobs", "tank_transfer_jobs", "tank_cleaning_jobs", "water_draining_jobs")
FURTHER_UNITS = ("units_starting", "units_stopping")
FLAGS = (
    "has_contractor_jobs",
    "is_trial_production",
    "is_starting_or_stopping",
    "is_pilot_test",
    "has_major_hazards",
)
SUMMED = (*UNITS, *JOBS, *FURTHER_JOBS, *FURTHER_UNITS)
