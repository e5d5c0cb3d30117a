"""Every write to an appeal: submitting, passing, rejecting."""

import datetime as dt
import secrets
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from identity.appeals import documents
from identity.appeals.documents import Document
from identity.appeals.models import Appeal, Evidence, Opinion, Reason
from identity.codes import services as codes
from identity.codes.asking import Visitor
from identity.codes.models import Purpose
from identity.people import services as people
from identity.people.models import Person, SecurityEvent
from identity.recovery import services as recovery
from yingan.kernel import clock

Action = SecurityEvent.Action
State = Appeal.State
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class Refused(Exception):
    """The step cannot be taken as things stand."""


@dataclass(frozen=True)
class Declaration:
    """What an appeal declares; all in normal form."""

    uscc: str
    enterprise_name: str
    legal_person: str
    id_number: str
    phone: str
    reason: str
    explanation: str
    licence: Document
    authorisation: Document | None


def submit(declared: Declaration, *, code: str, visitor: Visitor, now: dt.datetime) -> Appeal:
    """Take an appeal in after its phone has been proven by `code`, and tell the account's old channels.

    :raises codes.WrongCode: if the code is wrong or spent
    :raises Refused: if nobody is registered under the credit code, or an appeal is being reviewed already
    """
    person = Person.objects.filter(username=declared.uscc, kind="legal").first()
    if person is None:
        raise Refused("该统一社会信用代码尚未注册，请直接办理【法人注册】")
    codes.verify(code, phone=declared.phone, purpose=Purpose.APPEAL, bound_to=visitor.token, now=now)
    try:
        with transaction.atomic():
            appeal = Appeal.objects.create(
                number=_new_number(now), person=person, enterprise_name=declared.enterprise_name,
                legal_person=declared.legal_person, id_number=declared.id_number, phone=declared.phone,
                reason=declared.reason, explanation=declared.explanation, ip=visitor.ip, submitted_at=now,
            )  # fmt: skip
            _keep(appeal, Evidence.Kind.LICENCE, declared.licence)
            if declared.authorisation is not None:
                _keep(appeal, Evidence.Kind.AUTHORISATION, declared.authorisation)
            people.record(Action.APPEAL_SUBMITTED, person, now=now, ip=visitor.ip, note=appeal.number)
    except IntegrityError:
        raise Refused("该企业已有正在审核的申诉，请凭申诉编号查询进度") from None
    people.tell(person, "有人为您的帐号提交了帐号申诉，审核通过后手机号将更换。如非本人办理，请立即拨打 12345。")
    return appeal


def endorse_or_approve(appeal: Appeal, *, by: Person, text: str, now: dt.datetime) -> Appeal:
    """Pass an appeal: the first reviewer endorses it, a second one approves it.

    :raises Refused: if it is decided, or this reviewer has passed it already
    """
    with transaction.atomic():
        row = _standing(appeal, by=by)
        Opinion.objects.create(appeal=row, reviewer=by, verdict=Opinion.Verdict.PASS, text=text, at=now)
        if row.state == State.SUBMITTED:
            row.state = State.ENDORSED
            row.save(update_fields=["state"])
            people.record(Action.APPEAL_ENDORSED, row.person, by=by, now=now, note=row.number)
        else:
            _approve(row, by=by, now=now)
    return row


def reject(appeal: Appeal, *, by: Person, text: str, now: dt.datetime) -> Appeal:
    """Reject an appeal and tell the applicant why.

    :raises Refused: if it is decided, or this reviewer has passed it already
    """
    with transaction.atomic():
        row = _standing(appeal, by=by)
        Opinion.objects.create(appeal=row, reviewer=by, verdict=Opinion.Verdict.REJECT, text=text, at=now)
        row.state, row.decided_at = State.REJECTED, now
        row.save(update_fields=["state", "decided_at"])
        people.record(Action.APPEAL_REJECTED, row.person, by=by, now=now, note=row.number)
    codes.tell([row.phone], "", f"您的帐号申诉 {row.number} 未通过：{text}。查询： {_status_address()}")
    return row


def note_reading(evidence: Evidence, *, by: Person, now: dt.datetime) -> None:
    """Record that a reviewer opened a document."""
    people.record(Action.EVIDENCE_SEEN, evidence.appeal.person, by=by, now=now, note=str(evidence)[:200])


def _approve(appeal: Appeal, *, by: Person, now: dt.datetime) -> None:
    """Let the account take over what two reviewers have checked, and send the one-time link."""
    person = Person.objects.select_for_update().get(pk=appeal.person_id)
    appeal.state, appeal.decided_at = State.APPROVED, now
    appeal.save(update_fields=["state", "decided_at"])
    person.enterprise_name = appeal.enterprise_name
    person.real_name = appeal.legal_person
    person.id_number = appeal.id_number
    person.save(update_fields=["enterprise_name", "real_name", "id_number"])
    people.change_phone(person, appeal.phone, now=now, by=by)
    people.end_sessions(person)
    if appeal.reason == Reason.NOT_MINE:
        Authenticator.objects.filter(user=person).delete()
        person.set_unusable_password()
        person.email = ""
        person.save(update_fields=["password", "email"])
    link = recovery.open_by_appeal(person, now=now)
    people.record(Action.APPEAL_APPROVED, person, by=by, now=now, note=appeal.number)
    hours = int(recovery.LINK_LIFETIME.total_seconds() // 3600)
    codes.tell([appeal.phone], "", f"您的帐号申诉 {appeal.number} 已通过，请在 {hours} 小时内设置新密码： {link}")
    codes.tell([person.previous_phone], "", "您的帐号绑定手机号已按帐号申诉更换。如非本人办理，请立即拨打 12345。")


def _standing(appeal: Appeal, *, by: Person) -> Appeal:
    row = Appeal.objects.select_for_update().select_related("person").get(pk=appeal.pk)
    if not row.is_standing:
        raise Refused(f"申诉已办结（{row.get_state_display()}），不能再次审核")
    if row.opinions.filter(reviewer=by).exists():
        raise Refused("您已完成初审，复核须由另一名审核人员办理")
    return row


def _keep(appeal: Appeal, kind: Evidence.Kind, document: Document) -> None:
    Evidence.objects.create(
        id=documents.keep(document), appeal=appeal, kind=kind, file_name=document.name,
        content_type=document.content_type, size_bytes=len(document.body),
    )  # fmt: skip


def _new_number(now: dt.datetime) -> str:
    tail = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"SS{clock.local(now):%Y%m%d}{tail}"


def _status_address() -> str:
    return f"{settings.IDENTITY_URL}{reverse('appeal-status')}"
