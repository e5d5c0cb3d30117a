"""Changes of what the help page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from yingan.kernel import audit

if TYPE_CHECKING:
    from django.contrib.auth.models import _User

    from yingan.help.models import Contact, Question


@transaction.atomic
def save(row: Contact | Question, *, by: _User) -> None:
    """Save a contact or a question."""
    is_new = row.pk is None
    row.save()
    audit.record("help.add" if is_new else "help.edit", by=by, subject=row)


@transaction.atomic
def remove(row: Contact | Question, *, by: _User) -> None:
    """Delete a contact or a question."""
    audit.record("help.delete", by=by, subject=row, detail={"title": str(row)})
    row.delete()
