"""The steps of a reset. Every refusal is a sentence; none of them tells a stranger whether an account exists."""

import datetime as dt
import secrets
from hashlib import sha256

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from identity.codes import services as codes
from identity.codes.models import Purpose
from identity.people import services as people
from identity.people.models import Person, SecurityEvent
from identity.recovery.models import Reset
from yingan.kernel import clock
from yingan.kernel.sealed import blind_index

Action = SecurityEvent.Action
State = Reset.State

LIFETIME = dt.timedelta(minutes=30)
HOLD = dt.timedelta(hours=24)
LINK_LIFETIME = dt.timedelta(hours=72)
PHONE_SETTLES = dt.timedelta(hours=72)
PHONE_GOES_STALE = dt.timedelta(days=180)
MAX_TRIES = 5
ASKS_PER_HOUR = 5
UNPROVEN = "验证码或身份证号不正确，请核对后重新输入"


class Refused(Exception):
    """The step cannot be taken; the person may correct what they typed or begin again."""


class Over(Refused):
    """The request is over: expired, cancelled, done, or tried too often."""


class AppealNeeded(Refused):
    """The phone alone is not to be trusted: the way on is 帐号申诉."""


def ask(account: str, *, ip: str, now: dt.datetime) -> Reset:
    """Begin a reset of `account` (normal form) and send the code, or do exactly as if.

    :raises codes.TooManyCodes: if account, phone or address is over its limit
    :raises channels.Unreachable: if no SMS service is set up
    """
    index = blind_index(account)
    recent = Reset.objects.filter(account_index=index, asked_at__gt=now - dt.timedelta(hours=1))
    if recent.count() >= ASKS_PER_HOUR:
        raise codes.TooManyCodes("该账号申请过于频繁，请稍后再试，或办理【帐号申诉】")
    person = Person.objects.by_account(account)
    if person is not None and (person.is_reviewer or not person.is_active):
        person = None
    with transaction.atomic():
        reset = Reset.objects.create(
            person=person, account_index=index, origin=Reset.Origin.PHONE, state=State.ASKED,
            ip=ip, asked_at=now, expires_at=now + LIFETIME,
        )  # fmt: skip
        send_code(reset, account=account, ip=ip, now=now)
        people.record(Action.RESET_ASKED, person, now=now, ip=ip)
    return reset


def send_code(reset: Reset, *, account: str, ip: str, now: dt.datetime) -> None:
    """Send the code of this reset (again).

    :raises codes.TooManyCodes: if the phone or the address is over its limit
    :raises channels.Unreachable: if no SMS service is set up
    """
    phone = _phone_of(reset) or f"nobody:{account}"
    codes.issue(phone, purpose=Purpose.RESET, bound_to=str(reset.pk), ip=ip, now=now, is_decoy=reset.person is None)


def shown_phone(reset: Reset, account: str) -> str:
    """Return the masked phone of the account; for an unknown account one that never changes and belongs to nobody."""
    if reset.person is not None:
        return reset.person.masked_phone
    digits = int(salted_hmac("identity.recovery.decoy", account, algorithm="sha256").hexdigest(), 16)
    return f"1{(30, 35, 36, 37, 38, 39, 50, 51, 58, 59, 86, 87, 88, 89)[digits % 14]}****{digits // 14 % 10_000:04d}"


def prove(reset: Reset, *, code: str, id_number: str, ip: str, now: dt.datetime) -> Reset:
    """Check code and id number together, and decide what comes next: second factor, hold, or an appeal.

    :raises Refused: if either is wrong (it does not say which)
    :raises Over: if the request is over
    :raises AppealNeeded: if the phone was bound too recently or not proven for too long
    """
    _count_try(reset, {State.ASKED}, now=now, ip=ip)
    person = reset.person
    known = person is not None and constant_time_compare(person.id_number, id_number)
    phone = _phone_of(reset) if known else ""
    try:
        codes.verify(code, phone=phone, purpose=Purpose.RESET, bound_to=str(reset.pk), now=now)
    except codes.WrongCode:
        raise Refused(UNPROVEN) from None
    assert person is not None  # noqa: S101  # a code of nobody is never right
    with transaction.atomic():
        if _is_shaky(person, now=now):
            _move(reset, State.REFUSED)
            people.record(Action.RESET_REFUSED, person, now=now, ip=ip, note="手机号绑定过新或久未验证")
        elif is_mfa_enabled(person, [Authenticator.Type.TOTP]):
            _move(reset, State.SECOND_FACTOR)
        else:
            _hold(reset, person, now=now, ip=ip)
    if reset.state == State.REFUSED:
        raise AppealNeeded("手机号绑定未满 72 小时，或超过 180 天未验证，不能凭短信找回密码，请办理【帐号申诉】")
    people.phone_was_verified(person, now=now)
    return reset


def prove_second_factor(reset: Reset, *, code: str, ip: str, now: dt.datetime) -> Reset:
    """Check a code of the authenticator, or a recovery code, and open the reset.

    :raises Refused: if it is wrong
    :raises Over: if the request is over
    """
    _count_try(reset, {State.SECOND_FACTOR}, now=now, ip=ip)
    factors = Authenticator.objects.filter(user=reset.person).exclude(type=Authenticator.Type.WEBAUTHN)
    if not any(factor.wrap().validate_code(code) for factor in factors):
        raise Refused("验证码不正确，请输入验证器当前显示的 6 位数字，或一个恢复码")
    reset.ready_at = now
    reset.expires_at = now + LIFETIME
    return _move(reset, State.OPEN)


@transaction.atomic
def open_by_appeal(person: Person, *, now: dt.datetime) -> str:
    """Open a reset after an approved appeal and return the address of its one-time link."""
    secret = secrets.token_urlsafe(24)
    _end_open_resets(person)
    Reset.objects.create(
        person=person, account_index=blind_index(person.username), origin=Reset.Origin.APPEAL, state=State.OPEN,
        asked_at=now, ready_at=now, expires_at=now + LINK_LIFETIME, link_digest=_digest(secret),
    )  # fmt: skip
    return _address("reset-link", secret)


def by_link(secret: str, *, now: dt.datetime) -> Reset | None:
    """Return the reset that a link leads to, while it stands."""
    waiting = Reset.objects.filter(state__in=[State.HELD, State.OPEN], expires_at__gt=now)
    return waiting.filter(link_digest=_digest(secret)).select_related("person").first()


def by_cancel_link(secret: str) -> Reset | None:
    """Return the held reset that a cancel link leads to."""
    held = Reset.objects.filter(state__in=[State.HELD, State.OPEN], cancel_digest=_digest(secret))
    return held.select_related("person").first()


def held_for(person: Person, *, now: dt.datetime) -> Reset | None:
    """Return the reset by phone that stands for the person, of which they should know."""
    standing = Reset.objects.filter(person=person, state=State.HELD, expires_at__gt=now)
    return standing.order_by("-asked_at").first()


@transaction.atomic
def cancel(reset: Reset, *, now: dt.datetime, ip: str | None = None) -> None:
    """Cancel a reset that is not done, and tell every channel; cancelling twice does nothing.

    :raises Over: if the new password has been set already
    """
    row = Reset.objects.select_for_update().get(pk=reset.pk)
    if row.state == State.DONE:
        raise Over("新密码已设置，不能取消。如非本人操作，请立即办理【帐号申诉】或拨打 12345")
    if row.state == State.CANCELLED or row.person_id is None:
        return
    _move(row, State.CANCELLED)
    person = Person.objects.get(pk=row.person_id)
    people.record(Action.RESET_CANCELLED, person, now=now, ip=ip)
    people.tell(person, "重置密码申请已取消，原密码继续有效。")


def finish(reset: Reset, *, password: str, ip: str, now: dt.datetime) -> None:
    """Set the new password, once and not before its time; every session and token of the person ends.

    :raises Over: if it is not open, expired or too early
    """
    with transaction.atomic():
        row = Reset.objects.select_for_update().get(pk=reset.pk)
        if not is_open(row, now=now) or row.person_id is None:
            raise Over("链接已失效或尚未到可设置时间，请重新申请")
        person = Person.objects.get(pk=row.person_id)
        people.set_password(person, password, now=now)
        _end_open_resets(person)
        _move(row, State.DONE)
        people.record(Action.RESET_DONE, person, now=now, ip=ip)
    people.tell(person, "您的登录密码已重置，所有设备已退出登录。如非本人操作，请立即办理【帐号申诉】或拨打 12345。")


def is_open(reset: Reset, *, now: dt.datetime) -> bool:
    """Tell whether the new password may be set now."""
    stands = reset.state in {State.HELD, State.OPEN} and reset.ready_at is not None
    return stands and reset.ready_at <= now < reset.expires_at  # type: ignore[operator]  # not None: stands


def _hold(reset: Reset, person: Person, *, now: dt.datetime, ip: str) -> None:
    """Start the hold, end earlier ones of the person, and tell every channel how to cancel."""
    link, cancel_link = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    Reset.objects.filter(person=person, state=State.HELD).exclude(pk=reset.pk).update(state=State.CANCELLED)
    reset.ready_at = now + HOLD
    reset.expires_at = reset.ready_at + LINK_LIFETIME
    reset.link_digest, reset.cancel_digest = _digest(link), _digest(cancel_link)
    _move(reset, State.HELD)
    people.record(Action.RESET_HELD, person, now=now, ip=ip)
    when = f"{clock.local(reset.ready_at):%m月%d日 %H:%M}"
    address = _address("reset-cancel", cancel_link)
    people.tell(person, f"有人申请重置您的帐号密码，{when} 后生效。如非本人操作，请立即点击取消： {address}")
    codes.tell([person.phone], "", f"重置密码等待期 24 小时，{when} 起可设置新密码： {_address('reset-link', link)}")


def _is_shaky(person: Person, *, now: dt.datetime) -> bool:
    """Tell whether the phone may have changed hands: bound too recently, or not proven for too long."""
    return now - person.phone_bound_at < PHONE_SETTLES or now - person.phone_verified_at > PHONE_GOES_STALE


def _count_try(reset: Reset, states: set[State], *, now: dt.datetime, ip: str) -> None:
    """Count one try of the request, which may be tried five times a step.

    :raises Over: if it is over
    """
    with transaction.atomic():
        row = Reset.objects.select_for_update().get(pk=reset.pk)
        stands = row.state in states and row.expires_at > now
        spent = stands and row.tries >= MAX_TRIES
        if spent:
            row.state = State.REFUSED
            people.record(Action.RESET_REFUSED, reset.person, now=now, ip=ip, note="尝试次数过多")
        row.tries += stands
        row.save(update_fields=["tries", "state"])
    if not stands or spent:
        raise Over("验证次数过多，请重新申请" if spent else "本次申请已失效，请重新申请")
    reset.tries = row.tries


def _move(reset: Reset, state: State) -> Reset:
    reset.state = state
    reset.tries = 0
    reset.save(update_fields=["state", "tries", "ready_at", "expires_at", "link_digest", "cancel_digest"])
    return reset


def _end_open_resets(person: Person) -> None:
    standing = Reset.objects.filter(person=person).exclude(state__in=[State.DONE, State.REFUSED])
    standing.update(state=State.CANCELLED)


def _phone_of(reset: Reset) -> str:
    return reset.person.phone if reset.person is not None else ""


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _address(name: str, secret: str) -> str:
    return f"{settings.IDENTITY_URL}{reverse(name, args=[secret])}"
