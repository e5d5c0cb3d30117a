"""A plausible history of one enterprise in bulk, for the demo: written as it would have been, without its notices."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from yingan.accounts.models import Role, User
from yingan.commitments import queries, rules, sheet
from yingan.commitments.models import Commitment, CommitmentSnapshot
from yingan.commitments.models.counts import FURTHER_JOBS, JOBS
from yingan.kernel.models import Transition

if TYPE_CHECKING:
    from random import Random

    from yingan.enterprises.models import Enterprise

S = Commitment.Status
OFTEN = {"temporary_power_jobs": 3, "second_hot_work_jobs": 2, "height_jobs": 2, "maintenance_jobs": 2}
RARE = {"special_hot_work_jobs": 0.03, "confined_space_jobs": 0.15, "blind_plate_jobs": 0.12, "lifting_jobs": 0.2}
OPINION = "检维修作业数量与上次不一致，请核实后重新提交。"


@transaction.atomic
def seed(enterprise: Enterprise, *, days: int, rng: Random, today: dt.date) -> int:
    """Write `days` days of commitments up to and including `today`; days that have one already are left alone.

    Most are published, some late, a few missed or returned; today's is left open, in draft or waiting for review.
    Returns how many were written.
    """
    author = _first(
        User.objects.filter(memberships__enterprise_id=enterprise.pk, memberships__role=Role.ENTERPRISE_ADMIN)
    )
    known = set(Commitment.unscoped.filter(enterprise_id=enterprise.pk).values_list("day", flat=True))
    units = rng.randint(3, 9)
    rows = []
    for ago in range(days - 1, -1, -1):
        day = today - dt.timedelta(days=ago)
        row = _row(enterprise, day, units, author, rng, is_today=ago == 0)
        if row is not None and day not in known:
            rows.append(row)
    made = Commitment.unscoped.bulk_create(rows, batch_size=500)
    Transition.unscoped.bulk_create([step for row in made for step in _steps(row, author)], batch_size=1000)
    CommitmentSnapshot.unscoped.bulk_create([_snapshot(row) for row in made if row.status == S.RETURNED])
    return len(made)


def _first(rows: Any) -> User:
    user: User = rows.order_by("pk")[0]
    return user


def _row(
    enterprise: Enterprise, day: dt.date, units: int, author: User, rng: Random, *, is_today: bool
) -> Commitment | None:
    status = _status(rng, is_today=is_today)
    if status is None:
        return None
    row = queries.new_from(enterprise, day)
    row.status, row.filled_by, row.filled_by_name = status, author, author.name
    if status == S.MISSED:
        row.is_late, row.text, row.signatory = True, "", ""
        return row
    _count_jobs(row, units, rng)
    _answer(row, rng)
    if status == S.DRAFT:
        row.saved_at = _at(day, 8, rng)
        return row
    row.is_late = not is_today and rng.random() < 0.04
    at = _at(day, 13 if row.is_late else rng.choice((7, 8, 8, 9)), rng)
    row.saved_at = row.first_submitted_at = row.submitted_at = row.signed_at = at
    if status != S.SUBMITTED:
        row.reviewed_at = at + dt.timedelta(minutes=rng.randint(8, 170))
    return row


def _status(rng: Random, *, is_today: bool) -> str | None:
    draw = rng.random()
    if is_today:
        return next((status for limit, status in ((0.2, None), (0.3, S.DRAFT)) if draw < limit), S.SUBMITTED)
    return next((status for limit, status in ((0.03, S.MISSED), (0.04, S.RETURNED)) if draw < limit), S.PUBLISHED)


def _at(day: dt.date, hour: int, rng: Random) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, rng.randint(0, 59), rng.randint(0, 59))))


def _count_jobs(row: Commitment, units: int, rng: Random) -> None:
    stopped, repaired = rng.choice((0, 0, 0, 1)), rng.choice((0, 0, 1))
    row.units_total, row.units_stopped, row.units_overhaul = units, stopped, repaired
    row.units_running = units - stopped - repaired
    for name in (*JOBS, *FURTHER_JOBS):
        number = rng.randint(0, OFTEN[name]) if name in OFTEN else int(rng.random() < RARE.get(name, 0.08))
        setattr(row, name, number)


def _answer(row: Commitment, rng: Random) -> None:
    row.is_starting_or_stopping, row.is_trial_production = rng.random() < 0.05, False
    row.units_trial, row.units_starting_or_stopping = 0, int(row.is_starting_or_stopping)
    row.has_contractor_jobs = bool(row.contractor_jobs)
    row.is_pilot_test, row.has_major_hazards, row.is_tank_safe, row.is_guarantee_kept = False, False, True, True
    row.explanation = "检修后开车，操作负责人现场带班。" if row.is_starting_or_stopping else ""
    row.risk_grade = rules.default_grade(sheet.values_of(row))[0]


def _steps(row: Commitment, author: User) -> list[Transition]:
    steps: list[tuple[str, str, str, str, dt.datetime | None, str, str]] = []
    if row.submitted_at:
        steps.append(("submit", "提交", S.DRAFT, S.SUBMITTED, row.submitted_at, author.name, ""))
    if row.status == S.PUBLISHED:
        steps.append(("publish", "通过", S.SUBMITTED, S.PUBLISHED, row.reviewed_at, "审核人员", ""))
    if row.status == S.RETURNED:
        steps.append(("return", "退回", S.SUBMITTED, S.RETURNED, row.reviewed_at, "审核人员", OPINION))
    return [
        Transition(
            enterprise_id=row.enterprise_id, model=row._meta.label_lower, row_id=row.pk, action=action, label=label,
            source=source, target=target, by_name=who, note=note, at=at or timezone.now(),
        )
        for action, label, source, target, at, who, note in steps
    ]  # fmt: skip


def _snapshot(row: Commitment) -> CommitmentSnapshot:
    return CommitmentSnapshot(
        enterprise_id=row.enterprise_id,
        commitment=row,
        taken_at=row.reviewed_at or timezone.now(),
        note=OPINION,
        content=sheet.content_of(row),
    )
