"""企业基本信息 and the homes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yingan.enterprises.models import Enterprise
from yingan.kernel.models import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User

pytestmark = pytest.mark.django_db


def test_everybody_of_the_enterprise_sees_its_data_and_only_its_own(
    employee: User, neighbour: User, plant: Enterprise, signed_in: Callable[[object], Client]
) -> None:
    plant.principal_phone = "13800001234"
    plant.save()
    page = signed_in(employee).get("/enterprise/").content.decode()
    assert plant.uscc in page
    assert "13800001234" not in page
    assert "已核对</button>" not in page
    assert plant.uscc not in signed_in(neighbour).get("/enterprise/").content.decode()


def test_data_and_users_are_checked_with_one_click_each(
    admin: User, employee: User, plant: Enterprise, signed_in: Callable[[object], Client]
) -> None:
    client = signed_in(admin)
    assert not Enterprise.unscoped.get().is_checked
    for what in ("data", "users"):
        assert signed_in(employee).post(f"/enterprise/checked/{what}/").status_code == 404
        assert client.post(f"/enterprise/checked/{what}/").status_code == 302
    assert client.post("/enterprise/checked/everything/").status_code == 404
    assert client.get("/enterprise/checked/data/").status_code == 405
    assert Enterprise.unscoped.get().is_checked
    assert AuditEntry.unscoped.filter(action="enterprise.checked").count() == 2


def test_the_page_says_how_complete_the_data_is(
    admin: User, plant: Enterprise, signed_in: Callable[[object], Client]
) -> None:
    completeness = signed_in(admin).get("/enterprise/").context["completeness"]
    assert 0 < completeness.percent < 100
    assert "主要负责人" in completeness.missing
    assert "企业名称" not in completeness.missing


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("admin", "/enterprise/"), ("employee", "/enterprise/"), ("reviewer", "/authority/"),
        ("enforcer", "/authority/"), ("system_admin", "/help/contacts/"), ("auditor", "/account/"),
        ("nobody", "/account/"),
    ],
)  # fmt: skip
def test_each_role_has_a_home_that_opens(
    who: str, where: str, request: pytest.FixtureRequest, signed_in: Callable[[object], Client]
) -> None:
    client = signed_in(request.getfixturevalue(who))
    answer = client.get("/home/")
    assert answer["Location"].startswith(where)
    assert client.get(answer["Location"]).status_code == 200
