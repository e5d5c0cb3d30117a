"""The public board: today's promise of the enterprise that owns the token, for everybody who stands before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from yingan.commitments.models import Commitment
from yingan.enterprises.models import Enterprise
from yingan.kernel import tenancy

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True)
class Board:
    """What the board shows; `commitment` is there once today's has been submitted and was not returned."""

    enterprise: Enterprise
    day: dt.date
    commitment: Commitment | None

    @property
    def is_green(self) -> bool:
        """Tell whether the lamp is green: promised, storage safe, no major hazard."""
        row = self.commitment
        return row is not None and row.is_tank_safe is True and row.has_major_hazards is False

    @property
    def words(self) -> str:
        """What the lamp says."""
        if self.commitment is None:
            return "今日尚未承诺"
        return "安全状态：正常" if self.is_green else "安全状态：存在重大风险"


def board_of(token: str, *, now: dt.datetime) -> Board | None:
    """Return the board of a token, or None; the token alone opens this one enterprise for the rest of the request."""
    if not token:
        return None
    tenancy.set_local("app.board_token", token)
    enterprise = Enterprise.unscoped.filter(board_token=token).first()
    if enterprise is None:
        return None
    tenancy.set_scope(tenancy.Scope(enterprise_id=enterprise.pk))
    day = timezone.localtime(now).date()
    shown = (Commitment.Status.SUBMITTED, Commitment.Status.PUBLISHED)
    row = Commitment.unscoped.filter(enterprise_id=enterprise.pk, day=day, status__in=shown).first()
    return Board(enterprise, day, row)
