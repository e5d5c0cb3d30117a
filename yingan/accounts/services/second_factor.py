"""The second factor: TOTP (RFC 6238, SHA-1, 6 digits, 30 s), each code once, and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from yingan.accounts.models import RecoveryCode, User
from yingan.accounts.services import throttle
from yingan.kernel import audit

if TYPE_CHECKING:
    import datetime as dt

STEP_S, DIGITS, DRIFT = 30, 6, 1
PURPOSE = "second factor"  # of the throttle
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters that nobody mistakes for one another
CODES, CODE_LENGTH = 10, 10


class WrongCode(Exception):
    """The code is wrong or was used; the message is fit to show."""


def new_seed() -> str:
    """Return a random seed of 160 bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(seed: str, step: int) -> str:
    """Return the code of a time step (RFC 4226 §5.3)."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(seed: str, code: str) -> int | None:
    """Return the step, within one of the present, whose code this is; None if it is none. Real time, not the demo's."""
    now = int(time.time()) // STEP_S
    steps = range(now - DRIFT, now + DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(code_at(seed, step), code)), None)


def otpauth_url(user: User, seed: str) -> str:
    """Return what an authenticator reads from the QR code."""
    issuer = quote(settings.PLATFORM_NAME)
    return f"otpauth://totp/{issuer}:{quote(user.username)}?secret={seed}&issuer={issuer}"


def is_wanted(user: User) -> bool:
    """Tell whether signing in takes a second factor: always for public power, else where it was switched on."""
    return bool(user.totp_secret) or user.holds_public_power


def check_code(user: User, text: str, *, origin: throttle.Origin, now: dt.datetime) -> None:
    """Accept the current code of the authenticator or an unused recovery code, once.

    :raises WrongCode: if it is neither
    :raises throttle.Throttled: after too many wrong ones from there
    """
    row = throttle.lock(PURPOSE, user.username, origin, now=now)
    code = "".join(text.split()).upper()
    if _use_step(user, code) or _use_recovery_code(user, code, now=now):
        throttle.succeeded(row)
        return
    throttle.failed(row, PURPOSE, user.username, origin, now=now)
    audit.record("accounts.second_factor.refused", by=user, enterprise_id=user.enterprise_id)
    raise WrongCode("动态口令不正确或已使用，请等待下一个口令后重新输入，也可以输入一个未用过的恢复码。")


def _use_step(user: User, code: str) -> bool:
    step = step_of(user.totp_secret, code) if user.totp_secret else None
    if step is None:
        return False
    unused = Q(totp_last_step__isnull=True) | Q(totp_last_step__lt=step)
    return User.objects.filter(unused, pk=user.pk).update(totp_last_step=step) == 1


def _use_recovery_code(user: User, code: str, *, now: dt.datetime) -> bool:
    rows = RecoveryCode.objects.filter(user=user, code_hash=hashed(code), used_at__isnull=True)
    used = rows.update(used_at=now) == 1
    if used:
        audit.record("accounts.second_factor.recovery", by=user, enterprise_id=user.enterprise_id)
    return used


@transaction.atomic
def switch_on(user: User, seed: str, text: str) -> list[str]:
    """Bind an authenticator that shows the right code; return the recovery codes, which are shown this once.

    :raises WrongCode: if the code is not that of the seed
    """
    step = step_of(seed, "".join(text.split()))
    if step is None:
        raise WrongCode("动态口令不正确，请确认手机时间准确，再输入验证器当前显示的 6 位数字。")
    user.totp_secret, user.totp_last_step = seed, step
    user.save(update_fields=["totp_secret", "totp_last_step"])
    codes = [random_code() for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=hashed(code)) for code in codes])
    audit.record("accounts.second_factor.on", by=user, enterprise_id=user.enterprise_id)
    return codes


@transaction.atomic
def switch_off(user: User) -> None:
    """Take the second factor away where the role does not demand it.

    :raises WrongCode: if the role demands it
    """
    if user.holds_public_power:
        raise WrongCode("监管人员和平台管理员必须使用动态口令，不能关闭。")
    user.totp_secret, user.totp_last_step = "", None
    user.save(update_fields=["totp_secret", "totp_last_step"])
    RecoveryCode.objects.filter(user=user).delete()
    audit.record("accounts.second_factor.off", by=user, enterprise_id=user.enterprise_id)


def random_code() -> str:
    """Return 10 random characters (50 bits) that are easy to type."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def hashed(code: str) -> str:
    """Return the digest under which a random code is kept; it has too many values to be guessed from it."""
    return hashlib.sha256(code.encode()).hexdigest()
