"""Read the first sheet of a hostile .xlsx as plain cells: `python -m yingan.kernel.sheets.reader PATH` and `read()`.

The child looks into the zip, then lets calamine read, and prints one JSON line a row; it may die at any byte without
harm. The parent judges nothing: what a cell means is for the form of the page. Formulas arrive as their stored results.
"""

import datetime as dt
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yingan.kernel import disposable
from yingan.kernel.sheets import archive
from yingan.kernel.sheets.archive import Refused

Cell = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
MAX_TEXT = 20 << 20  # characters of a whole sheet: one long shared string may stand in every cell
UNREADABLE = "文件无法读取，请用下载的模板填写，并保存为 .xlsx 格式"
SHEET_TYPE = b"spreadsheetml.sheet.main+xml"


def read(path: Path) -> list[list[Cell]]:
    """Return the rows of the first sheet, empty rows at the end left out; an empty cell is None.

    :raises Refused: if the file is not a plain workbook within the limits; the message is fit to show
    """
    output = disposable.run("yingan.kernel.sheets.reader", path)
    if output is None:
        raise Refused(UNREADABLE)
    first, _, rest = output.partition(b"\n")
    refusal = json.loads(first)["refused"]
    if refusal:
        raise Refused(refusal)
    rows = [[untag(cell) for cell in json.loads(line)] for line in rest.splitlines()]
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return rows


def untag(cell: Any) -> Cell:
    """Return the cell that `tagged` wrote as JSON."""
    if isinstance(cell, list):
        kind, text = cell
        if kind == "duration":
            return dt.timedelta(seconds=float(text))
        kinds = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}
        return kinds[kind].fromisoformat(text)  # type: ignore[no-any-return,attr-defined]  # each of the three has it
    return cell if cell != "" else None


def tagged(cell: Any) -> list[str]:
    """Return what JSON cannot say of a cell: its kind and its text."""
    if isinstance(cell, dt.timedelta):
        return ["duration", str(cell.total_seconds())]
    kind = "datetime" if isinstance(cell, dt.datetime) else type(cell).__name__
    return [kind, cell.isoformat()]


def _lines(path: Path) -> Iterator[str]:
    """Yield the rows as JSON lines; runs in the child."""
    from python_calamine import CalamineWorkbook  # after limit(): its memory counts

    length = 0
    with CalamineWorkbook.from_path(str(path)) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        left_out = [""] * (sheet.start[1] if sheet.start else 0)  # calamine begins at the first used column
        for number, used in enumerate(sheet.iter_rows(), start=1):
            row = left_out + used
            line = json.dumps(row, default=tagged, ensure_ascii=False)
            length += len(line)
            if number > archive.MAX_ROWS + archive.HEADER_ROWS or len(row) > archive.MAX_COLUMNS or length > MAX_TEXT:
                raise Refused("表格的内容过多，请拆分后再导入")
            yield line


def main(path: Path) -> int:
    """Print a line that says whether the file was refused, then its rows; end with 1 if it cannot be read."""
    disposable.limit()
    try:
        if SHEET_TYPE not in archive.inspect(path, grid=True):
            raise Refused(UNREADABLE)
        lines = list(_lines(path))
    except Refused as refusal:
        lines, message = [], str(refusal)
    else:
        message = ""
    sys.stdout.buffer.write("\n".join([json.dumps({"refused": message}), *lines, ""]).encode(errors="replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
