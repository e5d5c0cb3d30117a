"""The history of rows: kept by the database whatever writes, behind both walls, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import DatabaseError, connection, transaction

from yingan.enterprises.models import Department
from yingan.enterprises.tests import factories as places
from yingan.kernel import tenancy
from yingan.kernel.history import TrackedTable, history_of
from yingan.kernel.models import RowVersion

if TYPE_CHECKING:
    from django.test import Client

    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crud.pages")]
SignIn = Callable[[object], "Client"]


@pytest.fixture(autouse=True)
def _tracked(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute('DROP TRIGGER IF EXISTS keep_version ON "enterprises_department"')
        for statement in TrackedTable("Department", without=["position"]).statements(Department):
            cursor.execute(statement)


def test_a_change_through_a_page_is_kept_with_who_and_what(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    top, row = places.department(plant, "生产部"), places.department(plant, "一车间")
    changed = {"name": "二车间", "kind": "workshop", "position": "3", "parent": str(top.pk)}
    assert signed_in(admin).post(f"/test/departments/{row.pk}/edit/", changed).status_code == 302
    newest, oldest = history_of(row)
    assert (newest.who, newest.what, oldest.what) == (admin.name, "修改", "新增")
    told = {change.label: (change.old, change.new) for change in newest.changes}
    assert told == {"部门名称": ("一车间", "二车间"), "类型": ("职能部门", "车间"), "上级部门": ("（空）", "生产部")}
    page = signed_in(admin).get(f"/test/departments/{row.pk}/").content.decode()
    assert "历史" in page
    assert "一车间" in page


def test_a_change_of_a_column_that_says_nothing_is_no_version(plant: Enterprise) -> None:
    row = places.department(plant, "一车间")
    Department.unscoped.filter(pk=row.pk).update(position=7)
    assert [version.what for version in history_of(row)] == ["新增"]


def test_a_deleted_row_leaves_its_last_state(plant: Enterprise) -> None:
    row = places.department(plant, "一车间")
    pk = row.pk
    row.delete()
    last = RowVersion.unscoped.filter(row_id=pk, table_name="enterprises_department").order_by("-id")[0]
    assert (last.operation, last.old["name"], last.new) == ("delete", "一车间", None)


def test_bulk_writes_are_kept_too(plant: Enterprise) -> None:
    rows = Department.unscoped.bulk_create([Department(enterprise=plant, name=f"车间{number}") for number in range(3)])
    Department.unscoped.filter(pk__in=[row.pk for row in rows]).update(duties="新职责")
    assert [len(history_of(row)) for row in rows] == [2, 2, 2]


def test_versions_stand_behind_the_second_wall(admin: User, neighbour: User, plant: Enterprise) -> None:
    places.department(plant, "一车间")
    for user, count in ((admin, 1), (neighbour, 0)):
        with tenancy.acting_as(user), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE yingan_web")
            cursor.execute("SELECT count(*) FROM kernel_rowversion WHERE table_name = 'enterprises_department'")
            assert cursor.fetchone() == (count,)
            cursor.execute("RESET ROLE")


@pytest.mark.parametrize("statement", ["UPDATE kernel_rowversion SET old = NULL", "DELETE FROM kernel_rowversion"])
def test_versions_cannot_be_changed_even_by_the_owner(plant: Enterprise, statement: str) -> None:
    places.department(plant, "一车间")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
