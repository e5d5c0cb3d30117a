"""班组 → 车间 → 企业: the roll-up rule at every level, and contradictions with the reports."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from yingan.commitments import queries, services
from yingan.commitments.models import Commitment, LayerReport
from yingan.commitments.models.report import QUESTIONS
from yingan.commitments.tests.factories import DAY, at, ready, whole
from yingan.enterprises.models import Department, Enterprise
from yingan.enterprises.tests import factories as places
from yingan.kernel.workflow import StepRefused

if TYPE_CHECKING:
    from yingan.accounts.models import User

pytestmark = pytest.mark.django_db
SAFE: dict[str, Any] = dict.fromkeys(QUESTIONS, True) | {"responsible": "李示例"}


def team_of(parent: Department, name: str) -> Department:
    return Department.unscoped.create(enterprise=parent.enterprise, name=name, kind=Department.Kind.TEAM, parent=parent)


def report(department: Department, by: User, **columns: Any) -> LayerReport:
    row = LayerReport(enterprise=department.enterprise, department=department, day=DAY, **(SAFE | columns))
    return services.save_report(row, by=by, now=at(7), submit=True)


def test_teams_roll_up_numbers_summed_and_answers_any(plant: Enterprise, admin: User, workshop: Department) -> None:
    report(team_of(workshop, "甲班"), admin, units_running=2, first_hot_work_jobs=1, is_trial_production=False)
    report(team_of(workshop, "乙班"), admin, units_running=3, first_hot_work_jobs=2, is_trial_production=True)
    totals = queries.prefill_for(workshop, DAY)
    assert totals is not None
    assert (totals.values["units_running"], totals.values["first_hot_work_jobs"]) == (5, 3)
    assert (totals.values["is_trial_production"], totals.values["is_tank_safe"]) == (True, True)
    assert totals.values["maintenance_jobs"] is None


def test_one_unsafe_team_makes_the_enterprise_unsafe(plant: Enterprise, admin: User, workshop: Department) -> None:
    second = places.department(plant, "二车间", kind=Department.Kind.WORKSHOP)
    report(team_of(workshop, "甲班"), admin)
    report(second, admin, is_storage_safe=False, explanation="液位计检修")
    totals = queries.totals_of(plant.pk, DAY)
    assert totals is not None
    assert (totals.values["is_tank_safe"], totals.unsafe) == (False, ["二车间"])


def test_a_workshop_that_reports_stands_for_its_teams(plant: Enterprise, admin: User, workshop: Department) -> None:
    team = team_of(workshop, "甲班")
    report(team, admin, lifting_jobs=2)
    assert queries.totals_of(plant.pk, DAY).values["lifting_jobs"] == 2  # type: ignore[union-attr]
    report(workshop, admin, lifting_jobs=3)
    totals = queries.totals_of(plant.pk, DAY)
    assert totals is not None
    assert (totals.values["lifting_jobs"], totals.departments) == (3, ["一车间"])


def test_drafts_do_not_count(plant: Enterprise, admin: User, workshop: Department) -> None:
    row = LayerReport(enterprise=plant, department=workshop, day=DAY, lifting_jobs=3)
    services.save_report(row, by=admin, now=at(7))
    assert queries.totals_of(plant.pk, DAY) is None


def test_a_report_is_complete_before_it_counts(plant: Enterprise, admin: User, workshop: Department) -> None:
    with pytest.raises(services.ReportIncomplete) as refusal:
        report(workshop, admin, responsible="", are_units_safe=False, units_total=3, units_running=1, units_stopped=1,
               units_overhaul=0)  # fmt: skip
    assert set(refusal.value.problems) == {"responsible", "explanation", "units_stopped"}
    assert not LayerReport.unscoped.exists()


def test_people_write_for_their_own_place(
    plant: Enterprise, head: User, employee: User, neighbour: User, workshop: Department
) -> None:
    team = team_of(workshop, "甲班")
    foreign = places.department(plant, "二车间", kind=Department.Kind.WORKSHOP)
    assert report(workshop, employee).status == LayerReport.Status.SUBMITTED
    assert report(team, head).status == LayerReport.Status.SUBMITTED
    for who, where in ((employee, foreign), (head, foreign), (neighbour, workshop)):
        assert not queries.may_report(who, where)
        with pytest.raises(services.Refused, match="自己所在"):
            report(where, who)


def test_a_report_is_withdrawn_before_it_is_changed(plant: Enterprise, admin: User, workshop: Department) -> None:
    row = report(workshop, admin)
    with pytest.raises(services.Refused, match="撤回"):
        services.save_report(row, by=admin, now=at(8))
    services.move_report(row, "withdraw", by=admin, now=at(8))
    row.lifting_jobs = 1
    services.save_report(row, by=admin, now=at(8), submit=True)
    with pytest.raises(StepRefused):
        services.move_report(row, "report", by=admin, now=at(8))


def test_less_than_the_workshops_say_is_a_contradiction_that_wants_a_reason(
    plant: Enterprise, admin: User, workshop: Department
) -> None:
    report(workshop, admin, special_hot_work_jobs=1, lifting_jobs=1)
    row = whole(ready(plant), lifting_jobs=2)
    found = queries.contradictions_of(row)
    assert [(one.key, one.said) for one in found] == [("reports-special_hot_work_jobs", "特级动火填 0 处")]
    with pytest.raises(services.Incomplete) as refusal:
        services.save_and_submit(row, by=admin, now=at(8))
    assert set(refusal.value.problems) == {"reason-reports-special_hot_work_jobs"}
    reasons = {"reports-special_hot_work_jobs": "已改期到明日"}
    services.save_and_submit(row, by=admin, now=at(8), reasons=reasons)
    kept = Commitment.unscoped.get()
    assert (kept.contradiction_count, kept.contradictions[0]["reason"]) == (1, "已改期到明日")


def test_a_day_has_one_report_and_none_before_its_time(plant: Enterprise, admin: User, workshop: Department) -> None:
    report(workshop, admin)
    with pytest.raises(services.Refused, match="已经有了"):
        report(workshop, admin)
    later = LayerReport(enterprise=plant, department=workshop, day=DAY + dt.timedelta(days=1))
    with pytest.raises(services.Refused, match="以后日期"):
        services.save_report(later, by=admin, now=at(8))


def test_a_stranger_cannot_take_a_report_back(
    plant: Enterprise, admin: User, employee: User, workshop: Department
) -> None:
    row = report(places.department(plant, "二车间", kind=Department.Kind.WORKSHOP), admin)
    with pytest.raises(StepRefused, match="自己所在"):
        services.move_report(row, "withdraw", by=employee, now=at(8))


def test_an_answer_or_the_safety_of_a_workshop_contradicts_too(
    plant: Enterprise, admin: User, workshop: Department
) -> None:
    report(workshop, admin, is_starting_or_stopping=True, is_storage_safe=False, explanation="检修")
    found = queries.contradictions_of(whole(ready(plant)))
    assert [(one.item, one.fact) for one in found] == [
        ("is_starting_or_stopping", "有车间（班组）上报“是”"),
        ("is_tank_safe", "一车间上报安全状态为“否”"),
    ]
