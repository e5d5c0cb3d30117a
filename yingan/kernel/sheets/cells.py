"""What one cell of a sheet means to one field of a form."""

from __future__ import annotations

import datetime as dt
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from yingan.kernel.sheets.writer import GUARDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yingan.kernel.sheets.reader import Cell

EXACT_DIGITS = 1e15
SEPARATORS = re.compile(r"[、,，;；]\s*")
MANY_CHOICES = 8
NO, YES = "否", "是"


class LinkField(forms.Field):
    """A link in a sheet: the name of a visible row, looked up in a map that was read once."""

    def __init__(self, rows: Mapping[str, Any], original: Any) -> None:
        super().__init__(required=original.required, label=original.label)
        self.rows = rows
        self.queryset = original.queryset

    def clean(self, value: Any) -> Any:
        """Return the row of that name."""
        name = str(super().clean(value) or "")
        if not name:
            return None
        if name not in self.rows:
            raise ValidationError(f"没有名为“{name}”的{self.label}{guess(name, self.rows)}")
        if self.rows[name] is None:
            raise ValidationError(f"有多个名为“{name}”的{self.label}，无法区分")
        return self.rows[name]


def guess(text: str, known: Any) -> str:
    """Return the question whether the nearest known name was meant."""
    near = get_close_matches(text, list(known), n=1, cutoff=0.5)
    return f"，是否为“{near[0]}”？" if near else ""


def text_in(cell: Cell) -> str:
    """Return a cell as the person saw it."""
    if cell is None or isinstance(cell, str):
        return (cell or "").strip()
    if isinstance(cell, bool):
        return YES if cell else NO
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_DIGITS else repr(cell)
    return cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else str(cell)


def data_of(known: forms.Field, cell: Cell) -> Any:
    """Return what the form would have been sent for a cell.

    :raises ValidationError: if the cell cannot mean a value of the field
    """
    text = text_in(cell)
    if isinstance(cell, str) and text[:1] == "'" and text[1:2] in GUARDED:
        text = text[1:]
    if isinstance(cell, float) and abs(cell) >= EXACT_DIGITS:
        raise ValidationError("数字超过 15 位，Excel 已丢失末尾数字，请把单元格设为文本后重新填写")
    if isinstance(cell, dt.datetime) and type(known) is forms.DateField:
        return cell.date().isoformat()
    if isinstance(known, forms.BooleanField):
        return {"": "", YES: "on", NO: ""}.get(text) if text in {"", YES, NO} else _refuse(text, [YES, NO])
    if isinstance(known, forms.ModelChoiceField) or not isinstance(known, forms.ChoiceField):
        return text
    keys = {str(label): str(key) for key, label in flat(known.choices) if key not in {"", None}}
    parts = SEPARATORS.split(text) if isinstance(known, forms.MultipleChoiceField) and text else [text]
    values = ["" if not part else keys[part] if part in keys else _refuse(part, list(keys)) for part in parts]
    return values if isinstance(known, forms.MultipleChoiceField) else values[0]


def flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the choices of a field, those in groups too."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from flat(label)
        else:
            yield key, label


def _refuse(text: str, allowed: list[str]) -> Any:
    names = f"，可填：{'、'.join(allowed)}" if len(allowed) <= MANY_CHOICES else guess(text, allowed)
    raise ValidationError(f"“{text}”不是可选项{names}")
