"""The rules of domain §1.4 on one commitment's values: sums, pairs, the default risk grade, the deadline.

Pure functions: no database, no clock. What several rows or other contexts say is in `queries`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from yingan.commitments.models.commitment import Commitment
from yingan.commitments.models.counts import FLAGS, JOBS

if TYPE_CHECKING:
    from yingan.enterprises.models import Enterprise

Grade = Commitment.RiskGrade
Values = Mapping[str, Any]  # name of a column → value

PARTS = ("units_running", "units_stopped", "units_overhaul")
REQUIRED_NUMBERS = ("units_total", *PARTS, *JOBS)
REQUIRED_FLAGS = (*FLAGS, "is_tank_safe")
PAIRS = (
    ("has_contractor_jobs", "contractor_jobs"),
    ("is_trial_production", "units_trial"),
    ("is_starting_or_stopping", "units_starting_or_stopping"),
)
SEVERITY = {Grade.MAJOR: 0, Grade.SERIOUS: 1, Grade.GENERAL: 2, Grade.LOW: 3}  # lower = worse; also the queue's order


def label_of(name: str) -> str:
    """Return the words for a column."""
    return str(getattr(Commitment._meta.get_field(name), "verbose_name", name))


def _some(name: str) -> Callable[[Values], bool]:
    return lambda values: bool(values.get(name))


# The visible formula: (grade, the words that the page shows, the test); the first that holds decides (domain §1.4).
RISK_FORMULA: tuple[tuple[Grade, str, Callable[[Values], bool]], ...] = (
    (Grade.MAJOR, "有重大隐患", _some("has_major_hazards")),
    (Grade.MAJOR, "重大危险源不处于安全状态", lambda values: values.get("is_tank_safe") is False),
    (Grade.SERIOUS, "有特级动火", _some("special_hot_work_jobs")),
    (Grade.SERIOUS, "处于开停车", _some("is_starting_or_stopping")),
    (Grade.SERIOUS, "处于试生产", _some("is_trial_production")),
    (Grade.GENERAL, "有一级动火", _some("first_hot_work_jobs")),
    (Grade.GENERAL, "有二级动火", _some("second_hot_work_jobs")),
    (Grade.GENERAL, "有受限空间作业", _some("confined_space_jobs")),
    (Grade.GENERAL, "有盲板抽堵作业", _some("blind_plate_jobs")),
    (Grade.GENERAL, "有承包商作业", _some("has_contractor_jobs")),
)


def deadline_time() -> dt.time:
    """Return the time of day until which the commitment is due (settings.COMMITMENT_DEADLINE, default 10:00)."""
    return dt.time.fromisoformat(settings.COMMITMENT_DEADLINE)


def deadline_of(day: dt.date) -> dt.datetime:
    """Return the aware moment until which the commitment of a day is due."""
    return timezone.make_aware(dt.datetime.combine(day, deadline_time()))


def owes(enterprise: Enterprise, day: dt.date) -> bool:
    """Tell whether an enterprise owes a commitment for a day: 危化 in production that was there before the deadline."""
    return enterprise.owes_commitments and enterprise.created_at <= deadline_of(day)


def default_grade(values: Values) -> tuple[Grade, str]:
    """Return the risk grade that the values speak for, and the words why."""
    for grade, words, holds in RISK_FORMULA:
        if holds(values):
            return grade, words
    return Grade.LOW, "没有重大隐患、特殊作业和开停车"


def is_lowered(values: Values) -> bool:
    """Tell whether the chosen grade is milder than the default one."""
    chosen = values.get("risk_grade") or ""
    return bool(chosen) and SEVERITY[Grade(chosen)] > SEVERITY[default_grade(values)[0]]


def needs_explanation(values: Values) -> bool:
    """Tell whether 情况说明 must be written: the storage is not safe, or a unit is on trial, starting or stopping."""
    unsafe = values.get("is_tank_safe") is False
    return unsafe or bool(values.get("is_trial_production") or values.get("is_starting_or_stopping"))


def problems_of(values: Values, *, open_major_hazards: int = 0) -> dict[str, str]:
    """Return what keeps the values from being submitted: name of the column → sentence; empty = nothing does."""
    found = {name: "请填写数量，没有填 0" for name in REQUIRED_NUMBERS if values.get(name) is None}
    found |= {name: "请选择" for name in REQUIRED_FLAGS if values.get(name) is None}
    found |= {name: words for name, words in _TEXTS.items() if not str(values.get(name) or "").strip()}
    found |= _sum_problems(values) | _pair_problems(values)
    if needs_explanation(values) and not str(values.get("explanation") or "").strip():
        found["explanation"] = "处于试生产、开停车或重大危险源不安全时，请输入情况说明"
    if is_lowered(values) and not str(values.get("risk_reason") or "").strip():
        grade, words = default_grade(values)
        found["risk_reason"] = f"系统按“{words}”判为{grade.label}，调低请输入理由"
    if open_major_hazards and values.get("has_major_hazards") is False:
        found["has_major_hazards"] = f"有 {open_major_hazards} 条重大隐患未核销，请选择“有”"
    return found


_TEXTS = {"text": "请输入承诺内容", "signatory": "请输入承诺人"}


def _sum_problems(values: Values) -> dict[str, str]:
    parts = [values[name] for name in PARTS if values.get(name) is not None]
    total = values.get("units_total")
    if total is None or len(parts) < len(PARTS) or sum(parts) == total:
        return {}
    return {"units_stopped": f"运行、停产、检修合计 {sum(parts)}，与总数 {total} 不符"}


def _pair_problems(values: Values) -> dict[str, str]:
    found = {}
    for flag, number in PAIRS:
        said, count = values.get(flag), values.get(number)
        if said is None or count is None or said == (count > 0):
            continue
        found[number] = f"“{label_of(flag)}”选了{'是，数量应大于 0' if said else '否，数量应为 0'}"
    return found
