"""The steps of answering an alarm (spec/domain.md §2.8). Recovery of the process is no step: it ends an episode."""

from __future__ import annotations

from yingan.accounts.models import ENTERPRISE_ROLES, Role
from yingan.alarms.models import Alarm
from yingan.kernel.workflow import Step, Workflow

S = Alarm.Status
ANYBODY = frozenset(ENTERPRISE_ROLES)
LEADERS = frozenset({Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD})
IN_WORK = frozenset({S.OPEN, S.ACKNOWLEDGED, S.HANDLING})

HANDLING = Workflow(
    Step("acknowledge", "确认", frozenset({S.OPEN}), S.ACKNOWLEDGED, ANYBODY),
    Step("start", "开始处理", frozenset({S.OPEN, S.ACKNOWLEDGED}), S.HANDLING, ANYBODY),
    Step("handle", "处理", IN_WORK, S.HANDLING, ANYBODY),
    Step("eliminate", "消警", frozenset({S.HANDLING}), S.CLEARED, ANYBODY),
    Step("close", "办结", frozenset({S.CLEARED, S.HANDLING}), S.CLOSED, LEADERS),
    Step("mark_false", "判为误报", IN_WORK | {S.CLEARED}, S.FALSE, LEADERS, needs_note=True),
)
