"""A list page: what is shown to whom, query, sort, pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.crud.pages import DEPARTMENTS
from yingan.enterprises.models import Department, Enterprise
from yingan.enterprises.tests import factories as places
from yingan.kernel import lists

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from yingan.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crud.pages")]
LIST = "/test/departments/"
SignIn = Callable[[object], Client]


@pytest.fixture
def departments(plant: Enterprise, neighbour: User) -> list[Department]:
    assert neighbour.enterprise
    places.department(neighbour.enterprise, "邻厂车间")
    return [places.department(plant, f"{n}车间", kind="workshop") for n in "一二三"]


@pytest.mark.usefixtures("departments")
def test_an_empty_query_shows_the_rows_of_the_own_enterprise(admin: User, signed_in: SignIn) -> None:
    page = signed_in(admin).get(LIST).content.decode()
    assert "共 3 条" in page
    assert "一车间" in page
    assert "邻厂车间" not in page
    assert "企业名称" not in page
    assert 'class="ya-tag is-run"' in page


@pytest.mark.usefixtures("departments")
def test_an_officer_sees_whose_row_it_is_and_changes_nothing(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    page = client.get(LIST).content.decode()
    assert "共 4 条" in page
    assert "示例化工一厂" in page
    assert "新增" not in page
    assert "共 1 条" in client.get(LIST, {"enterprise": "二厂"}).content.decode()
    assert client.get(f"{LIST}add/").status_code == 404


@pytest.mark.usefixtures("departments")
def test_a_query_narrows_and_is_kept_in_the_form(admin: User, signed_in: SignIn) -> None:
    page = signed_in(admin).get(LIST, {"q": "二"}).content.decode()
    assert "共 1 条" in page
    assert 'value="二"' in page


@pytest.mark.usefixtures("departments")
@pytest.mark.parametrize("query", [{"kind": "nonsense"}, {"parent": "abc"}, {"q": "a\0b"}])
def test_an_invalid_condition_finds_nothing_instead_of_everything(
    admin: User, signed_in: SignIn, query: dict[str, str]
) -> None:
    page = signed_in(admin).get(LIST, query).content.decode()
    assert "没有符合条件的记录" in page
    assert "一车间" not in page.split('id="_rows"')[1]


def test_links_of_the_query_form_offer_own_rows_only(
    admin: User, neighbour: User, departments: list[Department], signed_in: SignIn
) -> None:
    foreign = Department.unscoped.get(name="邻厂车间")
    page = signed_in(admin).get(LIST).content.decode()
    assert f'<option value="{departments[0].pk}">' in page
    assert f'<option value="{foreign.pk}">' not in page


@pytest.mark.usefixtures("departments")
def test_htmx_gets_the_rows_only_but_a_history_restore_gets_the_page(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    fragment = client.get(LIST, headers={"HX-Request": "true"})
    assert fragment.content.decode().strip().startswith('<div id="_rows"')
    assert "HX-Request" in fragment.headers["Vary"]
    restored = client.get(LIST, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<!doctype html>" in restored.content.decode()


@pytest.mark.usefixtures("departments")
def test_sorting_keeps_to_the_columns(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    down = client.get(LIST, {"sort": "-name"}).content.decode()
    assert down.index("二车间") < down.index("一车间", down.index("<tbody>"))
    assert client.get(LIST, {"sort": "enterprise__uscc"}).status_code == 200
    assert client.get(LIST, {"sort": "password"}).status_code == 200


@pytest.mark.parametrize("asked", ["100000", "-1", "x", ""])
def test_the_size_of_a_page_is_one_of_four(admin: User, plant: Enterprise, signed_in: SignIn, asked: str) -> None:
    for number in range(25):
        places.department(plant, f"部门{number:02}")
    page = signed_in(admin).get(LIST, {"per_page": asked}).content.decode()
    assert "第 1–20 条" in page
    assert "第 21–25 条" in signed_in(admin).get(LIST, {"page": "2"}).content.decode()
    assert "第 21–25 条" in signed_in(admin).get(LIST, {"page": "9" * 30}).content.decode()


def test_more_than_the_limit_is_not_counted(
    admin: User, plant: Enterprise, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "COUNT_LIMIT", 20)
    for number in range(23):
        places.department(plant, f"部门{number:02}")
    assert "共 20+ 条" in signed_in(admin).get(LIST).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_rows(
    admin: User,
    plant: Enterprise,
    signed_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    parent = places.department(plant, "上级")
    for number in range(19):
        Department.unscoped.create(enterprise=plant, name=f"部门{number:02}", parent=parent)
    client = signed_in(admin)
    with django_assert_max_num_queries(16):
        assert "第 1–20 条" in client.get(LIST).content.decode()


def test_an_empty_list_says_what_to_do_next(admin: User, signed_in: SignIn) -> None:
    page = signed_in(admin).get(LIST).content.decode()
    assert "暂无部门" in page
    assert DEPARTMENTS.hint in page


def test_roles_that_may_not_see_the_page_get_404(admin: User, head: User, signed_in: SignIn) -> None:
    assert signed_in(admin).get("/test/plain/").status_code == 200
    assert signed_in(head).get("/test/plain/").status_code == 404


def test_a_stranger_is_sent_to_sign_in() -> None:
    answer = Client().get(LIST)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


def test_dropped_views_have_no_address_and_no_button(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    places.department(plant, "一车间")
    page = signed_in(admin).get("/test/plain/").content.decode()
    assert "下载模板" not in page
    assert "删除" not in page
    assert "导出" in page
