"""Answering an alarm: the steps, what each refuses, what stays on record, who hears of it."""

import datetime as dt

import pytest

from yingan.accounts.models import Role
from yingan.alarms import queries
from yingan.alarms import services as alarms
from yingan.alarms.models import Alarm, AlarmEvent, AlarmNotice
from yingan.alarms.services import notices
from yingan.alarms.services.judge import Change
from yingan.alarms.services.recording import Decision, record
from yingan.alarms.workflow import HANDLING
from yingan.kernel import clock
from yingan.kernel.models import AuditEntry
from yingan.kernel.workflow import StepRefused
from yingan.notifications.models import Message
from yingan.telemetry.services import points
from yingan.telemetry.tests import factories


@pytest.fixture
def level(plant):
    return factories.point(factories.gateway(plant))


def judge(point, raised, value=120.0, ago_s=1.0):
    """Record that the high limit was crossed, or that the value came back."""
    now = clock.now()
    at = round((now - dt.timedelta(seconds=ago_s)).timestamp() * 1000)
    record([Decision(point, Change(0, 1, raised, at, value, 130.0), now)], [], now=now)


@pytest.fixture
def alarm(level):
    judge(level, True)
    return Alarm.unscoped.select_related("point").get()


def stored(alarm):
    return Alarm.unscoped.get(pk=alarm.pk)


def test_the_whole_way_from_crossing_to_closed(alarm, level, employee, head):
    now = clock.now()
    alarms.acknowledge(alarm, by=employee, now=now)
    alarms.start_handling(alarm, by=employee, now=now)
    alarms.handle(alarm, by=employee, now=now, reason="process", measure="降低进料量")
    assert stored(alarm).status == Alarm.Status.HANDLING
    judge(level, False, 90.0)
    alarms.close(alarm, by=head, now=now)
    found = stored(alarm)
    assert (found.status, found.closed_at, found.reason, found.handled_by_id) == ("closed", now, "process", employee.pk)
    kinds = [event.kind for event in queries.timeline(alarm)]
    assert sorted(kinds) == sorted(["raised", "acknowledged", "handling", "handled", "cleared", "closed"])
    assert AuditEntry.unscoped.filter(action__startswith="alarms.").count() == 4


def test_handling_an_alarm_whose_value_came_back_eliminates_it(alarm, level, employee):
    judge(level, False, 90.0)
    alarms.handle(alarm, by=employee, now=clock.now(), reason="equipment", measure="更换阀门")
    assert stored(alarm).status == Alarm.Status.CLEARED
    assert stored(alarm).acknowledged_by_id == employee.pk


def test_an_alarm_that_stands_cannot_be_closed_unless_its_point_has_ended(alarm, level, head):
    alarms.handle(alarm, by=head, now=clock.now(), reason="process", measure="降压")
    with pytest.raises(StepRefused, match="仍在报警中"):
        alarms.close(alarm, by=head, now=clock.now())
    points.retire(level, by=head, now=clock.now())
    alarms.close(alarm, by=head, now=clock.now())
    assert stored(alarm).status == Alarm.Status.CLOSED


def test_an_alarm_without_reason_and_measure_cannot_be_closed(alarm, level, head):
    judge(level, False, 90.0)
    alarms.start_handling(alarm, by=head, now=clock.now())
    with pytest.raises(StepRefused, match="报警原因"):
        alarms.close(alarm, by=head, now=clock.now())


@pytest.mark.parametrize(("reason", "measure"), [("", "有"), ("unknown", "有"), ("process", "  ")])
def test_reason_and_measure_are_demanded(alarm, employee, reason, measure):
    with pytest.raises(StepRefused):
        alarms.handle(alarm, by=employee, now=clock.now(), reason=reason, measure=measure)
    assert stored(alarm).status == Alarm.Status.OPEN


def test_an_employee_may_not_close_or_call_it_false(alarm, level, employee):
    judge(level, False, 90.0)
    alarms.handle(alarm, by=employee, now=clock.now(), reason="process", measure="降压")
    with pytest.raises(StepRefused, match="权限"):
        alarms.close(alarm, by=employee, now=clock.now())
    with pytest.raises(StepRefused, match="权限"):
        alarms.mark_false(alarm, by=employee, now=clock.now(), note="校验")


def test_a_false_alarm_needs_a_note_and_the_next_crossing_is_a_new_alarm(alarm, level, head):
    with pytest.raises(StepRefused):
        alarms.mark_false(alarm, by=head, now=clock.now(), note=" ")
    alarms.mark_false(alarm, by=head, now=clock.now(), note="仪表校验")
    judge(level, False, 90.0)
    judge(level, True)
    assert sorted(Alarm.unscoped.values_list("status", flat=True)) == ["false", "open"]
    assert stored(alarm).ended_at is not None


def test_a_crossing_after_elimination_opens_the_alarm_again(alarm, level, employee):
    judge(level, False, 90.0)
    alarms.handle(alarm, by=employee, now=clock.now(), reason="process", measure="降压")
    judge(level, True)
    found = Alarm.unscoped.get()
    assert (found.status, found.episodes, found.is_standing) == ("open", 2, True)


def test_a_burst_is_acknowledged_at_once_and_twice_does_no_harm(alarm, employee):
    now = clock.now()
    assert alarms.acknowledge_all([alarm], by=employee, now=now) == 1
    assert alarms.acknowledge_all([alarm], by=employee, now=now) == 0
    with pytest.raises(StepRefused, match="已确认"):
        alarms.acknowledge(alarm, by=employee, now=now)


@pytest.mark.parametrize("status", Alarm.Status.values)
@pytest.mark.parametrize("action", list(HANDLING.steps))
@pytest.mark.parametrize("role", [Role.ENTERPRISE_ADMIN, Role.DEPARTMENT_HEAD, Role.EMPLOYEE, Role.REVIEWER])
def test_each_step_is_allowed_exactly_where_the_table_says(request, alarm, status, action, role):
    people = {"enterprise_admin": "admin", "department_head": "head", "employee": "employee", "reviewer": "reviewer"}
    user = request.getfixturevalue(people[role])
    Alarm.unscoped.filter(pk=alarm.pk).update(status=status)
    alarm.status = status
    step = HANDLING.steps[action]
    allowed = status in step.sources and role in step.roles
    assert (step in HANDLING.available(alarm, user)) is allowed
    if allowed:
        HANDLING.move(alarm, action, by=user, note="说明")
        assert stored(alarm).status == step.target
    else:
        with pytest.raises(StepRefused):
            HANDLING.move(alarm, action, by=user, note="说明")


def test_the_leaders_hear_of_a_raised_and_of_a_cleared_alarm_once(alarm, level, admin, head, employee, neighbour):
    now = clock.now()
    judge(level, False, 90.0)
    assert notices.send_owed(now=now) == 2
    assert notices.send_owed(now=now) == 0
    assert {message.recipient_id for message in Message.objects.all()} == {admin.pk, head.pk}
    titles = list(Message.objects.filter(recipient_id=head.pk).order_by("id").values_list("title", flat=True))
    assert [title.split("：")[0] for title in titles] == ["高报", "报警恢复"]
    assert AlarmNotice.unscoped.filter(sent_at=now).count() == 2


def test_enterprise_and_authority_see_it_and_nobody_else(alarm, admin, reviewer, city_reviewer, neighbour, other_trade):
    seen = {user: queries.alarm_list(user).count() for user in (admin, reviewer, city_reviewer, neighbour, other_trade)}
    assert list(seen.values()) == [1, 1, 1, 0, 0]
    assert queries.counts(admin).standing == 1
    assert AlarmEvent.visible_to(neighbour).count() == 0
