"""Every state × role × action of the review, and who may decide for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yingan.commitments import services
from yingan.commitments.models import Commitment, CommitmentSnapshot
from yingan.commitments.tests.factories import WHOLE, at, ready, submitted
from yingan.commitments.workflow import REVIEW
from yingan.kernel.models import Transition
from yingan.kernel.workflow import StepRefused

if TYPE_CHECKING:
    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = pytest.mark.django_db
S = Commitment.Status
ALLOWED = {
    ("missed", "admin", "fill"): "draft",
    ("draft", "admin", "submit"): "submitted",
    ("returned", "admin", "resubmit"): "submitted",
    ("submitted", "reviewer", "publish"): "published",
    ("submitted", "reviewer", "return"): "returned",
}
PEOPLE = ("admin", "head", "employee", "reviewer", "enforcer", "system_admin", "security_admin", "auditor", "nobody")


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("who", PEOPLE)
def test_each_state_lets_each_role_take_just_its_steps(
    state: str, who: str, plant: Enterprise, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    for action in REVIEW.steps:
        row = Commitment.unscoped.create(enterprise=plant, day=at(8).date(), status=state, **WHOLE)
        wanted = ALLOWED.get((state, who, action))
        assert (action in [step.action for step in REVIEW.available(row, user)]) == (wanted is not None)
        if wanted is None:
            with pytest.raises(StepRefused):
                REVIEW.move(row, action, by=user, note="意见", now=at(9))
        else:
            REVIEW.move(row, action, by=user, note="意见", now=at(9))
        assert Commitment.unscoped.get(pk=row.pk).status == (wanted or state)
        row.delete()


@pytest.mark.parametrize("note", ["", "  \n"])
def test_returning_wants_an_opinion(plant: Enterprise, admin: User, reviewer: User, note: str) -> None:
    row = submitted(plant, admin)
    with pytest.raises(StepRefused, match="请填写意见"):
        services.take_step(row, "return", by=reviewer, now=at(9), note=note)
    assert not CommitmentSnapshot.unscoped.exists()
    assert Transition.unscoped.count() == 1


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("reviewer", True),
        ("city_reviewer", True),
        ("provincial_reviewer", True),
        ("other_county", False),
        ("other_trade", False),
        ("enforcer", False),
    ],
)
def test_the_chosen_office_or_a_higher_one_reviews(
    plant: Enterprise, admin: User, who: str, request: pytest.FixtureRequest, *, may: bool
) -> None:
    row = submitted(plant, admin)
    user = request.getfixturevalue(who)
    if may:
        assert services.take_step(row, "publish", by=user, now=at(9)).status == S.PUBLISHED
    else:
        with pytest.raises(StepRefused):
            services.take_step(row, "publish", by=user, now=at(9))
        assert Commitment.unscoped.get(pk=row.pk).status == S.SUBMITTED


def test_a_version_that_nobody_saw_cannot_be_published(plant: Enterprise, admin: User, reviewer: User) -> None:
    row = submitted(plant, admin)
    services.take_step(row, "return", by=reviewer, now=at(9), note="请核实")
    row = Commitment.unscoped.get(pk=row.pk)
    services.save_and_submit(row, by=admin, now=at(9, 30), revision=row.revision)
    with pytest.raises(services.Stale, match="重新提交"):
        services.take_step(row, "publish", by=reviewer, now=at(9, 31), seen=at(8))
    assert services.take_step(row, "publish", by=reviewer, now=at(9, 32), seen=at(9, 30)).status == S.PUBLISHED


def test_the_second_decision_is_refused(plant: Enterprise, admin: User, reviewer: User, city_reviewer: User) -> None:
    row = submitted(ready(plant), admin)
    services.take_step(row, "publish", by=reviewer, now=at(9))
    with pytest.raises(StepRefused, match="审核通过"):
        services.take_step(row, "return", by=city_reviewer, now=at(9), note="请核实")
    assert [step.action for step in Transition.unscoped.order_by("id")] == ["submit", "publish"]
