"""Where a promise and the platform's own data differ (wishes §2.3): amber, never refused, each with a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from yingan.alarms.models import Alarm, Rule
from yingan.commitments.models.counts import JOBS
from yingan.commitments.rules import label_of
from yingan.commitments.sheet import shown, unit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yingan.commitments.rollup import Totals
    from yingan.commitments.rules import Values

UNANSWERED = (Alarm.Status.OPEN, Alarm.Status.ACKNOWLEDGED, Alarm.Status.HANDLING)
GRAVE = (Rule.HIGH_HIGH, Rule.LOW_LOW)
LEVELS = {Rule.HIGH_HIGH.value: "hh", Rule.LOW_LOW.value: "ll"}
MOST = 20  # alarms named one by one


@dataclass(frozen=True)
class Contradiction:
    """One difference: `key` names it, `item` is the column that it concerns, `fact` what the platform knows."""

    key: str
    item: str
    said: str  # 重大危险源是否安全填“是”
    fact: str  # 罐区东侧可燃气体 63.4 %LEL，08:17 起未消警
    level: str = ""  # hh, ll: the alarm's tag
    url: str = ""

    def as_json(self) -> dict[str, str]:
        """Return it as it is kept with the submitted commitment."""
        return asdict(self)


def standing_alarms(enterprise_id: int) -> list[Alarm]:
    """Return the grave alarms (高高报, 低低报) of an enterprise that nobody has cleared, the newest first."""
    rows = Alarm.unscoped.filter(enterprise_id=enterprise_id, status__in=UNANSWERED, rule__in=GRAVE)
    return list(rows.select_related("point", "equipment").order_by("-raised_at", "-pk")[:MOST])


def found_in(values: Values, *, alarms: Sequence[Alarm], totals: Totals | None) -> list[Contradiction]:
    """Return the contradictions of a commitment's values with standing alarms and the workshops' totals of the day."""
    return [*_against_alarms(values, alarms), *(_against_reports(values, totals) if totals else [])]


def _against_alarms(values: Values, alarms: Sequence[Alarm]) -> list[Contradiction]:
    if values.get("is_tank_safe") is not True:
        return []
    return [
        Contradiction(
            key=f"alarm-{alarm.pk}",
            item="is_tank_safe",
            said="重大危险源是否安全填“是”",
            fact=f"{alarm.equipment.name} {alarm.point.name} {alarm.peak_value:g} {alarm.point.unit}，"
            f"{timezone.localtime(alarm.raised_at):%m-%d %H:%M} 起未消警",
            level=LEVELS[alarm.rule],
            url=f"/alarms/{alarm.pk}/",
        )
        for alarm in alarms
    ]


def _against_reports(values: Values, totals: Totals) -> list[Contradiction]:
    found = []
    for name in JOBS:
        said, reported = values.get(name), totals.values.get(name)
        if said is not None and reported is not None and said < reported:
            found.append(_differs(name, said, f"车间、班组上报合计 {reported} {unit_of(name)}"))
    for name in ("is_trial_production", "is_starting_or_stopping", "has_major_hazards"):
        if values.get(name) is False and totals.values.get(name):
            found.append(_differs(name, False, f"有车间（班组）上报“{shown(name, True)}”"))
    if values.get("is_tank_safe") is True and totals.values.get("is_tank_safe") is False:
        found.append(_differs("is_tank_safe", True, f"{totals.unsafe[0]}上报安全状态为“否”"))
    return found


def _differs(name: str, said: Any, fact: str) -> Contradiction:
    words = f" {shown(name, said)} {unit_of(name)}" if unit_of(name) else f"“{shown(name, said)}”"
    return Contradiction(f"reports-{name}", name, f"{label_of(name)}填{words}", fact, url="/commitments/reports/")
