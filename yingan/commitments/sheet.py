"""The commitment as a sheet: which items stand in which section, how a value reads, what differs between two sheets.

Edit form, detail, paper, comparison and export all read this one table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yingan.commitments.models import Commitment
from yingan.commitments.models.counts import FLAGS, FURTHER_JOBS, FURTHER_UNITS, JOBS, UNITS
from yingan.commitments.rules import REQUIRED_FLAGS, REQUIRED_NUMBERS, SEVERITY, label_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

REQUIRED = frozenset({*REQUIRED_NUMBERS, *REQUIRED_FLAGS, "day", "text", "signatory"})
INSTALLATIONS = ("grade1_installations", "grade2_installations", "grade3_installations", "grade4_installations")
YES_NO = {True: "是", False: "否", None: "—"}
HAVE = {True: "有", False: "无", None: "—"}
WIDE = frozenset({"explanation", "risk_reason", "text"})


@dataclass(frozen=True)
class Section:
    """Some items under one title; `style` is the class of the form table."""

    title: str
    names: tuple[str, ...]
    style: str = ""
    hint: str = ""
    is_optional: bool = False


SECTIONS = (
    Section("生产装置", UNITS, "is-six"),
    Section("特殊作业", JOBS, "is-six", "按 GB 30871-2022 八大作业及检维修填写，没有请填 0"),
    Section(
        "其他数量（选填）",
        (*FURTHER_JOBS, *FURTHER_UNITS, "key_processes", *INSTALLATIONS),
        "is-six",
        is_optional=True,
    ),
    Section(
        "状态与风险",
        (*FLAGS, "is_tank_safe", "is_guarantee_kept", "risk_score", "explanation", "risk_grade", "risk_reason"),
        "is-label-19",
    ),
    Section("企业承诺与签署", ("text", "signatory", "duty_leader", "duty_leader_phone")),
)
COMPARED = tuple(
    name for part in SECTIONS for name in part.names if name not in {"duty_leader_phone", "risk_reason", "risk_score"}
)
EDITED = ("day", *(name for part in SECTIONS for name in part.names))


def unit_of(name: str) -> str:
    """Return the unit of a number: 套, 处, 个, or ''."""
    if name.startswith("units_"):
        return "套"
    if name.endswith("_jobs") and not name.startswith("has_"):
        return "处"
    return "个" if name in INSTALLATIONS or name == "key_processes" else ""


def shown(name: str, value: Any) -> str:
    """Return a value as people read it; an empty one is a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return (HAVE if name == "has_major_hazards" else YES_NO)[value]
    if name == "risk_grade":
        return str(Commitment.RiskGrade(value).label)
    return str(value)


def content_of(commitment: Commitment) -> dict[str, Any]:
    """Return what a person wrote, ready for JSON: kept with a returned version and compared between days."""
    return {name: getattr(commitment, name) for name in COMPARED}


def values_of(commitment: Commitment) -> dict[str, Any]:
    """Return the values that the rules judge."""
    return {name: getattr(commitment, name) for name in EDITED}


@dataclass(frozen=True)
class Change:
    """One item that differs between two sheets; `by` is the step of a number or a grade in words."""

    name: str
    label: str
    unit: str
    old: str
    new: str
    by: str = ""
    direction: str = ""  # up, down or ''


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the items that differ, in the order of the sheet."""
    return [_change(name, old.get(name), new.get(name)) for name in COMPARED if _differ(old.get(name), new.get(name))]


def _differ(old: Any, new: Any) -> bool:
    return (old if old is not None else "") != (new if new is not None else "")


def _change(name: str, old: Any, new: Any) -> Change:
    base = (name, label_of(name), unit_of(name), shown(name, old), shown(name, new))
    if unit_of(name) and old is not None and new is not None:
        return Change(*base, str(abs(new - old)), "up" if new > old else "down")
    if name == "risk_grade" and old and new:
        step = SEVERITY[Commitment.RiskGrade(old)] - SEVERITY[Commitment.RiskGrade(new)]
        return Change(*base, f"{'升' if step > 0 else '降'} {abs(step)} 级", "up" if step > 0 else "down")
    return Change(*base)


@dataclass(frozen=True)
class Cell:
    """One item of a sheet that is shown: its value, and beside it yesterday's."""

    name: str
    text: str
    before: str = ""
    control: Any = None  # the bound field of an edit form
    warning: str = ""  # a contradiction that concerns this item

    @property
    def label(self) -> str:
        """The words for the item."""
        return label_of(self.name)

    @property
    def unit(self) -> str:
        """The unit of a number, or ''."""
        return unit_of(self.name)

    @property
    def is_required(self) -> bool:
        """Tell whether it must be filled in before the commitment is submitted."""
        return self.name in REQUIRED

    @property
    def is_wide(self) -> bool:
        """Tell whether it spans the row."""
        return self.name in WIDE or self.name == "risk_grade"

    @property
    def is_changed(self) -> bool:
        """Tell whether it differs from yesterday."""
        return bool(self.before) and self.before != self.text

    @property
    def kind(self) -> str:
        """Return which control shows it: number, choice, grade, long or text."""
        if self.name == "risk_grade":
            return "grade"
        if self.unit:
            return "number"
        if self.name in WIDE:
            return "long"
        return "choice" if self.name.startswith(("is_", "has_")) else "text"


def cells(
    section: Section,
    row: Commitment,
    *,
    before: Commitment | None = None,
    form: Any = None,
    warnings: Mapping[str, str] | None = None,
) -> list[Cell]:
    """Return the cells of a section; `form` makes them editable, `warnings` names contradictions by item."""
    return [
        Cell(
            name,
            shown(name, getattr(row, name)),
            shown(name, getattr(before, name)) if before is not None else "",
            form[name] if form is not None else None,
            (warnings or {}).get(name, ""),
        )
        for name in section.names
    ]


def weekday(day: dt.date) -> str:
    """Return the day of the week in words."""
    return f"星期{'一二三四五六日'[day.weekday()]}"


def minutes_in_words(minutes: int) -> str:
    """Return a span as people say it: 22 分, 1 小时 24 分, 2 天."""
    hours, rest = divmod(minutes, 60)
    if hours >= 24:
        return f"{hours // 24} 天"
    return f"{hours} 小时 {rest} 分" if hours else f"{rest} 分"
