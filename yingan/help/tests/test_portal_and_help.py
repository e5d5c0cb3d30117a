"""Portal and help: public, complete, and edited by the system administrator alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from yingan.help.models import Contact, Question
from yingan.kernel.models import PlatformAuditEntry

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from yingan.accounts.models import User

    SignIn = Callable[[User], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def contact() -> Contact:
    """Return a contact of the 危化 block, whose group is full."""
    return Contact.objects.create(
        subsystem="hazchem", name="示例技术员", phone="138-0000-0004", enterprise_group="示例群-77", group_state="full"
    )


def filled(**values: object) -> dict[str, object]:
    """Return the form of a contact as it is posted."""
    given: dict[str, object] = {"subsystem": "hazchem", "name": "示例甲", "phone": "138-0000-0006", "position": 5}
    return given | {"group_state": "open", "is_shown": "on"} | values


def test_the_portal_has_both_entries_and_says_which_is_whose(client: Client) -> None:
    page = client.get("/").content.decode()
    for words in ("企业个人入口", "法人用户登录", "企业首次使用", "部门负责人、部门员工", "【极速模式】", "示例技术员"):
        assert words in page
    assert 'action="/login/"' in page
    assert 'href="/login/legal/"' in page


def test_who_is_signed_in_goes_home(admin: User, signed_in: SignIn) -> None:
    assert signed_in(admin).get("/")["Location"] == "/home/"


def test_help_has_the_three_blocks_with_the_state_of_the_groups(client: Client) -> None:
    page = client.get("/help/").content.decode()
    for label in Contact.SubSystem.labels:
        assert label in page
    assert "示例群-77" in page
    assert "已满" in page


def test_what_is_switched_off_is_not_shown(client: Client, contact: Contact) -> None:
    Contact.objects.update(is_shown=False)
    Question.objects.create(title="一个没有启用的问题", answer="…", is_shown=False)
    page = client.get("/help/").content.decode()
    assert "示例技术员" not in page
    assert "一个没有启用的问题" not in page
    assert "暂未公布" in page


def test_the_system_administrator_adds_changes_and_deletes(system_admin: User, signed_in: SignIn) -> None:
    client = signed_in(system_admin)
    assert client.post("/help/contacts/new/", filled()).status_code == 302
    row = Contact.objects.get(name="示例甲")
    assert client.post(f"/help/contacts/{row.pk}/", filled(phone="138-0000-0007")).status_code == 302
    row.refresh_from_db()
    assert row.phone == "138-0000-0007"
    assert client.post(f"/help/contacts/{row.pk}/delete/").status_code == 302
    assert not Contact.objects.filter(pk=row.pk).exists()
    actions = PlatformAuditEntry.objects.order_by("seq").values_list("action", flat=True)
    assert list(actions)[-3:] == ["help.add", "help.edit", "help.delete"]


def test_a_question_reaches_the_help_page(system_admin: User, signed_in: SignIn, client: Client) -> None:
    signed_in(system_admin).post(
        "/help/questions/new/", {"title": "问？", "answer": "答。", "position": 1, "is_shown": "on"}
    )
    assert "答。" in client.get("/help/").content.decode()


def test_what_is_missing_is_said_beside_its_field(system_admin: User, signed_in: SignIn) -> None:
    answer = signed_in(system_admin).post("/help/contacts/new/", filled(name="", subsystem=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请输入联系人" in page
    assert "请选择子系统" in page
    assert "还不能保存" in page


@pytest.mark.parametrize("path", ["/help/contacts/", "/help/contacts/new/", "/help/questions/"])
def test_for_everybody_else_the_editing_does_not_exist(
    path: str, admin: User, reviewer: User, security_admin: User, signed_in: SignIn
) -> None:
    for user in (admin, reviewer, security_admin):
        assert signed_in(user).get(path).status_code == 404


def test_there_are_two_lists_and_no_third(system_admin: User, signed_in: SignIn, contact: Contact) -> None:
    client = signed_in(system_admin)
    assert "示例技术员" in client.get("/help/contacts/").content.decode()
    assert client.get("/help/users/").status_code == 404
    assert client.get("/help/questions/999999/").status_code == 404
    assert client.get(f"/help/contacts/{contact.pk}/delete/").status_code == 405
