"""Issuing and checking codes, and telling people what happened to their account.

A code: 6 random digits, 10 minutes, single use, at most 5 tries, bound to its request; a new one ends the one before.
Limits hold for each phone and each address and live in the database, so that a restart forgets nothing.
"""

import datetime as dt
import hmac
import logging
import secrets

from django.conf import settings
from django.core.mail import send_mail
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from identity.codes import channels
from identity.codes.models import Purpose, SmsCode
from yingan.kernel.sealed import blind_index

log = logging.getLogger(__name__)

DIGITS = 6
LIFETIME = dt.timedelta(minutes=10)
MAX_TRIES = 5
WAIT_S = 60
SITE = "统一身份认证平台"
# (window, how many to one phone, how many from one address)
LIMITS = (
    (dt.timedelta(seconds=WAIT_S), 1, 10),
    (dt.timedelta(hours=1), 5, 60),
    (dt.timedelta(days=1), 10, 300),
)


class TooManyCodes(Exception):
    """A phone or an address has asked for as many codes as it may."""


class WrongCode(Exception):
    """What was typed is not the code of this request, or the code is spent."""


def issue(phone: str, *, purpose: Purpose, bound_to: str, ip: str, now: dt.datetime, is_decoy: bool = False) -> SmsCode:
    """Send a new code to `phone` and end earlier ones of the same request; a decoy is counted but not sent.

    :raises TooManyCodes: if the phone or the address is over its limit
    :raises channels.Unreachable: if no SMS service is set up
    """
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    index = blind_index(phone)
    with transaction.atomic():
        _take_turns(index, ip)
        _check_limits(index, ip, now)
        earlier = SmsCode.objects.filter(purpose=purpose, bound_to=bound_to, used_at=None, expires_at__gt=now)
        earlier.update(expires_at=now)
        code = SmsCode(
            purpose=purpose, phone_index=index, bound_to=bound_to, ip=ip, is_decoy=is_decoy,
            issued_at=now, expires_at=now + LIFETIME,
        )  # fmt: skip
        code.digest = _digest(code, digits)
        code.save(force_insert=True)
        if not is_decoy:
            minutes = int(LIFETIME.total_seconds() // 60)
            text = f"【{SITE}】您正在办理{purpose.label}，验证码 {digits}，{minutes} 分钟内有效。请勿告诉他人。"
            channels.sms().send(phone, text)
    return code


def verify(digits: str, *, phone: str, purpose: Purpose, bound_to: str, now: dt.datetime) -> None:
    """Use up the code of this request if `digits` are right; every wrong answer counts, whatever happens later.

    :raises WrongCode: if there is no such code, it is spent, or the digits are wrong
    """
    with transaction.atomic():
        code = (
            SmsCode.objects.select_for_update()
            .filter(purpose=purpose, bound_to=bound_to, phone_index=blind_index(phone), used_at=None)
            .filter(expires_at__gt=now)
            .order_by("-issued_at")
            .first()
        )
        right = code is not None and code.tries < MAX_TRIES and _matches(code, digits)
        if code is not None:
            code.tries += 1
            code.used_at = now if right else None
            code.save(update_fields=["tries", "used_at"])
    if code is None:
        raise WrongCode("验证码已失效，请重新获取")
    if not right:
        spent = code.tries >= MAX_TRIES
        raise WrongCode("验证码错误次数过多，请重新获取" if spent else "验证码不正确，请核对后重新输入")


def tell(phones: list[str], email: str, text: str) -> None:
    """Bring a notice to every phone given (once each) and to the mailbox, if there is one.

    What cannot be sent is logged, never raised: a notice must not undo what it tells.
    """
    for phone in dict.fromkeys(filter(None, phones)):
        try:
            channels.sms().send(phone, f"【{SITE}】{text}")
        except channels.Unreachable:
            log.error("a notice could not be sent: no SMS service is set up")
    if email:
        send_mail(f"{SITE}：帐号安全通知", f"您好：\n\n{text}\n\n{SITE}", None, [email], fail_silently=True)


def _digest(code: SmsCode, digits: str) -> str:
    return salted_hmac("identity.codes", f"{code.pk}:{digits}", algorithm="sha256").hexdigest()


def _matches(code: SmsCode, digits: str) -> bool:
    same = hmac.compare_digest(code.digest, _digest(code, digits.strip()))
    return same and not code.is_decoy


def _take_turns(index: str, ip: str) -> None:
    """Let requests for one phone or from one address wait for each other: limits are counted, not guessed."""
    with connection.cursor() as cursor:
        for name in sorted({f"phone:{index}", f"ip:{ip}"}):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _check_limits(index: str, ip: str, now: dt.datetime) -> None:
    for window, to_phone, from_ip in LIMITS:
        recent = SmsCode.objects.filter(issued_at__gt=now - window)
        if recent.filter(phone_index=index).count() >= to_phone:
            raise TooManyCodes(_wait_sentence(window))
        if recent.filter(ip=ip).count() >= from_ip:
            raise TooManyCodes("当前网络获取验证码过于频繁，请稍后再试")


def _wait_sentence(window: dt.timedelta) -> str:
    if window == LIMITS[0][0]:
        return f"验证码已发送，请 {WAIT_S} 秒后再重新获取"
    return "该号码获取验证码过于频繁，请稍后再试，或拨打 12345 咨询"


def demo_outbox_is_open() -> bool:
    """Tell whether the page 短信发件箱 exists: in the demo only."""
    return bool(settings.DEMO)
