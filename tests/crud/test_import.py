"""Importing, the template, the error workbook, undo and export of a list page."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.crud.pages import SIMPLE
from yingan.enterprises.models import Department
from yingan.enterprises.tests import factories as places
from yingan.kernel.models import AuditEntry, SheetImport
from yingan.kernel.sheets import imports

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from yingan.accounts.models import User
    from yingan.enterprises.models import Enterprise

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.crud.pages")]
LIST = "/test/departments/"
HEAD = ["部门名称", "类型", "上级部门", "负责人", "排序"]
SignIn = Callable[[object], "Client"]


def workbook(rows: list[list[Any]], head: list[str] | None = None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([head or HEAD, *rows]):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def send(client: Client, data: bytes, name: str = "部门.xlsx") -> str:
    """Import a file and return the page that follows."""
    answer = client.post(f"{LIST}import/", {"file": SimpleUploadedFile(name, data)}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(answer: HttpResponse, sheet: int = 0) -> list[list[Any]]:
    """Return the cells of a workbook that was sent."""
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(sheet).to_python()


def names() -> set[str]:
    return set(Department.unscoped.values_list("name", flat=True))


def test_a_good_sheet_is_saved_and_the_list_shows_it(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    top = places.department(plant, "生产部")
    page = send(signed_in(admin), workbook([["一车间", "车间", "生产部", "张三", 1], ["二车间", "车间", "", "", 2.0]]))
    assert "导入成功，共 2 条" in page
    row = Department.unscoped.get(name="一车间")
    assert (row.kind, row.parent_id, row.enterprise_id, row.position) == ("workshop", top.pk, plant.pk, 1)
    assert AuditEntry.unscoped.get(action="enterprises.department.import").detail == {"n": 2}


def test_all_problems_of_all_rows_are_told_at_once_and_nothing_is_saved(
    admin: User, plant: Enterprise, signed_in: SignIn
) -> None:
    places.department(plant, "甲醇罐区")
    rows = [
        ["好车间", "车间", "", "", 1],
        ["禁用", "车间", "", "", 1],
        ["", "工厂", "甲醇灌区", "", "很多"],
        ["重复", "车间", "", "", 1],
        ["重复", "车间", "", "", 1],
        ["甲醇罐区", "车间", "", "", 1],
    ]
    page = send(signed_in(admin), workbook(rows))
    assert "还没有导入：4 条有误，2 条可以导入" in page
    for words in (
        "这个名称不能使用",
        "“工厂”不是可选项",
        "请输入部门名称",
        "是否为“甲醇罐区”？",
        "与第 5 行重复",
        "已有同名部门",
    ):
        assert words in page
    assert names() == {"甲醇罐区"}


def test_the_good_rows_can_be_taken_and_taken_back(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    client = signed_in(admin)
    send(client, workbook([["一车间", "车间", "", "", 1], ["禁用", "车间", "", "", 1]]))
    record = SheetImport.unscoped.get()
    page = client.post(f"{LIST}import/{record.pk}/take/", follow=True).content.decode()
    assert "成功 1 条，失败 1 条" in page
    assert "撤销本次导入" in page
    assert names() == {"一车间"}
    again = client.post(f"{LIST}import/{record.pk}/take/", follow=True).content.decode()
    assert "已处理或已过期" in again
    assert "已撤销本次导入，删除 1 条" in client.post(f"{LIST}import/{record.pk}/undo/", follow=True).content.decode()
    assert names() == set()
    assert plant.pk == record.enterprise_id


def test_only_the_last_import_can_be_undone(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    send(client, workbook([["一车间", "车间", "", "", 1]]))
    first = SheetImport.unscoped.get()
    send(client, workbook([["二车间", "车间", "", "", 1]]))
    assert "只能撤销最近一次导入" in client.post(f"{LIST}import/{first.pk}/undo/", follow=True).content.decode()
    assert names() == {"一车间", "二车间"}


def test_an_import_whose_rows_are_in_use_stays_whole(admin: User, plant: Enterprise, signed_in: SignIn) -> None:
    client = signed_in(admin)
    send(client, workbook([["一车间", "车间", "", "", 1], ["二车间", "车间", "", "", 1]]))
    parent = Department.unscoped.get(name="二车间")
    Department.unscoped.create(enterprise=plant, name="一班", parent=parent)
    record = SheetImport.unscoped.get()
    assert "不能撤销" in client.post(f"{LIST}import/{record.pk}/undo/", follow=True).content.decode()
    assert names() == {"一车间", "二车间", "一班"}


def test_the_error_workbook_can_be_corrected_and_sent_again(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    send(client, workbook([["一车间", "车间", "", "", 1], ["禁用", "车间", "", "李四", 2]]))
    record = SheetImport.unscoped.get()
    answer = client.get(f"{LIST}import/{record.pk}/errors/")
    told = cells(answer)
    assert told[0] == [*HEAD, "错误原因"]
    assert len(told) == 2
    assert told[1][3] == "李四"
    assert "部门名称：这个名称不能使用" in told[1][-1]
    corrected = workbook([["三车间", *told[1][1:]]], told[0])
    assert "导入成功，共 1 条" in send(client, corrected)
    assert names() == {"三车间"}


def test_what_waits_is_sealed_and_dropped_when_it_is_decided(admin: User, signed_in: SignIn) -> None:
    client = signed_in(admin)
    send(client, workbook([["禁用", "车间", "", "赵示例", 1]]))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT cells FROM kernel_sheetimport")
        (stored,) = cursor.fetchone()
    assert stored.startswith("1.1.")
    assert "赵示例" not in stored
    send(client, workbook([["一车间", "车间", "", "", 1]]))
    assert list(SheetImport.unscoped.values_list("status", flat=True)) == ["saved"]
    assert SheetImport.unscoped.get().cells == ""


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (["名字", "别的"], "没有找到表头"),
        (["部门名称", "部门名称", "类型", "排序"], "有重复的列：部门名称"),
        (["类型", "排序"], "缺少必填的列：部门名称"),
        (["部门名称", "类型", "排序", "密码"], "有不认识的列：密码"),
    ],
)
def test_a_wrong_heading_is_refused_with_its_name(admin: User, signed_in: SignIn, head: list[str], words: str) -> None:
    page = send(signed_in(admin), workbook([["一车间"] * len(head)], head))
    assert "导入失败" in page
    assert words in page
    assert names() == set()


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [(b"not a zip", "a.xlsx", "已损坏"), (b"PK", "a.xls", ".xlsx 文件"), (b"", "a.xlsx", "请先选择|空|损坏")],
)
def test_what_is_no_workbook_is_refused(admin: User, signed_in: SignIn, data: bytes, name: str, words: str) -> None:
    page = send(signed_in(admin), data, name)
    assert any(word in page for word in words.split("|"))
    assert not SheetImport.unscoped.exists()


def test_the_template_offers_the_own_rows_and_can_be_imported(
    admin: User, neighbour: User, plant: Enterprise, signed_in: SignIn
) -> None:
    assert neighbour.enterprise
    places.department(plant, "生产部")
    places.department(neighbour.enterprise, "邻厂车间")
    client = signed_in(admin)
    answer = client.get(f"{LIST}template/")
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = cells(answer)
    assert "模板版本" in sheet[0][0]
    assert sheet[1][0] == "* 部门名称"
    assert "上级部门须已存在。" in str(cells(answer, 1))
    offered = str(cells(answer, 2))
    assert "生产部" in offered
    assert "邻厂车间" not in offered
    assert "导入成功" in send(client, workbook([sheet[1], ["一车间", "车间", "", "", "", "", 1]], [sheet[0][0]]))


def test_an_outdated_template_says_so(admin: User, signed_in: SignIn) -> None:
    rows = [["部门名称", "类型", "旧列"], ["一车间", "车间", "x"]]
    assert "模板已更新，请重新下载模板" in send(signed_in(admin), workbook(rows, ["部门导入模板 模板版本 000000"]))


def test_others_imports_do_not_exist(admin: User, neighbour: User, head: User, signed_in: SignIn) -> None:
    send(signed_in(admin), workbook([["禁用", "车间", "", "", 1]]))
    record = SheetImport.unscoped.get()
    for other in (neighbour, head):
        for kind in ("take", "undo"):
            assert signed_in(other).post(f"{LIST}import/{record.pk}/{kind}/").status_code == 404
        assert signed_in(other).get(f"{LIST}import/{record.pk}/errors/").status_code == 404
    record.refresh_from_db()
    assert record.status == "checked"


def test_five_thousand_rows_are_judged_in_time(
    admin: User, plant: Enterprise, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        places.department(plant, f"上级{number}")
    head: list[Any] = ["部门名称", "类型", "上级部门", "负责人", "排序"]
    rows = [head, *([f"班组{n}", "班组", f"上级{n % 50}", "张三", float(n)] for n in range(5000))]
    started = time.process_time()
    with django_assert_max_num_queries(60):
        record = imports.check(SIMPLE, by=admin, file_name="大.xlsx", cells=rows)
    assert record.saved_count == 5000
    with django_assert_max_num_queries(200):
        assert imports.undo(SIMPLE, record, by=admin) == 5000
    assert time.process_time() - started < 15  # of this process: about 3 s; the machine is shared


def test_the_export_holds_the_chosen_columns_of_the_current_query(
    admin: User, plant: Enterprise, signed_in: SignIn
) -> None:
    places.department(plant, "=1+1", kind="workshop")
    places.department(plant, "别的")
    client = signed_in(admin)
    assert "导出列选择" in client.get(f"{LIST}export/").content.decode()
    answer = client.post(f"{LIST}export/?kind=workshop", {"column": ["name", "kind"]})
    assert cells(answer) == [["部门名称", "类型"], ["'=1+1", "车间"]]
    assert AuditEntry.unscoped.get(action="enterprises.department.export").detail["n"] == 1
    assert client.post(f"{LIST}export/", {}).status_code == 422
