"""监管类型 and 监管部门: the first choice works at once, a later one when both authorities agree (security L01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from yingan.accounts.models import Role, User
from yingan.accounts.tests import factories as people
from yingan.enterprises.models import Enterprise
from yingan.enterprises.tests.factories import office
from yingan.kernel import clock
from yingan.kernel.workflow import StepRefused
from yingan.notifications.models import Message
from yingan.onboarding import services
from yingan.onboarding.models import SupervisionChange
from yingan.onboarding.workflow import CONFIRMATION
from yingan.regions.models import Trade

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db
JIANGAN, WUCHANG, YILING = 420102, 420106, 420506
State, Status = Enterprise.SupervisionState, SupervisionChange.Status


@pytest.fixture
def newcomer(plant: Enterprise) -> Enterprise:
    plant.trade = plant.office = plant.supervised_region = None
    plant.supervision_state = State.UNSET
    plant.save()
    return plant


@pytest.fixture
def first(newcomer: Enterprise, admin: User, reviewer: User) -> SupervisionChange:
    change = services.choose_supervision(newcomer, trade=Trade.HAZCHEM, office=office(JIANGAN), by=admin)
    assert change is not None
    return change


@pytest.fixture
def moved(plant: Enterprise, admin: User) -> SupervisionChange:
    """Return the asked change of a confirmed enterprise to another county."""
    change = services.choose_supervision(
        plant, trade=Trade.HAZCHEM, office=office(WUCHANG), by=admin, reason="搬迁到武昌"
    )
    assert change is not None
    return change


def state_of(change: SupervisionChange) -> tuple[int | None, str, str]:
    change.refresh_from_db()
    enterprise = Enterprise.unscoped.get(pk=change.enterprise_id)
    return enterprise.supervised_region, enterprise.supervision_state, change.status


def test_the_first_choice_works_at_once_and_tells_the_reviewer(first: SupervisionChange, reviewer: User) -> None:
    assert state_of(first) == (JIANGAN, State.PENDING, Status.ASKED)
    assert Message.objects.filter(recipient_id=reviewer.pk).count() == 1


def test_the_reviewer_confirms_the_first_choice(
    first: SupervisionChange, reviewer: User, admin: User, signed_in: Callable[[object], Client]
) -> None:
    client = signed_in(reviewer)
    assert first.enterprise_name in client.get("/authority/confirmations/").content.decode()
    assert "办理意见" in client.get(f"/authority/confirmations/{first.pk}/").content.decode()
    assert client.post(f"/authority/confirmations/{first.pk}/confirm/", {}).status_code == 302
    assert state_of(first) == (JIANGAN, State.CONFIRMED, Status.CONFIRMED)
    assert Message.objects.filter(recipient_id=admin.pk, title="监管信息已确认").exists()
    assert client.post(f"/authority/confirmations/{first.pk}/confirm/", {}).status_code == 409


def test_a_returned_first_choice_is_chosen_anew(
    first: SupervisionChange, newcomer: Enterprise, reviewer: User, admin: User, signed_in: Callable[[object], Client]
) -> None:
    client = signed_in(reviewer)
    assert client.post(f"/authority/confirmations/{first.pk}/return/", {"note": " "}).status_code == 409
    assert client.post(f"/authority/confirmations/{first.pk}/return/", {"note": "应选工贸"}).status_code == 302
    assert state_of(first) == (JIANGAN, State.RETURNED, Status.RETURNED)
    page = signed_in(admin).get("/enterprise/registration/").content.decode()
    assert "应选工贸" in page
    newcomer.refresh_from_db()
    again = services.choose_supervision(newcomer, trade=Trade.INDUSTRY, office=office(JIANGAN), by=admin)
    assert again is not None
    assert again.is_first
    assert state_of(again) == (JIANGAN, State.PENDING, Status.ASKED)


def test_a_change_waits_for_both_authorities(
    moved: SupervisionChange, reviewer: User, other_county: User, signed_in: Callable[[object], Client]
) -> None:
    old, new = signed_in(reviewer), signed_in(other_county)
    assert new.get(f"/enterprise/{moved.enterprise_id}/").status_code == 404
    assert new.post(f"/authority/confirmations/{moved.pk}/confirm/", {}).status_code == 302
    assert state_of(moved) == (JIANGAN, State.CONFIRMED, Status.HALF)
    assert "贵单位已经同意" in new.post(f"/authority/confirmations/{moved.pk}/confirm/", {}).content.decode()
    assert old.post(f"/authority/confirmations/{moved.pk}/confirm/", {}).status_code == 302
    assert state_of(moved) == (WUCHANG, State.CONFIRMED, Status.CONFIRMED)


def test_the_new_authority_may_be_the_last_to_agree(
    moved: SupervisionChange, reviewer: User, other_county: User, signed_in: Callable[[object], Client]
) -> None:
    signed_in(reviewer).post(f"/authority/confirmations/{moved.pk}/confirm/", {})
    assert state_of(moved) == (JIANGAN, State.CONFIRMED, Status.HALF)
    client = signed_in(other_county)
    assert "一方已同意" in client.get(f"/authority/confirmations/{moved.pk}/").content.decode()
    assert client.post(f"/authority/confirmations/{moved.pk}/confirm/", {}).status_code == 302
    assert state_of(moved) == (WUCHANG, State.CONFIRMED, Status.CONFIRMED)


@pytest.mark.parametrize("who", ["city_reviewer", "provincial_reviewer"])
def test_an_authority_above_both_confirms_alone(
    moved: SupervisionChange, who: str, request: pytest.FixtureRequest, signed_in: Callable[[object], Client]
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.post(f"/authority/confirmations/{moved.pk}/confirm/", {}).status_code == 302
    assert state_of(moved) == (WUCHANG, State.CONFIRMED, Status.CONFIRMED)


def test_a_returned_change_leaves_the_old_supervision(
    moved: SupervisionChange, other_county: User, signed_in: Callable[[object], Client]
) -> None:
    signed_in(other_county).post(f"/authority/confirmations/{moved.pk}/return/", {"note": "未搬迁"})
    assert state_of(moved) == (JIANGAN, State.CONFIRMED, Status.RETURNED)


def test_the_enterprise_withdraws_its_change(
    moved: SupervisionChange, admin: User, neighbour: User, signed_in: Callable[[object], Client]
) -> None:
    address = f"/enterprise/registration/changes/{moved.pk}/withdraw/"
    assert signed_in(neighbour).post(address).status_code == 404
    assert signed_in(admin).post(address).status_code == 302
    assert state_of(moved) == (JIANGAN, State.CONFIRMED, Status.WITHDRAWN)


def test_a_second_change_waits_until_the_first_is_decided(moved: SupervisionChange, admin: User) -> None:
    with pytest.raises(services.ChangeRefused):
        services.choose_supervision(
            Enterprise.unscoped.get(pk=moved.enterprise_id), trade=Trade.MINING, office=office(JIANGAN), by=admin
        )


@pytest.mark.parametrize(
    "who", ["rival_reviewer", "other_trade", "enforcer", "admin", "neighbour", "auditor", "nobody"]
)
def test_nobody_else_decides(
    moved: SupervisionChange, who: str, request: pytest.FixtureRequest, signed_in: Callable[[object], Client]
) -> None:
    user: Any = (
        people.officer(YILING, Role.REVIEWER, list(Trade)) if who == "rival_reviewer" else request.getfixturevalue(who)
    )
    client = signed_in(user)
    assert client.get(f"/authority/confirmations/{moved.pk}/").status_code == 404
    assert client.post(f"/authority/confirmations/{moved.pk}/confirm/", {}).status_code == 404
    assert state_of(moved) == (JIANGAN, State.CONFIRMED, Status.ASKED)


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("action", list(CONFIRMATION.steps))
@pytest.mark.parametrize("who", ["admin", "employee", "reviewer", "enforcer"])
def test_the_table_alone_says_what_is_possible(
    moved: SupervisionChange, status: str, action: str, who: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    SupervisionChange.unscoped.filter(pk=moved.pk).update(status=status)
    moved.refresh_from_db()
    step = CONFIRMATION.steps[action]
    if status in step.sources and user.role in step.roles:
        CONFIRMATION.move(moved, action, by=user, note="意见")
        assert moved.status == step.target
    else:
        with pytest.raises(StepRefused):
            CONFIRMATION.move(moved, action, by=user, note="意见", now=clock.now())
