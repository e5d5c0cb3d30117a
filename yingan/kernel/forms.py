"""Model forms on owned rows: links offer visible rows only, constraints become sentences beside their fields.

A ModelForm offers the rows of all enterprises as choices, and leaves out constraints on columns that are not on the
form (`enterprise` never is), so that a duplicate would be a 500. `bind` and `passes` close both gaps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import UniqueConstraint
from django.forms import ModelChoiceField, ModelForm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.contrib.auth.models import _User
    from django.db.models import BaseConstraint

Form = ModelForm[Any]


def bind(kind: type[Form], user: _User, row: Any, data: Any = None, files: Any = None) -> Form:
    """Return a form on an owned row; its links offer rows of the row's enterprise. `form.user` is the user."""
    form = kind(data, files, instance=row)
    form.user = user  # type: ignore[attr-defined]  # for rules about who types
    narrow(form, user, row.enterprise_id)
    return form


def narrow(form: Form, user: _User, enterprise_id: int) -> None:
    """Let the form's links offer only what `user` may see of the enterprise."""
    for field in form.fields.values():
        queryset: Any = getattr(field, "queryset", None)
        if isinstance(field, ModelChoiceField) and hasattr(queryset.model, "visible_to"):
            visible = queryset.model.visible_to(user)
            own = "pk" if queryset.model._meta.label == "enterprises.Enterprise" else "enterprise_id"
            field.queryset = queryset.filter(**{own: enterprise_id}, pk__in=visible.values("pk"))


def passes(form: Any) -> bool:
    """Tell whether a ModelForm is valid and its row keeps the constraints of the table, `enterprise` included."""
    if not form.is_valid():
        return False
    model = form._meta.model
    for constraint in model._meta.constraints:
        try:
            constraint.validate(model, form.instance)
        except ValidationError as broken:
            names = [name for name in names_in(constraint) if name in form.fields]
            form.add_error(names[-1] if names else None, sentence_of(constraint, form.fields, broken))
    return not form.errors


def names_in(constraint: BaseConstraint) -> Iterator[str]:
    """Yield the columns of a unique constraint beside the enterprise."""
    if isinstance(constraint, UniqueConstraint):
        yield from (name for name in constraint.fields if name != "enterprise")


def sentence_of(constraint: BaseConstraint, fields: Mapping[str, Any], broken: ValidationError | None = None) -> str:
    """Return the constraint's own message, or that the named columns exist already."""
    if constraint.violation_error_message != constraint.default_violation_error_message:
        return str(constraint.violation_error_message)
    labels = [str(fields[name].label) for name in names_in(constraint) if name in fields]
    if labels:
        return f"已有相同的{'和'.join(labels)}，请换一个"
    return "；".join(broken.messages) if broken else "与已有的记录重复"


def spanning(is_long: Sequence[bool]) -> list[bool]:
    """Return which cells of a form table of two columns span it: the long ones, and one left alone on its line."""
    spans: list[bool] = []
    left = True
    for number, long in enumerate(is_long):
        alone = left and (number + 1 == len(is_long) or is_long[number + 1])
        spans.append(long or alone)
        left = True if spans[-1] else not left
    return spans
