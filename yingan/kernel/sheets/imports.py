"""Importing a sheet into a list page: nothing is saved unless all rows pass or the person takes the good ones; undo.

What waits for the decision is kept sealed for a day, then dropped.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Length
from django.forms import BooleanField, ChoiceField, DateField, DecimalField, FloatField, IntegerField, ModelChoiceField

from yingan.kernel import audit, clock
from yingan.kernel.crud import services
from yingan.kernel.files import safe_name
from yingan.kernel.forms import bind
from yingan.kernel.models import SheetImport
from yingan.kernel.sheets import cells as cell_words
from yingan.kernel.sheets import judge, reader, writer
from yingan.kernel.sheets.archive import Refused
from yingan.kernel.sheets.judge import Judged, Problem, Sheet

if TYPE_CHECKING:
    from django.contrib.auth.models import _User
    from django.core.files.uploadedfile import UploadedFile

    from yingan.kernel.crud.page import CrudPage

MAX_BYTES = 10 << 20
KEPT_FOR = dt.timedelta(days=1)
SHOWN_PROBLEMS = 100
MAX_DIGITS = 19
NUMBERS = (IntegerField, DecimalField, FloatField)


class CannotUndo(Exception):
    """The import is not the last one, or its rows are in use."""


def read(upload: UploadedFile[Any] | None) -> list[list[reader.Cell]]:
    """Return the cells of an uploaded workbook.

    :raises Refused: with a sentence, if there is none or it is no plain .xlsx within the limits
    """
    if upload is None:
        raise Refused("请先选择要导入的文件")
    if not (upload.name or "").lower().endswith(".xlsx"):
        raise Refused("只能导入 .xlsx 文件，请用下载的模板填写")
    if (upload.size or 0) > MAX_BYTES:
        raise Refused("文件超过 10 MB，请拆分后再导入")
    with tempfile.NamedTemporaryFile() as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return reader.read(Path(file.name))


@transaction.atomic
def check(page: CrudPage, *, by: _User, file_name: str, cells: list[list[reader.Cell]]) -> SheetImport:
    """Judge a sheet; save it if every row passes, else keep it for the decision.

    :raises Refused: if it is no sheet for this page
    """
    enterprise_id = page.own_id(by)
    sample = bind(page.form, by, page.model(enterprise_id=enterprise_id))
    sheet = judge.sheet_of(sample, cells)
    judged = judge.judge(page.form, by, enterprise_id, sheet)
    _forget(page, enterprise_id, by)
    record = SheetImport(
        enterprise_id=enterprise_id, page=page.slug, file_name=safe_name(file_name), by=by, at=clock.now()
    )
    record.failed_count, record.cells = len(judged.failed), _dumped(sheet, judged.problems)
    record.saved_count = len(judged.good)
    record.save()
    return record if judged.problems else _saved(page, record, judged, by=by)


def _forget(page: CrudPage, enterprise_id: int, by: _User) -> None:
    """Drop the cells that were kept for a day, and what the person left undecided on this page."""
    kept = SheetImport.unscoped.filter(enterprise_id=enterprise_id).alias(length=Length("cells"))
    kept.filter(length__gt=0, at__lt=clock.now() - KEPT_FOR).update(cells="")
    kept.filter(page=page.slug, by=by, status=SheetImport.Status.CHECKED).delete()


@transaction.atomic
def take(page: CrudPage, record: SheetImport, *, by: _User) -> SheetImport:
    """Save the rows that pass of a sheet that waits for the decision.

    :raises Refused: if there is nothing to take any more
    """
    record = SheetImport.unscoped.select_for_update().get(enterprise_id=record.enterprise_id, pk=record.pk)
    if record.status != SheetImport.Status.CHECKED or not record.cells:
        raise Refused("这次导入已处理或已过期，请重新选择文件导入")
    sheet, _ = loaded(record)
    return _saved(page, record, judge.judge(page.form, by, record.enterprise_id, sheet), by=by)


def _saved(page: CrudPage, record: SheetImport, judged: Judged, *, by: _User) -> SheetImport:
    try:
        record.row_ids = services.save_many(page, judged.good, by=by)
    except services.refusals_of(page) as refusal:
        words = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
        raise Refused("；".join(words)) from refusal
    record.saved_count, record.failed_count = len(judged.good), len(judged.failed)
    record.status = SheetImport.Status.SAVED
    sheet, failed = loaded(record)[0], set(judged.failed)
    kept = Sheet(sheet.labels, [row for row in sheet.rows if row[0] in failed])
    record.cells = _dumped(kept, judged.problems) if failed else ""
    record.save()
    return record


@transaction.atomic
def undo(page: CrudPage, record: SheetImport, *, by: _User) -> int:
    """Delete the rows that the last import made and return how many there still were.

    :raises CannotUndo: if a later import was saved, or others refer to a row
    """
    latest = last_of(page, by)
    if latest is None or latest.pk != record.pk:
        raise CannotUndo("只能撤销最近一次导入")
    rows = list(page.visible_to(by).filter(pk__in=record.row_ids).order_by("-pk"))
    try:
        services.delete(page, rows, by=by)
    except services.refusals_of(page) as refusal:
        raise CannotUndo(f"不能撤销：{refusal}") from refusal
    record.status, record.cells = SheetImport.Status.UNDONE, ""
    record.save(update_fields=["status", "cells"])
    audit.record(f"{page.verb_prefix}.undo_import", by=by, subject=record, detail={"n": len(rows)})
    return len(rows)


def last_of(page: CrudPage, user: _User) -> SheetImport | None:
    """Return the last import of the page that stands."""
    saved = SheetImport.visible_to(user).filter(page=page.slug, status=SheetImport.Status.SAVED)
    return saved.order_by("-at", "-id").first()


def panel(page: CrudPage, user: _User, wanted: str) -> dict[str, Any]:
    """Return what a list says about imports: the one that its address names, its problems, the last that stands."""
    mine = SheetImport.visible_to(user).filter(page=page.slug)
    record = mine.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < MAX_DIGITS else None
    problems = loaded(record)[1] if record else []
    return {
        "last": last_of(page, user),
        "record": record,
        "problems": problems[:SHOWN_PROBLEMS],
        "problem_count": len(problems),
    }


def _dumped(sheet: Sheet, problems: list[Problem]) -> str:
    held = [[problem.row, problem.label, problem.value, problem.reason] for problem in problems]
    content = {"labels": sheet.labels, "rows": sheet.rows, "problems": held}
    return json.dumps(content, default=reader.tagged, ensure_ascii=False)


def loaded(record: SheetImport) -> tuple[Sheet, list[Problem]]:
    """Return the kept rows of an import and what is wrong with them."""
    content = json.loads(record.cells or '{"labels": [], "rows": [], "problems": []}')
    rows = [(number, [reader.untag(cell) for cell in cells]) for number, cells in content["rows"]]
    return Sheet(content["labels"], rows), [Problem(*held) for held in content["problems"]]


def error_workbook(page: CrudPage, record: SheetImport) -> bytes:
    """Return the rows that failed as a workbook with the bad cells marked."""
    sheet, problems = loaded(record)
    failed = {problem.row for problem in problems}
    wrong = {(problem.row, problem.label): problem.reason for problem in problems}
    return writer.errors(page.name, sheet.labels, [row for row in sheet.rows if row[0] in failed], wrong)


def template(page: CrudPage, user: _User) -> bytes:
    """Return the page's template: the form's labels, with drop-downs of the enterprise's own rows."""
    form = bind(page.form, user, page.model(enterprise_id=page.own_id(user)))
    columns = [_template_column(known) for known in judge.fields_of(form).values()]
    return writer.template(page.name, columns, judge.version_of(form), page.notes)


def _template_column(known: Any) -> writer.TemplateColumn:
    options: list[str] = []
    if isinstance(known, ModelChoiceField):
        queryset: Any = known.queryset
        options = [str(row) for row in queryset[: writer.MAX_OPTIONS + 1]]
    elif isinstance(known, ChoiceField):
        options = [str(label) for key, label in cell_words.flat(known.choices) if key not in {"", None}]
    elif isinstance(known, BooleanField):
        options = [cell_words.YES, cell_words.NO]
    kind = "date" if isinstance(known, DateField) else "number" if isinstance(known, NUMBERS) else "text"
    return writer.TemplateColumn(
        str(known.label), judge.is_needed(known), tuple(options), kind, str(known.help_text or "")
    )
