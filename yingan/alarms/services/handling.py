"""What people do about an alarm: acknowledge, handle, close, mark as false; all in the time line and audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yingan.alarms.models import Alarm, AlarmEvent
from yingan.alarms.workflow import HANDLING
from yingan.kernel import audit
from yingan.kernel.workflow import StepRefused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.contrib.auth.models import _User

K = AlarmEvent.Kind


@transaction.atomic
def acknowledge(alarm: Alarm, *, by: _User, now: dt.datetime, note: str = "") -> None:
    """Acknowledge an alarm: somebody has seen it and answers for it.

    :raises StepRefused: if it is acknowledged already, or the role does not allow it
    """
    HANDLING.move(alarm, "acknowledge", by=by, note=note, now=now)
    _keep(alarm, acknowledged_at=now, acknowledged_by_id=by.pk)
    _note(alarm, K.ACKNOWLEDGED, by=by, now=now, note=note)


@transaction.atomic
def acknowledge_all(alarms: Iterable[Alarm], *, by: _User, now: dt.datetime) -> int:
    """Acknowledge a burst of alarms at once; return how many were still open. Those that are not stay as they are."""
    done = 0
    for alarm in alarms:
        try:
            acknowledge(alarm, by=by, now=now)
        except StepRefused:
            continue
        done += 1
    return done


@transaction.atomic
def start_handling(alarm: Alarm, *, by: _User, now: dt.datetime, note: str = "") -> None:
    """Begin to handle an alarm; who had not acknowledged it has now.

    :raises StepRefused: if it is in work or done already, or the role does not allow it
    """
    HANDLING.move(alarm, "start", by=by, note=note, now=now)
    _acknowledged_by_the_way(alarm, by, now)
    _note(alarm, K.HANDLING, by=by, now=now, note=note)


@transaction.atomic
def handle(alarm: Alarm, *, by: _User, now: dt.datetime, reason: str, measure: str) -> None:
    """Write down reason and measure; the alarm is 已消警 if the value has come back, else stays 处理中.

    :raises StepRefused: if reason or measure is missing, or the step is not allowed
    """
    if reason not in Alarm.Reason.values or not measure.strip():
        raise StepRefused("请选择报警原因并填写处置措施。")
    HANDLING.move(alarm, "handle", by=by, note=measure, now=now)
    _acknowledged_by_the_way(alarm, by, now)
    _keep(alarm, reason=reason, measure=measure.strip(), handled_at=now, handled_by_id=by.pk)
    _note(alarm, K.HANDLED, by=by, now=now, note=f"{Alarm.Reason(reason).label}：{measure.strip()}")
    alarm.refresh_from_db(fields=["ended_at"], from_queryset=Alarm.unscoped.all())
    if not alarm.is_standing:
        HANDLING.move(alarm, "eliminate", by=by, now=now)
        _note(alarm, K.ELIMINATED, by=by, now=now)


@transaction.atomic
def close(alarm: Alarm, *, by: _User, now: dt.datetime, note: str = "") -> None:
    """Close an alarm whose reason and measure are known and whose value came back.

    :raises StepRefused: while something of that is missing
    """
    row = Alarm.unscoped.select_for_update(of=("self",)).select_related("point").get(
        pk=alarm.pk, enterprise_id=alarm.enterprise_id
    )  # fmt: skip
    if not row.reason or not row.measure:
        raise StepRefused("请先填写报警原因和处置措施，再办结。")
    if row.is_standing and row.point.retired_at is None:
        raise StepRefused("指标仍在报警中，恢复正常后才能办结。")
    HANDLING.move(alarm, "close", by=by, note=note, now=now)
    _keep(alarm, closed_at=now)
    _note(alarm, K.CLOSED, by=by, now=now, note=note)


@transaction.atomic
def mark_false(alarm: Alarm, *, by: _User, now: dt.datetime, note: str) -> None:
    """Judge an alarm to be false and close it; the next crossing of the limit is a new alarm.

    :raises StepRefused: without a note, or if the step is not allowed
    """
    HANDLING.move(alarm, "mark_false", by=by, note=note, now=now)
    _keep(alarm, closed_at=now)
    _note(alarm, K.FALSE, by=by, now=now, note=note)


def _keep(alarm: Alarm, **columns: object) -> None:
    Alarm.unscoped.filter(pk=alarm.pk, enterprise_id=alarm.enterprise_id).update(**columns)
    for name, value in columns.items():
        setattr(alarm, name, value)


def _acknowledged_by_the_way(alarm: Alarm, by: _User, now: dt.datetime) -> None:
    if alarm.acknowledged_at is None:
        _keep(alarm, acknowledged_at=now, acknowledged_by_id=by.pk)


def _note(alarm: Alarm, kind: str, *, by: _User, now: dt.datetime, note: str = "") -> None:
    AlarmEvent.unscoped.create(
        enterprise_id=alarm.enterprise_id, alarm=alarm, kind=kind, at=now, recorded_at=now,
        by_id=by.pk, by_name=by.name, note=note.strip(),
    )  # fmt: skip
    audit.record(f"alarms.{kind}", by=by, subject=alarm, detail={"number": alarm.number, "note": note})
