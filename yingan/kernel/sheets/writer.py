"""Workbooks that we hand out: templates with drop-downs, exports, and imported sheets with the bad cells marked.

Text is always written as text and text that a program could take for a formula gets a leading apostrophe
(spec/security.md S35, F06). Times are written in Asia/Shanghai, without a zone, because Excel knows none.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yingan.kernel.sheets.reader import Cell

GUARDED = frozenset("=+-@\t\r\0")
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MAX_CELL = 32_767
MAX_OPTIONS = 1_000
TEMPLATE_ROWS = 5_000
HEAD = {"bold": True, "bg_color": "#f5f7fa", "border": 1, "border_color": "#c3cad5", "align": "center"}
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class TemplateColumn:
    """One column of a template; `options` become its drop-down; `kind` is text, number or date."""

    label: str
    is_required: bool = False
    options: tuple[str, ...] = ()
    kind: str = "text"
    note: str = ""


def safe_text(text: str) -> str:
    """Return text for a cell: no formula for any program, no character that a workbook cannot hold."""
    guarded = f"'{text}" if text[:1] in GUARDED and text else text
    return NOT_IN_XML.sub("", guarded)[:MAX_CELL]


def _book(out: io.BytesIO, *, is_long: bool) -> Any:
    options = {
        "constant_memory": is_long,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
        "default_date_format": "yyyy-mm-dd hh:mm",
    }
    return xlsxwriter.Workbook(out, options)


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\']", "", title)[:31] or "数据"


def _write(sheet: Any, row: int, column: int, value: Cell, day: Any, style: Any = None) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, dt.datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        sheet.write_datetime(row, column, local.replace(tzinfo=None), style)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, column, value, style or day)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, safe_text(str(value)), style)


def export(title: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of a list: one row of headings, then the rows as they come."""
    out = io.BytesIO()
    with _book(out, is_long=True) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        head, day = book.add_format(HEAD), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        for column, label in enumerate(labels):
            sheet.set_column(column, column, max(12, min(40, 2 * len(label) + 4)))
            sheet.write_string(0, column, safe_text(label), head)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, day)
    return out.getvalue()


def template(title: str, columns: Sequence[TemplateColumn], version: str, notes: Sequence[str]) -> bytes:
    """Return a workbook to fill in: a title with the version, headings, drop-downs, and a sheet of notes."""
    out = io.BytesIO()
    with _book(out, is_long=False) as book:
        sheet, notes_sheet = book.add_worksheet(_sheet_name(title)), book.add_worksheet("填写说明")
        options = book.add_worksheet("选项")
        options.hide()
        small = book.add_format({"font_color": "#5f6978"})
        must = book.add_format(HEAD | {"font_color": "#a8141c"})
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format({}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        head = book.add_format(HEAD)
        sheet.write_string(0, 0, f"{title}导入模板　模板版本 {version}　带 * 的列必填，从第 3 行开始填写", small)
        sheet.freeze_panes(2, 0)
        for number, column in enumerate(columns):
            sheet.set_column(number, number, max(14, 2 * len(column.label) + 6), formats[column.kind])
            label = f"* {column.label}" if column.is_required else column.label
            sheet.write_string(1, number, label, must if column.is_required else head)
            _offer(sheet, options, number, column)
        _explain(notes_sheet, columns, notes)
    return out.getvalue()


def _offer(sheet: Any, options: Any, number: int, column: TemplateColumn) -> None:
    """Give a column its drop-down, from a hidden sheet, because a list inside a rule holds 255 characters only."""
    if not column.options:
        return
    offered = column.options[:MAX_OPTIONS]
    for row, option in enumerate(offered):
        options.write_string(row, number, safe_text(option))
    letters = xlsxwriter.utility.xl_col_to_name(number)
    rule = {
        "validate": "list",
        "source": f"=选项!${letters}$1:${letters}${len(offered)}",
        "error_title": "请从列表中选择",
        "error_message": f"“{column.label}”只能填下拉列表中的值"[:255],
        "error_type": "stop" if len(offered) == len(column.options) else "warning",
    }
    sheet.data_validation(2, number, TEMPLATE_ROWS + 1, number, rule)


def _explain(sheet: Any, columns: Sequence[TemplateColumn], notes: Sequence[str]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    lines = [("列", "说明")]
    for column in columns:
        told = ["必填" if column.is_required else "选填"]
        told += ["从下拉列表中选择"] if column.options else []
        told += ["日期，如 2026-03-18"] if column.kind == "date" else []
        lines.append((column.label, "；".join([*told, *([column.note] if column.note else [])])))
    lines += [("", note) for note in notes]
    for row, (left, right) in enumerate(lines):
        sheet.write_string(row, 0, safe_text(left))
        sheet.write_string(row, 1, safe_text(right))


def errors(
    title: str, labels: Sequence[str], rows: Sequence[tuple[int, Sequence[Cell]]], wrong: Mapping[tuple[int, str], str]
) -> bytes:
    """Return the rows that failed, ready to be corrected and imported again.

    `wrong` maps (number of the row, label) to the reason; its cell is marked and commented, and the last column says
    everything that is wrong with the row. The label '' stands for the row as a whole.
    """
    out = io.BytesIO()
    with _book(out, is_long=False) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        head, day = book.add_format(HEAD), book.add_format({"num_format": "yyyy-mm-dd"})
        text = book.add_format({"num_format": "@"})
        bad = book.add_format({"bg_color": "#fdeced", "font_color": "#a8141c", "border": 1, "border_color": "#d9363e"})
        sheet.freeze_panes(1, 0)
        kept = [(at, label) for at, label in enumerate(labels) if label not in {"", "错误原因"}]
        for column, (_, label) in enumerate([*kept, (0, "错误原因")]):
            sheet.set_column(column, column, 60 if label == "错误原因" else 18, text)
            sheet.write_string(0, column, safe_text(label), head)
        for line, (number, cells) in enumerate(rows, start=1):
            for column, (at, label) in enumerate(kept):
                reason = wrong.get((number, label))
                _write(sheet, line, column, cells[at] if at < len(cells) else None, day, bad if reason else None)
                if reason:
                    sheet.write_comment(line, column, reason, {"author": "应安"})
            said = [
                f"{label}：{reason}" if label else reason for (row, label), reason in wrong.items() if row == number
            ]
            sheet.write_string(line, len(kept), safe_text("；".join(said)))
    return out.getvalue()
