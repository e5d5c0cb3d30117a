"""Adding, changing, deleting and looking at a row through a list page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from yingan.enterprises.models import Department
from yingan.enterprises.tests import factories as places
from yingan.kernel.models import AuditEntry

if TYPE_CHECKING:
    from django.test import Client

    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crud.pages")]
LIST = "/test/departments/"
GOOD = {"name": "二车间", "kind": "workshop", "position": "0"}
HTMX = {"HX-Request": "true"}
SignIn = Callable[[object], "Client"]


def test_a_row_is_added_for_the_own_enterprise_and_audited(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    answer = signed_in(admin).post(f"{LIST}add/?back=q%3D%E4%BA%8C", GOOD)
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{LIST}?q=二" or answer.headers["Location"].endswith("q=%E4%BA%8C")
    row = Department.unscoped.get(name="二车间")
    assert row.enterprise_id == plant.pk
    entry = AuditEntry.unscoped.get(action="enterprises.department.add")
    assert (entry.subject_id, entry.user_id) == (str(row.pk), admin.pk)


def test_an_invalid_form_is_422_with_links_to_its_fields(admin: User, signed_in: SignIn) -> None:
    answer = signed_in(admin).post(f"{LIST}add/", GOOD | {"name": "禁用"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_name"' in page
    assert "这个名称不能使用" in page
    assert not Department.unscoped.filter(name="禁用").exists()


def test_a_duplicate_is_an_error_beside_its_field(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    places.department(plant, "二车间")
    answer = signed_in(admin).post(f"{LIST}add/", GOOD)
    assert answer.status_code == 422
    assert "同一上级下已有同名部门" in answer.content.decode()
    assert Department.unscoped.filter(name="二车间").count() == 1


def test_the_same_name_in_another_enterprise_is_no_duplicate(admin: User, neighbour: User, signed_in: SignIn) -> None:
    assert neighbour.enterprise
    places.department(neighbour.enterprise, "二车间")
    assert signed_in(admin).post(f"{LIST}add/", GOOD).status_code == 302


def test_a_link_to_another_enterprise_is_no_choice(admin: User, neighbour: User, signed_in: SignIn) -> None:
    assert neighbour.enterprise
    foreign = places.department(neighbour.enterprise, "邻厂车间")
    answer = signed_in(admin).post(f"{LIST}add/", GOOD | {"parent": str(foreign.pk)})
    assert answer.status_code == 422
    assert not Department.unscoped.filter(name="二车间").exists()


def test_columns_that_are_not_on_the_form_cannot_be_posted(
    admin: User, neighbour: User, plant: Enterprise, signed_in: SignIn
) -> None:
    signed_in(admin).post(f"{LIST}add/", GOOD | {"enterprise": str(neighbour.enterprise_id), "id": "999"})
    assert Department.unscoped.get(name="二车间").enterprise_id == plant.pk


def test_in_the_dialog_the_form_is_a_fragment_and_saving_leads_back(
    admin: User, plant: Enterprise, signed_in: SignIn
) -> None:
    client, row = signed_in(admin), places.department(plant, "一车间")
    form = client.get(f"{LIST}{row.pk}/edit/", headers=HTMX).content.decode()
    assert form.strip().startswith('<form id="_form"')
    assert 'value="一车间"' in form
    assert client.post(f"{LIST}{row.pk}/edit/", GOOD | {"name": ""}, headers=HTMX).status_code == 422
    answer = client.post(f"{LIST}{row.pk}/edit/", GOOD, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, LIST)
    row.refresh_from_db()
    assert row.name == "二车间"


@pytest.mark.parametrize("kind", ["", "edit/", "delete/"])
def test_rows_of_others_do_not_exist(admin: User, neighbour: User, signed_in: SignIn, kind: str) -> None:
    assert neighbour.enterprise
    foreign = places.department(neighbour.enterprise, "邻厂车间")
    client = signed_in(admin)
    assert client.get(f"{LIST}{foreign.pk}/{kind}").status_code == 404
    assert client.post(f"{LIST}{foreign.pk}/{kind}", GOOD).status_code in {404, 405}
    foreign.refresh_from_db()
    assert foreign.name == "邻厂车间"


@pytest.mark.parametrize("kind", ["edit/", "delete/"])
def test_who_may_not_edit_gets_404(
    admin: User, employee: User, plant: Enterprise, signed_in: SignIn, kind: str
) -> None:
    row = places.department(plant, "三车间")
    assert signed_in(employee).get(f"{LIST}{row.pk}/{kind}").status_code == 404
    assert signed_in(admin).get(f"{LIST}{row.pk}/{kind}").status_code == 200


def test_deleting_asks_first_naming_row_and_effect(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    client, row = signed_in(admin), places.department(plant, "三车间")
    page = client.get(f"{LIST}{row.pk}/delete/").content.decode()
    assert "删除部门“三车间”？" in page
    assert "不能恢复" in page
    assert Department.unscoped.filter(pk=row.pk).exists()
    assert client.post(f"{LIST}{row.pk}/delete/").status_code == 302
    assert not Department.unscoped.filter(pk=row.pk).exists()


def test_a_row_in_use_cannot_be_deleted_and_its_users_are_named(
    admin: User, plant: Enterprise, signed_in: SignIn
) -> None:
    row = places.department(plant, "三车间")
    Department.unscoped.create(enterprise=plant, name="一班", parent=row)
    client = signed_in(admin)
    answer = client.post(f"{LIST}{row.pk}/delete/")
    assert answer.status_code == 409
    assert "部门 1 条" in answer.content.decode()
    assert "部门 1 条" in client.get(f"/test/simple/{row.pk}/delete/").content.decode()
    assert client.post(f"/test/simple/{row.pk}/delete/").status_code == 409
    assert Department.unscoped.filter(pk=row.pk).exists()


def test_the_services_refusal_is_shown(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    row = places.department(plant, "留")
    answer = signed_in(admin).post(f"{LIST}{row.pk}/delete/", headers=HTMX)
    assert answer.status_code == 409
    assert "这个部门要留着" in answer.content.decode()


def test_the_detail_shows_every_field_with_its_words(reviewer: User, plant: Enterprise, signed_in: SignIn) -> None:
    row = places.department(plant, "三车间", kind="workshop")
    page = signed_in(reviewer).get(f"{LIST}{row.pk}/").content.decode()
    assert "车间" in page
    assert "主要职责" in page
    assert "修改</a>" not in page


def test_a_page_without_a_service_of_its_own_deletes_and_audits(
    admin: User, plant: Enterprise, signed_in: SignIn
) -> None:
    row = places.department(plant, "三车间")
    assert signed_in(admin).post(f"/test/simple/{row.pk}/delete/").status_code == 302
    assert not Department.unscoped.filter(pk=row.pk).exists()
    assert AuditEntry.unscoped.get(action="enterprises.department.delete").detail["names"] == ["三车间"]
