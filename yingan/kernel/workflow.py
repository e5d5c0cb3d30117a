"""Workflows as tables of steps, and the one `move` that assigns a status (spec/style.md §3).

Buttons, URLs, the exhaustive state × role × action test and the diagram are derived from the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from yingan.kernel import clock
from yingan.kernel.models.transition import Transition
from yingan.kernel.ownership import EnterpriseOwned

if TYPE_CHECKING:
    import datetime as dt

R = TypeVar("R", bound=EnterpriseOwned)


class StepRefused(Exception):
    """The table does not allow the step; the message says why and is fit to show."""


@dataclass(frozen=True)
class Step:
    """One arrow of a workflow: from `sources` to `target`, for `roles`; `needs_note` demands an opinion."""

    action: str
    label: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    needs_note: bool = False


class Workflow:
    """The steps of one kind of row; the row's state is in its column `status`."""

    def __init__(self, *steps: Step) -> None:
        self.steps = {step.action: step for step in steps}

    def available(self, row: Any, user: Any) -> list[Step]:
        """Return the steps that the row's state and the user's role allow, in the table's order."""
        return [step for step in self.steps.values() if row.status in step.sources and user.has_role(*step.roles)]

    def move(self, row: R, action: str, *, by: Any, note: str = "", now: dt.datetime | None = None) -> R:
        """Take one step under a lock, write the history row and return the row as it now stands.

        :raises StepRefused: if the state, the role or a missing opinion forbids it
        """
        step = self.steps[action]
        with transaction.atomic():
            locked = type(row).unscoped.select_for_update().get(pk=row.pk, enterprise_id=row.enterprise_id)
            self._check(step, locked, by, note)
            source = locked.status  # type: ignore[attr-defined]  # every row of a workflow has one
            Transition.unscoped.create(
                enterprise_id=locked.enterprise_id,
                model=locked._meta.label_lower,
                row_id=locked.pk,
                action=action,
                label=step.label,
                source=source,
                target=step.target,
                by_id=by.pk,
                by_name=by.name,
                note=note,
                at=now or clock.now(),
            )
            type(row).unscoped.filter(pk=row.pk, enterprise_id=row.enterprise_id).update(status=step.target)
        row.status = step.target  # type: ignore[attr-defined]
        return row

    @staticmethod
    def _check(step: Step, row: Any, by: Any, note: str) -> None:
        if row.status not in step.sources:
            state = row.get_status_display()
            raise StepRefused(f"当前状态为“{state}”，不能{step.label}。请刷新页面后查看最新状态。")
        if not by.has_role(*step.roles):
            raise StepRefused(f"您没有{step.label}的权限。")
        if step.needs_note and not note.strip():
            raise StepRefused(f"{step.label}时请填写意见。")


def history_of(row: EnterpriseOwned) -> list[Transition]:
    """Return the steps that a row took, oldest first."""
    rows = Transition.unscoped.filter(
        enterprise_id=row.enterprise_id, model=row._meta.label_lower, row_id=row.pk
    ).order_by("at", "id")
    return list(rows)
