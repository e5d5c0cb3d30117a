"""Commitments for tests: a whole one that every rule accepts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from yingan.commitments import services
from yingan.commitments.models import Commitment
from yingan.commitments.models.counts import FLAGS, JOBS

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

DAY = dt.date(2026, 3, 18)
WHOLE: dict[str, Any] = {
    "units_total": 8,
    "units_running": 6,
    "units_stopped": 1,
    "units_overhaul": 1,
    "is_tank_safe": True,
    "text": "今日已完成研判。",
    "signatory": "王示例",
    **dict.fromkeys(JOBS, 0),
    **dict.fromkeys(FLAGS, False),
}


def at(hour: int, minute: int = 0, day: dt.date = DAY) -> dt.datetime:
    """Return a moment of a day in Asia/Shanghai."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def ready(enterprise: Enterprise) -> Enterprise:
    """Return the enterprise as one that has been there for long and has checked its data."""
    enterprise.created_at, enterprise.checked_at = at(8, day=dt.date(2025, 1, 1)), at(8, day=dt.date(2025, 1, 2))
    enterprise.users_checked_at = enterprise.checked_at
    enterprise.save()
    return enterprise


def whole(enterprise: Enterprise, day: dt.date = DAY, **columns: Any) -> Commitment:
    """Return an unsaved commitment that can be submitted."""
    return Commitment(enterprise=enterprise, day=day, **(WHOLE | columns))


def submitted(enterprise: Enterprise, by: User, day: dt.date = DAY, hour: int = 8, **columns: Any) -> Commitment:
    """Make a commitment that waits for review."""
    return services.save_and_submit(whole(ready(enterprise), day, **columns), by=by, now=at(hour, day=day))
