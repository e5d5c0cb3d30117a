"""Answering an alarm in one go, with pictures, and adding to its time line; the steps themselves are in `handling`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yingan.accounts.models import ENTERPRISE_ROLES
from yingan.alarms.models import Alarm, AlarmEvent, AlarmPhoto
from yingan.alarms.services.handling import handle
from yingan.kernel import audit, files
from yingan.kernel.workflow import StepRefused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from django.contrib.auth.models import _User

MOST_PHOTOS = 10


@transaction.atomic
def answer(
    alarm: Alarm,
    *,
    by: _User,
    now: dt.datetime,
    reason: str,
    measure: str,
    note: str = "",
    photos: Sequence[files.Content] = (),
) -> None:
    """Write down reason and measure, keep the pictures and a further explanation.

    :raises StepRefused: if the step is not allowed, or there would be more than ten pictures
    """
    there = AlarmPhoto.unscoped.filter(enterprise_id=alarm.enterprise_id, alarm_id=alarm.pk).count()
    if there + len(photos) > MOST_PHOTOS:
        raise StepRefused(f"一条告警最多 {MOST_PHOTOS} 张照片，已有 {there} 张，请减少后再提交。")
    handle(alarm, by=by, now=now, reason=reason, measure=measure)
    for content in photos:
        attachment = files.store(content, enterprise_id=alarm.enterprise_id, by=by, purpose=f"告警 {alarm.number}")
        AlarmPhoto.unscoped.create(enterprise_id=alarm.enterprise_id, alarm=alarm, attachment=attachment)
    if note.strip():
        _keep_note(alarm, by=by, now=now, note=note)


@transaction.atomic
def add_note(alarm: Alarm, *, by: _User, now: dt.datetime, note: str) -> None:
    """Add a line to the time line of an alarm, in any state.

    :raises StepRefused: for an empty note, or somebody who does not belong to the enterprise
    """
    if by.enterprise_id != alarm.enterprise_id or not by.has_role(*ENTERPRISE_ROLES):
        raise StepRefused("只有本企业人员可以追加说明。")
    if not note.strip():
        raise StepRefused("请填写说明后再追加。")
    _keep_note(alarm, by=by, now=now, note=note)


def _keep_note(alarm: Alarm, *, by: _User, now: dt.datetime, note: str) -> None:
    AlarmEvent.unscoped.create(
        enterprise_id=alarm.enterprise_id,
        alarm=alarm,
        kind=AlarmEvent.Kind.NOTE,
        at=now,
        recorded_at=now,
        by_id=by.pk,
        by_name=by.name,
        note=note.strip(),
    )
    audit.record("alarms.note", by=by, subject=alarm, detail={"number": alarm.number, "note": note.strip()})
