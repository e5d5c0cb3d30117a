"""Writing rows of list pages: by the page's own service, or as they are; one transaction, one audit entry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import PROTECT, RESTRICT, ProtectedError, RestrictedError

from yingan.kernel import audit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.contrib.auth.models import _User

    from yingan.kernel.crud.page import CrudPage

BATCH = 1_000
COUNTED_USES = 100


class StillUsed(Exception):
    """A row cannot be deleted because others refer to it; the message names them."""


class NotVisible(Exception):
    """A saved row would be out of its author's sight."""


def refusals_of(page: CrudPage) -> tuple[type[Exception], ...]:
    """Return the exceptions of the page's services whose message is shown."""
    return (StillUsed, ValidationError, *page.refusals)


@transaction.atomic
def save(page: CrudPage, row: Any, *, by: _User, data: Mapping[str, Any]) -> Any:
    """Save the row of a valid form and return it.

    :raises NotVisible: if its author could not see it afterwards
    """
    verb = "add" if row.pk is None else "edit"
    if page.save is not None:
        row = page.save(row, by=by, data=data)
    else:
        row.save()
        audit.record(f"{page.verb_prefix}.{verb}", by=by, subject=row)
    if not page.visible_to(by).filter(pk=row.pk).exists():
        raise NotVisible
    return row


@transaction.atomic
def save_many(page: CrudPage, rows: Sequence[tuple[Any, Mapping[str, Any]]], *, by: _User) -> list[int]:
    """Save the new rows of a sheet and return their ids."""
    if page.save_many is not None:
        return [row.pk for row in page.save_many(rows, by=by)]
    if page.save is not None:
        return [page.save(row, by=by, data=data).pk for row, data in rows]
    made = page.model.unscoped.bulk_create([row for row, _ in rows], batch_size=BATCH)
    if made:
        audit.record(f"{page.verb_prefix}.import", by=by, enterprise_id=made[0].enterprise_id, detail={"n": len(made)})
    return [row.pk for row in made]


@transaction.atomic
def delete(page: CrudPage, row: Any, *, by: _User) -> None:
    """Delete a row.

    :raises StillUsed: if other rows refer to it
    """
    used = uses_of(row)
    if used:
        raise StillUsed(f"“{row}”仍被{used}使用，不能删除。请先处理后再删除。")
    if page.delete is not None:
        page.delete(row, by=by)
        return
    audit.record(f"{page.verb_prefix}.delete", by=by, subject=row, detail={"name": str(row)[:80]})
    try:
        row.delete()
    except (ProtectedError, RestrictedError) as protected:
        raise StillUsed(f"“{row}”正在使用中，不能删除。") from protected


def uses_of(row: Any) -> str:
    """Return which rows keep this one from being deleted: 企业用户 3 条、部门 1 条; empty if none do."""
    uses: Counter[str] = Counter()
    for relation in row._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) in (PROTECT, RESTRICT) and relation.auto_created:
            users = relation.related_model._base_manager.filter(**{relation.field.name: row})
            uses[str(relation.related_model._meta.verbose_name)] += users[:COUNTED_USES].count()
    return "、".join(f" {noun} {n if n < COUNTED_USES else f'{n}+'} 条" for noun, n in uses.items() if n)
