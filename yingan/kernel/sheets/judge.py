"""What an imported sheet says: every row through the page's own form, all problems of all rows at once.

Fast because links are looked up in one map a sheet, and unique columns are compared for the whole sheet.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, UniqueConstraint

from yingan.kernel.forms import bind, names_in, sentence_of
from yingan.kernel.sheets.archive import HEADER_ROWS, Refused
from yingan.kernel.sheets.cells import LinkField, data_of, text_in
from yingan.kernel.templatetags.shell import problems as sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.contrib.auth.models import _User

    from yingan.kernel.forms import Form
    from yingan.kernel.sheets.reader import Cell

REASON = "错误原因"
IGNORED = frozenset({"", REASON, "序号"})
VERSION = re.compile(r"模板版本\s*([0-9a-f]{6})")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: in which row of the file, under which heading, what stands there, why."""

    row: int
    label: str
    value: str
    reason: str


@dataclass
class Judged:
    """A judged sheet: the rows that pass, each with its typed data, and the problems of the others."""

    good: list[tuple[Any, Mapping[str, Any]]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def failed(self) -> list[int]:
        """The numbers of the rows that do not pass."""
        return sorted({problem.row for problem in self.problems})


@dataclass(frozen=True)
class Sheet:
    """The rows below the heading, with their numbers in the file."""

    labels: list[str]
    rows: list[tuple[int, list[Cell]]]


def fields_of(form: forms.BaseForm) -> dict[str, forms.Field]:
    """Return the fields that a sheet can carry."""
    return {
        name: known
        for name, known in form.fields.items()
        if not isinstance(known, forms.FileField) and not known.widget.is_hidden and not known.disabled
    }


def is_needed(field: forms.Field) -> bool:
    """Tell whether a row must say something: a required field without a value to start from."""
    return field.required and field.initial in (None, "")


def version_of(form: forms.BaseForm) -> str:
    """Return the version of the page's template: it changes when its columns do."""
    text = "|".join(f"{known.label}{is_needed(known)}" for known in fields_of(form).values())
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def sheet_of(form: forms.BaseForm, cells: Sequence[Sequence[Cell]]) -> Sheet:
    """Find the heading of a sheet among its first rows.

    :raises Refused: if it is not a sheet for this form; the message says what to do
    """
    known = {str(field.label): is_needed(field) for field in fields_of(form).values()}
    headings = [[heading(cell) for cell in row] for row in cells[:HEADER_ROWS]]
    hits = [len(known.keys() & set(labels)) for labels in headings]
    if not any(hits):
        raise Refused("没有找到表头，请用下载的模板填写")
    at = hits.index(max(hits))
    versions = VERSION.findall(" ".join(str(cell) for row in cells[:at] for cell in row))
    labels = headings[at]
    strange = [label for label in dict.fromkeys(labels) if label not in known and label not in IGNORED]
    missing = [label for label, required in known.items() if required and label not in labels]
    twice = [label for label, n in Counter(labels).items() if n > 1 and label in known]
    for names, sentence in ((strange, "有不认识的列"), (missing, "缺少必填的列"), (twice, "有重复的列")):
        if names:
            old = "模板已更新，请重新下载模板。" if versions and versions[0] != version_of(form) else ""
            raise Refused(f"{old}{sentence}：{'、'.join(names)}")
    rows = [
        (number, list(row))
        for number, row in enumerate(cells[at + 1 :], start=at + 2)
        if any(cell is not None for cell in row)
    ]
    if not rows:
        raise Refused("表格里没有数据，请从表头下一行开始填写")
    return Sheet(labels, rows)


def heading(cell: Cell) -> str:
    """Return a heading without its star and spaces."""
    return re.sub(r"[\s*＊]", "", "" if cell is None else str(cell))


def judge(form_class: type[Form], user: _User, enterprise_id: int, sheet: Sheet) -> Judged:
    """Put every row through the form and return what passes and what is wrong."""
    model = form_class._meta.model
    known = fields_of(bind(form_class, user, model(enterprise_id=enterprise_id)))
    kind = _form_for_sheets(form_class, known)
    by_label = {str(known_field.label): name for name, known_field in known.items()}
    columns = [(by_label.get(label), at) for at, label in enumerate(sheet.labels)]
    judged, forms_by_row = Judged(), {}
    for number, cells in sheet.rows:
        typed, broken = _typed(known, {name: cells[at] for name, at in columns if name and at < len(cells)})
        form = kind(typed, instance=model(enterprise_id=enterprise_id))
        form.user = user
        form.full_clean()
        for name, reason in broken.items():
            form.errors.pop(name, None)
            form.add_error(name, reason)
        forms_by_row[number] = form
    _compare(model, enterprise_id, forms_by_row)
    for number, form in forms_by_row.items():
        if form.errors:
            judged.problems += _problems(number, form)
        else:
            judged.good.append((form.instance, form.cleaned_data))
    return judged


def _form_for_sheets(form_class: type[Form], known: Mapping[str, forms.Field]) -> Any:
    """Return the form with its links looked up in maps, and without a query for each unique column."""
    links = {
        name: LinkField(_names_of(link.queryset), link)
        for name, link in known.items()
        if isinstance(link, forms.ModelChoiceField)
    }

    class SheetForm(form_class):  # type: ignore[valid-type,misc]  # the class is an argument
        def validate_unique(self) -> None:
            """Leave it to the comparison of the whole sheet."""

        def validate_constraints(self) -> None:
            """Leave it to the comparison of the whole sheet."""

        def _get_validation_exclusions(self) -> set[str]:
            return set(super()._get_validation_exclusions()) | links.keys()

    SheetForm.base_fields = SheetForm.base_fields | links
    return SheetForm


def _names_of(queryset: Any) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for row in queryset:
        names[str(row)] = None if str(row) in names else row
    return names


def _typed(known: Mapping[str, forms.Field], cells: Mapping[str, Cell]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return form data from cells, and what is wrong before any form sees it."""
    data: dict[str, Any] = {
        name: known_field.initial() if callable(known_field.initial) else known_field.initial
        for name, known_field in known.items()
        if known_field.initial is not None
    }
    broken: dict[str, str] = {}
    for name, cell in cells.items():
        if cell is None and name in data:
            continue
        try:
            data[name] = data_of(known[name], cell)
        except ValidationError as wrong:
            data[name], broken[name] = text_in(cell), wrong.messages[0]
    return data, broken


def _compare(model: Any, enterprise_id: int, rows: Mapping[int, Any]) -> None:
    """Add the errors of constraints: unique columns against the table and within the sheet, the rest row by row."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            _compare_unique(model, constraint, enterprise_id, rows)
            continue
        for form in rows.values():
            try:
                if not form.errors:
                    constraint.validate(model, form.instance)
            except ValidationError as broken:
                form.add_error(None, sentence_of(constraint, form.fields, broken))


def _compare_unique(model: Any, constraint: UniqueConstraint, enterprise_id: int, rows: Mapping[int, Any]) -> None:
    columns = [model._meta.get_field(name) for name in names_in(constraint)]
    names = [column.attname if isinstance(column, ForeignKey) else column.name for column in columns]
    keys = {number: tuple(getattr(form.instance, name) for name in names) for number, form in rows.items()}
    mine = model.unscoped.filter(enterprise_id=enterprise_id)
    if names:
        mine = mine.filter(**{f"{names[-1]}__in": {key[-1] for key in keys.values()}})
    taken = set(mine.values_list(*names))
    first: dict[tuple[Any, ...], int] = {}
    for number, key in keys.items():
        form = rows[number]
        shown = [column.name for column in columns if column.name in form.fields and column.name not in form.errors]
        if len(shown) < len(columns) or (None in key and constraint.nulls_distinct is not False):
            continue
        if key in taken:
            form.add_error(shown[-1], sentence_of(constraint, form.fields))
        elif key in first:
            form.add_error(shown[-1], f"与第 {first[key]} 行重复")
        else:
            first[key] = number


def _problems(number: int, form: Any) -> Iterator[Problem]:
    for name in form.fields:
        if name in form.errors:
            value = form.data.get(name, "")
            shown = "、".join(value) if isinstance(value, list) else str(value)
            yield Problem(number, str(form.fields[name].label), shown, "；".join(sentences(form[name])))
    if form.non_field_errors():
        yield Problem(number, "", "", "；".join(form.non_field_errors()))
