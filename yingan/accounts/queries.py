"""Reads about signing in that are more than one filter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.sessions.models import Session
from django.utils import timezone

from yingan.accounts.models import RecoveryCode, UserSession

if TYPE_CHECKING:
    from yingan.accounts.models import User


@dataclass(frozen=True)
class OpenSession:
    """A session as its person sees it."""

    row: UserSession
    is_current: bool


def open_sessions(user: User, *, current: str) -> list[OpenSession]:
    """Return the sessions of a person that still stand, this one first."""
    rows = UserSession.objects.filter(user_id=user.pk)
    standing = Session.objects.filter(session_key__in=rows.values("session_key"), expire_date__gt=timezone.now())
    keys = set(standing.values_list("session_key", flat=True))
    found = [OpenSession(row, row.session_key == current) for row in rows if row.session_key in keys]
    return sorted(found, key=lambda item: not item.is_current)


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes are unused."""
    return RecoveryCode.objects.filter(user_id=user.pk, used_at__isnull=True).count()
