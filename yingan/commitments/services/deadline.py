"""What the clock does: reminders before the deadline, 逾期未承诺 rows after it.

Each enterprise is served in a transaction of its own.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from yingan.commitments import queries, rules
from yingan.commitments.models import Commitment, DeadlineRun
from yingan.enterprises.models import Enterprise
from yingan.kernel import audit, tenancy
from yingan.notifications import services as notifications
from yingan.notifications.models import Message
from yingan.regions.models import Trade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.contrib.auth.models import _User

logger = logging.getLogger(__name__)

LONGEST_OUTAGE_DAYS = 31
LADDER = (  # minutes before the deadline → (step, whether the phone is told too)
    (30, "30", True),
    (60, "60", False),
)


def days_to_close(now: dt.datetime) -> list[dt.date]:
    """Return the days whose deadline has passed and that are not closed yet, oldest first."""
    today = timezone.localtime(now).date()
    last = today if now > rules.deadline_of(today) else today - dt.timedelta(days=1)
    closed = DeadlineRun.objects.order_by("-day").values_list("day", flat=True).first()
    if closed is None:
        return [last] if last == today else []
    first = max(closed + dt.timedelta(days=1), last - dt.timedelta(days=LONGEST_OUTAGE_DAYS))
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


def close_days(now: dt.datetime) -> int:
    """Close every day that is due; return how many commitments were found missing. Safe to repeat and to interrupt."""
    return sum(_close(day, now) for day in days_to_close(now))


def _close(day: dt.date, now: dt.datetime) -> int:
    missing, is_whole = _for_each(day, lambda enterprise: _close_one(enterprise, day, now))
    if is_whole:
        DeadlineRun.objects.get_or_create(day=day, defaults={"closed_at": now, "missed_count": missing})
    return missing


def _for_each(day: dt.date, act: Callable[[Enterprise], bool]) -> tuple[int, bool]:
    """Act for each enterprise that owes the day; return how often it did something, and whether nobody failed.

    One enterprise's failure keeps nobody else from being served; the next run tries again.
    """
    count, is_whole = 0, True
    debtors = Enterprise.unscoped.filter(
        trade=Trade.HAZCHEM,
        operating_state=Enterprise.OperatingState.PRODUCTION,
        created_at__lte=rules.deadline_of(day),
    )
    for enterprise in debtors.order_by("pk").iterator():
        try:
            with tenancy.acting_for(enterprise.pk):
                count += act(enterprise)
        except Exception:
            logger.exception("commitments of %s: enterprise %s failed", day, enterprise.pk)
            is_whole = False
    return count, is_whole


def _close_one(enterprise: Enterprise, day: dt.date, now: dt.datetime) -> bool:
    """Open a missed row, or mark a draft as late; return whether the enterprise had not submitted in time."""
    owner = Commitment.unscoped.filter(enterprise_id=enterprise.pk, day=day)
    row = owner.select_for_update(of=("self",)).first()
    if row is None:
        missed = Commitment(enterprise=enterprise, day=day, status=Commitment.Status.MISSED, is_late=True)
        if not Commitment.unscoped.bulk_create([missed], ignore_conflicts=True):
            return False
        audit.record("commitment.miss", enterprise_id=enterprise.pk, detail={"day": day})
    elif row.status == Commitment.Status.DRAFT and not row.is_late:
        owner.update(is_late=True)
        audit.record("commitment.late", subject=row, detail={"day": day})
    else:
        return row.status == Commitment.Status.MISSED
    _tell(enterprise.pk, day, "missed", f"{day:%m-%d} 安全承诺已逾期", "请尽快补报，补报后仍记为逾期。")
    return True


def remind_due(now: dt.datetime) -> int:
    """Remind those who have not submitted in the hour before the deadline; return how many were told.

    The ladder: 60 minutes before in the site, 30 minutes before also by text message. It stops at submission.
    """
    day = timezone.localtime(now).date()
    left_min = (rules.deadline_of(day) - now).total_seconds() / 60
    step = next((rung for rung in LADDER if 0 < left_min <= rung[0]), None)
    if step is None:
        return 0
    return _for_each(day, lambda enterprise: _remind_one(enterprise.pk, day, step[1], sms=step[2]))[0]


def _remind_one(enterprise_id: int, day: dt.date, step: str, *, sms: bool) -> bool:
    owner = Commitment.unscoped.filter(enterprise_id=enterprise_id, day=day)
    if any(row.is_promised for row in owner):
        return False
    title = f"今日安全承诺还未提交，{rules.deadline_time():%H:%M} 截止"
    _tell(enterprise_id, day, f"due-{step}", title, "提交后不再提醒。", sms=sms)
    return True


@transaction.atomic
def remind_now(enterprises: Iterable[Enterprise], *, by: _User, now: dt.datetime, day: dt.date) -> int:
    """Remind enterprises on the word of an officer, at most once an hour each; return how many were told."""
    told = 0
    for enterprise in enterprises:
        title, body = f"{by.office or by.name}提醒：请提交 {day:%m-%d} 安全承诺", "提交后不再提醒。"
        _tell(enterprise.pk, day, f"officer-{timezone.localtime(now):%d%H}", title, body, sms=True)
        audit.record("commitment.remind", by=by, enterprise_id=enterprise.pk, detail={"day": day})
        told += 1
    return told


def _tell(enterprise_id: int, day: dt.date, step: str, title: str, body: str, *, sms: bool = False) -> None:
    notifications.notify(
        queries.administrators_of(enterprise_id),
        title=title,
        body=body,
        url=f"/commitments/new/?day={day:%Y-%m-%d}",
        key=f"commitment-{enterprise_id}-{day:%Y%m%d}-{step}",
        level=Message.Level.WARNING,
        sms=sms,
    )
