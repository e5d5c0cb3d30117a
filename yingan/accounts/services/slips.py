"""Activation slips: a one-time right to set one's own password. There is no initial password (security L02, S02)."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import io
import secrets
from dataclasses import dataclass

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from yingan.accounts.models import OFFICER_ROLES, PLATFORM_ROLES, ActivationSlip, Role, User
from yingan.accounts.services import throttle
from yingan.accounts.services.entry import account_name, become
from yingan.accounts.services.local_passwords import set_password
from yingan.accounts.services.second_factor import hashed, random_code
from yingan.kernel import audit, clock

LIFE = dt.timedelta(hours=72)
TRIES = 5
PURPOSE = "slip"  # of the throttle
DEAD = "激活单无效、已使用或已过期。请联系本企业管理员（监管人员请联系系统管理员）重新签发。"


class NotAllowed(Exception):
    """The person may not do this; the message says who may."""


class SlipRefused(Exception):
    """The slip does not open anything; the message says what to do."""


@dataclass(frozen=True)
class IssuedSlip:
    """A slip with the two secrets, which are known this once: the link for the QR code and the code to type."""

    slip: ActivationSlip
    url: str
    code: str

    @property
    def qr(self) -> str:
        """The link as a QR code, for <img src>."""
        return qr_svg_data(self.url)

    @property
    def site(self) -> str:
        """Where the code is typed."""
        return f"{settings.PUBLIC_URL}/activate/"

    @property
    def shown_code(self) -> str:
        """The code in two halves, as it is printed."""
        return f"{self.code[:5]} {self.code[5:]}"


def qr_svg_data(text: str) -> str:
    """Return a QR code as a data: URL of an SVG image."""
    picture = io.BytesIO()
    segno.make(text, error="m").save(picture, kind="svg", scale=4, border=2)
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"


def may_issue(user: User, *, by: User) -> bool:
    """Tell whether `by` may give `user` a slip: the enterprise's administrator, or the platform's for officers."""
    if by.pk == user.pk:
        return False
    if by.has_role(Role.ENTERPRISE_ADMIN):
        return user.enterprise_id is not None and user.enterprise_id == by.enterprise_id
    return by.has_role(Role.SYSTEM_ADMIN) and user.role in (*OFFICER_ROLES, *PLATFORM_ROLES)


@transaction.atomic
def issue_slip(user: User, *, by: User, purpose: str = "") -> IssuedSlip:
    """Give a person the one-time right to set a password; earlier slips are void. The old password goes on until then.

    :raises NotAllowed: if `by` may not, or the account is disabled
    """
    if not may_issue(user, by=by):
        raise NotAllowed("只能为本企业的其他用户签发激活单；监管人员的激活单由系统管理员签发。")
    if not user.is_active:
        raise NotAllowed("该账号已停用，请先启用再签发激活单。")
    now = clock.now()
    ActivationSlip.objects.filter(user=user, ended_at__isnull=True).update(ended_at=now)
    token, code = secrets.token_urlsafe(24), random_code()
    kind = ActivationSlip.Purpose
    slip = ActivationSlip.objects.create(
        user=user,
        purpose=purpose or (kind.RESET if user.has_usable_password() else kind.FIRST),
        token_hash=hashed(token),
        code_hash=hashed(code),
        issued_by=by,
        issued_at=now,
        expires_at=now + LIFE,
    )
    detail = {"user": user.pk, "purpose": str(slip.purpose)}
    audit.record("accounts.slip.issue", by=by, enterprise_id=by.enterprise_id, detail=detail)
    return IssuedSlip(slip, f"{settings.PUBLIC_URL}/activate/{token}/", code)


def open_slip(token: str, *, now: dt.datetime) -> ActivationSlip:
    """Return the slip of a link (192 random bits: guessing needs no throttle).

    :raises SlipRefused: if it is unknown, used, void or late
    """
    slip = _alive(now).filter(token_hash=hashed(token)).select_related("user").first()
    if slip is None:
        raise SlipRefused(DEAD)
    return slip


def open_by_code(account: str, code: str, *, origin: throttle.Origin, now: dt.datetime) -> ActivationSlip:
    """Return the slip whose code was typed with its account; five wrong codes void it.

    :raises SlipRefused: if account and code do not belong together, or the slip is used, void or late
    :raises throttle.Throttled: after too many wrong codes from there
    """
    name = account_name(account)
    row = throttle.lock(PURPOSE, name, origin, now=now)
    slip = _alive(now).filter(user__username=name).select_related("user").first()
    typed = "".join(code.split()).upper()
    if slip is not None and hmac.compare_digest(slip.code_hash, hashed(typed)):
        throttle.succeeded(row)
        return slip
    throttle.failed(row, PURPOSE, name, origin, now=now)
    if slip is not None:
        ActivationSlip.objects.filter(pk=slip.pk).update(tries=F("tries") + 1)
    raise SlipRefused(f"账号与激活码不符，或{DEAD}")


def opened_slip(pk: int | None, *, now: dt.datetime) -> ActivationSlip:
    """Return the slip whose code was typed on this browser.

    :raises SlipRefused: if it is used, void or late by now
    """
    slip = _alive(now).filter(pk=pk or 0).select_related("user").first()
    if slip is None:
        raise SlipRefused(DEAD)
    return slip


def _alive(now: dt.datetime) -> QuerySet[ActivationSlip]:
    return ActivationSlip.objects.filter(
        ended_at__isnull=True, expires_at__gt=now, tries__lt=TRIES, user__is_active=True
    )


def use_slip(slip: ActivationSlip, password: str, *, now: dt.datetime) -> User:
    """Set the password of the slip's person; the slip is used up and all their sessions end.

    :raises SlipRefused: if somebody else was quicker
    :raises ValidationError: if the policy does not allow the password
    """
    with transaction.atomic():
        user = slip.user
        become(user)
        if ActivationSlip.objects.filter(pk=slip.pk, ended_at__isnull=True).update(ended_at=now) != 1:
            raise SlipRefused(DEAD)
        set_password(user, password, now=now)
        detail = {"purpose": str(slip.purpose)}
        audit.record("accounts.slip.use", by=user, enterprise_id=user.enterprise_id, detail=detail)
    return user
