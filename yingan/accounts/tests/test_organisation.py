"""用户组织管理: tree, users, import, conditions (manual §6.3, §8.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yingan.accounts.models import Membership, Role, User
from yingan.accounts.organisation import queries, services
from yingan.enterprises.models import Department, Enterprise
from yingan.enterprises.tests import factories as places

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

pytestmark = pytest.mark.django_db
TYPED = {"username": "zhang.shi", "name": "张示例", "phone": "13800000001", "job": "操作工", "email": ""}


def post_member(client: Client, workshop: Department, **changes: str) -> int:
    data = TYPED | {"department": str(workshop.pk), "role": Role.EMPLOYEE} | changes
    return client.post("/organisation/users/add/", data).status_code


def test_an_administrator_adds_a_user_who_cannot_sign_in_before_activation(
    admin: User, workshop: Department, signed_in: Callable[[User], Client]
) -> None:
    assert post_member(signed_in(admin), workshop) == 302
    user = User.objects.get(username="zhang.shi")
    assert not user.has_usable_password()
    assert user.phone == "13800000001"
    member = Membership.unscoped.get(user=user)
    assert (member.enterprise_id, member.department, member.role) == (admin.enterprise_id, workshop, Role.EMPLOYEE)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "1x"}, "账号应为"),
        ({"username": ""}, "账号"),
        ({"phone": "12345"}, "手机"),
        ({"role": "reviewer"}, "角色"),
    ],
)
def test_bad_input_is_told_and_nothing_is_saved(
    admin: User, workshop: Department, signed_in: Callable[[User], Client], changes: dict[str, str], words: str
) -> None:
    data = TYPED | {"department": str(workshop.pk), "role": Role.EMPLOYEE} | changes
    answer = signed_in(admin).post("/organisation/users/add/", data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not User.objects.filter(name="张示例").exists()


def test_a_taken_account_is_refused_without_telling_by_whom(
    admin: User, rival: User, workshop: Department, signed_in: Callable[[User], Client]
) -> None:
    User.objects.filter(pk=rival.pk).update(username="taken.name")
    assert post_member(signed_in(admin), workshop, username="taken.name") == 422


@pytest.mark.parametrize("persona", ["employee", "reviewer", "system_admin", "nobody"])
def test_others_do_not_find_the_page(
    persona: str, request: pytest.FixtureRequest, signed_in: Callable[[User], Client], plant: Enterprise
) -> None:
    assert signed_in(request.getfixturevalue(persona)).get("/organisation/").status_code == 404


def test_a_head_sees_and_does_not_change(head: User, workshop: Department, signed_in: Callable[[User], Client]) -> None:
    client = signed_in(head)
    assert client.get("/organisation/").status_code == 200
    assert post_member(client, workshop) == 404


def test_a_foreign_department_cannot_be_chosen(
    admin: User, neighbour: User, signed_in: Callable[[User], Client]
) -> None:
    assert neighbour.enterprise
    foreign = places.department(neighbour.enterprise, "邻厂车间")
    assert post_member(signed_in(admin), foreign) == 422
    assert signed_in(admin).get(f"/organisation/?department={foreign.pk}").status_code == 404


def test_the_conditions_count_what_is_there(admin: User, head: User, plant: Enterprise) -> None:
    assert [condition.count for condition in queries.conditions(admin)] == [1, 1, 0, 0]
    places.department(plant, "安委会", kind=Department.Kind.SAFETY_ORGANISATION)
    assert [condition.is_met for condition in queries.conditions(admin)] == [True, True, False, True]


def test_the_tree_lists_children_below_their_parent(admin: User, plant: Enterprise, workshop: Department) -> None:
    team = places.department(plant, "甲班", kind=Department.Kind.TEAM)
    Department.unscoped.filter(pk=team.pk).update(parent=workshop)
    assert [(node.department.name, node.depth) for node in queries.tree(admin)] == [("一车间", 0), ("甲班", 1)]


def test_a_department_cannot_stand_below_itself(admin: User, plant: Enterprise, workshop: Department) -> None:
    team = places.department(plant, "甲班")
    team.parent = workshop
    team.save()
    workshop.parent = team
    with pytest.raises(services.Refused, match="上级部门"):
        services.save_department(workshop, by=admin, data={})


def test_the_last_administrator_stays(admin: User, head: User) -> None:
    member = admin.membership
    assert member
    member.role = Role.EMPLOYEE
    data = {"name": admin.name, "phone": admin.phone}
    with pytest.raises(services.Refused, match="至少要保留一位"):
        services.save_member(member, by=admin, data=data)


def test_a_disabled_user_is_out_with_the_next_request(
    admin: User, employee: User, signed_in: Callable[[User], Client]
) -> None:
    theirs = signed_in(employee)
    assert theirs.get("/messages/").status_code == 200
    assert employee.membership
    signed_in(admin).post(f"/organisation/users/{employee.membership.pk}/disable/")
    assert theirs.get("/messages/").status_code == 302


def test_one_cannot_disable_oneself(admin: User, signed_in: Callable[[User], Client]) -> None:
    assert admin.membership
    signed_in(admin).post(f"/organisation/users/{admin.membership.pk}/disable/")
    assert User.objects.get(pk=admin.pk).is_active


def test_many_users_come_by_one_sheet_or_not_at_all(admin: User, workshop: Department) -> None:
    def rows(names: list[str]) -> list[tuple[Membership, dict[str, str]]]:
        return [
            (Membership(enterprise_id=admin.enterprise_id, department=workshop), TYPED | {"username": name})
            for name in names
        ]

    with pytest.raises(services.Refused, match="重复"):
        services.save_members(rows(["aaaa", "bbbb", "aaaa"]), by=admin)
    assert not User.objects.filter(username="bbbb").exists()
    assert len(services.save_members(rows(["aaaa", "bbbb"]), by=admin)) == 2


def test_a_slip_is_printed_once_for_a_new_user(
    admin: User, workshop: Department, signed_in: Callable[[User], Client]
) -> None:
    client = signed_in(admin)
    post_member(client, workshop)
    answer = client.post("/organisation/slips/")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "zhang.shi" in answer.content.decode()
    assert User.objects.get(username="zhang.shi").slips.count() == 1


def test_a_foreign_user_gets_no_slip(admin: User, neighbour: User, signed_in: Callable[[User], Client]) -> None:
    assert neighbour.membership
    assert signed_in(admin).post(f"/organisation/users/{neighbour.membership.pk}/slip/").status_code == 404
