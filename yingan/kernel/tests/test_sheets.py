"""Workbooks in and out: bombs die in the child, cells keep their meaning, nothing that we write is a formula."""

from __future__ import annotations

import datetime as dt
import io
import os
import resource
import signal
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from yingan.kernel import disposable
from yingan.kernel.sheets import reader, writer
from yingan.kernel.sheets.archive import MAX_COLUMNS, MAX_ROWS, Refused, column_number
from yingan.kernel.sheets.cells import data_of, text_in

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{LINK}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'


def raw(tmp_path: Path, cells: str = "", **entries: bytes) -> Path:
    """Write a workbook by hand, with these rows and these further entries."""
    path = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        office = f'<Relationship Id="r1" Type="{LINK}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", RELS.format(office))
        archive.writestr("xl/workbook.xml", BOOK)
        sheet = f'<Relationship Id="r1" Type="{LINK}/worksheet" Target="worksheets/sheet1.xml"/>'
        archive.writestr("xl/_rels/workbook.xml.rels", RELS.format(sheet))
        content = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", content)
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def cell(place: str, text: str = "x") -> str:
    row = "".join(filter(str.isdigit, place))
    return f'<row r="{row}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def made(tmp_path: Path, rows: list[list[Any]], **options: Any) -> Path:
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "remove_timezone": True, **options}) as book:
        sheet = book.add_worksheet()
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                style = moment if isinstance(value, dt.datetime) else day if isinstance(value, dt.date) else None
                sheet.write(number, column, value, style)
    return path


def test_a_hand_made_workbook_is_read(tmp_path: Path) -> None:
    assert reader.read(raw(tmp_path, cell("B2", "好"))) == [[None, None], [None, "好"]]


@pytest.mark.parametrize("date_1904", [False, True])
def test_cells_keep_their_kind_whatever_the_calendar(tmp_path: Path, date_1904: bool) -> None:
    moment, day = dt.datetime(2026, 3, 18, 8, 30), dt.date(2026, 3, 18)  # noqa: DTZ001  # a workbook knows no zones
    path = made(tmp_path, [["名", 1.5, moment, day, True], [], ["尾"]], date_1904=date_1904)
    rows = reader.read(path)
    assert rows[0][:3] == ["名", 1.5, moment]
    assert text_in(rows[0][3]).startswith("2026-03-18")
    assert rows[0][4] is True
    assert rows[2][0] == "尾"


HOSTILE: dict[str, tuple[dict[str, Any], str]] = {
    "far cell": ({"cells": cell("A1") + cell("XFD1048576")}, "超过 5,000 行"),
    "one row too many": ({"cells": cell(f"A{MAX_ROWS + 4}")}, "超过 5,000 行"),
    "one column too many": ({"cells": cell("BI1")}, "60 列"),
    "unpacked too large": ({"xl/big.bin": os.urandom(1 << 20) * 60}, "解压后超过|压缩比"),
    "ratio": ({"xl/zeros.bin": bytes(20 << 20)}, "压缩比"),
    "laughs": ({"xl/sharedStrings.xml": b'<!DOCTYPE lolz [<!ENTITY a "lol">]><sst>&a;</sst>'}, "不允许"),
    "utf-16": ({"xl/sharedStrings.xml": '<!DOCTYPE a [<!ENTITY b "c">]><sst/>'.encode("utf-16")}, "不允许"),
    "macro": ({"xl/vbaProject.bin": b"x"}, "宏"),
    "external link": ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, "外部链接"),
    "embedded": ({"xl/embeddings/oleObject1.bin": b"x"}, "嵌入"),
    "custom ui": ({"customUI/customUI.xml": b"<x/>"}, "控件"),
    "nested archive": ({"xl/inner.zip": b"PK"}, "嵌入"),
    "many entries": ({f"xl/x{n}.xml": b"" for n in range(220)}, "过于复杂"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_bomb_is_refused_quickly_with_a_sentence(tmp_path: Path, case: str) -> None:
    options, words = HOSTILE[case]
    path = raw(tmp_path, **options)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    with pytest.raises(Refused) as refusal:
        reader.read(path)
    assert any(word in str(refusal.value) for word in words.split("|"))
    assert time.perf_counter() - started < 5  # alone it takes well under a second
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 << 10  # KiB


def test_shared_strings_that_swell_are_refused(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}">' + ("<si><t>" + "长" * 1000 + "</t></si>") * 40_000 + "</sst>"
    with pytest.raises(Refused, match=r"压缩比|50 MB"):
        reader.read(raw(tmp_path, cell("A1"), **{"xl/sharedStrings.xml": strings.encode()}))


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    path = raw(tmp_path, cell("A1"))
    entry = zipfile.ZipInfo("xl/media/a.png")
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(Refused, match="外部链接"):
        reader.read(path)


def test_sizes_in_the_directory_may_lie(tmp_path: Path) -> None:
    path = raw(tmp_path, cell("A1"), **{"xl/zeros.bin": bytes(20 << 20)})
    data = bytearray(path.read_bytes())
    real = (20 << 20).to_bytes(4, "little")
    assert data.count(real) == 2
    path.write_bytes(bytes(data).replace(real, (1000).to_bytes(4, "little")))
    with pytest.raises(Refused):
        reader.read(path)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000), b"a,b\n1,2\n"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    with pytest.raises(Refused, match="已损坏"):
        reader.read(path)


def test_a_child_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    killer = tmp_path / "killer"
    killer.write_text(f"#!/bin/sh\nkill -{signal.SIGKILL} $$\n")
    killer.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(killer))
    with pytest.raises(Refused, match="无法读取"):
        reader.read(raw(tmp_path, cell("A1")))


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sleeper = tmp_path / "sleeper"
    sleeper.write_text("#!/bin/sh\nexec sleep 60\n")
    sleeper.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(sleeper))
    monkeypatch.setattr(disposable, "WALL_SECONDS", 0.2)
    assert disposable.run("anything", tmp_path) is None


@given(st.binary(max_size=2000))
@effort(max_examples=15, deadline=None)
def test_no_bytes_get_through_as_an_error(data: bytes) -> None:
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with pytest.raises(Refused):
            reader.read(Path(file.name))


def read_back(data: bytes, sheet: int = 0) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(sheet).to_python()


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=cmd|"/c calc"!A1']


def test_no_text_becomes_a_formula() -> None:
    data = writer.export("导出", ["列"], [[text] for text in DANGEROUS])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert [row[0] for row in read_back(data)[1:]] == [f"'{text}" for text in DANGEROUS]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
@effort(max_examples=40, deadline=None)
def test_any_text_can_be_written(texts: list[str]) -> None:
    rows = read_back(writer.export("a/b:c*?[]", ["x"], [[text] for text in texts]))
    assert rows[0] == ["x"]
    assert not any(str(row[0]).startswith(tuple("=+-@")) for row in rows)


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_we_guarded_comes_back_as_it_was(text: str) -> None:
    if text.strip() == text:
        assert data_of(forms.CharField(), writer.safe_text(text)) == text


def test_numbers_dates_and_times_are_written_as_such() -> None:
    zoned = dt.datetime(2026, 3, 18, 0, 30, tzinfo=dt.UTC)
    row = read_back(writer.export("a", ["x"], [[1.5, dt.date(2026, 3, 18), zoned, None, ""]]))[1]
    assert row[:2] == [1.5, dt.date(2026, 3, 18)]
    assert row[2] == dt.datetime(2026, 3, 18, 8, 30)  # noqa: DTZ001  # Shanghai's clock, as people read it


def test_an_error_workbook_marks_and_comments_the_cell() -> None:
    data = writer.errors("a", ["名称", "数量"], [(7, ["桶", "很多"])], {(7, "数量"): "请输入整数", (7, ""): "整行有误"})
    assert read_back(data)[1] == ["桶", "很多", "数量：请输入整数；整行有误"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert "请输入整数" in archive.read("xl/comments1.xml").decode()


def test_a_template_has_drop_downs_that_excel_knows() -> None:
    columns = [
        writer.TemplateColumn("部门", is_required=True, options=("一车间", "=坏")),
        writer.TemplateColumn("备注"),
    ]
    data = writer.template("人员", columns, "abc123", ["说明"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<formula1>选项!$A$1:$A$2</formula1>" in sheet
    assert read_back(data, 2) == [["一车间"], ["'=坏"]]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (forms.CharField(), 13800000001.0, "13800000001"),
        (forms.CharField(), " ０１ ", "０１"),
        (forms.CharField(), 1.5, "1.5"),
        (forms.DateField(), dt.datetime(2026, 3, 18), "2026-03-18"),  # noqa: DTZ001
        (forms.DateField(), "2026-03-18", "2026-03-18"),
        (forms.BooleanField(), "是", "on"),
        (forms.BooleanField(), True, "on"),
        (forms.BooleanField(), None, ""),
        (forms.ChoiceField(choices=[("a", "甲"), ("组", [("b", "乙")])]), "乙", "b"),
        (forms.MultipleChoiceField(choices=[("a", "甲"), ("b", "乙")]), "甲、乙", ["a", "b"]),
    ],
)
def test_a_cell_means_what_the_person_saw(field: forms.Field, value: Any, expected: Any) -> None:
    assert data_of(field, value) == expected


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (forms.CharField(), 990000198001010017.0, "丢失"),
        (forms.BooleanField(), "对", "可填：是、否"),
        (forms.ChoiceField(choices=[("a", "甲"), ("b", "乙")]), "丙", "可填：甲、乙"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_told(field: forms.Field, value: Any, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        data_of(field, value)


@given(st.integers(0, 20_000))
def test_columns_are_numbered_as_excel_does(number: int) -> None:
    letters = xlsxwriter.utility.xl_col_to_name(number)
    assert column_number(letters.encode()) == number + 1
    assert column_number(b"BH") == MAX_COLUMNS
