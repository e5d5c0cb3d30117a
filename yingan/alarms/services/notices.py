"""Turning owed notices into messages: the worker's part. Message and mark are one transaction: told exactly once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yingan.accounts.models import Membership, Role, User
from yingan.alarms.models import RANK, AlarmNotice, Rule
from yingan.kernel import clock, tenancy
from yingan.notifications.models import Message
from yingan.notifications.services import notify

if TYPE_CHECKING:
    import datetime as dt

AT_ONCE = 200


def send_owed(*, now: dt.datetime) -> int:
    """Send what is owed, enterprise by enterprise; return how many notices were sent."""
    owed = AlarmNotice.unscoped.filter(sent_at__isnull=True).order_by("id")[:AT_ONCE]
    enterprises = sorted({enterprise for (enterprise,) in owed.values_list("enterprise_id")})
    return sum(_send_for(enterprise_id, now) for enterprise_id in enterprises)


def _send_for(enterprise_id: int, now: dt.datetime) -> int:
    with tenancy.acting_for(enterprise_id):
        rows = list(
            AlarmNotice.unscoped.select_for_update(skip_locked=True, of=("self",))
            .select_related("alarm__point", "alarm__equipment")
            .filter(enterprise_id=enterprise_id, sent_at__isnull=True)
            .order_by("id")[:AT_ONCE]
        )
        people = _recipients(enterprise_id)
        for row in rows:
            _send(row, people)
        AlarmNotice.unscoped.filter(pk__in=[row.pk for row in rows]).update(sent_at=now)
    return len(rows)


def _recipients(enterprise_id: int) -> list[User]:
    """Return the leaders of the enterprise; escalation to others belongs to the alarm issue."""
    members = Membership.unscoped.filter(
        enterprise_id=enterprise_id, role__in=[Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD], user__is_active=True
    )
    return [member.user for member in members.select_related("user")]


def _send(row: AlarmNotice, people: list[User]) -> None:
    alarm = row.alarm
    point = alarm.point
    at = f"{clock.local(alarm.raised_at):%m月%d日 %H:%M:%S}"
    if row.kind == AlarmNotice.Kind.RAISED:
        title = f"{alarm.get_rule_display()}：{alarm.equipment.name} {point.name}（{point.tag}）"
        body = f"{at} 测得 {alarm.start_value:g} {point.unit}，阈值 {alarm.limit:g} {point.unit}。请确认并处理。"
        level = Message.Level.URGENT if RANK[Rule(alarm.rule)] > 1 else Message.Level.WARNING
    else:
        title = f"报警恢复：{alarm.equipment.name} {point.name}（{point.tag}）"
        body = f"{alarm.get_rule_display()}自 {at} 起，现已恢复。请填写报警原因和处置措施后办结。"
        level = Message.Level.INFO
    notify(people, title=title, body=body, url=f"/alarms/{alarm.pk}/", key=row.key, level=level)
