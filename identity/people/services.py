"""Every write to an account: registering, changing phone or password, ending sessions, and the record of it all."""

import datetime as dt
from dataclasses import dataclass

from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction

from identity.codes import services as codes
from identity.codes.asking import Visitor
from identity.codes.models import Purpose
from identity.people.models import Kind, Person, SecurityEvent
from yingan.kernel.sealed import blind_index

Action = SecurityEvent.Action


class AlreadyRegistered(Exception):
    """The credit code, the user name or the phone has an account already."""


@dataclass(frozen=True)
class Details:
    """What a person gave at registration; all in normal form."""

    kind: Kind
    username: str
    real_name: str
    id_number: str
    phone: str
    password: str
    email: str = ""
    enterprise_name: str = ""
    enterprise_type: str = ""


def register(details: Details, *, code: str, visitor: Visitor, now: dt.datetime) -> Person:
    """Make an account after its phone has been proven by `code`.

    :raises codes.WrongCode: if the code is wrong or spent
    :raises AlreadyRegistered: if somebody was faster
    """
    codes.verify(code, phone=details.phone, purpose=Purpose.REGISTER, bound_to=visitor.token, now=now)
    try:
        return create(details, now=now, ip=visitor.ip)
    except IntegrityError:
        raise AlreadyRegistered("该账号刚刚已被注册，请使用【忘记密码】找回") from None


@transaction.atomic
def create(details: Details, *, now: dt.datetime, ip: str | None = None) -> Person:
    """Make an account without any check of its phone: for registration and for demo data."""
    person = Person(
        kind=details.kind,
        username=details.username,
        real_name=details.real_name,
        id_number=details.id_number,
        phone=details.phone,
        phone_index=blind_index(details.phone),
        phone_bound_at=now,
        phone_verified_at=now,
        email=details.email,
        enterprise_name=details.enterprise_name,
        enterprise_type=details.enterprise_type,
        joined_at=now,
        password_changed_at=now,
    )
    person.set_password(details.password)
    person.save(force_insert=True)
    record(Action.REGISTERED, person, ip=ip, now=now)
    return person


@transaction.atomic
def set_password(person: Person, password: str, *, now: dt.datetime) -> None:
    """Give the person a new password; all their sessions and tokens end."""
    person.set_password(password)
    person.password_changed_at = now
    person.save(update_fields=["password", "password_changed_at"])
    end_sessions(person)


def end_sessions(person: Person) -> None:
    """End every session of the person and withdraw every token that a client holds for them."""
    person.session_epoch += 1
    person.save(update_fields=["session_epoch"])
    for session in UserSession.objects.filter(user=person):
        session.end()
    Token.objects.filter(user=person).delete()


def rebind_phone(person: Person, phone: str, *, code: str, visitor: Visitor, now: dt.datetime) -> None:
    """Change the phone of a signed-in person after the new one has been proven by `code`.

    :raises codes.WrongCode: if the code is wrong or spent
    :raises AlreadyRegistered: if another natural person has that phone
    """
    codes.verify(code, phone=phone, purpose=Purpose.REBIND, bound_to=visitor.token, now=now)
    try:
        change_phone(person, phone, now=now, by=person, ip=visitor.ip)
    except IntegrityError:
        raise AlreadyRegistered("该手机号已绑定其他自然人帐号，请更换手机号") from None
    tell(person, f"您的帐号绑定手机号已更换为 {person.masked_phone}。如非本人操作，请立即拨打 12345。")


@transaction.atomic
def change_phone(person: Person, phone: str, *, now: dt.datetime, by: Person, ip: str | None = None) -> None:
    """Put `phone` in the place of the old one, which still gets notices."""
    person.previous_phone = person.phone
    person.phone = phone
    person.phone_index = blind_index(phone)
    person.phone_bound_at = person.phone_verified_at = now
    person.save(update_fields=["previous_phone", "phone", "phone_index", "phone_bound_at", "phone_verified_at"])
    record(Action.PHONE_CHANGED, person, now=now, ip=ip, by=by)


def phone_was_verified(person: Person, *, now: dt.datetime) -> None:
    """Note that a code sent to the person's phone came back."""
    person.phone_verified_at = now
    person.save(update_fields=["phone_verified_at"])


def record(
    action: SecurityEvent.Action,
    person: Person | None,
    *,
    now: dt.datetime,
    ip: str | None = None,
    by: Person | None = None,
    note: str = "",
) -> None:
    """Write one line of the security record."""
    SecurityEvent.objects.create(person=person, actor=by, action=action, ip=ip or None, note=note, at=now)


def tell(person: Person, text: str) -> None:
    """Bring a notice to every channel of the person: phone, former phone, mailbox."""
    codes.tell([person.phone, person.previous_phone], person.email, text)
