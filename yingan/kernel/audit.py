"""Writing and checking the audit log. Each service writes one entry in its own transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from yingan.kernel import clock
from yingan.kernel.models.audit import AuditColumns, AuditEntry, PlatformAuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

CHAIN_LOCK = 7301  # first key of the advisory lock that orders the entries of one chain
PLATFORM = 0  # second key of the lock of the platform's chain


def record(
    action: str,
    *,
    by: Any = None,
    subject: models.Model | None = None,
    enterprise_id: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append an entry: to the enterprise's chain where one is known (given, or the subject's), else the platform's.

    `detail` must hold no secret and no personal data in clear.
    """
    owner = enterprise_id or getattr(subject, "enterprise_id", None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [CHAIN_LOCK, (owner or PLATFORM) % 2**31])
    entry: AuditColumns
    chain: models.QuerySet[Any]
    if owner:
        chain = AuditEntry.unscoped.filter(enterprise_id=owner)
        entry = AuditEntry(enterprise_id=owner)
    else:
        chain = PlatformAuditEntry.objects.all()
        entry = PlatformAuditEntry()
    last = chain.order_by("-seq").values_list("seq", "hash").first() or (0, "")
    known = by is not None and getattr(by, "pk", None) is not None
    entry.seq = last[0] + 1
    entry.previous_hash = last[1]
    entry.at = clock.now()
    entry.user_id = by.pk if known else None
    entry.user_name = str(by.name) if known else ""
    entry.action = action
    entry.subject = subject._meta.label_lower if subject is not None else ""
    entry.subject_id = str(subject.pk) if subject is not None else ""
    entry.detail = json.loads(json.dumps(detail or {}, default=str))
    entry.hash = hash_of(entry)
    entry.save(force_insert=True)


def hash_of(entry: AuditColumns) -> str:
    """Return the SHA-256 (hex) over all columns of an entry and the hash before it."""
    parts = [
        entry.seq,
        entry.at.astimezone(dt.UTC).isoformat(),
        entry.user_id,
        entry.user_name,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.detail,
        entry.previous_hash,
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def broken_links(chain: Iterable[AuditColumns]) -> list[int]:
    """Return the seq of every entry, in order of seq, that was altered or whose predecessor is missing."""
    broken, previous, expected = [], "", 1
    for entry in chain:
        if entry.seq != expected or entry.previous_hash != previous or entry.hash != hash_of(entry):
            broken.append(entry.seq)
        previous, expected = entry.hash, entry.seq + 1
    return broken
