"""The clock: missed rows after the deadline, late drafts, outages, reminders."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from yingan.accounts.models import Role, User
from yingan.accounts.tests import factories as people
from yingan.commitments import services, tasks
from yingan.commitments.models import Commitment, DeadlineRun
from yingan.commitments.services import deadline
from yingan.commitments.tests.factories import DAY, at, ready, submitted, whole
from yingan.enterprises.models import Enterprise
from yingan.enterprises.tests import factories as places
from yingan.kernel.workflow import history_of
from yingan.notifications.models import Message, Outbox

pytestmark = pytest.mark.django_db
S = Commitment.Status
YESTERDAY = DAY - dt.timedelta(days=1)


def states(enterprise: Enterprise) -> dict[str, tuple[str, bool]]:
    rows = Commitment.unscoped.filter(enterprise=enterprise).order_by("day")
    return {f"{row.day:%d}": (row.status, row.is_late) for row in rows}


def test_after_the_deadline_those_who_owe_one_have_missed_it_once(plant: Enterprise, admin: User) -> None:
    ready(plant)
    stopped = ready(places.enterprise(21, region=420102, trade="hazchem", operating_state="stopped"))
    miner = ready(places.enterprise(22, region=420102, trade="mining"))
    assert services.close_days(at(10)) == 0
    assert not Commitment.unscoped.exists()
    for _ in range(3):
        services.close_days(at(10, 1))
    assert states(plant) == {"18": (S.MISSED, True)}
    assert states(stopped) == states(miner) == {}
    assert DeadlineRun.objects.get().missed_count == 1
    assert Message.objects.get(recipient_id=admin.pk).title == "03-18 安全承诺已逾期"


def test_the_job_runs_by_the_moved_clock(plant: Enterprise, admin: User) -> None:
    ready(plant)
    with time_machine.travel(at(10, 0, DAY) + dt.timedelta(seconds=1), tick=False):
        tasks.close_commitments(0)
    assert states(plant) == {"18": (S.MISSED, True)}


def test_what_was_submitted_in_time_stays_and_a_draft_becomes_late(plant: Enterprise, admin: User) -> None:
    submitted(plant, admin)
    drafting = ready(places.enterprise(23, region=420102, trade="hazchem"))
    writer = people.member(drafting, Role.ENTERPRISE_ADMIN, username=drafting.uscc)
    services.save(whole(drafting), by=writer, now=at(9))
    services.close_days(at(11))
    assert states(plant) == {"18": (S.SUBMITTED, False)}
    assert states(drafting) == {"18": (S.DRAFT, True)}
    assert not Message.objects.filter(recipient_id=admin.pk).exists()


def test_a_returned_commitment_is_not_counted_as_missed(plant: Enterprise, admin: User, reviewer: User) -> None:
    services.take_step(submitted(plant, admin), "return", by=reviewer, now=at(9), note="请核实")
    services.close_days(at(11))
    assert states(plant) == {"18": (S.RETURNED, False)}


def test_a_missed_day_is_filled_later_and_stays_late(plant: Enterprise, admin: User) -> None:
    ready(plant)
    services.close_days(at(11))
    row = Commitment.unscoped.get()
    for name, value in vars(whole(plant)).items():
        if name in {field.attname for field in Commitment._meta.fields} - {"id", "status", "is_late", "revision"}:
            setattr(row, name, value)
    services.save_and_submit(row, by=admin, now=at(15), revision=0)
    assert states(plant) == {"18": (S.SUBMITTED, True)}
    assert [step.action for step in history_of(row)] == ["fill", "submit"]


def test_days_of_an_outage_are_closed_afterwards_each_once(plant: Enterprise) -> None:
    ready(plant)
    services.close_days(at(11, day=DAY - dt.timedelta(days=4)))
    assert deadline.days_to_close(at(9)) == [DAY - dt.timedelta(days=n) for n in (3, 2, 1)]
    services.close_days(at(11))
    assert list(states(plant)) == ["14", "15", "16", "17", "18"]
    assert DeadlineRun.objects.count() == 5
    assert deadline.days_to_close(at(23)) == []


def test_an_enterprise_owes_nothing_before_it_was_there(plant: Enterprise) -> None:
    ready(plant)
    Enterprise.unscoped.filter(pk=plant.pk).update(created_at=at(10, 30))
    services.close_days(at(11))
    assert states(plant) == {}


def test_one_failing_enterprise_keeps_nobody_else_waiting(
    plant: Enterprise, neighbour: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(plant)
    other = ready(Enterprise.unscoped.exclude(pk=plant.pk).get())
    whole_act = deadline._close_one

    def failing(enterprise: Enterprise, day: dt.date, now: dt.datetime) -> bool:
        if enterprise.pk == plant.pk:
            raise RuntimeError("disk")
        return whole_act(enterprise, day, now)

    monkeypatch.setattr(deadline, "_close_one", failing)
    services.close_days(at(11))
    assert (states(plant), list(states(other))) == ({}, ["18"])
    assert not DeadlineRun.objects.exists()
    monkeypatch.setattr(deadline, "_close_one", whole_act)
    services.close_days(at(11, 5))
    assert (list(states(plant)), list(states(other))) == (["18"], ["18"])


@pytest.mark.parametrize(
    ("hour", "minute", "told", "texts"), [(8, 59, 0, 0), (9, 0, 1, 0), (9, 30, 1, 1), (9, 59, 1, 1), (10, 0, 0, 0)]
)
def test_the_reminder_ladder(plant: Enterprise, admin: User, hour: int, minute: int, told: int, texts: int) -> None:
    ready(plant)
    assert services.remind_due(at(hour, minute)) == told
    services.remind_due(at(hour, minute))
    assert Message.objects.filter(recipient_id=admin.pk).count() == told
    assert Outbox.objects.count() == texts


def test_the_reminder_stops_at_submission(plant: Enterprise, admin: User) -> None:
    submitted(plant, admin)
    assert services.remind_due(at(9, 40)) == 0
    assert not Message.objects.exists()
