"""Writing rows of list pages: by the page's own service, or as they are; one transaction, one audit entry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import PROTECT, ProtectedError

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
def delete(page: CrudPage, rows: Sequence[Any], *, by: _User) -> None:
    """Delete rows of one enterprise; what a page's own service does is up to it.

    :raises StillUsed: if other rows refer to them
    """
    reason = why_not(page, rows)
    if reason:
        raise StillUsed(reason)
    try:
        for row in rows if page.delete else ():
            page.delete(row, by=by)  # type: ignore[misc]  # there is one, or there are no rows
        if rows and page.delete is None:
            detail = {"ids": [row.pk for row in rows], "names": [str(row)[:80] for row in rows[:COUNTED_USES]]}
            owner = rows[0].enterprise_id
            audit.record(f"{page.verb_prefix}.delete", by=by, enterprise_id=owner, detail=detail)
            page.model.unscoped.filter(enterprise_id=owner, pk__in=detail["ids"]).delete()
    except ProtectedError as protected:
        raise StillUsed(_told(rows, Counter(_noun(user) for user in protected.protected_objects))) from protected


def why_not(page: CrudPage, rows: Sequence[Any]) -> str:
    """Return what keeps rows from being deleted, where no service of the page decides it; empty if nothing does."""
    uses: Counter[str] = Counter()
    for relation in rows[0]._meta.get_fields(include_hidden=True) if rows and page.delete is None else ():
        if getattr(relation, "on_delete", None) is PROTECT and relation.auto_created:
            users = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows})
            if relation.related_model is page.model:
                users = users.exclude(pk__in=[row.pk for row in rows])
            uses[_noun(relation.related_model)] += users[:COUNTED_USES].count()
    return _told(rows, uses) if uses.total() else ""


def _noun(model: Any) -> str:
    return str(model._meta.verbose_name)


def _told(rows: Sequence[Any], uses: Counter[str]) -> str:
    told = "、".join(f"{noun} {n if n < COUNTED_USES else f'{n}+'} 条" for noun, n in uses.items() if n)
    return f"“{rows[0]}”仍被使用：{told}。请先处理后再删除。"
